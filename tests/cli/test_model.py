"""A registry's life, day by day, against plain sets: what is pulled, held, proven and asked of the past agrees."""

import os
import shutil
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pyroaring import BitMap
from quietline.kernel import jws
from quietline.lists import build, read
from quietline.lists.publish import read_manifest
from quietline.profiles import load_profile

from cli import age, update, whole
from cli.api import Api
from cli.config import Config
from cli.folder import Folder
from cli.offer import Registry
from cli.pull import bring_up_to_date
from tests.fakes.lists import sha256
from tests.fakes.registry import API, CROWD, TOKENS, FakeRegistry

AREAS = ("202", "818")
FIRST = date(2026, 1, 1)
areas = st.sampled_from(AREAS)
numbers = st.sampled_from([*CROWD[:5], 2_000_001, 0, 9_999_999])
changes = st.lists(st.tuples(areas, numbers, st.booleans()), max_size=8)


class KilledError(Exception):
    """Stands for a kill."""


class Life(RuleBasedStateMachine):
    """Register, remove, publish, pull, be killed, be harmed; `listed` and `history` are what should be true."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Folder(Path(tempfile.mkdtemp()) / "lists")
        self.registry = FakeRegistry(load_profile("us"), FIRST)
        self.today, self.second = FIRST, 0
        self.listed: dict[str, set[int]] = {area: set() for area in AREAS}
        self.history: dict[date, dict[str, frozenset[int]]] = {}
        self.held: dict[str, date] = {}
        self.patches = [
            mock.patch.dict(os.environ, {"QUIETLINE_CLIENT_ID": "machine-1", "QUIETLINE_CLIENT_SECRET": "hush"}),
            mock.patch.object(age, "today", lambda: self.today),
            mock.patch.object(os, "fsync", lambda _handle: None),
        ]
        for patch in self.patches:
            patch.start()
        self.api = Api(Config(API, "us-east-1", "", token_url=TOKENS), self.registry.client())

    def teardown(self) -> None:
        for patch in self.patches:
            patch.stop()
        shutil.rmtree(self.folder.path.parent)

    def change(self, area: str, number: int, *, added: bool) -> None:
        self.second += 1
        at = datetime.combine(self.today, time(12), UTC) + timedelta(seconds=self.second)
        self.registry.changes.record(area, at, number, added)
        (self.listed[area].add if added else self.listed[area].discard)(number)

    @initialize()
    def crowd(self) -> None:
        self.publish([(area, number, True) for area in AREAS for number in CROWD], 0)

    @rule(entries=changes)
    def register_and_remove(self, entries: list[tuple[str, int, bool]]) -> None:
        for area, number, added in entries:
            self.change(area, number, added=added)

    @rule(entries=changes, skipped=st.sampled_from([0, 0, 0, 1, 12]))
    def publish(self, entries: list[tuple[str, int, bool]], skipped: int) -> None:
        self.register_and_remove(entries)
        self.registry.publish(self.today)
        self.history[self.today] = {area: frozenset(listed) for area, listed in self.listed.items()}
        self.today += timedelta(days=1 + skipped)
        self.registry.clock.instant = datetime.combine(self.today, time(17), UTC)

    @property
    def newest(self) -> date:
        return max(self.history)

    @rule(chosen=st.sampled_from([None, ["202"], ["818"]]), format_=st.sampled_from(["", "txt", "csv", "xml", "roar"]))
    def pull(self, chosen: list[str] | None, format_: str) -> None:
        report = bring_up_to_date(self.api, self.folder, chosen, format_, jobs=1)

        assert report["list_date"] == self.newest.isoformat()
        self.held |= dict.fromkeys(chosen or AREAS, self.newest)

    @precondition(lambda self: self.held)
    @rule(area=areas, harm=st.sampled_from([b"", b"garbage"]))
    def harm(self, area: str, harm: bytes) -> None:
        if self.folder.bitmap(area).is_file():
            self.folder.bitmap(area).write_bytes(harm)
            self.pull(None, "")

    @precondition(lambda self: self.held)
    @rule(writes=st.integers(0, 9))
    def pull_and_be_killed(self, writes: int) -> None:
        left = [writes]
        whole_write = Folder.write

        def write(folder: Folder, relative: str, data: bytes) -> None:
            if not left[0]:
                raise KilledError
            left[0] -= 1
            whole_write(folder, relative, data)

        with mock.patch.object(Folder, "write", write):
            try:
                self.pull(None, "")
            except KilledError:
                return

    @rule(data=st.data())
    def change_lists_since_any_date_lead_to_the_newest_list(self, data: st.DataObject) -> None:
        since, area = data.draw(st.sampled_from(sorted(self.history))), data.draw(areas)
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
TestLife.settings = settings(max_examples=6, stateful_step_count=25, deadline=None)
