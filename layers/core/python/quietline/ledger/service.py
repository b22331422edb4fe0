"""What is read of the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass

from quietline.ledger.model import Entry, balances, in_order
from quietline.ledger.ports import Ledger


@dataclass(frozen=True)
class Statement:
    """Entries in the order in which they happened, and what each account holds after them.

    `balances` are minor units by currency and account.
    """

    entries: tuple[Entry, ...]
    balances: dict[tuple[str, str], int]


@dataclass(frozen=True)
class LedgerService:
    """Reads the ledger."""

    ledger: Ledger

    def statement(self, organization_id: str) -> Statement:
        """Return all that an organization's money did."""
        return _statement(self.ledger.of(organization_id))

    def whole(self) -> Statement:
        """Return all that every organization's money did."""
        return _statement(self.ledger.everything())


def _statement(entries: Iterable[Entry]) -> Statement:
    found = in_order(entries)
    return Statement(found, balances(found))
