"""Imports in an area's snapshot: blocks and bitmaps are the same numbers, and each import comes in its turn."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap
from quietline.kernel.blocks import BYTES, SIZE
from quietline.lists import build
from quietline.lists.model import Change, ImportedNumbers

NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)
numbers = st.integers(0, 20).map(lambda n: 2_000_000 + n * 9_973) | st.integers(0, 9_999_999)
entries = st.lists(st.tuples(st.integers(0, 30), numbers, st.booleans()), max_size=30)
batches = st.lists(st.tuples(st.integers(0, 30), st.sets(numbers, max_size=10)), max_size=4)


@given(st.sets(numbers, max_size=60))
def test_blocks_are_the_same_numbers(these: set[int]) -> None:
    blocks = build.blocks_of(BitMap(these))

    assert build.imported(blocks) == BitMap(these)
    assert set(blocks) == {number // SIZE * SIZE for number in these}
    assert all(len(bits) == BYTES for bits in blocks.values())


@given(st.sets(numbers, max_size=20), entries, batches)
def test_changes_and_imports_apply_in_the_order_of_time(
    base: set[int], changes: list[tuple[int, int, bool]], imports: list[tuple[int, set[int]]]
) -> None:
    def at(minute: int) -> datetime:
        return NOON + timedelta(minutes=minute)

    made = build.apply(
        BitMap(base),
        [Change(at(minute), number, added) for minute, number, added in changes],
        [ImportedNumbers(at(minute), build.blocks_of(BitMap(these))) for minute, these in imports],
    )

    listed = set(base)
    for minute in range(31):
        for when, number, added in changes:
            if when == minute:
                (listed.add if added else listed.discard)(number)
        for when, these in imports:
            if when == minute:
                listed |= these
    assert set(made.numbers) == listed
    assert set(made.added) == listed - base
    assert set(made.removed) == base - listed
