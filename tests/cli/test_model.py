"""A registry's life, day by day, against plain sets: what is pulled, held, proven and asked of the past agrees."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pyroaring import BitMap
from quietline.adapters.dynamodb.lookups import ManifestLists, RegistryHistories
from quietline.carriers.model import Event
from quietline.kernel import jws
from quietline.kernel.clock import to_text
from quietline.kernel.phone import PhoneNumber, area_of, from_parts
from quietline.lists import build, read
from quietline.lists.publish import read_manifest
from quietline.lookups.model import Status
from quietline.lookups.service import Lookups
from quietline.profiles import load_profile
from quietline.registrations.model import NumberRecord
from quietline.usage.model import Standing
from quietline.usage.service import Metering

from cli import age, update, whole
from cli.api import Api
from cli.config import Config
from cli.errors import RefusedError
from cli.folder import Folder
from cli.offer import Registry
from cli.pull import bring_up_to_date
from tests.fakes.lines import MemoryLines, MemoryRegistry, PlainLines
from tests.fakes.lists import sha256
from tests.fakes.registry import API, CROWD, TOKENS, FakeRegistry
from tests.fakes.usage import MemoryMetrics, MemoryUsage

AREAS = ("202", "818")
FIRST = date(2026, 1, 1)
areas = st.sampled_from(AREAS)
numbers = st.sampled_from([*CROWD[:5], 2_000_001, 0, 9_999_999])
lines = st.sampled_from(CROWD[:3])
events = st.sampled_from(list(Event))
changes = st.lists(st.tuples(areas, numbers, st.booleans()), max_size=8)


class KilledError(BaseException):
    """Stands for a kill."""


class Past:
    """Published lists and histories of numbers, for lookups; nobody has told anybody to stop."""

    def __init__(self, registry: FakeRegistry, records: dict[str, MemoryRegistry]) -> None:
        self.registry, self.records = registry, records

    def query(self, _partition: str, between: tuple[str, str]) -> Iterator[dict[str, Any]]:
        for day, published in sorted(self.registry.store.lists.items()):
            if between[0] <= day.isoformat() <= between[1]:
                yield {"date": day.isoformat(), "cutoff": to_text(published.cutoff)}

    def get_many(self, wanted: Sequence[PhoneNumber]) -> dict[PhoneNumber, NumberRecord]:
        rules, found = self.registry.profile.rules, {}
        for number in wanted:
            found |= self.records[area_of(number, rules)].get_many([number])
        return found

    def held_among(self, _organization_id: str, _numbers: Any) -> frozenset[str]:
        return frozenset()

    def lookups(self) -> Lookups:
        registry = self.registry
        lists: Any = ManifestLists(self, registry.store, registry.objects)  # type: ignore[arg-type]
        histories = RegistryHistories(self)  # type: ignore[arg-type]
        metering = Metering(registry.profile, registry.clock, MemoryUsage(), MemoryMetrics())
        return Lookups(registry.profile, registry.clock, lists, histories, self, metering, registry.signer)


class Life(RuleBasedStateMachine):
    """Register, remove, disconnect, subscribe, publish, pull, look up, be killed, be harmed.

    `plain` and `history` are what should be true.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Folder(Path(tempfile.mkdtemp()) / "lists")
        self.registry = FakeRegistry(load_profile("us"), FIRST)
        self.today, self.second = FIRST, 0
        few = self.registry.profile
        self.records = {area: MemoryRegistry(few, area, self.registry.changes) for area in AREAS}
        self.lines = {area: MemoryLines(records) for area, records in self.records.items()}
        self.plain = {area: PlainLines() for area in AREAS}
        self.history: dict[date, dict[str, frozenset[int]]] = {}
        self.held: dict[str, date] = {}
        self.subscribed = self.registry.entitlements.areas["acme"]
        self.patches = [
            mock.patch.dict(os.environ, {"QUIETLINE_CLIENT_ID": "machine-1", "QUIETLINE_CLIENT_SECRET": "hush"}),
            mock.patch.object(age, "today", lambda _: self.today),
            mock.patch.object(os, "fsync", lambda _handle: None),
        ]
        for patch in self.patches:
            patch.start()
        self.api = Api(Config(API, "us-east-1", "", token_url=TOKENS), self.registry.client())

    def teardown(self) -> None:
        for patch in self.patches:
            patch.stop()
        shutil.rmtree(self.folder.path.parent)

    def now(self) -> datetime:
        self.second += 1
        return datetime.combine(self.today, time(12), UTC) + timedelta(seconds=self.second)

    def change(self, area: str, number: int, *, added: bool) -> None:
        self.records[area].change(number, "A" if added else "D", self.now())
        if added:
            self.plain[area].add(self.today, number)
        else:
            self.plain[area].remove(number)

    @initialize()
    def crowd(self) -> None:
        self.publish([(area, number, True) for area in AREAS for number in CROWD], 0)

    @rule(entries=changes)
    def register_and_remove(self, entries: list[tuple[str, int, bool]]) -> None:
        for area, number, added in entries:
            self.change(area, number, added=added)

    @rule(area=areas, line=lines, event=events, days=st.sampled_from([0, 20, 50]))
    def report_a_line(self, area: str, line: int, event: Event, days: int) -> None:
        self.today += timedelta(days=days)
        self.registry.clock.instant = self.now()
        self.lines[area].report(self.registry.clock, line, event)
        self.plain[area].report(self.today, line, event)
        if days:  # a list older than that is refused
            self.publish([], 0)

    @rule(area=areas, line=lines, days=st.sampled_from([20, 50]))
    def give_a_line_to_somebody_else(self, area: str, line: int, days: int) -> None:
        self.report_a_line(area, line, Event.DISCONNECTED, 0)
        self.report_a_line(area, line, Event.REASSIGNED, days)

    @rule(entries=changes, skipped=st.sampled_from([0, 0, 0, 1, 12]))
    def publish(self, entries: list[tuple[str, int, bool]], skipped: int) -> None:
        self.register_and_remove(entries)
        self.registry.publish(self.today)
        self.history[self.today] = {area: frozenset(plain.listed) for area, plain in self.plain.items()}
        self.today += timedelta(days=1 + skipped)
        self.registry.clock.instant = datetime.combine(self.today, time(17), UTC)

    @property
    def newest(self) -> date:
        return max(self.history)

    @rule(chosen=st.sampled_from([None, ["202"], ["818"]]), format_=st.sampled_from(["", "txt", "csv", "xml", "roar"]))
    def pull(self, chosen: list[str] | None, format_: str) -> None:
        if chosen and not self.subscribed.issuperset(chosen):
            with pytest.raises(RefusedError):
                bring_up_to_date(self.api, self.folder, chosen, format_, jobs=1)
            return

        report = bring_up_to_date(self.api, self.folder, chosen, format_, jobs=1)

        assert report["list_date"] == self.newest.isoformat()
        self.switched(chosen)
        names = {held.file.name for held in self.folder.state().areas.values() if held.file}
        assert {path.name for path in self.folder.path.glob("*.zip")} == names
        assert self.folder.areas_with_bitmap() == self.held.keys()

    def switched(self, chosen: list[str] | None) -> None:
        self.held = (self.held if chosen else {}) | dict.fromkeys(chosen or sorted(self.subscribed), self.newest)

    @rule(subscribed=st.sampled_from([("202",), ("818",), AREAS]))
    def subscribe(self, subscribed: tuple[str, ...]) -> None:
        self.subscribed.clear()
        self.subscribed.update(subscribed)

    @precondition(lambda self: self.held)
    @rule(area=areas, harm=st.sampled_from([b"", b"garbage"]))
    def harm(self, area: str, harm: bytes) -> None:
        if area in self.held:
            self.folder.bitmap(area).write_bytes(harm)
            self.pull(None, "")

    @precondition(lambda self: self.held)
    @rule(changes=st.integers(0, 16), chosen=st.sampled_from([None, None, ["202"]]))
    def pull_and_be_killed(self, changes: int, chosen: list[str] | None) -> None:
        """Killed before so many renames and removals; what it has switched to counts."""
        left, before = [changes], (self.folder.path / "pull.json").read_bytes()

        def guarded(operation: Any) -> Any:
            def call(*arguments: Any, **named: Any) -> Any:
                if not left[0]:
                    raise KilledError
                left[0] -= 1
                return operation(*arguments, **named)

            return call

        patches = [mock.patch.object(Path, name, guarded(getattr(Path, name))) for name in ("replace", "unlink")]
        try:
            with patches[0], patches[1]:
                self.pull(chosen, "")
        except KilledError:
            if (self.folder.path / "pull.json").read_bytes() != before:
                self.switched(chosen)

    @rule(data=st.data())
    def change_lists_since_any_date_lead_to_the_newest_list(self, data: st.DataObject) -> None:
        since, area = (
            data.draw(st.sampled_from(sorted(self.history))),
            data.draw(st.sampled_from(sorted(self.subscribed))),
        )
        registry = Registry(self.api, Folder(self.folder.path / "elsewhere"), update.State())

        file = registry.ask("changes", [area], since.isoformat()).files[area]

        name, text = read.unzipped(self.api.http.get(file["url"]).content)
        if file["kind"] == "full":
            found = read.full(text, area, "txt", load_profile("us").rules)
        else:
            found = read.changes(text, area, load_profile("us").rules).applied(BitMap(self.history[since][area]))
            assert file["count"] == len(self.history[since][area] ^ self.history[self.newest][area])
        assert frozenset(found) == self.history[self.newest][area], name

    @rule(data=st.data())
    def the_list_of_a_past_date_stays_what_it_was(self, data: st.DataObject) -> None:
        day, area = data.draw(st.sampled_from(sorted(self.history))), data.draw(areas)
        entry = read_manifest(self.registry.objects, self.registry.store.lists[day]).entry(area)
        assert entry is not None

        file = next(file for file in entry.files if file.format == "roar")

        data_then = self.registry.objects.objects[file.key]
        assert frozenset(build.load(data_then)) == self.history[day][area]
        assert (sha256(data_then), entry.count) == (file.sha256, len(self.history[day][area]))

    @rule(data=st.data())
    def a_lookup_says_what_a_past_list_held_and_since_when(self, data: st.DataObject) -> None:
        day, area = data.draw(st.sampled_from(sorted(self.history))), data.draw(areas)
        asked = [from_parts(area, one, self.registry.profile.rules) for one in (*CROWD[:5], 2_000_001)]
        standing = Standing("acme", "SAN-1", frozenset(AREAS), subscriber=True)

        found = Past(self.registry, self.records).lookups().look_up(standing, [one.e164 for one in asked], day)

        assert (found.list_date, jws.parse(found.signed).payload["list_date"]) == (day, day.isoformat())
        for number, answer in zip((*CROWD[:5], 2_000_001), found.answers, strict=True):
            since = None
            for then in sorted(self.history, reverse=True):
                if then <= day:
                    if number not in self.history[then][area]:
                        break
                    since = then
            assert (answer.status is Status.LISTED, answer.first_listed) == (since is not None, since)

    @invariant()
    def what_is_held_is_the_list_of_its_date(self) -> None:
        state = self.folder.state()
        assert {area: date.fromisoformat(held.list_date) for area, held in state.areas.items()} == self.held
        for area, day in self.held.items():
            assert frozenset(build.load(self.folder.bitmap(area).read_bytes())) == self.history[day][area]

    @invariant()
    def every_receipt_names_the_list_of_its_date(self) -> None:
        for path in self.folder.receipts.glob("*.jws"):
            receipt = jws.parse(path.read_text()).payload
            then = self.history[date.fromisoformat(receipt["list_date"])]
            for entry in receipt["areas"]:
                if entry["kind"] == "bitmap":
                    assert entry["sha256"] == sha256(build.dump(BitMap(then[entry["area"]])))

    @precondition(lambda self: self.held)
    @rule()
    def everything_held_verifies(self) -> None:
        _, findings = whole.check(self.folder.path, self.folder.keys(), quiet=True)

        assert not [finding for finding in findings if finding.result == "wrong"]


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=10, stateful_step_count=25)
