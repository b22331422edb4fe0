"""Reading cells: the fast way and phonenumbers agree."""

import random
import re
from typing import Any

import numpy as np
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quietline.kernel import phone
from quietline.profiles import load_profile
from quietline.washes import numbers as fast
from quietline.washes.numbers import ASK, CODES, REASONS, TAKEN, WIDTH, NumberReader, verdicts
from quietline.washes.report import Why

from tools import prefixes

PROFILE = load_profile("us")
READER = NumberReader(PROFILE)

ONE_NUMBER = [
    "(202) 555-0143 ext 7",
    "(202) 555-0143 ext. 12",
    "(202) 555-0143 Extension 7",
    "202-555-0143 x123",
    "202-555-0143x4",
    "+1 202.555.0143",
    "1-202-555-0143",
    "2025550143.0",
    "2025550143.00",
    "2025550143,0",
    "12025550143.0",
    "2.025550143E9",
    "2.025550143E+09",
    "2,025550143e+09",
    "1.2025550143E10",
    "1.2025550143E+10",
    "tel:+1-202-555-0143",
    "tel:2025550143",
    "  202 555 0143  ",
    "202\u00a0555\u00a00143",
    "２０２ ５５５ ０１４３",
    "＋１２０２５５５０１４３",
    "2025550143",
    "+12025550143",
    "12025550143",
    "'2025550143",
    '="2025550143"',
    "202/555-0143",
    "\t(202)555-0143",
    "202.555.0143",
    "(+1) 202-555-0143",
]


def cells_of(texts: list[bytes]) -> tuple[bytes, fast.Places, fast.Places]:
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    return b"".join(texts) + bytes(WIDTH), ends - np.array([len(text) for text in texts], np.int64), ends


def read_fast(texts: list[bytes], reader: NumberReader = READER) -> list[tuple[int, int, int]]:
    """Only what the fast way says: `ASK` where it leaves the cell to phonenumbers."""
    found = reader._read_fast(*cells_of(texts))
    return list(zip(found.codes.tolist(), found.areas.tolist(), found.subscribers.tolist(), strict=True))


def read_slowly(text: bytes) -> tuple[int, int, int]:
    return READER._ask(text)


def same(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Area and subscriber count for numbers only."""
    return one == other if TAKEN in {one[0], other[0]} else one[0] == other[0]


@pytest.mark.parametrize("text", ONE_NUMBER)
def test_every_spelling_is_the_number(text: str) -> None:
    found = READER.read(*cells_of([text.encode()]))

    assert (found.codes[0], found.areas[0], found.subscribers[0]) == (TAKEN, 202, 5550143)


@pytest.mark.parametrize(
    "text",
    [text for text in ONE_NUMBER if text.isascii() and '="' not in text and "/" not in text and "\t" not in text],
)
def test_common_spellings_are_read_the_fast_way(text: str) -> None:
    assert read_fast([text.encode()]) == [(TAKEN, 202, 5550143)]


def test_a_latin_1_space_between_the_digits() -> None:
    found = READER.read(*cells_of(["202\u00a0555\u00a00143".encode("latin-1")]))

    assert (found.codes[0], found.areas[0]) == (TAKEN, 202)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Why.NO_NUMBER),
        ("  \t ", Why.NO_NUMBER),
        ("\u00a0", Why.NO_NUMBER),
        ("\x00\x00", Why.NO_NUMBER),
        ("2.03E+09", Why.ROUNDED),
        ("2.02555E+09", Why.ROUNDED),
        ("N/A", phone.Reason.NOT_A_NUMBER),
        ("José", phone.Reason.NOT_A_NUMBER),
        ("555-0143", phone.Reason.NOT_A_NUMBER),
        ("202 555 01433", phone.Reason.NOT_A_NUMBER),
        ("2025550143.5", phone.Reason.NOT_A_NUMBER),
        ("20255501.00", phone.Reason.NOT_A_NUMBER),
        ("2025550143.25E2", phone.Reason.NOT_A_NUMBER),
        ("202\x005550143", phone.Reason.NOT_A_NUMBER),
        ("-", phone.Reason.NOT_A_NUMBER),
        ("+44 20 7183 8750", phone.Reason.OTHER_COUNTRY),
        ("011 44 20 7183 8750", phone.Reason.OTHER_COUNTRY),
        ("416 967 1111", phone.Reason.OTHER_COUNTRY),
        ("800 555 1234", phone.Reason.TOLL_FREE),
        ("1-900-555-1234", phone.Reason.PREMIUM_RATE),
        ("2" * 61, phone.Reason.TOO_LONG),
        ("2" * 100_000, phone.Reason.TOO_LONG),
        ("202-555-0143 / 202-555-0199", phone.Reason.NOT_A_NUMBER),
    ],
)
def test_what_is_no_number_and_why(text: str, reason: str) -> None:
    assert REASONS[READER.read(*cells_of([text.encode()])).codes[0]] == reason


digits = st.text("0123456789", min_size=1, max_size=13)
national = st.builds(
    "{}{:03d}{:04d}".format, st.sampled_from(PROFILE.area_keys), st.integers(0, 999), st.integers(0, 9999)
)
gap = st.sampled_from(["", " ", "-", ".", "(", ")", ") ", " - ", "/", "\u00a0", ",", "  ", "x", "~", "\t", "ー"])
lead = st.sampled_from(
    ["", "+", "+1", "1", "1-", "+1 ", "(+1)", "tel:", "tel:+1-", "'", "0", "011", "00", '="', "#", "++1", "$"]
)
trail = st.sampled_from(
    [
        "",
        " ",
        ".0",
        ".00",
        ",0",
        "E9",
        "e+09",
        " ext 7",
        "x7",
        " x 12",
        " ext. 123",
        " ext",
        "#",
        "#5",
        ";ext=7",
        " or 5",
        " home",
        "\x00",
        '"',
        ")",
        ".",
        " extension: 44",
        ", ext 7",
        " int 5",
        " cell",
    ]
)


@st.composite
def spelt(draw: st.DrawFn) -> str:
    """A number, or nearly one, as somebody might type it."""
    number = draw(st.one_of(national, national, digits))
    cuts = sorted(draw(st.lists(st.integers(0, len(number)), max_size=4)))
    parts = [number[start:end] for start, end in zip([0, *cuts], [*cuts, len(number)], strict=True)]
    text = parts[0] + "".join(draw(gap) + part for part in parts[1:])
    return draw(lead) + text + draw(trail)


@settings(max_examples=120)
@given(
    st.lists(
        st.one_of(spelt(), spelt(), st.text(max_size=40), st.from_regex(r"[-+0-9 .()xEe]{1,24}", fullmatch=True)),
        min_size=1,
        max_size=20,
    )
)
def test_the_fast_way_says_what_phonenumbers_says_or_nothing(texts: list[str]) -> None:
    cells = [text.encode("utf-8", "surrogatepass") for text in texts]

    for cell, found in zip(cells, read_fast(cells), strict=True):
        if found[0] != ASK:
            assert same(found, read_slowly(cell)), cell


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=20))
def test_any_bytes_are_answered(cells: list[bytes]) -> None:
    for cell, found in zip(cells, read_fast(cells), strict=True):
        assert found[0] == ASK or same(found, read_slowly(cell))


def test_the_prefixes_belong_to_the_numbering_data_installed() -> None:
    path = prefixes.FOLDER / "us.txt"

    assert f"profile us · phonenumbers {phonenumbers.__version__}\n" in path.read_text(encoding="utf-8"), (
        "Run python -m tools.prefixes"
    )


def test_the_prefixes_say_what_phonenumbers_says() -> None:
    found = verdicts("us")
    assert found is not None
    chance = random.Random(7)
    borders = (np.flatnonzero(np.diff(found)) + 1).tolist()
    for prefix in chance.sample(borders, 100) + [chance.randrange(200_000, 1_000_000) for _ in range(50)]:
        for neighbour in (prefix - 1, prefix):
            word = prefixes.verdict(f"{neighbour:06d}", PROFILE.rules)
            assert found[neighbour] == {"taken": TAKEN, "ask": ASK, **CODES}[word]


def test_no_rule_of_the_numbering_data_looks_beyond_the_seventh_digit() -> None:
    """Why it is enough to try ten numbers a prefix: read from the patterns themselves."""
    patterns = {
        description.national_number_pattern
        for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1]
        for description in vars_of(phonenumbers.PhoneMetadata.metadata_for_region(region))
        if isinstance(description, phonenumbers.PhoneNumberDesc) and description.national_number_pattern
    }

    assert len(patterns) > 50
    assert max(depth(re._parser.parse(pattern), 0)[0] for pattern in patterns) == 7
    assert depth(re._parser.parse(r"20(?:1|2[3-5])\d{5}|[2-9]\d{9}"), 0) == (4, 10)


def vars_of(metadata: Any) -> list[Any]:
    return [getattr(metadata, name, None) for name in dir(metadata) if not name.startswith("__")]


def depth(pattern: Any, start: int) -> tuple[int, int]:
    """The last digit (from 1) that a pattern does not take whatever it is, and the longest match's end."""
    last, at = 0, start
    for kind, value in pattern:
        match str(kind):
            case "LITERAL":
                at += 1
                last = at
            case "IN":
                at += 1
                free = len(value) == 1 and str(value[0][0]) == "CATEGORY"
                last = last if free else at
            case "SUBPATTERN":
                inner, at = depth(value[-1], at)
                last = max(last, inner)
            case "BRANCH":
                found = [depth(branch, at) for branch in value[1]]
                last, at = max(last, *(inner for inner, _ in found)), max(end for _, end in found)
            case "MAX_REPEAT":
                for _ in range(value[1]):
                    inner, at = depth(value[2], at)
                    last = max(last, inner)
            case _:
                raise AssertionError(kind)
    return last, at
