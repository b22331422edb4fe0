"""Refunds, disputes, cancellations and what is told of them: worker, API and ledger with real stores."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.ledger import LedgerStore
from quietline.kernel.errors import ConflictError
from quietline.ledger.model import BAD_DEBT, FEES, PROCESSOR, REFUNDS, balances
from quietline.orders.model import DisputeStatus, Order, OrderState, Problem

from tests.functions.test_payments import BUYER, NOW, SIX, Shop, deliver, shop
from tests.functions.test_seller_api import FREE, api

__all__ = ["api", "shop"]  # fixtures

COUNT = count(1)
OTHERS = ["212", "213", "214", "215", "216", "217"]


class Told:
    """Hands events to the worker."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def __call__(self, kind: str, about: str) -> str:
        name = f"evt_{next(COUNT)}"
        assert self.shop.event(name, kind, about) == 200
        assert deliver(f"PAYMENT_EVENT#{name}") == []
        found = self.shop.orders.event(name)
        assert found is not None
        return found[2]


def paid(shop: Shop, areas: list[str] = SIX) -> tuple[Order, str]:
    order, invoice = shop.invoiced(areas)
    shop.server.receive(invoice)
    assert Told(shop)("invoice.paid", invoice) == "activated"
    return order, invoice


def stored(shop: Shop, order: Order) -> Order:
    return shop.service.get("01ORG", order.id)


def ledger(shop: Shop) -> dict[str, int]:
    return {account: amount for (_, account), amount in balances(LedgerStore(shop.table).of("01ORG")).items()}


def test_a_full_refund_stops_the_areas_and_a_partial_one_does_not(shop: Shop) -> None:
    order, invoice = paid(shop)
    told = Told(shop)
    charge = shop.server.stored[invoice].payments[0].id

    shop.server.refund(invoice, 500, "a")
    assert told("charge.refunded", charge) == "recorded"
    assert shop.areas() == frozenset(SIX)
    assert ledger(shop) == {FEES: -8500, PROCESSOR: 8000, REFUNDS: 500}

    shop.server.refund(invoice, 8000, "b")
    assert told("charge.refunded", charge) == "stopped"
    assert told("charge.refunded", charge) == "nothing_to_do"
    assert shop.areas() == frozenset()
    assert shop.state(order) is OrderState.REFUNDED
    assert shop.mails() == ["invoice-ready", "order-paid", "order-stopped"]
    assert ledger(shop) == {FEES: -8500, REFUNDS: 8500}
    (one,) = shop.service.all_entitlements("01ORG")
    assert (one.state, one.reason, one.refunded) == ("stopped", "refunded", 8500)


def test_what_was_given_up_counts_neither_for_the_free_areas_nor_for_the_maximum(shop: Shop) -> None:
    _, invoice = paid(shop)
    shop.server.refund(invoice, 500, "a")
    Told(shop)("charge.refunded", shop.server.stored[invoice].payments[0].id)
    held = shop.orders.account("01ORG", NOW.date())
    assert held is not None
    assert held.held is not None
    assert (held.held.paid, held.held.areas) == (8000, frozenset(SIX))

    shop.server.refund(invoice, 8000, "b")
    shop.billing.reconcile(invoice, "reconciliation:2026-11-25")

    order = shop.order(OTHERS[:5])
    assert (order.total.minor, order.begins_term) == (0, True)
    assert shop.areas() == frozenset(OTHERS[:5])


def test_a_dispute_stops_the_areas_and_one_that_is_won_brings_them_back(shop: Shop) -> None:
    order, invoice = paid(shop)
    told = Told(shop)
    dispute = shop.server.dispute(invoice).disputes[0].id

    assert told("charge.dispute.created", dispute) == "stopped"
    assert (shop.areas(), shop.state(order)) == (frozenset(), OrderState.DISPUTED)
    with pytest.raises(Exception, match="holds all these areas already"):
        shop.order(SIX)  # it may come back: its areas and its free ones are still taken
    assert shop.service.quote(BUYER, OTHERS[:1]).total.minor == 8500

    shop.server.close_dispute(invoice, DisputeStatus.WON)
    assert told("charge.dispute.closed", dispute) == "activated"
    assert shop.areas() == frozenset(SIX)
    assert ledger(shop) == {FEES: -8500, PROCESSOR: 8500}


def test_a_dispute_that_is_lost_is_the_end(shop: Shop) -> None:
    order, invoice = paid(shop)
    shop.server.dispute(invoice)
    shop.server.close_dispute(invoice, DisputeStatus.LOST)

    assert shop.billing.reconcile(invoice, "reconciliation:2026-11-25") == "stopped"

    assert shop.state(order) is OrderState.DISPUTED
    assert ledger(shop) == {FEES: -8500, "chargebacks": 8500}
    (one,) = shop.service.all_entitlements("01ORG")
    assert (one.state, one.reason) == ("stopped", "dispute_lost")
    assert shop.order(SIX).total.minor == 8500


def test_a_dispute_lost_and_won_after_all_is_taken_back_in_the_books(shop: Shop) -> None:
    order, invoice = paid(shop)
    shop.server.dispute(invoice)
    for status in (DisputeStatus.LOST, DisputeStatus.WON):
        shop.server.close_dispute(invoice, status)
        shop.billing.reconcile(invoice, "reconciliation:2026-11-25")

    assert shop.state(order) is OrderState.ACTIVE
    assert ledger(shop) == {FEES: -8500, PROCESSOR: 8500}
    assert [one.kind for one in LedgerStore(shop.table).of("01ORG")].count("reversed") == 1  # type: ignore[comparison-overlap]


def test_an_order_can_be_cancelled_before_it_is_paid(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    command = shop.service.cancel(BUYER, order.id)
    with pytest.raises(ConflictError):
        shop.service.pay(BUYER, order.id, "pm_card_visa")
    with pytest.raises(ConflictError):
        shop.service.cancel(BUYER, order.id)

    assert deliver(f"PAYMENT_COMMAND#{command.id}", f"PAYMENT_COMMAND#{command.id}") == []

    assert shop.state(order) is OrderState.VOIDED
    assert shop.server.stored[invoice].status == "void"
    assert ledger(shop) == {}
    assert shop.order(OTHERS).state is OrderState.AWAITING_INVOICE
    with pytest.raises(ConflictError):
        shop.service.pay(BUYER, order.id, "pm_card_visa")


def test_an_order_is_cancelled_before_it_has_an_invoice(shop: Shop) -> None:
    order = shop.order()
    command = shop.service.cancel(BUYER, order.id)

    assert deliver(f"PAYMENT_COMMAND#{command.id}", f"ORDER#{order.id}") == []

    assert shop.state(order) is OrderState.VOIDED
    assert [one.status for one in shop.server.stored.values()] == ["void"]


def test_a_payment_that_came_first_wins_over_a_cancellation(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    command = shop.service.cancel(BUYER, order.id)
    shop.server.receive(invoice)

    deliver(f"PAYMENT_COMMAND#{command.id}")

    assert shop.state(order) is OrderState.ACTIVE
    assert shop.areas() == frozenset(SIX)


@pytest.mark.parametrize("kind", ["invoice.voided", "invoice.marked_uncollectible"])
def test_an_order_that_is_voided_or_given_up_at_the_payment_server_frees_the_organization(
    shop: Shop, kind: str
) -> None:
    order, invoice = shop.invoiced()
    if kind == "invoice.voided":
        shop.server.void(invoice)
    else:
        shop.server.give_up(invoice)

    assert Told(shop)(kind, invoice) == "closed"

    assert shop.order(OTHERS).total.minor == 8500
    assert shop.state(order) in (OrderState.VOIDED, OrderState.UNCOLLECTIBLE)


def test_a_bad_debt_that_is_paid_after_all_gives_its_areas(shop: Shop) -> None:
    _, invoice = shop.invoiced()
    shop.server.give_up(invoice)
    shop.billing.reconcile(invoice, "reconciliation:2026-11-25")
    assert ledger(shop) == {FEES: -8500, BAD_DEBT: 8500}

    shop.clock.instant = datetime(2026, 11, 25, tzinfo=UTC)
    shop.server.receive(invoice)
    assert shop.billing.reconcile(invoice, "reconciliation:2026-11-26") == "activated"

    assert ledger(shop) == {FEES: -8500, PROCESSOR: 8500}
    assert shop.areas() == frozenset(SIX)
    shop.order(OTHERS)
    shop.server.refund(invoice, 100, "a")
    assert shop.billing.reconcile(invoice, "reconciliation:2026-11-27") == "recorded"


def test_money_for_an_order_that_another_replaced_waits_for_a_person(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    shop.server.give_up(invoice)
    shop.billing.reconcile(invoice, "reconciliation:2026-11-25")
    other = shop.order(OTHERS[:5])  # priced with the free areas that the first one would have used
    shop.server.receive(invoice)

    assert shop.billing.reconcile(invoice, "reconciliation:2026-11-26") == "amount_mismatch"

    assert shop.areas() == frozenset(other.areas)
    assert (shop.state(order), stored(shop, order).problem) == (OrderState.UNCOLLECTIBLE, Problem.SUPERSEDED)
    assert ledger(shop) == {FEES: -8500, PROCESSOR: 8500}
    shop.server.refund(invoice, 8500, "a")
    assert shop.billing.reconcile(invoice, "reconciliation:2026-11-27") == "stopped"
    assert stored(shop, order).problem is None


def test_an_addition_whose_term_is_over_is_voided_and_never_paid_for_nothing(shop: Shop) -> None:
    shop.order(FREE)
    order, invoice = shop.invoiced(OTHERS[:1])
    shop.clock.instant = datetime(2027, 11, 2, 15, tzinfo=UTC)

    assert shop.billing.reconcile(invoice, "reconciliation:2027-11-02") == "closed"

    assert shop.state(order) is OrderState.VOIDED
    shop.order(FREE)


def test_an_addition_paid_after_its_term_waits_for_a_person(shop: Shop) -> None:
    shop.order(FREE)
    order, invoice = shop.invoiced(OTHERS[:1])
    shop.clock.instant = datetime(2027, 11, 2, 15, tzinfo=UTC)
    shop.server.receive(invoice)

    assert shop.billing.reconcile(invoice, "reconciliation:2027-11-02") == "amount_mismatch"

    assert (shop.areas(), stored(shop, order).problem) == (frozenset(), Problem.LATE)
    shop.server.refund(invoice, 8500, "a")
    assert shop.billing.reconcile(invoice, "reconciliation:2027-11-03") == "stopped"


def test_too_much_is_owed_back_and_used_for_the_next_invoice(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    shop.server.receive(invoice, 9000)
    shop.billing.reconcile(invoice, "event:evt_1")
    assert shop.state(order) is OrderState.ACTIVE
    assert ledger(shop) == {FEES: -8500, PROCESSOR: 9000, "credit:01ORG": -500}

    more = shop.order(OTHERS[:1])
    shop.billing.invoice(more.id)
    shop.server.mark(f"in_{more.id}", credit_applied=500)
    shop.server.receive(f"in_{more.id}")
    shop.billing.reconcile(f"in_{more.id}", "event:evt_2")

    assert shop.state(more) is OrderState.ACTIVE
    assert ledger(shop) == {FEES: -17000, PROCESSOR: 17000}


def test_too_little_gives_nothing_until_the_rest_arrives(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    shop.server.receive(invoice, 8000)
    assert shop.billing.reconcile(invoice, "event:evt_1") == "recorded"
    assert (shop.areas(), shop.state(order)) == (frozenset(), OrderState.AWAITING_PAYMENT)
    assert ledger(shop) == {FEES: -8500, PROCESSOR: 8000, "receivable:01ORG": 500}

    shop.server.receive(invoice)
    assert shop.billing.reconcile(invoice, "event:evt_2") == "activated"
    assert ledger(shop) == {FEES: -8500, PROCESSOR: 8500}


def test_a_void_invoice_stays_void_whatever_the_payment_server_says(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    shop.server.void(invoice)
    shop.billing.reconcile(invoice, "event:evt_1")
    shop.server.mark(invoice, status="open", voided_at=None)
    shop.server.receive(invoice)

    assert shop.billing.reconcile(invoice, "event:evt_2") == "amount_mismatch"

    assert (shop.state(order), stored(shop, order).problem) == (OrderState.VOIDED, Problem.PAID_VOID)
    assert shop.areas() == frozenset()


def test_a_second_invoice_for_an_order_is_told_and_changes_nothing(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    shop.server.stored["in_second"] = replace(shop.server.stored[invoice], id="in_second")
    shop.server.receive("in_second")

    assert shop.billing.reconcile("in_second", "event:evt_1") == "amount_mismatch"

    assert shop.state(order) is OrderState.AWAITING_PAYMENT


def test_a_customer_deleted_at_the_payment_server_is_made_anew(shop: Shop) -> None:
    paid(shop)
    told = Told(shop)
    assert told("customer.updated", "cus_0") == "nothing_to_do"
    assert told("customer.deleted", "cus_0") == "nothing_to_do", "the payment server still has it"
    shop.server.delete_customer("cus_0")

    assert told("customer.deleted", "cus_0") == "customer_forgotten"
    assert told("customer.deleted", "cus_nobody") == "ignored"

    more = shop.order(OTHERS)
    shop.billing.invoice(more.id)
    assert shop.server.stored[f"in_{more.id}"].customer_id == "cus_1"


def test_nothing_is_handed_out_while_the_organization_is_suspended(shop: Shop) -> None:
    paid(shop)
    key = keys.organization("01ORG")
    for status, areas in (("suspended", frozenset[str]()), ("closed", frozenset[str]()), ("active", frozenset(SIX))):
        suspend = shop.table.update(key, "SET #s = :s", names={"#s": "status"}, values={":s": status})
        shop.table.write(suspend)
        assert shop.areas() == areas
        assert len(shop.service.all_entitlements("01ORG")) == 1


def test_every_state_is_explained_by_the_orders_history(shop: Shop) -> None:
    order, invoice = shop.invoiced()
    refused = shop.service.pay(BUYER, order.id, "pm_declined")
    deliver(f"PAYMENT_COMMAND#{refused.id}")
    again = shop.service.pay(BUYER, order.id, "pm_card_visa")
    deliver(f"PAYMENT_COMMAND#{again.id}")
    shop.server.refund(invoice, 8500, "a")
    shop.billing.reconcile(invoice, "event:evt_1")

    found = shop.service.history("01ORG", order.id)

    assert [one.number for one in found] == list(range(1, stored(shop, order).version + 1))
    assert [(one.state, one.cause) for one in found] == [
        ("awaiting_invoice", "order"),
        ("awaiting_payment", "order"),
        ("awaiting_payment", f"command:{refused.id}"),
        ("payment_failed", f"command:{refused.id}"),
        ("awaiting_payment", f"command:{again.id}"),
        ("active", f"command:{again.id}"),
        ("refunded", "event:evt_1"),
    ]
    assert [one.by for one in found] == ["user-anna", "", *(["user-anna"] * 4), ""]
    assert found[-1].entries == (f"refunded-re_{order.id}_0",)
