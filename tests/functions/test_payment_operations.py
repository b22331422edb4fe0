"""Refunds, replays and the comparison: real stores, the worker, and a payment server in memory."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters import queues
from quietline.adapters.aws import client
from quietline.adapters.dynamodb.orders import OrderStore
from quietline.adapters.dynamodb.payment_checks import CheckStore
from quietline.adapters.dynamodb.payments import EventStore
from quietline.adapters.dynamodb.sellers import OrganizationStore
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from quietline.kernel.settings.functions import PaymentWorkerSettings
from quietline.orders import check
from quietline.orders.billing import Billing
from quietline.orders.check import CheckRun, CheckState, PaymentCheck
from quietline.orders.model import Buyer, EventKind, Order, OrderState
from quietline.orders.refunds import Refunds
from quietline.orders.service import OrderService
from quietline.payments.model import PaymentEvent
from quietline.payments.replay import EventReplay
from quietline.sellers.model import Address, Organization, OrganizationType

from functions.payment_worker import handler as worker
from tests.fakes.payments import FakePaymentServer
from tests.helpers import LambdaContext

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SIX = ("202", "301", "410", "443", "571", "703")
WHY = "asked for within the week"


@dataclass
class Desk:
    orders: OrderStore
    service: OrderService
    server: FakePaymentServer
    check: PaymentCheck
    refunds: Refunds
    replay: EventReplay
    queue_url: str
    dead_url: str
    clock: FixedClock

    def paid(self, organization: str = "01ORG") -> Order:
        """An order that was invoiced and paid."""
        buyer = Buyer(organization, "user-anna", exempt=False, certified=True)
        order = self.service.order(buyer, SIX)
        self.work({"pk": f"ORDER#{order.id}"})
        self.work({"pk": f"PAYMENT_COMMAND#{self.service.pay(buyer, order.id, 'pm_card_visa').id}"})
        return self.order(order)

    def order(self, order: Order) -> Order:
        found = self.orders.get(order.id)
        assert found is not None
        return found

    def work(self, message: dict[str, Any]) -> dict[str, Any]:
        record = {"messageId": "1", "body": json.dumps(message)}
        return worker.lambda_handler({"Records": [record]}, LambdaContext())

    def work_off(self) -> list[dict[str, Any]]:
        """Carry out what lies in the queue until it is empty; return those messages."""
        done = []
        while found := client("sqs").receive_message(QueueUrl=self.queue_url).get("Messages", []):
            for one in found:
                client("sqs").delete_message(QueueUrl=self.queue_url, ReceiptHandle=one["ReceiptHandle"])
                done.append(json.loads(one["Body"]))
                assert self.work(done[-1]) == {"batchItemFailures": []}
        return done

    def later(self, **amount: int) -> None:
        self.clock.instant += timedelta(**amount)

    def compare(self) -> CheckRun:
        self.work({"pk": "PAYMENT_CHECK#nightly"})
        self.work_off()
        return self.check.checks.newest(1)[0]


@pytest.fixture
def desk(cloud: Any, profile: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    dead = client("sqs").create_queue(QueueName="quietline-payments-dead")["QueueUrl"]
    settings = cloud.use(PaymentWorkerSettings)
    table = Table(settings.sellers_table)
    address = Address("1 Example Street", "Springfield", "IL", "62701", "US")
    for name in ("01ORG", "02ORG", "03ORG"):
        kind = OrganizationType.SELLER
        made = Organization(name, "Example Solar LLC", kind, address, "Sam", "c2VjcmV0", "en", NOW)
        OrganizationStore(table).add(made, f"user-{name}")
    clock, store = FixedClock(NOW), OrderStore(table)
    server = FakePaymentServer(clock)
    billing = Billing(store, server, clock, profile)
    checking = PaymentCheck(CheckStore(table), store, server, billing, clock, profile)
    monkeypatch.setattr(worker, "worker", lambda: billing)
    monkeypatch.setattr(worker, "comparison", lambda: checking)
    url = settings.payments_queue_url
    replay = EventReplay(EventStore(table), bootstrap.payments_queue(url, dead), clock)
    service = OrderService(store, clock, profile)
    return Desk(store, service, server, checking, Refunds(store, clock), replay, url, dead, clock)


def test_a_whole_refund_ends_the_entitlement_and_says_who_and_why(desk: Desk) -> None:
    order = desk.paid()
    command = desk.refunds.request(order.id, None, "arn:operator", WHY)
    assert desk.order(order).state is OrderState.ACTIVE  # it is asked for, not done

    desk.work({"pk": f"PAYMENT_COMMAND#{command.id}"})
    desk.work({"pk": f"PAYMENT_COMMAND#{command.id}"})

    assert desk.order(order).state is OrderState.REFUNDED
    assert desk.service.entitled_areas("01ORG") == frozenset()
    stored = desk.orders.command(command.id)
    assert stored is not None
    assert (stored.amount, stored.by, stored.reason, stored.state) == (8500, "arn:operator", WHY, "stopped")
    asked = next(one for one in desk.orders.history(order.id) if one.kind is EventKind.REFUND_REQUESTED)
    assert (asked.by, asked.cause) == ("arn:operator", f"command:{command.id}")


def test_a_part_goes_back_and_the_areas_stay(desk: Desk) -> None:
    order = desk.paid()
    desk.work({"pk": f"PAYMENT_COMMAND#{desk.refunds.request(order.id, 500, 'op', WHY).id}"})

    assert desk.order(order).state is OrderState.ACTIVE
    assert desk.service.entitled_areas("01ORG") == frozenset(SIX)
    with pytest.raises(ConflictError, match="8000"):
        desk.refunds.request(order.id, 8001, "op", WHY)


def test_what_cannot_be_refunded_is_refused_when_asked(desk: Desk) -> None:
    order = desk.paid()
    with pytest.raises(NotFoundError):
        desk.refunds.request("01NONE", None, "op", WHY)
    for amount, why in ((0, WHY), (-1, WHY), (1, " "), (1, "x" * 501)):
        with pytest.raises(InvalidInputError):
            desk.refunds.request(order.id, amount, "op", why)
    buyer = Buyer("02ORG", "user-ben", exempt=False, certified=True)
    for areas in (SIX[:5], ("212",)):
        with pytest.raises(ConflictError):
            desk.refunds.request(desk.service.order(buyer, areas).id, None, "op", WHY)


def test_money_that_went_meanwhile_is_not_sent_twice(desk: Desk) -> None:
    order = desk.paid()
    command = desk.refunds.request(order.id, None, "op", WHY)
    desk.server.dispute(order.invoice_id)

    desk.work({"pk": f"PAYMENT_COMMAND#{command.id}"})

    stored = desk.orders.command(command.id)
    assert stored is not None
    assert stored.state == "refused"
    assert desk.order(order).state is OrderState.DISPUTED  # which the server told when asked


MISSED: dict[str, Callable[[FakePaymentServer, str], object]] = {
    "refund": lambda server, invoice: server.refund(invoice, 8500, "in the dashboard"),
    "dispute": lambda server, invoice: server.dispute(invoice),
}


@pytest.mark.parametrize("what", sorted(MISSED))
def test_a_missed_webhook_is_healed_in_the_night_and_told(
    desk: Desk, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    order = desk.paid()
    MISSED[what](desk.server, order.invoice_id)
    desk.later(hours=12)

    run = desk.compare()

    assert desk.service.entitled_areas("01ORG") == frozenset()
    assert (run.state, run.checked, run.found, run.fresh) == (CheckState.DONE, 1, 1, 0)
    [difference] = run.differences
    assert (difference.order_id, difference.was, difference.outcome) == (order.id, "active", "stopped")
    assert '"PaymentDifferences"' in capsys.readouterr().out
    desk.later(days=1)
    assert desk.compare().found == 0


def test_a_payment_whose_webhook_may_be_on_its_way_is_applied_and_not_called_missed(desk: Desk) -> None:
    order = desk.paid()
    desk.later(hours=1)
    desk.server.refund(order.invoice_id, 8500, "just now")

    run = desk.compare()

    assert (run.found, run.fresh) == (0, 1)
    assert desk.order(order).state is OrderState.REFUNDED


def test_a_payment_on_the_hosted_page_that_nobody_told_us_of(desk: Desk) -> None:
    buyer = Buyer("01ORG", "user-anna", exempt=False, certified=True)
    order = desk.service.order(buyer, SIX)
    desk.work({"pk": f"ORDER#{order.id}"})
    desk.server.receive(desk.order(order).invoice_id)
    desk.later(days=2)

    run = desk.compare()

    assert (run.found, run.differences[0].now) == (1, "active")
    assert desk.service.entitled_areas("01ORG") == frozenset(SIX)


def test_an_invoice_that_was_made_and_never_stored_is_found(desk: Desk) -> None:
    order = desk.service.order(Buyer("01ORG", "user-anna", exempt=False, certified=True), SIX)
    desk.server.ensure_invoice(order, desk.server.ensure_customer("01ORG", "Example Solar LLC"))
    desk.later(hours=1)

    run = desk.compare()

    assert (run.found, run.differences[0].outcome) == (1, "invoiced")
    assert desk.order(order).state is OrderState.AWAITING_PAYMENT


def test_an_invoice_of_ours_that_the_server_lost_is_told(desk: Desk) -> None:
    order = desk.paid()
    del desk.server.stored[order.invoice_id]

    run = desk.compare()

    assert (run.found, run.differences[0].outcome) == (1, "ignored")
    assert desk.order(order).state is OrderState.ACTIVE


def test_a_run_goes_on_where_it_was_interrupted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "OF_A_STEP", 1)
    orders = []
    for name in ("01ORG", "02ORG", "03ORG"):
        orders.append(desk.paid(name))
        desk.later(minutes=1)
    desk.server.refund(orders[0].invoice_id, 8500, "missed")
    desk.server.refund(orders[2].invoice_id, 8500, "missed too")
    desk.later(days=1)
    desk.work({"pk": "PAYMENT_CHECK#nightly"})
    desk.server.down = True
    desk.work({"pk": "PAYMENT_CHECK#nightly"})  # put off, and so is the step that lies in the queue
    desk.server.down = False
    desk.work_off()
    desk.work({"pk": "PAYMENT_CHECK#nightly"})  # another delivery of the schedule's message: the run is over or goes on
    desk.work_off()

    [run] = desk.check.checks.newest(5)
    assert (run.state, run.checked, run.found) == (CheckState.DONE, 3, 2)


def test_what_was_found_before_the_server_went_away_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = desk.paid("01ORG")
    desk.later(minutes=1)
    second = desk.paid("02ORG")
    for order in (first, second):
        desk.server.dispute(order.invoice_id)
    desk.later(days=1)
    invoice, dead = desk.server.invoice, [second.invoice_id]

    def away(invoice_id: str) -> Any:
        if invoice_id in dead:
            raise UnavailableError("away")
        return invoice(invoice_id)

    monkeypatch.setattr(desk.server, "invoice", away)
    for _ in range(3):
        desk.work({"pk": "PAYMENT_CHECK#nightly"})
    assert [one.order_id for one in desk.check.checks.newest(1)[0].differences] == [first.id]

    dead.clear()
    assert [one.order_id for one in desk.compare().differences] == [first.id, second.id]


def test_an_invoice_that_nobody_thought_of_does_not_end_the_comparison(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, missed = desk.paid("01ORG"), desk.paid("02ORG")
    desk.server.dispute(missed.invoice_id)
    desk.later(days=1)
    reconcile = desk.check.billing.reconcile

    def half(invoice_id: str, cause: str) -> Any:
        if invoice_id == broken.invoice_id:
            raise KeyError("a field")
        return reconcile(invoice_id, cause)

    object.__setattr__(desk.check.billing, "reconcile", half)
    run = desk.compare()

    assert run.state is CheckState.DONE
    assert {one.order_id: one.outcome for one in run.differences} == {
        broken.id: "failed: KeyError",
        missed.id: "stopped",
    }


def event(desk: Desk, name: str, about: str, kind: str = "charge.refunded") -> None:
    assert desk.replay.events.add(PaymentEvent(name, kind, about, "{}", desk.clock.now()))  # type: ignore[attr-defined]


def test_events_that_nobody_worked_on_are_listed_and_replayed(desk: Desk) -> None:
    order = desk.paid()
    refunded = desk.server.refund(order.invoice_id, 8500, "x")
    event(desk, "evt_lost", refunded.refunds[0].id)
    event(desk, "evt_done", "in_none", "invoice.paid")
    desk.work({"pk": "PAYMENT_EVENT#evt_done"})
    assert desk.replay.listed(NOW - timedelta(days=1), every=False) == []  # it may still be on its way
    desk.later(hours=30)

    listed = desk.replay.listed(NOW - timedelta(days=1), every=False)
    assert [one.id for one in listed] == ["evt_lost"]
    assert {one.id for one in desk.replay.listed(NOW, every=True)} == {"evt_lost", "evt_done"}

    assert desk.replay.replay(["evt_lost", "evt_lost"]) == 1
    desk.work_off()
    assert desk.order(order).state is OrderState.REFUNDED
    assert desk.replay.listed(NOW, every=False) == []

    before = list(desk.orders.history(order.id))
    assert desk.replay.replay_between(NOW, desk.clock.now()) == 2
    desk.work_off()
    assert list(desk.orders.history(order.id)) == before


def test_an_unknown_event_is_refused_before_anything_is_touched(desk: Desk) -> None:
    event(desk, "evt_1", "in_none")

    with pytest.raises(NotFoundError, match="evt_none"):
        desk.replay.replay(["evt_1", "evt_none"])

    assert desk.work_off() == []


def test_dead_letters_are_shown_and_put_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "HELD_SECONDS", 0)
    order = desk.service.order(Buyer("01ORG", "user-anna", exempt=False, certified=True), SIX)
    dead = [{"pk": f"ORDER#{order.id}", "kind": "ORDER"}, {"pk": "PAYMENT_CHECK#nightly", "kind": "PAYMENT_CHECK"}]
    for one in dead:
        queues.send(desk.dead_url, one)

    assert sorted(one["pk"] for one in desk.replay.queue.dead()) == sorted(one["pk"] for one in dead)
    assert len(desk.replay.revive()) == 2
    assert desk.replay.queue.dead() == []
    desk.work_off()
    assert desk.order(order).state is OrderState.AWAITING_PAYMENT
