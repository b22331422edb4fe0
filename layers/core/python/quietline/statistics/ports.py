"""What the data book is counted from, besides the published files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from quietline.ledger.model import Entry
from quietline.lists.model import Manifest, Published
from quietline.orders.model import Entitlement


class Lists(Protocol):
    """The published lists."""

    def published(self) -> Sequence[Published]:
        """Return what is known of every published list, oldest first."""
        ...

    def manifest(self, published: Published) -> Manifest:
        """Return a list's manifest: its areas and what each counts."""
        ...


@dataclass(frozen=True)
class Holder:
    """An organization that holds areas, as it is today; `region` is a state's postal code or name."""

    region: str
    exempt: bool


class Subscriptions(Protocol):
    """Who holds which areas."""

    def entitlements(self, first: date, last: date) -> Iterable[tuple[str, Entitlement]]:
        """Return (organization id, entitlement) of all whose term begins in the months from `first` to `last`."""
        ...

    def holders(self, organization_ids: Iterable[str]) -> Mapping[str, Holder]:
        """Return the organizations that exist, by id."""
        ...


class Money(Protocol):
    """The ledger by time."""

    def entries(self, start: datetime, end: datetime) -> Iterable[Entry]:
        """Return the entries from `start` to before `end`, in no order."""
        ...
