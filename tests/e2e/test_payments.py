"""A seller's money on the local cloud: cards that fail, refunds, webhooks that never came, an outage, a renewal."""

import hashlib
import hmac
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from infra.local.place import PAYMENTS_KEY, WEBHOOK_SECRET
from tests.e2e.cast import today
from tests.e2e.conftest import ROOT, Cloud, wait_for

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(600)]

AREAS = ["207", "302", "401", "406", "603", "605"]
"""Six areas with few numbers: five are free, the sixth has to be paid."""
MORE = "701"
GOOD, REFUSED = "4242424242424242", "4000000000000341"
"""The second can be attached, and every payment with it is refused."""
ADDRESS = {"line1": "1 Test Street", "city": "Augusta", "region": "ME", "postal_code": "04330", "country": "US"}


@dataclass
class Seller:
    """An organization that has certified, and its client."""

    cloud: Cloud
    api: httpx.Client
    id: str
    email: str

    def order(self, areas: list[str], state: str = "awaiting_payment", **more: Any) -> str:
        """Order; return the order's id when it has reached a state."""
        made = self.api.post("/v1/orders", json={"areas": areas, **more})
        assert made.status_code == 201, made.text
        self.reaches(made.json()["id"], state)
        return str(made.json()["id"])

    def pay(self, order: str, card: str = GOOD) -> None:
        asked = self.api.post(f"/v1/orders/{order}/payments", json={"payment_method": self.card(card)})
        assert asked.status_code == 202, asked.text

    def state(self, order: str) -> str:
        return str(self.api.get(f"/v1/orders/{order}").json()["state"])

    def reaches(self, order: str, state: str) -> None:
        wait_for(lambda: self.state(order) == state, f"{state} (it is {self.state(order)})")

    def areas(self) -> set[str]:
        held = self.api.get("/v1/entitlements").json()["entitlements"]
        return {area for one in held if one.get("state", "active") == "active" for area in one["areas"]}

    def card(self, number: str) -> str:
        card = {"number": number, "exp_month": "12", "exp_year": "2030", "cvc": "123"}
        form = {"type": "card", **{f"card[{name}]": value for name, value in card.items()}}
        return str(server(self.cloud, "POST", "payment_methods", form)["id"])

    def invoice(self, order: str) -> dict[str, Any]:
        """The order's invoice at the payment server."""
        found = server(self.cloud, "GET", "invoices?limit=100")["data"]
        return next(one for one in found if (one["description"] or "").endswith(order))


def server(cloud: Cloud, method: str, path: str, form: dict[str, str] | None = None) -> Any:
    address = f"{cloud.outputs['payments_url']}/v1/{path}"
    answer = httpx.request(method, address, data=form, auth=(PAYMENTS_KEY, ""), timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def seller(cloud: Cloud, name: str, kind: str = "seller") -> Seller:
    email = f"{name}@example.com"
    api = cloud.as_user(cloud.sign_in(email))
    contact = {"name": "Test Seller", "email": email}
    organization = {"name": f"Test {name}", "type": kind, "address": ADDRESS, "contact": contact}
    made = api.post("/v1/organizations", json=organization)
    assert made.status_code == 201, made.text
    certified = api.post("/v1/certifications", json={"version": "2026-10", "language": "en"})
    assert certified.status_code == 201, certified.text
    return Seller(cloud, api, made.json()["id"], email)


@pytest.fixture(scope="module")
def shop(cloud: Cloud, run_id: str) -> Seller:
    return seller(cloud, f"payer-{run_id}")


@pytest.fixture(scope="module")
def story() -> dict[str, str]:
    """What earlier steps learned; the steps run in order."""
    return {}


def test_1_a_card_that_fails_then_one_that_pays(shop: Seller, story: dict[str, str]) -> None:
    story["first"] = shop.order(AREAS)
    shop.pay(story["first"], REFUSED)
    shop.reaches(story["first"], "payment_failed")
    assert shop.areas() == set()

    shop.pay(story["first"])
    shop.reaches(story["first"], "active")
    assert shop.areas() == set(AREAS)


def test_2_an_area_is_added(shop: Seller, story: dict[str, str]) -> None:
    story["added"] = shop.order([MORE])
    shop.pay(story["added"])
    shop.reaches(story["added"], "active")
    assert shop.areas() == {*AREAS, MORE}


def test_3_a_webhook_that_comes_twice_or_forged_changes_nothing(
    cloud: Cloud, shop: Seller, story: dict[str, str], run_id: str
) -> None:
    event = {
        "id": f"evt_{run_id}",
        "type": "invoice.paid",
        "data": {"object": {"id": shop.invoice(story["first"])["id"]}},
    }
    body = json.dumps(event).encode()

    def post(secret: str) -> httpx.Response:
        stamp = int(time.time())
        mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        header = {"Stripe-Signature": f"t={stamp},v1={mac}", "Content-Type": "application/json"}
        return cloud.http.post("/v1/webhooks/stripe", content=body, headers=header)

    assert [post(WEBHOOK_SECRET).json()["duplicate"] for _ in range(2)] == [False, True]
    assert post("whsec_wrong").status_code == 400
    listed = command(cloud, "webhooks", "list", "--all")
    assert any(one["id"] == event["id"] for one in listed["events"])
    assert shop.state(story["first"]) == "active"


def test_4_a_refund_ends_downloads_and_old_receipts_stay_good(
    cloud: Cloud, shop: Seller, story: dict[str, str]
) -> None:
    wanted = {"areas": ["207"], "kind": "full", "format": "txt"}
    receipt = shop.api.post("/v1/downloads", json=wanted).json()["receipt"]

    done = command(cloud, "refund", story["first"], "--reason", "asked for within the week")

    assert (done["amount"], done["outcome"], done["state"]) == (8500, "stopped", "refunded")
    assert "207" not in shop.areas()
    assert shop.api.post("/v1/downloads", json=wanted).status_code == 403
    key_id = jwt.get_unverified_header(receipt)["kid"]
    keys = cloud.http.get("/.well-known/jwks.json").json()["keys"]
    key = jwt.PyJWK(next(one for one in keys if one["kid"] == key_id))
    assert "207" in {one["area"] for one in jwt.decode(receipt, key, algorithms=["ES256"])["areas"]}


def test_5_a_refund_that_no_webhook_told_of_is_found(cloud: Cloud, shop: Seller, story: dict[str, str]) -> None:
    # localstripe sends no webhooks of refunds: what was done there by hand nobody tells us
    server(cloud, "POST", "refunds", {"payment_intent": shop.invoice(story["added"])["payment_intent"]})
    assert shop.state(story["added"]) == "active"

    run = command(cloud, "payments", "check")

    mine = [one for one in run["differences"] if one["order_id"] == story["added"]]
    assert [(one["was"], one["now"], one["fresh"]) for one in mine] == [("active", "refunded", True)]
    assert run["state"] == "done"
    assert shop.areas() == set()


def test_6_an_exempt_organization_pays_nothing(cloud: Cloud, run_id: str) -> None:
    charity = seller(cloud, f"charity-{run_id}", "exempt")
    charity.order([*AREAS, MORE], "active")

    assert charity.areas() == {*AREAS, MORE}


def test_7_a_term_is_renewed_while_the_payment_server_is_away(cloud: Cloud, run_id: str) -> None:
    renewing = seller(cloud, f"renewer-{run_id}")
    begins = end_soon(renewing, renewing.order(AREAS[:5], "active"))
    payment_server("stop()")
    try:
        order = renewing.order(AREAS, "awaiting_invoice", renew=True)
        circuit = {"pk": {"S": "CIRCUIT"}, "sk": {"S": "payment server"}}
        table, client = cloud.outputs["sellers_table"], cloud.aws("dynamodb")

        def state() -> str:
            item = client.get_item(TableName=table, Key=circuit, ConsistentRead=True).get("Item", {})
            return str(item.get("state", {}).get("S", ""))

        wait_for(lambda: state() in ("OPEN", "HALF_OPEN"), "the circuit to open")
        assert renewing.api.get("/v1/orders").status_code == 200
        assert renewing.areas() == set(AREAS[:5])
    finally:
        payment_server("start()")
    renewing.reaches(order, "awaiting_payment")
    assert command(cloud, "webhooks", "list")["dead_letters"] == []

    renewing.pay(order)
    renewing.reaches(order, "active")
    assert renewing.api.get(f"/v1/orders/{order}").json()["term_start"] == begins
    assert renewing.areas() >= set(AREAS[:5])  # the sixth follows with the new term


def end_soon(of: Seller, order: str) -> str:
    """Let an order's term end with this month, which no clock of the local cloud can; return the next one's start."""
    # the renewal window is thirty days, and a month may be longer
    ends = min((today().replace(day=1) + timedelta(days=32)).replace(day=1), today() + timedelta(days=30))
    of.cloud.aws("dynamodb").update_item(
        TableName=of.cloud.outputs["sellers_table"],
        Key={"pk": {"S": f"ORGANIZATION#{of.id}"}, "sk": {"S": f"ENTITLEMENT#{order}"}},
        UpdateExpression="SET term_start = :start, term_end = :end",
        ExpressionAttributeValues={
            ":start": {"S": (ends - timedelta(days=365)).isoformat()},
            ":end": {"S": ends.isoformat()},
        },
    )
    return ends.replace(day=1).isoformat()


def payment_server(do: str) -> None:
    """Stop or start the payments process of this local cloud, by its own pid file."""
    lines = [
        "from infra.local import servers, up",
        "from infra.local.place import Place",
        "place = Place.from_environment()",
        f"servers.payments(place).{do}",
        "up.register_webhook(place)" if do == "start()" else "",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def command(cloud: Cloud, *arguments: str) -> Any:
    """Run `quietline ops …` as an operator and return what it answers."""
    done = cloud.command("ops", *arguments, "--json", home=Path("/nonexistent"))
    assert done.returncode in (0, 5), done.stdout + done.stderr
    return json.loads(done.stdout)


def test_7_granted_credit_pays_for_the_next_order_and_comes_back_from_a_cancelled_one(
    cloud: Cloud, shop: Seller, story: dict[str, str]
) -> None:
    granted = command(cloud, "credit", shop.id, "--amount", "20.00", "--reason", "an area was missing for a day")
    assert (granted["amount"], granted["currency"], granted["outcome"]) == (2000, "USD", "granted")

    cancelled = shop.order(AREAS)
    assert shop.api.post(f"/v1/orders/{cancelled}/cancel", json={}).status_code == 202
    shop.reaches(cancelled, "voided")
    story["credited"] = shop.order(AREAS)
    shop.pay(story["credited"])
    shop.reaches(story["credited"], "active")

    paid = next(one for one in shop.api.get("/v1/invoices").json()["invoices"] if one["order_id"] == story["credited"])
    assert (paid["credit_applied"]["minor"], paid["paid"]["minor"]) == (2000, 6500)
    books = shop.api.get("/v1/ledger").json()
    kinds = [one["kind"] for one in books["entries"] if one["order_id"] in ("", story["credited"])]
    assert kinds == ["credit_granted", "invoiced", "credit_used", "paid"]

    mistake = command(cloud, "credit", shop.id, "--amount", "7.00", "--reason", "meant for another organization")
    back = command(cloud, "withdraw-credit", mistake["command"], "--reason", "meant for another organization")
    assert (back["amount"], back["outcome"], back["organization"]) == (700, "withdrawn", shop.id)

    def told() -> bool:
        subjects = [mail["subject"] for mail in cloud.mails_to(shop.email)]
        return {"A credit of 7.00 USD was taken back"} < {one for one in subjects if "credit of 7.00 USD" in one}

    wait_for(told, "the mails about the credit that was granted and taken back")
    mine = {one["sentence"] for one in command(cloud, "ledger", "check")["differences"] if shop.id in one.values()}
    assert mine == set()
