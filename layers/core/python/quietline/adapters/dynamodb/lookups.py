"""What answers a lookup: manifests' dates and areas, and the numbers' history before a list's cut-off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.clock import from_text
from quietline.kernel.phone import PhoneNumber
from quietline.lists.model import Published
from quietline.lists.ports import ObjectStore, PublicationStore
from quietline.lists.service import manifest_of
from quietline.lookups.model import Calendar, Change, PublishedList
from quietline.registrations.ports import NumberStore


@dataclass(frozen=True)
class ManifestLists:
    """Implements `lookups.ports.PublishedLists`."""

    table: Table
    store: PublicationStore
    objects: ObjectStore
    _known: dict[date, datetime] = field(default_factory=dict, compare=False)

    def newest(self) -> PublishedList | None:
        """Return the newest list, or None before the first."""
        return self._list(self.store.newest())

    def on(self, day: date) -> PublishedList | None:
        """Return the list of a date, or None when none was published."""
        return self._list(self.store.published(day))

    def calendar(self) -> Calendar:
        """Return every published list's date and cut-off; what is known is not asked again, for it never changes."""
        partition, last = keys.manifest(max(self._known, default=date.min))
        for item in self.table.query(partition, between=(last, date.max.isoformat())):
            self._known[date.fromisoformat(item["date"])] = from_text(item["cutoff"])
        return Calendar(tuple(self._known), tuple(self._known.values()))

    def _list(self, found: Published | None) -> PublishedList | None:
        if found is None:
            return None
        areas = frozenset(entry.area for entry in manifest_of(self.objects, found).areas)
        return PublishedList(found.date, found.cutoff, areas)


@dataclass(frozen=True)
class RegistryHistories:
    """Implements `lookups.ports.NumberHistories`."""

    numbers: NumberStore

    def of(self, numbers: Sequence[PhoneNumber]) -> Mapping[PhoneNumber, Sequence[Change]]:
        """Return the changes, oldest first, of those of the numbers that the registry knows."""
        records = self.numbers.get_many(numbers)
        return {
            number: [Change(entry.at, entry.change == "A") for entry in record.history]
            for number, record in records.items()
        }
