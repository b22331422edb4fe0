"""Blocks of imported numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.kernel import blocks


@given(st.sets(st.integers(0, blocks.SIZE - 1), max_size=200), st.integers(0, blocks.SIZE - 1))
def test_a_place_is_in_a_block_when_its_bit_is_set(places: set[int], asked: int) -> None:
    bits = bytearray(blocks.BYTES)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    packed = blocks.pack(bytes(bits))

    assert blocks.unpack(packed) == bytes(bits)
    assert blocks.has(packed, asked) == (asked in places)


def test_a_number_has_its_block_and_its_place() -> None:
    assert blocks.block_of("+12025550143") == ("+1202555", 143)


@pytest.mark.parametrize("stored", [b"", b"nothing packed", blocks.pack(b"\0" * 10)])
def test_what_is_no_block_is_never_read_as_one(stored: bytes) -> None:
    with pytest.raises(ValueError, match="block"):
        blocks.unpack(stored)
