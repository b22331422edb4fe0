"""Import, register, remove, disconnect, publish and reconcile over random days: no difference, until something is
tampered with.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pyroaring import BitMap
from quietline.carriers.model import Event
from quietline.kernel.clock import FixedClock
from quietline.lists import build
from quietline.lists.model import ImportedNumbers, Kind
from quietline.lists.publish import AreaBuild, ManifestWriter, PublishPlan, read_manifest
from quietline.profiles import Profile, load_profile
from quietline.reconciliation.service import AreaReconciliation, ReconcileFinish, ReconcilePlan, SegmentScan
from quietline.registrations.model import HistoryEntry, NumberRecord

from tests.fakes.lines import MemoryLines, MemoryRegistry, PlainLines
from tests.fakes.lists import MemoryChanges, MemoryObjects, MemoryPublications, MemorySigner

AREA = "202"
FEW = Profile.model_validate(load_profile("us").model_dump(by_alias=True) | {"areas": {"Somewhere": (AREA, "818")}})
START = datetime(2026, 11, 2, 12, tzinfo=UTC)
subscribers = st.sampled_from([5550101, 5550102, 5550103, 5560101, 6660101])


class Days(RuleBasedStateMachine):
    """A registry's days, with a plain set beside it."""

    @initialize()
    def open(self) -> None:
        self.clock = FixedClock(START)
        self.changes = MemoryChanges()
        self.registry = MemoryRegistry(FEW, AREA, self.changes)
        self.publications, self.lists, self.objects = MemoryPublications(), MemoryObjects(), MemoryObjects()
        self.lines, self.plain = MemoryLines(self.registry), PlainLines()
        self.published: set[int] | None = None

    def now(self) -> datetime:
        self.clock.instant += timedelta(minutes=1)
        return self.clock.instant

    @rule(subscriber=subscribers, event=st.sampled_from(list(Event)), days=st.sampled_from([1, 20, 50]))
    def report(self, subscriber: int, event: Event, days: int) -> None:
        self.clock.instant += timedelta(days=days)
        today = FEW.local_date(self.now())
        self.lines.report(self.clock, subscriber, event)
        self.plain.report(today, subscriber, event)

    @rule(subscriber=subscribers)
    def register(self, subscriber: int) -> None:
        self.plain.add(FEW.local_date(self.clock.now()), subscriber)
        self.registry.change(subscriber, "A", self.now())

    @rule(subscriber=subscribers)
    def remove(self, subscriber: int) -> None:
        self.registry.change(subscriber, "D", self.now())
        self.plain.remove(subscriber)

    @rule(these=st.sets(subscribers, min_size=1))
    def bring_in(self, these: set[int]) -> None:
        self.plain.add(FEW.local_date(self.clock.now()), *these)
        at = self.now()
        self.registry.imports.append((HistoryEntry(at, "A", f"import:{at}"), these))
        blocks = build.blocks_of(BitMap(these))
        self.changes.imports.setdefault(AREA, []).append(ImportedNumbers(at, blocks))

    @rule(days=st.integers(1, 3))
    def publish(self, days: int) -> None:
        expected = set(self.plain.listed)
        self.clock.instant += timedelta(days=days)
        plan = PublishPlan(
            FEW, self.clock, self.publications, self.changes, self.lists, settle=timedelta(seconds=1)
        ).plan(None)
        since, cutoff = (datetime.fromisoformat(plan[name]) for name in ("since", "cutoff"))
        day = datetime.fromisoformat(plan["date"]).date()
        for item in plan["items"]:
            for work in item["areas"]:
                AreaBuild(FEW, self.changes, self.lists).build(work["area"], work["base"], day, since, cutoff)
        ManifestWriter(FEW, self.publications, self.lists, MemorySigner()).write(day)
        self.published = expected

    def exported(self, manifest: str) -> MemoryRegistry:
        """Return an export of the registry, which is like the registry."""
        return self.registry

    def reconcile(self) -> dict[str, Any]:
        plan = ReconcilePlan(FEW, self.clock, self.publications, self.lists, segments=2).plan()
        cutoff = datetime.fromisoformat(plan["cutoff"])
        run, day = plan["run"], datetime.fromisoformat(plan["date"]).date()
        scan = SegmentScan(FEW, self.registry, self, self.objects)
        scanned = sum(scan.read(run, one["segment"], one["segments"], cutoff) for one in plan["segments"])
        compare = AreaReconciliation(FEW, self.publications, self.changes, self.lists, self.objects)
        for group in plan["groups"]:
            compare.compare(run, day, group["areas"], 2)
        return ReconcileFinish(self.publications, self.lists, self.objects, FEW).finish(run, day, scanned)

    def bitmap_key(self) -> str:
        newest = self.publications.newest()
        assert newest is not None
        entry = read_manifest(self.lists, newest).entry(AREA)
        assert entry is not None
        return entry.file(Kind.BITMAP, "roar").key

    @invariant()
    def the_registry_says_what_a_plain_set_says(self) -> None:
        if hasattr(self, "registry"):
            for subscriber in (5550101, 5550102, 5550103, 5560101, 6660101):
                assert self.registry.record(subscriber).is_listed == (subscriber in self.plain.listed)

    @precondition(lambda self: getattr(self, "published", None) is not None)
    @rule()
    def agree(self) -> None:
        report = self.reconcile()

        assert report["agrees"], report
        assert report["rebuilt"] == report["published"] == len(self.published or ())
        assert set(build.load(self.lists.get(self.bitmap_key()))) == self.published

    @precondition(lambda self: getattr(self, "published", None) is not None)
    @rule(subscriber=subscribers)
    def tampering_with_the_bitmap_is_found(self, subscriber: int) -> None:
        key = self.bitmap_key()
        kept = self.lists.objects[key]
        self.lists.objects[key] = build.dump(build.load(kept) ^ BitMap([subscriber]))

        (one,) = self.reconcile()["differences"]

        self.lists.objects[key] = kept
        assert one["damage"]
        assert one["missing"] + one["extra"] == 1

    @precondition(lambda self: getattr(self, "published", None))
    @rule(data=st.data())
    def tampering_with_the_registry_is_found(self, data: st.DataObject) -> None:
        subscriber = data.draw(st.sampled_from(sorted(self.published or ())))
        newest = self.publications.newest()
        assert newest is not None
        kept = dict(self.registry.records)
        record = self.registry.record(subscriber)
        slipped = [entry for entry in record.history if entry.at < newest.cutoff]
        at = newest.cutoff - timedelta(milliseconds=1)
        self.registry.records[subscriber] = NumberRecord(
            record.number, AREA, (*slipped, HistoryEntry(at, "D", "nobody")), len(slipped) + 1
        )

        (one,) = self.reconcile()["differences"]

        self.registry.records = kept
        assert (one["missing"], one["extra"], one["damage"]) == (0, 1, "")


Days.TestCase.settings = settings(max_examples=12, stateful_step_count=15)
TestDays = Days.TestCase
