"""A receiver on this machine is told of a published list; one that fails is tried again, given up, and replayed."""

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

import httpx
import pytest
from quietline.payments import signature

from tests.e2e.conftest import Cloud, wait_for
from tests.e2e.test_round_trip import ADDRESS, fresh_date

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(300)]


class Receiver(http.server.BaseHTTPRequestHandler):
    status: ClassVar = {"/good": 200, "/bad": 500}
    seen: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.status[self.path])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def received(path: str) -> list[tuple[dict[str, str], bytes]]:
    return [(headers, body) for to, headers, body in Receiver.seen if to == path]


def test_a_published_list_is_told_retried_given_up_and_replayed(
    cloud: Cloud, receiver: str, run_id: str, tmp_path: Any
) -> None:
    email = f"told-{run_id}@example.com"
    seller = cloud.as_user(cloud.sign_in(email))
    organization = {
        "name": f"Told {run_id}",
        "type": "seller",
        "address": ADDRESS,
        "contact": {"name": "Told", "email": email},
    }
    assert seller.post("/v1/organizations", json=organization).status_code == 201
    for host in ("https://169.254.169.254/", "http://10.0.0.1/"):
        refused = seller.post("/v1/webhooks/endpoints", json={"url": host, "events": ["list.published"]})
        assert refused.status_code == 400
    made = {
        name: seller.post(
            "/v1/webhooks/endpoints", json={"url": f"{receiver}/{name}", "events": ["list.published"]}
        ).json()
        for name in ("good", "bad")
    }
    chosen = {"mail_published": True, "mail_reminders": True}
    assert seller.put("/v1/notices/preferences", json=chosen).json() == chosen

    day = fresh_date(cloud)
    published = cloud.command("ops", "publish", "--date", day, home=tmp_path)
    assert published.returncode == 0, published.stdout + published.stderr

    wait_for(lambda: received("/good"), "the webhook", 90)
    [(headers, body), *_] = received("/good")
    signature.verify(body, headers["quietline-signature"], [made["good"]["secret"]], datetime.now(UTC))
    event = json.loads(body)
    assert (event["type"], event["data"]["list_date"]) == ("list.published", day)
    assert headers["webhook-id"] == event["id"]
    wait_for(lambda: cloud.mails_to(email), "the mail", 60)

    def dead() -> Any:
        found = seller.get("/v1/webhooks/deliveries", params={"state": "dead"}).json()["deliveries"]
        return next((one for one in found if one["endpoint_id"] == made["bad"]["id"]), None)

    given_up = wait_for(dead, "the delivery to be given up", 90)
    assert (given_up["attempt_count"], given_up["reason"]) == (3, "http_status")
    assert len({headers["webhook-id"] for headers, _ in received("/bad")}) == 1
    Receiver.status["/bad"] = 204
    again = seller.post(f"/v1/webhooks/deliveries/{given_up['id']}/replay")
    assert again.status_code == 202, again.text
    wait_for(
        lambda: any(
            one["id"] == again.json()["id"] and one["state"] == "delivered"
            for one in seller.get("/v1/webhooks/deliveries").json()["deliveries"]
        ),
        "the replay",
    )
    assert received("/bad")[-1][1] == received("/bad")[0][1]


def test_a_calendar_is_subscribed_to_without_signing_in(cloud: Cloud, run_id: str) -> None:
    seller = cloud.as_user(cloud.sign_in(f"calendar-{run_id}@example.com"))
    contact = {"name": "Calendar", "email": f"calendar-{run_id}@example.com"}
    organization = {"name": f"Calendar {run_id}", "type": "seller", "address": ADDRESS, "contact": contact}
    assert seller.post("/v1/organizations", json=organization).status_code == 201
    made = seller.post("/v1/calendars", json={"name": "team"}).json()

    feed = cloud.http.get(made["path"])

    assert (feed.status_code, feed.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert feed.text.startswith("BEGIN:VCALENDAR\r\n")
    assert cloud.http.delete(made["path"]).status_code == 401
    assert seller.delete(f"/v1/calendars/{made['id']}").status_code == 204
    gone: httpx.Response = cloud.http.get(made["path"])
    assert gone.status_code == 404
