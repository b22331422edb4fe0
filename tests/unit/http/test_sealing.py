"""Sealed texts: read with their key, unlike each other, and noticed when changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.http.sealing import NONCE_BYTES, TAG_BYTES, opened, sealed

KEY, OTHER = b"k" * 32, b"o" * 32


@given(st.binary(max_size=5000))
def test_what_was_sealed_is_read_with_its_key(text: bytes) -> None:
    assert opened(KEY, sealed(KEY, text)) == text


def test_the_same_text_is_never_sealed_alike() -> None:
    once, twice = sealed(KEY, b"code" * 100), sealed(KEY, b"code" * 100)
    assert once != twice
    assert b"code" not in once
    assert len(once) == 400 + NONCE_BYTES + TAG_BYTES


def test_another_key_opens_nothing() -> None:
    with pytest.raises(ValueError, match="another key"):
        opened(OTHER, sealed(KEY, b"code"))


@given(st.integers(0, NONCE_BYTES + TAG_BYTES + 3), st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    data = bytearray(sealed(KEY, b"code"))
    data[place] ^= change
    with pytest.raises(ValueError, match="changed"):
        opened(KEY, bytes(data))


@pytest.mark.parametrize("data", [b"", b"short", b"x" * (TAG_BYTES + NONCE_BYTES - 1)])
def test_what_is_too_short_was_never_sealed(data: bytes) -> None:
    with pytest.raises(ValueError, match="changed"):
        opened(KEY, data)
