"""From a publication or a schedule to a signed request: `notify`, `webhook_sender`, `calendar_feed` and the routes."""

import json
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest
from quietline import bootstrap
from quietline.adapters import outbound, queues
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.entitlements import entitlement_item
from quietline.adapters.dynamodb.freshness import pulled
from quietline.adapters.dynamodb.lists import DynamoPublicationStore
from quietline.adapters.dynamodb.table import Table
from quietline.fees.model import Term
from quietline.kernel.clock import SystemClock
from quietline.kernel.settings.functions import CalendarFeedSettings, NotifySettings, WebhookSenderSettings
from quietline.lists.model import Publication, Published
from quietline.orders.model import Entitlement
from quietline.payments import signature
from quietline.profiles import load_profile

from functions.calendar_feed import handler as calendar_feed
from functions.notify import handler as notify
from functions.webhook_sender import handler as webhook_sender
from tests.functions.test_seller_api import ANNA, BERT, Api
from tests.helpers import LambdaContext, Tripwire, http_event, load_event

URL = "https://hooks.seller.example/quietline?key=secret-in-url"
DAY = date(2026, 11, 24)
MACHINE = {"sub": "", "client_id": "machine-1", "groups": "", "scopes": "quietline/lists"}
ENDPOINTS, DELIVERIES = "/v1/webhooks/endpoints", "/v1/webhooks/deliveries"


class World(Api):
    def __init__(self, cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(cloud)
        cloud.use(NotifySettings)
        cloud.use(CalendarFeedSettings)
        cloud.use(WebhookSenderSettings, webhook_retry_seconds="1,1")
        for cached in (
            notify.settings,
            webhook_sender.settings,
            calendar_feed.settings,
            bootstrap.notifier,
            bootstrap.renewal_reminders,
            bootstrap.webhook_delivery,
            bootstrap.calendars,
        ):
            cached.cache_clear()
        self.queued: list[tuple[dict[str, Any], int]] = []
        monkeypatch.setattr(queues, "send", lambda _url, message, delay: self.queued.append((message, delay)))
        self.registry = Table(cloud.registry_table)
        self.answer = 200
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        monkeypatch.setattr(outbound, "resolve", lambda _host, _port: ["93.184.215.14"])
        monkeypatch.setattr(outbound, "post", self.receive)

    def receive(self, *request: Any) -> int:
        self.requests.append(request)
        return self.answer

    def publish(self) -> None:
        now = SystemClock().now()
        store = DynamoPublicationStore(self.registry)
        store.begin(Publication(DAY, now, now, None, (), ()))
        store.finish(Published(DAY, now, "manifests/x", "ab" * 32, 350, 258, 3, 1), None)

    def endpoint(self, **changes: Any) -> dict[str, Any]:
        body = {"url": URL, "events": ["list.published", "list.stale"]} | changes
        status, made = self("POST", ENDPOINTS, body)
        assert status == 201, made
        return made

    def pending(self) -> list[str]:
        found = self("GET", DELIVERIES)[1]["deliveries"]
        return [one["id"] for one in found if one["state"] == "pending"]

    def send(self, attempt: int = 0) -> None:
        """Do what the relay and the queue do: one attempt for each pending delivery."""
        event = load_event("webhook_sender/again")
        body = json.loads(event["Records"][0]["body"])
        for delivery_id in self.pending():
            body |= {"pk": f"WEBHOOK_DELIVERY#{delivery_id}", "attempt": attempt}
            event["Records"][0]["body"] = json.dumps(body)
            assert webhook_sender.lambda_handler(event, LambdaContext()) == {"batchItemFailures": []}

    def hurry(self) -> None:
        """Let every pending delivery be due."""
        for delivery_id in self.pending():
            past = {":past": "2000-01-01T00:00:00.000Z"}
            self.table.write(self.table.update(keys.delivery(delivery_id), "SET next_attempt_at = :past", values=past))


@pytest.fixture
def world(cloud: Any, monkeypatch: pytest.MonkeyPatch, tripwire: Tripwire) -> World:
    tripwire.watch("compliance@example.com", "secret-in-url", URL)
    made = World(cloud, monkeypatch)
    made.organization()
    return made


def test_a_published_list_reaches_an_endpoint_signed(world: World, tripwire: Tripwire) -> None:
    made = world.endpoint()
    tripwire.watch(made["secret"])
    world.publish()
    assert world.registry.get(keys.published(DAY)) is not None

    for _ in range(2):  # the stream repeats
        assert notify.lambda_handler(load_event("notify/published"), LambdaContext()) == {"batchItemFailures": []}
    world.send()

    [(url, ip, headers, body)] = world.requests
    assert (url, ip) == (URL, "93.184.215.14")
    signature.verify(body, headers["Quietline-Signature"], [made["secret"]], SystemClock().now())
    payload = json.loads(body)
    assert (payload["type"], payload["data"]["list_date"]) == ("list.published", "2026-11-24")
    [delivery] = world("GET", DELIVERIES, who=ANNA)[1]["deliveries"]
    assert (delivery["state"], delivery["event_id"]) == ("delivered", payload["id"])


def test_a_failing_receiver_is_tried_again_then_dead_then_replayed(world: World) -> None:
    endpoint = world.endpoint()
    world.answer = 500
    status, delivery = world("POST", f"{ENDPOINTS}/{endpoint['id']}/test")
    assert (status, delivery["state"], delivery["event_type"]) == (202, "pending", "webhook.test")
    replay = f"{DELIVERIES}/{delivery['id']}/replay"
    assert world("POST", replay)[0] == 409
    for attempt in range(3):
        world.send(attempt)
        world.hurry()

    assert [message["attempt"] for message, _ in world.queued] == [1, 2]
    assert all(1 <= delay <= 3 for _, delay in world.queued)
    [dead] = world("GET", DELIVERIES, who=ANNA)[1]["deliveries"]
    assert (dead["state"], dead["reason"], dead["attempt_count"]) == ("dead", "http_status", 3)
    assert [one["status"] for one in dead["attempts"]] == [500, 500, 500]
    world.answer = 200
    status, again = world("POST", replay)
    world.send()

    assert (status, again["replay_of"], again["event_id"]) == (202, dead["id"], dead["event_id"])
    assert len(world.requests) == 4
    assert {request[2]["webhook-id"] for request in world.requests} == {dead["event_id"]}


def test_the_daily_run_reminds_by_mail_and_webhook(world: World) -> None:
    world.endpoint()
    [item] = list(world.table.query("USER#user-anna"))
    organization_id = item["organization_id"]
    old = SystemClock().now().date() - timedelta(days=23)
    world.table.write(pulled(world.table, organization_id, old, 21))
    term = Term(old - timedelta(days=100), old + timedelta(days=200))
    held = entitlement_item(organization_id, Entitlement("one", frozenset({"202"}), term, 0))
    world.table.write(world.table.put(keys.entitlement(organization_id, "one"), held))

    for _ in range(2):
        assert notify.lambda_handler(load_event("notify/daily"), LambdaContext()) == {"batchItemFailures": []}

    mail = world.table.get(keys.mail(f"list-aging-{old.isoformat()}-21-{organization_id}"))
    assert mail is not None
    assert "compliance@example.com" not in repr(mail)
    assert len(world.pending()) == 1


def test_the_daily_run_reminds_of_a_term_that_ends_until_it_is_renewed(world: World) -> None:
    [item] = list(world.table.query("USER#user-anna"))
    organization_id = item["organization_id"]
    today = load_profile("us").local_date(SystemClock().now())
    ends = today + timedelta(days=5)
    held = entitlement_item(
        organization_id, Entitlement("one", frozenset({"202"}), Term(ends - timedelta(days=365), ends), 0)
    )
    world.table.write(world.table.put(keys.entitlement(organization_id, "one"), held))

    notify.lambda_handler(load_event("notify/daily"), LambdaContext())

    mail = world.table.get(keys.mail(f"term-ends-{ends}-7-{organization_id}"))
    assert mail is not None
    assert mail["facts"] == {"ends_on": ends.isoformat(), "days": "5"}
    world.table.write(world.table.delete(keys.mail(f"term-ends-{ends}-7-{organization_id}")))
    again = entitlement_item(
        organization_id, Entitlement("two", frozenset({"202"}), Term(ends, ends + timedelta(days=365)), 0)
    )
    world.table.write(world.table.put(keys.entitlement(organization_id, "two"), again))
    notify.lambda_handler(load_event("notify/daily"), LambdaContext())
    assert world.table.get(keys.mail(f"term-ends-{ends}-7-{organization_id}")) is None


def test_a_list_that_is_none_comes_again(world: World) -> None:
    answer = notify.lambda_handler(load_event("notify/published"), LambdaContext())

    assert answer["batchItemFailures"] == [{"itemIdentifier": "00000000-0000-0000-0000-000000000001"}]


def test_a_delivery_that_is_none_is_nothing_to_send(world: World) -> None:
    for name in ("new", "again"):
        assert webhook_sender.lambda_handler(load_event(f"webhook_sender/{name}"), LambdaContext()) == {
            "batchItemFailures": []
        }
    assert world.requests == []


def test_trouble_on_our_side_brings_the_message_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    garbled = load_event("webhook_sender/new")
    garbled["Records"][0]["body"] = "{"

    assert webhook_sender.lambda_handler(garbled, LambdaContext())["batchItemFailures"] == [
        {"itemIdentifier": "00000000-0000-0000-0000-000000000001"}
    ]


def test_the_event_file_makes_an_endpoint_and_its_secret_is_shown_once(world: World, tripwire: Tripwire) -> None:
    event = load_event("seller_api/webhook_endpoint")
    event["requestContext"]["authorizer"]["lambda"] = ANNA
    from functions.seller_api import handler

    answer = handler.lambda_handler(event, LambdaContext())
    made = json.loads(answer["body"])
    tripwire.watch(made["secret"])

    assert (answer["statusCode"], answer["headers"]["Cache-Control"]) == (201, "no-store")
    listed = world("GET", ENDPOINTS)[1]["endpoints"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert made["secret"] not in json.dumps(listed)
    assert made["secret"] not in repr(list(world.table.query(keys.endpoint(_organization(world), "")[0])))


def test_secrets_are_never_kept_for_a_replay(world: World) -> None:
    made = world.endpoint()
    address, key = f"{ENDPOINTS}/{made['id']}/secret", {"Idempotency-Key": "once"}

    first, second = (world("POST", address, headers=key)[1] for _ in range(2))

    assert len({made["secret"], first["secret"], second["secret"]}) == 3
    assert second["old_secret_until"] is not None


def test_an_endpoint_is_disabled_enabled_and_deleted(world: World) -> None:
    made = world.endpoint()
    address = f"{ENDPOINTS}/{made['id']}"

    assert world("POST", f"{address}/disable")[1]["disabled_reason"] == "by_customer"
    assert world("POST", f"{address}/test")[0] == 409
    assert world("POST", f"{address}/enable")[1]["state"] == "enabled"
    event = http_event("DELETE", address, **ANNA)
    from functions.seller_api import handler

    assert handler.lambda_handler(event, LambdaContext())["statusCode"] == 204
    assert world("GET", ENDPOINTS)[1] == {"endpoints": []}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.seller.example/", "url_not_https"),
        ("https://169.254.169.254/latest/meta-data", "url_host"),
        ("http://127.0.0.1:8000/", "url_not_https"),
        ("https://user:word@hooks.seller.example/", "url_with_user"),
    ],
)
def test_an_address_that_is_refused_says_why(world: World, url: str, code: str) -> None:
    status, answer = world("POST", ENDPOINTS, {"url": url, "events": ["list.published"]})

    assert status == 400
    assert [(one["pointer"], one["code"]) for one in answer["errors"]] == [("/url", code)]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", ENDPOINTS, None),
        ("POST", ENDPOINTS, {"url": URL, "events": ["list.published"]}),
        ("POST", ENDPOINTS + "/x/secret", None),
        ("POST", ENDPOINTS + "/x/enable", None),
        ("POST", ENDPOINTS + "/x/disable", None),
        ("POST", ENDPOINTS + "/x/test", None),
        ("DELETE", ENDPOINTS + "/x", None),
        ("POST", DELIVERIES + "/x/replay", None),
        ("PUT", "/v1/notices/preferences", {"mail_published": True, "mail_reminders": True}),
        ("GET", "/v1/calendars", None),
        ("POST", "/v1/calendars", {"name": "team"}),
        ("DELETE", "/v1/calendars/x", None),
    ],
)
def test_only_a_representative_may(world: World, method: str, path: str, body: Any) -> None:
    table, organization_id = world.table, _organization(world)
    table.write(
        table.put(keys.user(BERT["sub"]), {"organization_id": organization_id, "role": "downloader"}),
        table.put(keys.client("machine-1"), {"organization_id": organization_id, "role": "machine"}),
    )
    stranger = ANNA | {"sub": "stranger"}

    assert [world(method, path, body, who)[0] for who in (None, MACHINE, BERT, stranger)] == [401, 403, 403, 403]
    for path_of_members in (DELIVERIES, "/v1/notices/preferences"):
        assert [world("GET", path_of_members, who=who)[0] for who in (MACHINE, BERT)] == [200, 200]


def test_another_organizations_things_do_not_exist(world: World) -> None:
    endpoint = world.endpoint()
    delivery = world("POST", f"{ENDPOINTS}/{endpoint['id']}/test")[1]
    calendar = world("POST", "/v1/calendars", {"name": "team"})[1]
    world.organization(BERT)

    for method, path in (
        ("POST", f"{ENDPOINTS}/{endpoint['id']}/secret"),
        ("POST", f"{ENDPOINTS}/{endpoint['id']}/test"),
        ("DELETE", f"{ENDPOINTS}/{endpoint['id']}"),
        ("POST", f"{DELIVERIES}/{delivery['id']}/replay"),
        ("DELETE", f"/v1/calendars/{calendar['id']}"),
    ):
        assert world(method, path, who=BERT)[0] == 404, path
    assert world("GET", DELIVERIES, who=BERT)[1] == {"deliveries": [], "next": None}


def test_preferences_begin_quiet_and_can_be_chosen(world: World) -> None:
    path, chosen = "/v1/notices/preferences", {"mail_published": True, "mail_reminders": False}
    assert world("GET", path)[1] == {"mail_published": False, "mail_reminders": True}

    assert world("PUT", path, chosen) == (200, chosen)
    assert world("GET", path)[1] == chosen
    assert world("PUT", path, {"mail_published": True})[0] == 400


def test_a_calendar_is_read_without_signing_in_until_it_is_revoked(world: World, tripwire: Tripwire) -> None:
    made = world("POST", "/v1/calendars", {"name": "team"}, headers={"Idempotency-Key": "once"})[1]
    tripwire.watch(made["path"].removeprefix("/v1/calendars/").removesuffix(".ics"))
    event = load_event("calendar_feed/feed")
    assert calendar_feed.lambda_handler(event, LambdaContext())["statusCode"] == 404
    event["rawPath"] = event["requestContext"]["http"]["path"] = made["path"]

    answer = calendar_feed.lambda_handler(event, LambdaContext())

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "text/calendar; charset=utf-8"
    assert len(icalendar.Calendar.from_ical(answer["body"]).walk("VEVENT")) == 1
    assert world("GET", "/v1/calendars")[1]["calendars"][0]["name"] == "team"
    assert made["path"] not in json.dumps(world("GET", "/v1/calendars")[1])
    from functions.seller_api import handler

    revoked = handler.lambda_handler(http_event("DELETE", f"/v1/calendars/{made['id']}", **ANNA), LambdaContext())
    assert revoked["statusCode"] == 204
    assert calendar_feed.lambda_handler(event, LambdaContext())["statusCode"] == 404


def _organization(world: World) -> str:
    item = world.table.get(keys.user(ANNA["sub"]))
    assert item is not None
    return str(item["organization_id"])
