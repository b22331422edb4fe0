"""What an order is and gives: a pure function of its invoice as the payment server knows it.

The policy (docs/adr/0021-ledger.md): paid gives at once; a full refund, and a dispute while it is open or once it is
lost, stop; a dispute won gives again; a partial refund changes nothing but the ledger.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from quietline.fees.model import Term, term_when_paid
from quietline.orders.bookkeeping import matches
from quietline.orders.model import (
    UNPAID,
    DisputeStatus,
    Entitlement,
    EntitlementState,
    Invoice,
    InvoiceStatus,
    Order,
    OrderState,
    Problem,
    StopReason,
)
from quietline.profiles.profile import Profile

GIVES = frozenset({OrderState.ACTIVE, OrderState.REFUNDED, OrderState.DISPUTED})
"""States of an order that was paid: it has an entitlement, active or stopped."""


@dataclass(frozen=True)
class Standing:
    """Where an order stands; `reason` says why it was paid and gives nothing."""

    state: OrderState
    term: Term
    paid_at: datetime | None
    reason: StopReason | None = None
    problem: Problem | None = None

    @property
    def is_released(self) -> bool:
        """Whether it gave up its areas: later orders are priced without it."""
        gone = {OrderState.REFUNDED, OrderState.VOIDED, OrderState.UNCOLLECTIBLE}
        return self.state in gone or self.reason is StopReason.DISPUTE_LOST

    def entitlement(self, order: Order) -> Entitlement | None:
        """Return what the order entitles to, or None when it never did."""
        if self.state not in GIVES:
            return None
        state = EntitlementState.STOPPED if self.reason else EntitlementState.ACTIVE
        refunded = order.invoice.amount_refunded if order.invoice else 0
        areas = frozenset(order.areas)
        return Entitlement(order.id, areas, self.term, order.total.minor, refunded, state, self.reason)


def standing_of(order: Order) -> Standing:
    """Return where a stored order stands."""
    reason = None
    if order.state is OrderState.REFUNDED:
        reason = StopReason.REFUNDED
    elif order.state is OrderState.DISPUTED:
        is_open = order.invoice is not None and _has(order.invoice, DisputeStatus.OPEN)
        reason = StopReason.DISPUTED if is_open else StopReason.DISPUTE_LOST
    return Standing(order.state, order.term, order.paid_at, reason, order.problem)


def project(order: Order, invoice: Invoice, last_order: str, profile: Profile) -> Standing:
    """Return where an order stands by what the payment server says now.

    Args:
        order: as it is stored; of what changed since it was placed only a payment under way and whether it once gave
            up its areas count.
        invoice: what the payment server says of its invoice.
        last_order: the organization's newest order.
        profile: the jurisdiction.
    """
    if not matches(invoice, order):
        return _mismatched(order, invoice)
    now = _matched(order, invoice, profile)
    if order.invoice and order.invoice.status is InvoiceStatus.VOID and invoice.status is not InvoiceStatus.VOID:
        # a void invoice stays void; a payment server that says otherwise is not believed
        return Standing(order.state, order.term, order.paid_at, problem=Problem.PAID_VOID)
    superseded = order.released_after and order.released_after != last_order
    if superseded and not now.is_released:
        before = standing_of(order)
        return Standing(before.state, before.term, before.paid_at, before.reason, Problem.SUPERSEDED)
    return now


def settled(order: Order, invoice: Invoice, cause: str, last_order: str, profile: Profile) -> tuple[Order, Standing]:
    """Return an order as the payment server's answer makes it, and where it stands then; its version stays.

    A command that is the cause (`command:<id>`) is over with it.
    """
    done = cause.removeprefix("command:")
    asked = replace(
        order,
        paying="" if order.paying == done else order.paying,
        cancelling="" if order.cancelling == done else order.cancelling,
    )
    now = project(asked, invoice, last_order, profile)
    gave_up = now.is_released or now.problem is Problem.SUPERSEDED
    after = replace(
        asked,
        state=now.state,
        term=now.term,
        paid_at=now.paid_at,
        invoice=invoice,
        problem=now.problem,
        released_after=(order.released_after or last_order) if gave_up else "",
    )
    return after, now


def _matched(order: Order, invoice: Invoice, profile: Profile) -> Standing:
    match invoice.status:
        case InvoiceStatus.PAID:
            return _paid(order, invoice, profile)
        case InvoiceStatus.VOID:
            problem = None if _all_went_back(invoice) else Problem.PAID_VOID
            return Standing(OrderState.VOIDED, order.term, None, problem=problem)
        case InvoiceStatus.UNCOLLECTIBLE:
            return Standing(OrderState.UNCOLLECTIBLE, order.term, None)
        case InvoiceStatus.DRAFT | InvoiceStatus.OPEN:
            return Standing(_unpaid(order, invoice), order.term, None)


def _paid(order: Order, invoice: Invoice, profile: Profile) -> Standing:
    refunded = bool(invoice.payments) and _all_went_back(invoice)
    paid_on = profile.local_date(invoice.paid_at) if invoice.paid_at else None
    if not invoice.is_paid or paid_on is None:
        return _unsettled(order, invoice, Problem.AMOUNT)
    # the term starts on the first of the month in which the fee is paid (15 U.S.C. 6152), not ordered
    term = term_when_paid(order.term, paid_on) if order.begins_term else order.term
    if paid_on >= term.end and not refunded:
        return _unsettled(order, invoice, Problem.LATE)
    if _has(invoice, DisputeStatus.OPEN):
        return Standing(OrderState.DISPUTED, term, invoice.paid_at, StopReason.DISPUTED)
    if _has(invoice, DisputeStatus.LOST):
        return Standing(OrderState.DISPUTED, term, invoice.paid_at, StopReason.DISPUTE_LOST)
    if refunded:
        return Standing(OrderState.REFUNDED, term, invoice.paid_at, StopReason.REFUNDED)
    return Standing(OrderState.ACTIVE, term, invoice.paid_at)


def _mismatched(order: Order, invoice: Invoice) -> Standing:
    if invoice.status is InvoiceStatus.VOID and _all_went_back(invoice):
        return Standing(OrderState.VOIDED, order.term, None)
    return _unsettled(order, invoice, Problem.AMOUNT)


def _unsettled(order: Order, invoice: Invoice, problem: Problem) -> Standing:
    """An order whose money cannot buy what it was paid for: it waits for a person, and is over once it went back."""
    if invoice.payments and _all_went_back(invoice):
        return Standing(OrderState.VOIDED, order.term, None)
    state = order.state if order.state in UNPAID else OrderState.AWAITING_PAYMENT
    return Standing(state, order.term, None, problem=problem)


def _unpaid(order: Order, invoice: Invoice) -> OrderState:
    if invoice.refused and not order.paying:
        return OrderState.PAYMENT_FAILED
    return OrderState.AWAITING_PAYMENT


def _all_went_back(invoice: Invoice) -> bool:
    lost = sum(one.amount for one in invoice.disputes if one.status is DisputeStatus.LOST)
    return invoice.amount_refunded + lost >= invoice.amount_paid


def _has(invoice: Invoice, status: DisputeStatus) -> bool:
    return any(one.status is status for one in invoice.disputes)
