"""What the data book is counted from, in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from quietline.ledger.model import Entry
from quietline.lists.model import AreaEntry, Manifest, Published
from quietline.orders.model import Entitlement
from quietline.statistics.ports import Holder


@dataclass
class MemoryLists:
    """Implements `Lists`; `counts` are a date's numbers by area."""

    counts: dict[date, Mapping[str, int]] = field(default_factory=dict)

    def published(self) -> Sequence[Published]:
        found, before = [], 0
        for day, areas in sorted(self.counts.items()):
            numbers = sum(areas.values())
            grown = numbers - before
            cutoff = datetime(day.year, day.month, day.day, tzinfo=UTC)
            found.append(
                Published(day, cutoff, f"{day}", "", len(areas), numbers, max(0, grown), max(0, -grown)),
            )
            before = numbers
        return found

    def manifest(self, published: Published) -> Manifest:
        day = published.date
        entries = tuple(AreaEntry(area, day, count, 0, 0, ()) for area, count in self.counts[day].items())
        return Manifest("us", day, published.cutoff, None, entries)


@dataclass
class MemorySubscriptions:
    """Implements `Subscriptions`."""

    held: list[tuple[str, Entitlement]] = field(default_factory=list)
    organizations: dict[str, Holder] = field(default_factory=dict)

    def entitlements(self, first: date, last: date) -> Iterable[tuple[str, Entitlement]]:
        return [one for one in self.held if first.replace(day=1) <= one[1].term.start <= last]

    def holders(self, organization_ids: Iterable[str]) -> Mapping[str, Holder]:
        return {one: self.organizations[one] for one in organization_ids if one in self.organizations}


@dataclass
class MemoryMoney:
    """Implements `Money`."""

    kept: list[Entry] = field(default_factory=list)

    def entries(self, start: datetime, end: datetime) -> Iterable[Entry]:
        return [one for one in self.kept if start <= one.at < end]
