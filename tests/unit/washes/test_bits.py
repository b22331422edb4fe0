"""Bitmaps as bits, and matching against them."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from quietline.lists.build import dump
from quietline.profiles import load_profile
from quietline.washes.bits import LISTED, Matcher, dense_bytes, fill
from quietline.washes.numbers import CODES
from quietline.washes.report import ListsView, Why

PROFILE = load_profile("us")


def numbers_in(bits: "np.ndarray[tuple[int], np.dtype[np.uint8]]") -> BitMap:
    return BitMap(np.flatnonzero(np.unpackbits(bits, bitorder="little")).astype(np.uint32))


SPAN = 5 << 16
single = st.integers(0, SPAN - 1)
stretch = st.builds(lambda start, length: range(start, min(start + length, SPAN)), single, st.integers(1, 200_000))


@settings(max_examples=40)
@given(st.lists(single, max_size=20), st.lists(stretch, max_size=5), st.booleans(), st.integers(1, 3))
def test_every_kind_of_container_is_read(
    singles: list[int], stretches: list[range], optimized: bool, step: int
) -> None:
    numbers = BitMap(singles)
    for one in stretches:
        numbers |= BitMap(one[::step])
    if optimized:
        numbers.run_optimize()
    bits = np.zeros(dense_bytes(SPAN), np.uint8)

    fill(bits, numbers.serialize())

    assert numbers_in(bits) == numbers


def test_what_lists_say_of_numbers_and_how_many_different_ones_there_were() -> None:
    lists = {"202": dump(BitMap([0, 5550143])), "989": dump(BitMap([9_999_999]))}
    view = ListsView(date(2026, 11, 25), date(2026, 12, 26), lists.get)
    matcher = Matcher(PROFILE.area_keys, PROFILE.rules, view)
    areas = np.array([202, 202, 202, 989, 989, 303, 303, 202], np.uint32)
    subscribers = np.array([0, 5550143, 5550144, 9_999_999, 0, 5550143, 5550143, 5550143], np.uint32)

    found = matcher.match(areas, subscribers).tolist()

    absent = CODES[Why.AREA_NOT_PUBLISHED]
    assert found == [LISTED, LISTED, 0, LISTED, 0, absent, absent, LISTED]
    assert matcher.by_area() == {"202": 3, "303": 1, "989": 2}
    assert matcher.areas() == (("202", "989"), ("303",))


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(["202", "989"]), st.integers(0, 90)), max_size=200))
def test_different_numbers_are_counted_however_close_they_are(numbers: list[tuple[str, int]]) -> None:
    matcher = Matcher(PROFILE.area_keys, PROFILE.rules, ListsView(date.max, date.max, {"202": dump(BitMap())}.get))
    for part in (numbers[:50], numbers[50:]):
        areas, subscribers = np.array([(int(area), bit) for area, bit in part], np.uint32).reshape(-1, 2).T.copy()
        matcher.match(areas, subscribers)

    assert matcher.by_area() == Counter(area for area, _ in set(numbers))


def test_what_is_no_bitmap_is_refused() -> None:
    whole = dump(BitMap([*range(70_000), 200_000, 202_000]))
    wrong = [b"", b"x" * 40, whole[:-1], whole + b"\0", whole[:9], dump(BitMap([SPAN]))]

    for data in wrong:
        with pytest.raises(ValueError, match=r".+"):
            fill(np.zeros(dense_bytes(SPAN), np.uint8), data)
