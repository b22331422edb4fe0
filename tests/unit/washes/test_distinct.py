"""Counting different numbers: sorted, and as bits once there are many."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quietline.washes import distinct
from quietline.washes.distinct import Distinct, set_bits

SPANS, SPAN = 3, 1 << 10
parts = st.lists(st.lists(st.integers(0, SPANS * SPAN - 1), max_size=60), max_size=8)


@pytest.mark.parametrize("most", [0, 50, 1000])
@settings(max_examples=40)
@given(parts=parts)
def test_as_many_as_a_set_has_however_few_are_kept_sorted(most: int, parts: list[list[int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distinct, "SORTED_MOST", most)
        found = Distinct(SPANS, SPAN)
        for one in parts:
            found.add(np.array(one, np.int64))
        counts = found.counts(SPANS).tolist()
        again = found.counts(SPANS).tolist()

    wanted = {number for one in parts for number in one}
    assert counts == again == [sum(number // SPAN == span for number in wanted) for span in range(SPANS)]


def test_numbers_beyond_32_bits_are_told_apart() -> None:
    found = Distinct(1 << 10, 1 << 25)
    found.add(np.array([5, (1 << 32) + 5, (1 << 34) + 7, 5], np.int64))

    counts = found.counts(1 << 10)

    assert counts[[0, 128, 512]].tolist() == [1, 1, 1]
    assert counts.sum() == 3


@given(st.lists(st.integers(0, 800), max_size=200))
def test_every_bit_is_set_however_many_are_in_one_byte(numbers: list[int]) -> None:
    bits = np.zeros(128, np.uint8)

    set_bits(bits, np.array(numbers, np.int64))

    assert np.flatnonzero(np.unpackbits(bits, bitorder="little")).tolist() == sorted(set(numbers))
