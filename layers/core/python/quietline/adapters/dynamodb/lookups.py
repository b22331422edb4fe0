"""What answers a lookup: the newest manifest's date and areas, and the numbers' history before its cut-off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from quietline.kernel.phone import PhoneNumber
from quietline.lists.ports import ObjectStore, PublicationStore
from quietline.lists.service import manifest_of
from quietline.lookups.model import PublishedList
from quietline.registrations.ports import NumberStore


@dataclass(frozen=True)
class CurrentList:
    """Implements `lookups.ports.PublishedLists`."""

    store: PublicationStore
    objects: ObjectStore

    def current(self) -> PublishedList | None:
        """Return the newest list, or None before the first."""
        newest = self.store.newest()
        if newest is None:
            return None
        areas = frozenset(entry.area for entry in manifest_of(self.objects, newest).areas)
        return PublishedList(newest.date, newest.cutoff, areas)


@dataclass(frozen=True)
class NumberHistory:
    """Implements `lookups.ports.ListedNumbers`."""

    numbers: NumberStore

    def listed_before(self, numbers: Sequence[PhoneNumber], cutoff: datetime) -> set[PhoneNumber]:
        """Return those of the numbers that were listed by every change before an instant."""
        # a record's entry counts from its own instant on, a list ends before its cut-off; instants have milliseconds
        last = cutoff - timedelta(milliseconds=1)
        return {number for number, record in self.numbers.get_many(numbers).items() if record.listed_at(last)}
