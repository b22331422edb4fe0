"""One area's files: the bitmaps' algebra is set algebra, and the bytes are a function of the set alone."""

import hashlib
import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from quietline.lists import build
from quietline.lists.model import Change

NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)

# few enough numbers that changes meet each other, spread over roaring's 65536-wide containers
numbers = st.integers(0, 40).map(lambda n: 2_000_000 + n * 9_973) | st.integers(0, 9_999_999)
change_lists = st.lists(st.tuples(st.integers(0, 50), numbers, st.booleans()), max_size=60)


def changes_of(entries: list[tuple[int, int, bool]]) -> list[Change]:
    return [Change(NOON + timedelta(minutes=minute), number, added) for minute, number, added in entries]


def by_sets(base: set[int], changes: list[Change]) -> set[int]:
    listed = set(base)
    for change in sorted(changes, key=lambda change: change.at):
        (listed.add if change.added else listed.discard)(change.subscriber)
    return listed


@given(st.sets(numbers, max_size=40), change_lists)
def test_base_and_changes_are_set_algebra(base: set[int], entries: list[tuple[int, int, bool]]) -> None:
    changes = changes_of(entries)

    snapshot = build.apply(BitMap(base), changes)

    expected = by_sets(base, changes)
    assert set(snapshot.numbers) == expected
    assert set(snapshot.added) == expected - base
    assert set(snapshot.removed) == base - expected


@given(st.sets(numbers, max_size=40), change_lists, change_lists)
def test_two_days_in_two_steps_are_two_days_in_one(
    base: set[int], one: list[tuple[int, int, bool]], two: list[tuple[int, int, bool]]
) -> None:
    first = changes_of(one)
    second = [Change(change.at + timedelta(days=1), change.subscriber, change.added) for change in changes_of(two)]

    stepwise = build.apply(build.apply(BitMap(base), first).numbers, second).numbers
    at_once = build.apply(BitMap(base), first + second).numbers

    assert build.dump(stepwise) == build.dump(at_once)


@given(st.sets(numbers, max_size=40), change_lists, st.randoms())
def test_the_order_of_the_input_does_not_matter(base: set[int], entries: list[tuple[int, int, bool]], random) -> None:
    unique = list({minute: (minute, number, added) for minute, number, added in entries}.values())
    shuffled = unique.copy()
    random.shuffle(shuffled)

    ordered = build.apply(BitMap(base), changes_of(sorted(unique)))
    mixed = build.apply(BitMap(base), changes_of(shuffled))

    assert ordered == mixed


def test_added_and_removed_the_same_day_leaves_no_trace() -> None:
    changes = changes_of([(0, 2596712, True), (5, 2596712, False), (1, 2596713, True), (9, 2596713, True)])

    snapshot = build.apply(BitMap([5551234]), changes)

    assert set(snapshot.numbers) == {5551234, 2596713}
    assert set(snapshot.added) == {2596713}
    assert not snapshot.removed


def test_removed_and_added_again_the_same_day_leaves_no_trace() -> None:
    snapshot = build.apply(BitMap([2596712]), changes_of([(0, 2596712, False), (5, 2596712, True)]))

    assert set(snapshot.numbers) == {2596712}
    assert not snapshot.added
    assert not snapshot.removed


@settings(max_examples=30)
@given(st.integers(0, 9_900_000), st.integers(1, 70_000), st.sets(numbers, max_size=30))
def test_equal_sets_are_equal_bytes_whatever_their_history(start: int, length: int, extra: set[int]) -> None:
    direct = BitMap(range(start, min(start + length, 10_000_000))) | BitMap(extra)
    detour = BitMap(direct)
    detour.add_range(0, 3_000_000)
    detour = (detour & direct) | direct
    loaded = build.load(build.dump(direct))

    assert build.dump(detour) == build.dump(direct) == build.dump(loaded)
    assert loaded == direct


short_runs = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 6)), min_size=1, max_size=12)


@given(short_runs, short_runs)
def test_equal_sets_are_equal_bytes_where_runs_and_single_numbers_take_the_same_room(
    kept: list[tuple[int, int]], passing: list[tuple[int, int]]
) -> None:
    numbers = BitMap(number for start, length in kept for number in range(start, start + length))
    more = BitMap(number for start, length in passing for number in range(start, start + length)) - numbers
    yesterday = build.load(build.dump(numbers | more))

    assert build.dump(yesterday - more) == build.dump(numbers) == build.dump(build.load(build.dump(numbers)))


def test_a_run_of_numbers_takes_a_few_bytes() -> None:
    assert len(build.dump(BitMap(range(2_000_000, 2_060_000)))) < 40


@given(st.sets(numbers, max_size=40), st.sets(numbers, max_size=40))
def test_any_two_snapshots_differ_by_what_leads_from_one_to_the_other(before: set[int], after: set[int]) -> None:
    snapshot = build.difference(BitMap(before), BitMap(after))

    assert (set(snapshot.added), set(snapshot.removed)) == (after - before, before - after)
    assert (BitMap(before) | snapshot.added) - snapshot.removed == BitMap(after)


@given(st.lists(st.binary(max_size=1000), max_size=4))
def test_a_zip_reads_anywhere_and_is_the_same_every_time(pieces: list[bytes]) -> None:
    archive, data = build.zipped("2026-11-9_818_X.txt", pieces), b"".join(pieces)

    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["2026-11-9_818_X.txt"]
        assert opened.read("2026-11-9_818_X.txt") == data
        assert opened.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)
        assert opened.infolist()[0].external_attr >> 16 == 0o100644
    assert hashlib.sha256(archive).digest() == hashlib.sha256(build.zipped("2026-11-9_818_X.txt", pieces)).digest()


def test_a_file_that_is_no_bitmap_is_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        build.load(b"not a bitmap")
