"""Entries of the ledger and the accounts they move.

Amounts are minor units of one currency per entry; a debit is positive, a credit negative, and an entry sums to zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PROCESSOR = "processor"
"""Money that the payment server holds for us, before its fees and payouts."""
FEES = "fees"
"""Income: the fees of orders."""
REFUNDS = "refunds"
"""Less income: what was sent back."""
DISPUTED = "disputed"
"""Money that a payer's bank withdrew and may give back."""
CHARGEBACKS = "chargebacks"
"""Lost for good to a payer's bank."""
BAD_DEBT = "bad_debt"
"""Invoices given up."""
ALLOWANCES = "allowances"
"""Less income: credit that operators granted."""


def receivable(organization_id: str) -> str:
    """Account of what an organization owes on its invoices."""
    return f"receivable:{organization_id}"


def credit(organization_id: str) -> str:
    """Account of what we owe an organization: paid too much, for what could not be given, or granted."""
    return f"credit:{organization_id}"


class EntryKind(StrEnum):
    """What happened, in the order in which it happens when the payment server gives several the same second."""

    CREDIT_GRANTED = "credit_granted"
    """An operator granted credit; the next invoice uses it. Belongs to no order."""
    CREDIT_WITHDRAWN = "credit_withdrawn"
    """An operator took back credit that was granted by mistake and not used. Belongs to no order."""
    INVOICED = "invoiced"
    CREDIT_USED = "credit_used"
    UNCOLLECTIBLE = "uncollectible"
    PAID = "paid"
    """A payment arrived; what exceeds the debt is the organization's credit."""
    VOIDED = "voided"
    REFUNDED = "refunded"
    REFUND_RETURNED = "refund_returned"
    """A refund could not be delivered and came back."""
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"
    DISPUTE_WON = "dispute_won"
    REVERSED = "reversed"
    """Takes back an entry that the payment server contradicts now, e.g. a dispute lost and won after all."""


@dataclass(frozen=True)
class Posting:
    """`amount` minor units on an account: positive a debit, negative a credit."""

    account: str
    amount: int


@dataclass(frozen=True)
class Entry:
    """One event of money.

    `id` is made of the cause (`paid-<payment>`), so that a cause seen again is the same entry. `at` is when it
    happened at the payment server. `order_id` and `invoice_id` are empty for credit that was granted or withdrawn.

    Raises:
        ValueError: fewer than two postings, one of nothing, or they do not sum to zero.
    """

    id: str
    organization_id: str
    order_id: str
    invoice_id: str
    kind: EntryKind
    at: datetime
    currency: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        if len(self.postings) < 2 or not all(one.amount for one in self.postings):
            raise ValueError("an entry moves money between accounts")
        if sum(one.amount for one in self.postings):
            raise ValueError("an entry sums to zero")


def balances(entries: Iterable[Entry]) -> dict[tuple[str, str], int]:
    """Return each account's balance in minor units, by currency and account; accounts at zero are left out."""
    found: dict[tuple[str, str], int] = {}
    for entry in entries:
        for one in entry.postings:
            name = (entry.currency, one.account)
            found[name] = found.get(name, 0) + one.amount
    return {name: amount for name, amount in sorted(found.items()) if amount}


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries in the order in which they happened; of one instant, see `EntryKind`.

    A reversal follows the entry that it takes back, which has the same instant.
    """
    return tuple(sorted(entries, key=_place))


_RANKS = {kind: rank for rank, kind in enumerate(EntryKind)}


def _place(entry: Entry) -> tuple[datetime, str, int, bool, str]:
    """Return when an entry happened, whose it is, what comes first of one instant, and its id to break ties."""
    return entry.at, entry.organization_id, _RANKS[_kind(entry)], entry.kind is EntryKind.REVERSED, entry.id


def _kind(entry: Entry) -> EntryKind:
    """Return what happened; of a reversal, to what it takes back."""
    cause = entry.id.removeprefix(f"{EntryKind.REVERSED}-")
    return EntryKind(cause.split("-", 1)[0])


def granted_left(entries: Iterable[Entry], organization_id: str) -> int:
    """Return the minor units of granted credit that no invoice has used.

    Invoices use granted credit before what was paid too much: that is the organization's money, and no operator's.
    """
    about = (EntryKind.CREDIT_GRANTED, EntryKind.CREDIT_WITHDRAWN, EntryKind.CREDIT_USED, EntryKind.VOIDED)
    owed = credit(organization_id)
    return -sum(
        one.amount for entry in entries if _kind(entry) in about for one in entry.postings if one.account == owed
    )


def reversal(entry: Entry) -> Entry:
    """Return the entry that takes another back."""
    return Entry(
        id=f"{EntryKind.REVERSED}-{entry.id}",
        organization_id=entry.organization_id,
        order_id=entry.order_id,
        invoice_id=entry.invoice_id,
        kind=EntryKind.REVERSED,
        at=entry.at,
        currency=entry.currency,
        postings=tuple(Posting(one.account, -one.amount) for one in entry.postings),
    )
