"""What the ledger needs of the world."""

from collections.abc import Iterable
from typing import Protocol

from quietline.ledger.model import Entry


class Ledger(Protocol):
    """Where entries are read; they are written in the transactions that cause them."""

    def of(self, organization_id: str) -> Iterable[Entry]:
        """Return an organization's entries, oldest first; those of one instant in no order (`model.in_order`)."""
        ...

    def everything(self) -> Iterable[Entry]:
        """Return every entry, in no order."""
        ...
