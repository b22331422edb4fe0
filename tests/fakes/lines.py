"""One area's registry in memory, carriers' reports on its lines, and what a plain set says of both."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from quietline.carriers.model import Entry, Event, Line
from quietline.carriers.service import LineReports
from quietline.kernel.clock import Clock
from quietline.kernel.phone import PhoneNumber, from_parts, subscriber_of
from quietline.parties.model import Party
from quietline.profiles import Profile
from quietline.reconciliation.model import NumberState
from quietline.registrations.model import HistoryEntry, NumberRecord

from tests.fakes.carriers import FakeCarriers, FakeHygieneMetrics
from tests.fakes.lists import MemoryChanges
from tests.fakes.registrations import FakeNumbers, FakeRegistrations


class MemoryRegistry:
    """Records and imports of an area as the table holds them; implements `RegistryScan`."""

    def __init__(self, profile: Profile, area: str, changes: MemoryChanges) -> None:
        self.profile, self.area, self.changes = profile, area, changes
        self.records: dict[int, NumberRecord] = {}
        self.imports: list[tuple[HistoryEntry, set[int]]] = []

    def record(self, subscriber: int) -> NumberRecord:
        number = from_parts(self.area, subscriber, self.profile.rules)
        record = self.records.get(subscriber) or NumberRecord(number, self.area, (), 0)
        for entry, these in self.imports:
            if subscriber in these:
                record = record.imported(entry)
        return record

    def change(self, subscriber: int, change: Any, at: datetime) -> None:
        """Add a number or remove it; nothing when that is so already."""
        before = self.record(subscriber)
        if before.is_listed != (change == "A"):
            self.records[subscriber] = before.changed(change, at, f"change:{at}")
            self.changes.record(self.area, at, subscriber, change == "A")

    def get_many(self, numbers: Sequence[PhoneNumber]) -> dict[PhoneNumber, NumberRecord]:
        """Return the records of those of the numbers that have one; implements `NumberReader`."""
        found = {number: self.record(subscriber_of(number, self.profile.rules)) for number in numbers}
        return {number: record for number, record in found.items() if record.history}

    def states(self, segment: int, segments: int, before: datetime) -> Iterator[NumberState]:
        for subscriber, record in self.records.items():
            if subscriber % segments == segment:
                last = next((entry for entry in reversed(record.history) if entry.at < before), None)
                yield NumberState(self.area, subscriber, bool(last and last.change == "A"), last.at if last else None)


class MemoryLines:
    """What carriers said of the lines of a registry; implements `Lines`."""

    def __init__(self, registry: MemoryRegistry) -> None:
        self.registry = registry
        self.lines: dict[PhoneNumber, Line] = {}

    def get_many(self, numbers: Sequence[PhoneNumber]) -> dict[PhoneNumber, Line]:
        return {number: self.lines[number] for number in numbers if number in self.lines}

    def write(self, line: Line, before: NumberRecord, after: NumberRecord, mail: Any) -> None:
        subscriber = subscriber_of(line.number, self.registry.profile.rules)
        self.lines[line.number] = line
        if after != before:
            self.registry.records[subscriber] = after
            self.registry.changes.record(self.registry.area, after.history[-1].at, subscriber, added=False)

    def report(self, clock: Clock, subscriber: int, event: Event) -> None:
        """Report what happened to a line today, as a carrier does."""
        registry, now = self.registry, clock.now()
        reports = LineReports(
            FakeCarriers({"c": Party("c", "A1", "Acme", now)}),
            registry,
            FakeRegistrations(FakeNumbers()),
            self,
            FakeHygieneMetrics(),
            clock,
            registry.profile,
        )
        number = from_parts(registry.area, subscriber, registry.profile.rules)
        today = registry.profile.local_date(now)
        assert reports.take("c", [Entry(number.e164, event.value, today.isoformat())]) == ()


class PlainLines:
    """What should be listed after the same events, by a set and the days on which lines were disconnected."""

    QUARANTINE_DAYS = 45

    def __init__(self) -> None:
        self.listed: set[int] = set()
        self.disconnected: dict[int, date] = {}

    def add(self, today: date, *these: int) -> None:
        """List numbers; what carriers said before a new registration concerns somebody else."""
        for subscriber in set(these) - self.listed:
            if self.disconnected.get(subscriber, today) < today:
                del self.disconnected[subscriber]
        self.listed |= set(these)

    def remove(self, subscriber: int) -> None:
        """Take a number off."""
        self.listed.discard(subscriber)

    def report(self, today: date, subscriber: int, event: Event) -> None:
        """Follow a carrier's report."""
        if subscriber not in self.listed:
            return
        if event is Event.DISCONNECTED:
            self.disconnected.setdefault(subscriber, today)
        elif event is Event.RECONNECTED:
            self.disconnected.pop(subscriber, None)
        elif subscriber in self.disconnected and (today - self.disconnected[subscriber]).days >= self.QUARANTINE_DAYS:
            del self.disconnected[subscriber]
            self.listed.discard(subscriber)
