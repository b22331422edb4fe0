"""Bitmaps as bits, and matching against them."""

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
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


@settings(max_examples=40, deadline=None)
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

    fill(bits, numbers)

    assert numbers_in(bits) == numbers


def test_what_lists_say_of_numbers_and_how_many_different_ones_there_were() -> None:
    lists = {"202": BitMap([0, 5550143]), "989": BitMap([9_999_999])}
    view = ListsView(date(2026, 11, 25), date(2026, 12, 26), lists.get)
    matcher = Matcher(PROFILE.area_keys, PROFILE.rules, view)
    areas = np.array([202, 202, 202, 989, 989, 303, 303, 202], np.uint32)
    subscribers = np.array([0, 5550143, 5550144, 9_999_999, 0, 5550143, 5550143, 5550143], np.uint32)

    found = matcher.match(areas, subscribers).tolist()

    absent = CODES[Why.AREA_NOT_PUBLISHED]
    assert found == [LISTED, LISTED, 0, LISTED, 0, absent, absent, LISTED]
    assert matcher.distinct() == (6, 5)
    assert matcher.areas() == (("202", "989"), ("303",))
