"""From an unpaid order to entitlements: worker and webhook with real stores and a payment server in memory."""

import hashlib
import hmac
import json
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.orders import OrderStore
from quietline.adapters.dynamodb.sellers import OrganizationStore
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.clock import FixedClock
from quietline.kernel.settings.functions import StripeWebhookSettings
from quietline.orders.billing import Billing
from quietline.orders.model import Buyer, Order, OrderState
from quietline.orders.service import OrderService
from quietline.sellers.model import Address, Organization, OrganizationType

from functions.payment_worker import handler as worker
from functions.stripe_webhook import handler as webhook
from tests.fakes.payments import FakePaymentServer
from tests.helpers import LambdaContext, http_event, load_event

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
BUYER = Buyer("01ORG", "user-anna", exempt=False, certified=True)
SIX = ["202", "301", "410", "443", "571", "703"]
HOME = Address("1 Example Street", "Springfield", "IL", "62701", "US")


@dataclass
class Shop:
    table: Table
    orders: OrderStore
    service: OrderService
    server: FakePaymentServer
    billing: Billing
    clock: FixedClock

    def order(self, areas: list[str] = SIX) -> Order:
        return self.service.order(BUYER, areas)

    def state(self, order: Order) -> OrderState:
        return self.service.get("01ORG", order.id).state

    def areas(self) -> frozenset[str]:
        return self.service.entitled_areas("01ORG")

    def invoiced(self, areas: list[str] = SIX) -> tuple[Order, str]:
        order = self.order(areas)
        self.billing.invoice(order.id)
        return order, self.service.get("01ORG", order.id).invoice_id

    def event(self, name: str, kind: str, invoice: str) -> int:
        body = json.dumps({"id": name, "type": kind, "data": {"object": {"id": invoice}}})
        return int(post(body)["statusCode"])

    def mails(self) -> list[str]:
        found = self.table.client.scan(TableName=self.table.name)["Items"]
        return sorted(item["template"]["S"] for item in found if item["pk"]["S"].startswith("MAIL#"))


@pytest.fixture
def shop(cloud: Any, profile: Any, monkeypatch: pytest.MonkeyPatch) -> Shop:
    settings = cloud.use(StripeWebhookSettings)
    table = Table(settings.sellers_table)
    OrganizationStore(table).add(
        Organization("01ORG", "Example Solar LLC", OrganizationType.SELLER, HOME, "Sam", "c2VjcmV0", "en", NOW),
        "user-anna",
    )
    clock, store = FixedClock(NOW), OrderStore(table)
    server = FakePaymentServer(clock)
    billing = Billing(store, server, clock, profile)
    monkeypatch.setattr(worker, "worker", lambda: billing)
    return Shop(table, store, OrderService(store, clock, profile), server, billing, clock)


def post(body: str, *, secret: str = "whsec_1", at: int = 0, tamper: str = "") -> dict[str, Any]:
    stamp = at or int(time.time())
    digest = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    event = http_event(
        "POST", "/v1/webhooks/stripe", body + tamper, headers={"Stripe-Signature": f"t={stamp},v1={digest}"}
    )
    return webhook.lambda_handler(event, LambdaContext())


def deliver(*keys: str) -> list[str]:
    records = [
        {"messageId": str(index), "body": json.dumps({"pk": key, "kind": key.split("#")[0]})}
        for index, key in enumerate(keys)
    ]
    answer = worker.lambda_handler({"Records": records}, LambdaContext())
    return [keys[int(failure["itemIdentifier"])] for failure in answer["batchItemFailures"]]


def test_an_order_becomes_an_invoice_a_payment_and_entitlements(shop: Shop) -> None:
    order = shop.order()
    assert deliver(f"ORDER#{order.id}") == []
    assert shop.state(order) is OrderState.AWAITING_PAYMENT
    command = shop.service.pay(BUYER, order.id, "pm_card_visa")
    assert shop.areas() == frozenset()
    assert deliver(f"PAYMENT_COMMAND#{command.id}") == []
    assert shop.areas() == frozenset(SIX)  # without waiting for the event

    invoice = shop.service.get("01ORG", order.id).invoice_id
    assert shop.event("evt_1", "invoice.paid", invoice) == 200
    assert deliver("PAYMENT_EVENT#evt_1") == []

    assert shop.state(order) is OrderState.ACTIVE
    assert shop.areas() == frozenset(SIX)
    assert shop.mails() == ["invoice-ready", "order-paid"]
    account = shop.orders.account("01ORG", NOW.date())
    assert account is not None
    assert (account.open_order, account.held.paid if account.held else 0) == ("", 8500)


def test_an_invoice_is_made_for_the_name_and_address_of_its_day(shop: Shop) -> None:
    order, _ = shop.invoiced()
    deliver(f"PAYMENT_COMMAND#{shop.service.cancel(BUYER, order.id).id}")
    customer = shop.server.customers["01ORG"]
    assert shop.server.known_as[customer] == ("Example Solar LLC", asdict(HOME))
    moved = asdict(replace(HOME, line1="2 Main Street"))
    shop.table.write(
        shop.table.update(
            keys.organization("01ORG"),
            "SET #name = :name, address = :address",
            names={"#name": "name"},
            values={":name": "Example Sun LLC", ":address": moved},
        )
    )

    shop.invoiced()

    assert shop.server.known_as == {customer: ("Example Sun LLC", moved)}


def test_every_message_may_come_twice_and_in_any_order(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    command = shop.service.pay(BUYER, order.id, "pm_card_visa")
    shop.event("evt_1", "invoice.payment_succeeded", invoice)
    keys = ["PAYMENT_EVENT#evt_1", f"PAYMENT_COMMAND#{command.id}", f"ORDER#{order.id}"]

    deliver(keys[0])  # the event is early: the invoice is not paid yet
    assert shop.areas() == frozenset()
    deliver(*keys)
    shop.event("evt_2", "invoice.paid", invoice)
    shop.event("evt_3", "invoice.payment_failed", invoice)  # late: the invoice is paid by now
    deliver("PAYMENT_EVENT#evt_3", "PAYMENT_EVENT#evt_2", *keys, *keys)

    assert shop.state(order) is OrderState.ACTIVE
    assert shop.server.calls.count("pay") == 1
    assert shop.mails() == ["invoice-ready", "order-paid"]
    assert len(shop.service.entitlements("01ORG")) == 1


def test_a_failed_payment_can_be_tried_again(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    refused = shop.service.pay(BUYER, order.id, "pm_declined")
    deliver(f"PAYMENT_COMMAND#{refused.id}")
    assert shop.state(order) is OrderState.PAYMENT_FAILED
    assert shop.areas() == frozenset()

    again = shop.service.pay(BUYER, order.id, "pm_card_visa")
    assert shop.state(order) is OrderState.AWAITING_PAYMENT
    deliver(f"PAYMENT_COMMAND#{again.id}")
    shop.event("evt_1", "invoice.paid", invoice)
    deliver("PAYMENT_EVENT#evt_1")

    assert shop.state(order) is OrderState.ACTIVE


def test_a_failure_reported_by_event(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    shop.server.refuse(invoice)
    shop.event("evt_1", "invoice.payment_failed", invoice)

    deliver("PAYMENT_EVENT#evt_1")

    assert shop.state(order) is OrderState.PAYMENT_FAILED


def test_an_event_alone_gives_nothing(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    shop.event("evt_1", "invoice.paid", invoice)  # rightly signed, but the payment server says: open

    deliver("PAYMENT_EVENT#evt_1")

    assert shop.state(order) is OrderState.AWAITING_PAYMENT
    assert shop.areas() == frozenset()


@pytest.mark.parametrize(
    "changes",
    [{"total": 1}, {"currency": "eur"}, {"payments": ()}],
)
def test_a_wrong_amount_gives_nothing(shop: Shop, changes: dict[str, Any]) -> None:
    order, invoice = shop.invoiced()
    shop.server.receive(invoice)
    shop.server.mark(invoice, **changes)
    shop.event("evt_1", "invoice.paid", invoice)

    assert deliver("PAYMENT_EVENT#evt_1") == []

    assert shop.state(order) is OrderState.AWAITING_PAYMENT
    assert shop.areas() == frozenset()


def test_unknown_events_are_kept_and_do_nothing(shop: Shop) -> None:
    assert shop.event("evt_1", "customer.created", "cus_1") == 200
    assert shop.event("evt_2", "invoice.paid", "in_of_somebody_else") == 200

    assert deliver("PAYMENT_EVENT#evt_1", "PAYMENT_EVENT#evt_2") == []

    assert [shop.orders.event(name) for name in ("evt_1", "evt_2")] == [
        ("customer.created", "cus_1", "ignored"),
        ("invoice.paid", "in_of_somebody_else", "ignored"),
    ]


def test_one_bad_message_does_not_hold_up_the_others(shop: Shop) -> None:
    order = shop.order()

    failed = deliver("ORDER#no-such-order", f"ORDER#{order.id}", "SOMETHING#else")

    assert failed == ["ORDER#no-such-order", "SOMETHING#else"]
    assert shop.state(order) is OrderState.AWAITING_PAYMENT


def test_the_term_begins_in_the_month_of_payment(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    shop.clock.instant = datetime(2026, 12, 2, 15, 0, tzinfo=UTC)
    shop.server.receive(invoice)
    shop.event("evt_1", "invoice.paid", invoice)

    deliver("PAYMENT_EVENT#evt_1")

    term = shop.service.get("01ORG", order.id).term
    assert (term.start.isoformat(), term.end.isoformat()) == ("2026-12-01", "2027-12-01")


def test_an_addition_ends_with_its_term(shop: Shop) -> None:
    shop.order(SIX[:5])
    shop.clock.instant = datetime(2027, 5, 3, 15, 0, tzinfo=UTC)
    order, invoice = shop.invoiced()
    assert order.total.minor == 4300  # month 7: the half fee
    shop.server.receive(invoice)
    shop.event("evt_1", "invoice.paid", invoice)
    deliver("PAYMENT_EVENT#evt_1")

    assert shop.areas() == frozenset(SIX)
    shop.clock.instant = datetime(2027, 10, 31, 23, 0, tzinfo=UTC)
    assert shop.areas() == frozenset(SIX)
    shop.clock.instant = datetime(2027, 11, 1, 5, 0, tzinfo=UTC)
    assert shop.areas() == frozenset()


def test_two_orders_at_the_same_moment_cannot_both_take_the_free_areas(shop: Shop) -> None:
    account = shop.orders.account("01ORG", NOW.date())
    assert account is not None
    shop.order(SIX[:5])
    late = OrderService(_Stale(shop.orders, account), shop.clock, shop.service.profile)

    order = late.order(BUYER, ["703"])

    assert order.total.minor == 8500


class _Stale:
    """A store whose first answer is an account as it was before."""

    def __init__(self, store: OrderStore, account: Any) -> None:
        self.store, self.stale = store, [account]

    def account(self, *args: Any) -> Any:
        return self.stale.pop() if self.stale else self.store.account(*args)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def test_the_event_file_has_a_forged_signature(shop: Shop) -> None:
    answer = webhook.lambda_handler(load_event("stripe_webhook/invoice_paid"), LambdaContext())

    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["type"] == "/problems/signature-not-valid"
    assert shop.orders.event("evt_example1") is None


def test_the_worker_event_file_names_no_order_of_ours(shop: Shop) -> None:
    answer = worker.lambda_handler(load_event("payment_worker/order"), LambdaContext())

    assert len(answer["batchItemFailures"]) == 1


BODY = '{"id": "evt_9", "type": "invoice.paid", "data": {"object": {"id": "in_1"}}}'


def test_an_event_is_stored_once(shop: Shop) -> None:
    first, again = post(BODY), post(BODY)

    assert json.loads(first["body"]) == {"received": True, "duplicate": False}
    assert json.loads(again["body"]) == {"received": True, "duplicate": True}
    stored = shop.table.get(("PAYMENT_EVENT#evt_9", "META"))
    assert stored is not None
    assert stored["raw"] == BODY


def test_an_id_that_comes_again_with_another_body_changes_nothing(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    shop.server.receive(invoice)
    shop.event("evt_9", "invoice.paid", invoice)
    first = shop.table.get(("PAYMENT_EVENT#evt_9", "META"))

    again = post(BODY.replace("invoice.paid", "charge.dispute.created"))

    assert json.loads(again["body"]) == {"received": True, "duplicate": True}
    assert shop.table.get(("PAYMENT_EVENT#evt_9", "META")) == first
    deliver("PAYMENT_EVENT#evt_9")
    assert shop.state(order) is OrderState.ACTIVE


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "whsec_of_somebody_else"},
        {"at": 1_700_000_000},
        {"at": int(time.time()) + 3600},
        {"tamper": " "},
    ],
)
def test_forged_and_stale_webhooks_are_refused(shop: Shop, wrong: dict[str, Any]) -> None:
    assert post(BODY, **wrong)["statusCode"] == 400
    assert shop.table.get(("PAYMENT_EVENT#evt_9", "META")) is None


@pytest.mark.parametrize("body", ["[]", "{}", "1", "not json", '{"id": 1, "type": "x", "data": {"object": {}}}'])
def test_a_signed_body_that_is_no_event(shop: Shop, body: str) -> None:
    assert post(body)["statusCode"] == 400


def test_the_signature_is_over_the_raw_bytes(shop: Shop) -> None:
    import base64

    body = BODY.replace('"in_1"', '"in_é"').encode()
    stamp = int(time.time())
    digest = hmac.new(b"whsec_1", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    event = http_event("POST", "/v1/webhooks/stripe", headers={"stripe-signature": f"t={stamp},v1={digest}"})
    event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}

    assert webhook.lambda_handler(event, LambdaContext())["statusCode"] == 200


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ({"api_key": "k", "webhook_secrets": "set-me"}, 400),
        ({"api_key": "k", "webhook_secrets": ["set-me"]}, 400),
        ({"api_key": "k", "webhook_secrets": "whsec_new, set-me"}, 400),
        ({"api_key": "k"}, 500),
    ],
)
def test_a_secret_that_was_never_set_accepts_nothing(shop: Shop, cloud: Any, text: dict[str, Any], status: int) -> None:
    from quietline.adapters import aws, secrets

    aws.client("secretsmanager").put_secret_value(SecretId=cloud.stripe_secret_id, SecretString=json.dumps(text))
    secrets.forget_secrets()

    assert post(BODY, secret="set-me")["statusCode"] == status
    if status == 400 and "whsec_new" in text["webhook_secrets"]:
        assert post(BODY, secret="whsec_new")["statusCode"] == 200
