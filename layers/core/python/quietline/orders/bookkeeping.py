"""What the ledger says of an order: a pure function of its invoice as the payment server knows it.

So it does not matter which events told of the invoice, in which order or how often: the entries that are missing are
written, and every one that is there stays.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from quietline.ledger.model import (
    ALLOWANCES,
    BAD_DEBT,
    CHARGEBACKS,
    DISPUTED,
    FEES,
    PROCESSOR,
    REFUNDS,
    Entry,
    EntryKind,
    Posting,
    credit,
    receivable,
    reversal,
)
from quietline.orders.model import CommandKind, Dispute, DisputeStatus, Invoice, Order, Payment, PaymentCommand, Refund


def matches(invoice: Invoice, order: Order) -> bool:
    """Whether an invoice asks for what the order costs."""
    same_currency = invoice.currency.upper() == order.total.currency
    return same_currency and invoice.total == order.total.minor and invoice.order_id == order.id


def entries_of(order: Order, invoice: Invoice | None) -> tuple[Entry, ...]:
    """Return the entries of an order's invoice, oldest first.

    An invoice that does not match its order is no claim of ours: whatever is paid on it is owed back.
    """
    if invoice is None:
        return ()
    return _Book(order, invoice).write()


def credit_entry(command: PaymentCommand, currency: str) -> Entry:
    """Return the entry of credit that an operator granted or took back.

    Args:
        command: of kind `credit` or `withdraw_credit`.
        currency: the registry's (ISO 4217).
    """
    granted = command.kind is CommandKind.CREDIT
    kind = EntryKind.CREDIT_GRANTED if granted else EntryKind.CREDIT_WITHDRAWN
    given = command.amount if granted else -command.amount
    return Entry(
        id=f"{kind}-{command.id}",
        organization_id=command.organization_id,
        order_id="",
        invoice_id="",
        kind=kind,
        at=command.at,
        currency=currency,
        postings=(Posting(ALLOWANCES, given), Posting(credit(command.organization_id), -given)),
    )


def missing(before: tuple[Entry, ...], now: tuple[Entry, ...], number: int) -> tuple[Entry, ...]:
    """Return the entries to append so that books which say `before` say `now`: reversals first.

    A cause that is booked otherwise now, e.g. a payment of the very second in which its invoice was given up, has its
    first entry already: the reversal and the new one carry the number of the event that tells of it.

    Args:
        before: what the order's invoice meant when it was read last.
        now: what it means.
        number: of the event in the order's history.
    """
    gone, new = [one for one in before if one not in now], [one for one in now if one not in before]
    booked_otherwise = {one.id for one in gone} & {one.id for one in new}
    made = [(one.id, reversal(one)) for one in gone] + [(one.id, one) for one in new]
    return tuple(replace(one, id=f"{one.id}-{number}") if cause in booked_otherwise else one for cause, one in made)


type _Fact = tuple[datetime, int, str, Callable[[], None]]
"""When it happened, what comes first within a second, of what, and how it is booked."""


@dataclass
class _Book:
    order: Order
    invoice: Invoice
    due: int = 0
    """What the organization still owes."""
    used: int = 0
    """The credit that was used for it."""
    excess: int = 0
    """What was paid on this invoice beyond the debt and not sent back."""
    debt: str = ""
    """The account that holds what is due."""
    made: list[Entry] = field(default_factory=list)

    def write(self) -> tuple[Entry, ...]:
        self.debt = receivable(self.order.organization_id)
        for _, _, _, note in sorted(self._facts(), key=lambda fact: fact[:3]):
            note()
        return tuple(self.made)

    def _facts(self) -> list[_Fact]:
        invoice = self.invoice
        facts: list[_Fact] = []
        if matches(invoice, self.order):
            facts.append((invoice.issued_at, 0, "", self._invoiced))
        if invoice.credit_applied:
            facts.append((invoice.issued_at, 1, "", self._credit_used))
        if invoice.uncollectible_at:
            facts.append((invoice.uncollectible_at, 2, "", partial(self._given_up, invoice.uncollectible_at)))
        facts += [(one.at, 3, one.id, partial(self._paid, one)) for one in invoice.payments]
        if invoice.voided_at:
            facts.append((invoice.voided_at, 4, "", partial(self._voided, invoice.voided_at)))
        facts += [(one.at, 5, one.id, partial(self._refunded, one)) for one in invoice.refunds]
        facts += [(one.at, 6, one.id, partial(self._disputed, one)) for one in invoice.disputes]
        return facts

    def _invoiced(self) -> None:
        self.due = self.invoice.total
        self._add(EntryKind.INVOICED, self.invoice.id, self.invoice.issued_at, {self.debt: self.due, FEES: -self.due})

    def _credit_used(self) -> None:
        self.used = min(self.due, self.invoice.credit_applied)
        self.due -= self.used
        owed = credit(self.order.organization_id)
        moved = {owed: self.used, self.debt: -self.used}
        self._add(EntryKind.CREDIT_USED, self.invoice.id, self.invoice.issued_at, moved)

    def _given_up(self, at: datetime) -> None:
        self._add(EntryKind.UNCOLLECTIBLE, self.invoice.id, at, {BAD_DEBT: self.due, self.debt: -self.due})
        self.debt = BAD_DEBT

    def _voided(self, at: datetime) -> None:
        # the payment server gives the credit that a void invoice had used back to its customer
        owed = credit(self.order.organization_id)
        moved = {FEES: self.due + self.used, self.debt: -self.due, owed: -self.used}
        self._add(EntryKind.VOIDED, self.invoice.id, at, moved)
        self.due = self.used = 0

    def _paid(self, one: Payment) -> None:
        settled = min(self.due, one.amount)
        self.due -= settled
        self.excess += one.amount - settled
        owed = credit(self.order.organization_id)
        moved = {PROCESSOR: one.amount, self.debt: -settled, owed: settled - one.amount}
        self._add(EntryKind.PAID, one.id, one.at, moved)

    def _refunded(self, one: Refund) -> None:
        # what was paid beyond the debt goes back first: it never was income
        owed = min(self.excess, one.amount)
        moved = {PROCESSOR: -one.amount, REFUNDS: one.amount - owed, credit(self.order.organization_id): owed}
        self._add(EntryKind.REFUNDED, one.id, one.at, moved)
        if one.failed:
            self._add(EntryKind.REFUND_RETURNED, one.id, one.at, {name: -amount for name, amount in moved.items()})
        else:
            self.excess -= owed

    def _disputed(self, one: Dispute) -> None:
        self._add(EntryKind.DISPUTED, one.id, one.at, {DISPUTED: one.amount, PROCESSOR: -one.amount})
        if one.status is DisputeStatus.WON:
            self._add(EntryKind.DISPUTE_WON, one.id, one.at, {PROCESSOR: one.amount, DISPUTED: -one.amount})
        if one.status is DisputeStatus.LOST:
            # of an invoice that is no claim of ours the bank took back what we owed
            owed = 0 if matches(self.invoice, self.order) else min(self.excess, one.amount)
            self.excess -= owed
            moved = {CHARGEBACKS: one.amount - owed, credit(self.order.organization_id): owed, DISPUTED: -one.amount}
            self._add(EntryKind.DISPUTE_LOST, one.id, one.at, moved)

    def _add(self, kind: EntryKind, cause: str, at: datetime, moved: dict[str, int]) -> None:
        postings = tuple(Posting(account, amount) for account, amount in moved.items() if amount)
        if not postings:
            return
        self.made.append(
            Entry(
                id=f"{kind}-{cause}",
                organization_id=self.order.organization_id,
                order_id=self.order.id,
                invoice_id=self.invoice.id,
                kind=kind,
                at=at,
                currency=self.invoice.currency.upper(),
                postings=postings,
            )
        )
