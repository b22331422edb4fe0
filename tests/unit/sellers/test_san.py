"""Subscription account numbers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.sellers.san import check_digit, formatted, new_san, read


def test_the_form_and_the_check_digit() -> None:
    made = new_san()

    assert re.fullmatch(r"\d{3}-\d{3}-\d{4}", made)
    assert read(made) == made


def test_sans_differ() -> None:
    assert len({new_san() for _ in range(200)}) == 200


def test_the_published_example_of_luhn() -> None:
    assert check_digit("7992739871") == "3"


@given(st.text("0123456789", min_size=9, max_size=9), st.integers(0, 9), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(digits: str, place: int, shift: int) -> None:
    good = digits + check_digit(digits)
    wrong = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]

    assert read(good) == formatted(good)
    assert read(wrong) is None


@pytest.mark.parametrize("text", ["", "123", "abc-def-ghij", "１２３-456-7897", "123-456-78971"])
def test_what_is_no_san(text: str) -> None:
    assert read(text) is None
