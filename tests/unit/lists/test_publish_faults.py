"""Publishing under fire: killed at any call to the world, two runs at once, days in any order; the end is the same."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from quietline.kernel import jws
from quietline.kernel.errors import ConflictError
from quietline.lists.model import manifest_key
from quietline.profiles import Profile

from tests.fakes.lists import KilledError
from tests.fakes.publishing import MONDAY, TUESDAY, WEDNESDAY, Registry, at, with_areas

PORTS = ("store", "changes", "objects", "signer")
CALLS = ("begin", "begun", "changed", "finish", "get", "newest", "of_area", "published", "put", "put_new", "sign")


class Killer:
    """Counts the calls to all ports and kills the worker at one of them, before it is done or just after."""

    def __init__(self, registry: Registry) -> None:
        self.registry, self.calls, self.fatal, self.after, self.inside = registry, 0, -1, False, False
        for port in PORTS:
            held = getattr(registry, port)
            for name in CALLS:
                if hasattr(held, name):
                    setattr(held, name, self._counted(getattr(held, name)))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            if self.inside:
                return call(*given, **named)
            self.calls += 1
            if self.calls == self.fatal and not self.after:
                raise KilledError
            self.inside = True
            try:
                made = call(*given, **named)
            finally:
                self.inside = False
            if self.calls == self.fatal:
                raise KilledError
            return made

        return counted

    def publish(self, day: date, fatal: int = -1, *, after: bool = False) -> Any:
        """Publish a date; return None when the run was killed."""
        self.calls, self.fatal, self.after = 0, fatal, after
        try:
            return self.registry.publish(day, now=at(day + timedelta(days=1), 1))
        except KilledError:
            return None
        finally:
            self.fatal = -1


def two_days(profile: Profile) -> Registry:
    """Return a registry with a published Monday and changes of Tuesday: 907 is empty, 983 is new."""
    registry = Registry(with_areas(profile, "202", "818", "907"))
    registry.changes.record("202", at(MONDAY), 5550101, added=True)
    registry.publish(MONDAY)
    registry.serve(with_areas(profile, "202", "818", "907", "983"))
    registry.changes.record("202", at(TUESDAY), 5550101, added=False)
    registry.changes.record("818", at(TUESDAY), 5550102, added=True)
    return registry


def files(registry: Registry) -> dict[str, bytes]:
    """Return every object but the manifests, whose signatures differ each time."""
    return {key: body for key, body in registry.objects.objects.items() if not key.startswith("manifests/")}


def payload(registry: Registry, day: date) -> Any:
    return jws.parse(registry.objects.objects[manifest_key(day)].decode()).payload


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_killed_at_any_call_and_run_again_it_ends_in_the_same_bytes(profile: Profile, after: bool) -> None:
    undisturbed = two_days(profile)
    killer = Killer(undisturbed)
    expected = killer.publish(TUESDAY)
    calls = killer.calls
    assert calls > 20

    for fatal in range(1, calls + 1):
        registry = two_days(profile)
        killer = Killer(registry)
        assert killer.publish(TUESDAY, fatal, after=after) is None
        newest = registry.store.newest()
        assert newest is not None
        # the table's last write is the only moment at which the list comes to exist
        assert newest.date == (TUESDAY if after and fatal == calls else MONDAY)
        answer = killer.publish(TUESDAY)

        assert answer | {"manifest": None} == expected | {"manifest": None}, fatal
        assert files(registry) == files(undisturbed), fatal
        ours, theirs = payload(registry, TUESDAY), payload(undisturbed, TUESDAY)
        # Monday was signed by each registry's own key
        assert ours | {"previous": None} == theirs | {"previous": None}, fatal
        assert registry.manifest(TUESDAY).date == TUESDAY


def test_killed_again_and_again_it_still_ends_the_same(profile: Profile) -> None:
    undisturbed = two_days(profile)
    expected = undisturbed.publish(TUESDAY)
    registry = two_days(profile)
    killer, chance, answer, deaths = Killer(registry), random.Random(7), None, 0

    while answer is None:
        answer = killer.publish(TUESDAY, 1 + deaths * 2, after=chance.random() < 0.5)
        deaths += answer is None

    assert deaths > 5
    assert answer | {"manifest": None} == expected | {"manifest": None}
    assert files(registry) == files(undisturbed)


def test_two_runs_of_a_date_at_once_make_one_list(profile: Profile) -> None:
    undisturbed, registry = two_days(profile), two_days(profile)
    undisturbed.publish(TUESDAY)
    registry.clock.instant = at(WEDNESDAY, 1)

    one = registry.plan.plan(TUESDAY)
    registry.clock.instant = at(WEDNESDAY, 2)
    two = registry.plan.plan(TUESDAY)
    registry.build(one)
    first = registry.writer.write(TUESDAY)
    registry.build(two)
    second = registry.writer.write(TUESDAY)

    assert one == two
    assert first == second
    assert files(registry) == files(undisturbed)


def test_a_worker_that_was_thought_dead_and_comes_back_late_changes_nothing(profile: Profile) -> None:
    registry = two_days(profile)
    registry.clock.instant = at(WEDNESDAY, 1)
    slow = registry.plan.plan(TUESDAY)
    registry.publish(TUESDAY)
    registry.changes.record("202", at(WEDNESDAY), 5550109, added=True)
    registry.publish(WEDNESDAY)
    before = dict(registry.objects.objects)

    registry.build(slow)

    assert registry.objects.objects == before
    assert registry.listed("202", WEDNESDAY) == {5550109}


def test_a_new_area_without_a_number_starts_empty_and_the_others_keep_their_files(profile: Profile) -> None:
    registry = two_days(profile)
    registry.publish(TUESDAY)

    made = registry.manifest(TUESDAY)

    assert [entry.area for entry in made.areas] == ["202", "818", "907", "983"]
    assert registry.listed("983", TUESDAY) == set()
    assert registry.text("983", TUESDAY, "full.txt.zip") == []
    assert made.entry("907") == registry.manifest(MONDAY).entry("907")


def test_an_area_may_become_empty_again(profile: Profile) -> None:
    registry = two_days(profile)
    registry.publish(TUESDAY)

    entry = registry.manifest(TUESDAY).entry("202")

    assert entry is not None
    assert (entry.count, entry.added, entry.removed) == (0, 0, 1)
    assert registry.text("202", TUESDAY, "full.txt.zip") == []
    assert registry.text("202", TUESDAY, "changes.txt.zip") == ["202,5550101,2026-11-10,D"]


@pytest.mark.parametrize("seed", range(12))
def test_days_in_any_order_with_repeats_and_gaps_end_in_what_the_changes_say(profile: Profile, seed: int) -> None:
    chance = random.Random(seed)
    registry = Registry(with_areas(profile, "202", "818"))
    days = [MONDAY + timedelta(days=n) for n in range(6)]
    history: list[tuple[date, str, int, bool]] = []
    for day in days:
        for minute in range(chance.randrange(5)):
            area, number, added = chance.choice(["202", "818"]), 5550100 + chance.randrange(4), chance.random() < 0.6
            registry.changes.record(area, at(day, 9, minute), number, added)
            history.append((day, area, number, added))

    asked = [chance.choice(days) for _ in range(8)]
    for day in asked:
        try:
            registry.publish(day, now=at(days[-1] + timedelta(days=1), 1))
        except ConflictError:
            newest = registry.store.newest()
            assert newest is not None
            assert newest.date > day
    published = sorted(day for day in days if registry.store.published(day))

    assert published == sorted({day for n, day in enumerate(asked) if day == max(asked[: n + 1])})
    for day in published:
        for area in ("202", "818"):
            expected: set[int] = set()
            for when, where, number, added in history:
                if when <= day and where == area:
                    (expected.add if added else expected.discard)(number)
            assert registry.listed(area, day) == expected
    for before, after in pairwise(published):
        earlier = registry.store.published(before)
        assert earlier is not None
        assert registry.manifest(after).previous == (before, earlier.sha256)
