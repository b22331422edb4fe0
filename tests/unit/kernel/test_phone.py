"""Numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.kernel.errors import InvalidPhoneNumberError
from quietline.kernel.phone import (
    SENTENCES,
    PhoneNumber,
    Reason,
    area_of,
    from_parts,
    mask,
    national,
    parse,
    parse_any,
    subscriber_of,
)
from quietline.profiles import load_profile

RULES = load_profile("us").rules


@pytest.mark.parametrize(
    "text",
    [
        "(202) 555-0143",
        "202-555-0143",
        "2025550143",
        "+1 202 555 0143",
        "1-202-555-0143",
        "+1.202.555.0143",
        " 202 555 0143 ",
        "(202) 555-0143 ext 7",
    ],
)
def test_one_number_in_many_spellings(text: str) -> None:
    assert parse(text, RULES).e164 == "+12025550143"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hello", Reason.NOT_A_NUMBER),
        ("", Reason.NOT_A_NUMBER),
        ("555-0143", Reason.NOT_A_NUMBER),
        ("202 555 01433", Reason.NOT_A_NUMBER),
        ("(000) 555-0143", Reason.NOT_A_NUMBER),
        ("+44 20 7183 8750", Reason.OTHER_COUNTRY),
        ("+1 416 967 1111", Reason.OTHER_COUNTRY),
        ("800 555 1234", Reason.TOLL_FREE),
        ("800 555 0143", Reason.TOLL_FREE),
        ("900 555 1234", Reason.PREMIUM_RATE),
        ("2" * 61, Reason.TOO_LONG),
    ],
)
def test_what_is_refused_and_why(text: str, reason: Reason) -> None:
    with pytest.raises(InvalidPhoneNumberError) as refused:
        parse(text, RULES)

    assert refused.value.reason == reason
    assert str(refused.value) == SENTENCES[reason]


def test_a_territory_belongs_to_the_list() -> None:
    assert parse("(787) 555-1234", RULES).e164 == "+17875551234"


def test_a_caller_may_be_anywhere() -> None:
    assert parse_any("+44 20 7183 8750", RULES).e164 == "+442071838750"
    assert parse_any("800 555 1234", RULES).e164 == "+18005551234"


def test_a_number_never_shows_itself() -> None:
    number = PhoneNumber("+12025550143")

    assert "5550143" not in f"{number} {number!r} {mask(number.e164)}"
    assert str(number).endswith("43")
    assert national(number) == "(202) 555-0143"


@given(st.sampled_from(load_profile("us").area_keys), st.integers(0, 9_999_999))
def test_area_and_bit_give_the_number_back(area: str, subscriber: int) -> None:
    number = from_parts(area, subscriber, RULES)

    assert (area_of(number, RULES), subscriber_of(number, RULES)) == (area, subscriber)


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = parse(text, RULES)
    except InvalidPhoneNumberError:
        return
    assert number.e164.startswith("+1")
    assert len(number.e164) == 12
