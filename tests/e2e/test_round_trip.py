"""One number goes all the way round, over HTTP, through the deployed functions of the local cloud."""

import base64
import hashlib
import hmac
import io
import json
import random
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.e2e.conftest import Cloud, wait_for

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(600)]

AREAS = ["207", "302", "401", "406", "603", "605"]
"""Six areas with few numbers: five are free, the sixth has to be paid."""
ADDRESS = {"line1": "1 Test Street", "city": "Augusta", "region": "ME", "postal_code": "04330", "country": "US"}


@pytest.fixture(scope="module")
def story() -> dict[str, Any]:
    """What earlier steps learned; the steps run in order."""
    return {}


@pytest.fixture(scope="module")
def number(run_id: str) -> str:
    """A fictitious number of area 207, its own for every run."""
    return f"+1207555{100 + random.Random(run_id).randrange(100):04d}"


def neighbour(number: str, steps: int) -> str:
    """Another fictitious number of the same area."""
    return f"{number[:-2]}{(int(number[-2:]) + steps) % 100:02d}"


def fresh_date(cloud: Cloud) -> str:
    """The newest date that has no list yet: today, or the day after the newest list where one was published today."""
    today = datetime.now(ZoneInfo("America/New_York")).date()
    latest = cloud.http.get("/v1/manifests/latest")
    if latest.status_code == 200:
        payload = latest.text.split(".")[1]
        newest = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["date"]
        today = max(today, datetime.fromisoformat(newest).date() + timedelta(days=1))
    return today.isoformat()


def test_1_a_consumer_registers_and_confirms(cloud: Cloud, story: dict[str, Any], number: str, run_id: str) -> None:
    email = f"consumer-{run_id}@example.com"
    body = {"numbers": [number, neighbour(number, 1), neighbour(number, 2)], "email": email, "language": "en"}
    asked = cloud.http.post("/v1/registrations", json=body)
    assert asked.status_code == 202, asked.text

    token = cloud.link_token(email)
    confirmed = cloud.http.post("/v1/registrations/confirm", json={"token": token})
    assert confirmed.status_code == 200, confirmed.text
    assert number not in confirmed.text

    again = cloud.http.post("/v1/registrations/confirm", json={"token": token})
    forged = cloud.http.post("/v1/registrations/confirm", json={"token": token[:-2] + "xx"})
    assert (again.status_code, forged.status_code) == (400, 400)
    assert again.json()["type"] == forged.json()["type"]
    assert again.headers["content-type"].startswith("application/problem+json")


def test_2_a_seller_subscribes_and_pays(cloud: Cloud, story: dict[str, Any], run_id: str) -> None:
    story["seller"] = f"seller-{run_id}@example.com"
    seller = cloud.as_user(cloud.sign_in(story["seller"]))
    story["api"] = seller
    contact = {"name": "Test Seller", "email": story["seller"]}
    organization = {"name": f"Test {run_id}", "type": "seller", "address": ADDRESS, "contact": contact}
    made = seller.post("/v1/organizations", json=organization)
    assert made.status_code == 201, made.text
    early = seller.post("/v1/orders", json={"areas": AREAS})
    assert early.status_code in (403, 409)
    certified = seller.post("/v1/certifications", json={"version": "2026-10", "language": "en"})
    assert certified.status_code == 201, certified.text
    assert certified.json()["san"]

    quote = seller.post("/v1/quotes", json={"areas": AREAS}).json()
    assert quote["total"] == {"minor": 8500, "currency": "USD"}
    key = {"Idempotency-Key": f"order-{run_id}"}
    order = seller.post("/v1/orders", json={"areas": AREAS}, headers=key)
    repeated = seller.post("/v1/orders", json={"areas": AREAS}, headers=key)
    assert order.status_code == 201, order.text
    assert repeated.json()["id"] == order.json()["id"]
    address = f"/v1/orders/{order.json()['id']}"
    wait_for(lambda: seller.get(address).json()["state"] == "awaiting_payment", "the invoice")
    before = seller.post("/v1/downloads", json={"areas": ["207"]})
    assert before.status_code == 403

    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2030", "cvc": "123"}
    form = {"type": "card", **{f"card[{name}]": value for name, value in card.items()}}
    method = httpx.post(
        f"{cloud.outputs['payments_url']}/v1/payment_methods", data=form, auth=("sk_test_local", ""), timeout=30
    ).json()
    paid = seller.post(f"{address}/payments", json={"payment_method": method["id"]})
    assert paid.status_code == 202, paid.text
    wait_for(lambda: seller.get(address).json()["state"] in ("paid", "active"), "the signed webhook")
    entitled = seller.get("/v1/entitlements").json()["entitlements"]
    assert {area for one in entitled for area in one["areas"]} == set(AREAS)


def test_3_the_days_list_is_published(cloud: Cloud, story: dict[str, Any], number: str, tmp_path: Path) -> None:
    time.sleep(3)
    done = cloud.command("ops", "publish", "--date", fresh_date(cloud), home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = cloud.http.get("/v1/manifests/latest")
    assert manifest.status_code == 200
    assert manifest.text.count(".") == 2


def test_4_the_seller_pulls_it(cloud: Cloud, story: dict[str, Any], number: str) -> None:
    answer = story["api"].post("/v1/downloads", json={"areas": ["207"], "kind": "full", "format": "txt"})
    assert answer.status_code == 201, answer.text
    download = answer.json()
    file = download["files"][0]
    body = httpx.get(file["url"], timeout=60)
    assert body.status_code == 200
    assert hashlib.sha256(body.content).hexdigest() == file["sha256"]
    with zipfile.ZipFile(io.BytesIO(body.content)) as bundle:
        lines = bundle.read(bundle.namelist()[0]).decode().split()
    assert f"{number[2:5]},{number[5:]}" in lines
    assert lines == sorted(lines)
    tampered = httpx.get(file["url"].replace("X-Amz-Expires=", "X-Amz-Expires=9"), timeout=60)
    assert tampered.status_code == 403
    foreign = story["api"].post("/v1/downloads", json={"areas": ["202"]})
    assert foreign.status_code == 403
    assert "202" in foreign.json()["detail"]


def test_5_the_terminal_does_the_same(cloud: Cloud, story: dict[str, Any], number: str, tmp_path: Path) -> None:
    code = ("--mfa-code", cloud.code(story["seller"]))
    signed_in = cloud.command(
        "login", story["seller"], "--password-stdin", *code, home=tmp_path, stdin="Quiet-Line-2026!\n"
    )
    assert signed_in.returncode == 0, signed_in.stdout + signed_in.stderr
    pulled = cloud.command("pull", str(tmp_path / "lists"), "--areas", "207", home=tmp_path)
    assert pulled.returncode == 0, pulled.stdout + pulled.stderr
    listed = next(path for path in (tmp_path / "lists").rglob("*.zip"))
    for path in (listed, tmp_path / "lists"):
        verified = cloud.command("verify", str(path), home=tmp_path)
        assert verified.returncode == 0, verified.stdout + verified.stderr
    story["home"] = tmp_path
    looked = cloud.command("lookup", number, "+12075550000", "--json", home=tmp_path)
    assert looked.returncode == 0, looked.stdout + looked.stderr
    answers = json.loads(looked.stdout)["answers"]
    assert next(one["status"] for one in answers) == "listed"


def test_5_the_next_list_comes_by_changes(cloud: Cloud, story: dict[str, Any], number: str, run_id: str) -> None:
    email, home, late = f"later-{run_id}@example.com", story["home"], neighbour(number, 3)
    asked = cloud.http.post("/v1/registrations", json={"numbers": [late], "email": email, "language": "en"})
    assert asked.status_code == 202, asked.text
    assert cloud.http.post("/v1/registrations/confirm", json={"token": cloud.link_token(email)}).status_code == 200
    time.sleep(3)
    done = cloud.command("ops", "publish", "--date", fresh_date(cloud), home=home)
    assert done.returncode == 0, done.stdout + done.stderr

    pulled = cloud.command("pull", str(home / "lists"), "--areas", "207", "--json", home=home)
    assert pulled.returncode == 0, pulled.stdout + pulled.stderr
    (area,) = json.loads(pulled.stdout)["areas"]
    assert (area["area"], area["how"]) == ("207", "changes"), area
    with zipfile.ZipFile(home / "lists" / area["file"]) as bundle:
        lines = bundle.read(bundle.namelist()[0]).decode().split()
    assert {f"{one[2:5]},{one[5:]}" for one in (number, late)} <= set(lines)
    for command in ("verify", "status"):
        checked = cloud.command(command, str(home / "lists"), home=home)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_6_a_complaint_runs_to_a_decision(cloud: Cloud, story: dict[str, Any], number: str, run_id: str) -> None:
    email = f"consumer-{run_id}@example.com"
    yesterday = (datetime.now(ZoneInfo("America/New_York")) - timedelta(days=1)).date().isoformat()
    caller = f"+1302555{100 + random.Random(run_id + 'caller').randrange(100):04d}"
    body = {
        "called_number": number,
        "call_date": yesterday,
        "call_time": "10:15",
        "robocall": True,
        "subject": 12,
        "caller_number": caller,
        "caller_name": f"Test {run_id}",
        "email": email,
        "language": "en",
    }
    sent = cloud.http.post("/v1/complaints", json=body)
    assert sent.status_code == 201, sent.text
    ticket = {"reference": sent.json()["reference"], "status_code": sent.json()["status_code"]}

    def status() -> Any:
        return cloud.http.post("/v1/complaints/status", json=ticket).json()

    wait_for(lambda: status()["outcome"] is not None, "the screening", 90)
    assert status()["outcome"] == "robocall", status()
    assert status()["reasons"]
    wrong = cloud.http.post("/v1/complaints/status", json=ticket | {"status_code": "0" * len(ticket["status_code"])})
    assert wrong.status_code == 404

    investigator = cloud.as_user(cloud.sign_in(f"investigator-{run_id}@example.com", "investigator"))

    def mine() -> Any:
        cases = investigator.get("/v1/cases", params={"status": "open"}).json()["cases"]
        return next((one for one in cases if one["caller_number"] == caller and one["waiting"]), None)

    case = wait_for(mine, "the case that waits for a decision", 90)
    assert story["api"].get("/v1/cases").status_code == 403
    decision = {"decision": "warning", "reasons": "One recorded sales call without written consent; a first offence."}

    def decide() -> httpx.Response | None:
        answer = investigator.post(f"/v1/cases/{case['id']}/decision", json=decision)
        return answer if answer.status_code != 409 else None

    # the caller's name is the seller's: nobody is warned unheard
    accusation = wait_for(lambda: story["api"].get("/v1/accusations").json()["accusations"], "the notice", 90)[0]
    assert decide() is None
    assert accusation["case_id"] == case["id"]
    said = {"statement": "A machine dialled by mistake; it has been taken away."}
    heard = story["api"].post(f"/v1/accusations/{case['id']}/answers", json=said)
    assert heard.status_code == 200, heard.text
    decided = wait_for(decide, "the case to wait for its decision", 90)
    assert decided.status_code in (200, 202), decided.text
    wait_for(lambda: status()["decision"] == "warning", "the decision to reach the consumer", 90)
    wait_for(lambda: any(ticket["reference"] in mail["text"] for mail in cloud.mails_to(email)), "the mail")


def test_7_a_live_call_to_an_unregistered_number_is_told_so(cloud: Cloud, run_id: str) -> None:
    body = {
        "called_number": "+14065550199",
        "call_date": (datetime.now(UTC) - timedelta(days=2)).date().isoformat(),
        "call_time": "09:00",
        "robocall": False,
        "subject": 9,
        "caller_number": "+13025550100",
    }
    sent = cloud.http.post("/v1/complaints", json=body).json()
    ticket = {"reference": sent["reference"], "status_code": sent["status_code"]}
    wait_for(
        lambda: cloud.http.post("/v1/complaints/status", json=ticket).json()["outcome"] == "not_registered",
        "the screening",
        90,
    )


def signature(secret: str, body: bytes, at: int) -> str:
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def test_8_forged_and_stale_webhooks_are_refused(cloud: Cloud) -> None:
    body = json.dumps({"id": "evt_forged", "type": "invoice.paid", "data": {"object": {}}}).encode()
    now = int(time.time())
    for header in ("", "t=1,v1=00", signature("whsec_wrong", body, now), signature("whsec_wrong", body, now - 4000)):
        answer = cloud.http.post(
            "/v1/webhooks/stripe",
            content=body,
            headers={"Stripe-Signature": header, "Content-Type": "application/json"},
        )
        assert answer.status_code == 400, (header, answer.text)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"not json", "application/json", 400),
        (b'{"numbers": ["2025550143"], "email": "\xff@example.com", "language": "en"}', "application/json", 400),
        (b'{"numbers": ["' + b"2" * 1_000_000 + b'"]}', "application/json", 413),
        (b"numbers=1", "application/x-www-form-urlencoded", 415),
        (b'{"numbers": ["2025550143"], "email": "nobody", "language": "en"}', "application/json", 400),
        (b'{"numbers": ["+442071838750"], "email": "a@example.com", "language": "en"}', "application/json", 400),
        (b'{"numbers": ["1","2","3","4"], "email": "a@example.com", "language": "en"}', "application/json", 400),
    ],
)
def test_9_bad_bodies_get_a_problem(cloud: Cloud, content: bytes, kind: str, status: int) -> None:
    answer = cloud.http.post("/v1/registrations", content=content, headers={"Content-Type": kind})

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["detail"]
    assert (b"\xff" in content) == (answer.json()["type"] == "/problems/not-utf-8")


def test_9_a_wrong_method_says_which_are_right(cloud: Cloud) -> None:
    answer = cloud.http.get("/v1/registrations")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_9_what_is_not_there_is_said_in_our_words(cloud: Cloud) -> None:
    address, page = cloud.http.get("/v1/nothing"), cloud.http.get("/en/nothing/")

    assert (address.status_code, address.json()["type"]) == (404, "/problems/no-such-address")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1" in page.text


def test_9_nobody_gets_in_without_a_token(cloud: Cloud) -> None:
    assert cloud.http.get("/v1/orders").status_code == 401
    assert cloud.as_user("garbage").get("/v1/orders").status_code in (401, 403)


def test_9_pages_and_reference_are_served(cloud: Cloud) -> None:
    for path in ("/en/", "/es/", "/en/register/", "/en/complain/"):
        page = cloud.http.get(path)
        assert page.status_code == 200, path
        assert "<h1" in page.text
    reference = Path(__file__).parents[2] / "docs/reference/openapi.json"
    assert cloud.http.get("/openapi.json").json() == json.loads(reference.read_text(encoding="utf-8"))
