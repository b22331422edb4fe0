"""The fast way and the slow way of reading a line agree, and nothing is dropped in silence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from quietline.imports.model import MALFORMED, Layout, LayoutKind
from quietline.imports.parse import parse
from quietline.kernel import phone
from quietline.kernel.errors import InvalidPhoneNumberError
from quietline.profiles import load_profile

RULES = load_profile("us").rules
FLAT = Layout(kind=LayoutKind.AREA_AND_SUBSCRIBER, delimiter=",")
COLUMN = Layout(kind=LayoutKind.COLUMN)
SECOND = Layout(kind=LayoutKind.COLUMN, delimiter=",", column=1)

areas = st.one_of(st.sampled_from(sorted(RULES.areas)), st.from_regex(r"\A[0-9]{3}\Z"))
national = st.builds("".join, st.tuples(areas, st.from_regex(r"\A[0-9]{7}\Z")))
spelt = st.one_of(
    national,
    national.map("+1{}".format),
    national.map("1{}".format),
    national.map(lambda n: f"({n[:3]}) {n[3:6]}-{n[6:]}"),
    national.map(lambda n: f" {n[:3]}.{n[3:6]}.{n[6:]} "),
    st.text(
        st.characters(codec="utf-8", exclude_characters="\r\n\0", exclude_categories=["Cc", "Zl", "Zp"]), max_size=30
    ),
    st.from_regex(r"\A\+?[0-9]{1,15}\Z"),
)


def expected(text: str) -> tuple[str, str]:
    try:
        return phone.parse(text, RULES).e164, ""
    except InvalidPhoneNumberError as error:
        return "", str(error.reason)


def e164s(numbers: dict[str, BitMap]) -> set[str]:
    return {phone.from_parts(area, bit, RULES).e164 for area, bits in numbers.items() for bit in bits}


@settings(max_examples=120)
@given(st.lists(spelt, max_size=12))
def test_every_line_is_read_as_the_kernel_reads_it(texts: list[str]) -> None:
    made = parse("".join(f"{text}\n" for text in texts).encode(), COLUMN, RULES)

    wanted = [(line, *expected(text)) for line, text in enumerate(texts, 1) if text.strip()]
    assert e164s(made.numbers) == {number for _, number, _ in wanted if number}
    assert [(reject.line, reject.reason) for reject in made.rejects] == [(n, why) for n, _, why in wanted if why]
    assert made.lines == made.blank + made.accepted + len(made.rejects) == len(texts)


@settings(max_examples=60)
@given(st.lists(national, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_flat_lines_and_columns_say_the_same(numbers: list[str], end: str) -> None:
    flat = parse("".join(f"{n[:3]},{n[3:]}{end}" for n in numbers).encode(), FLAT, RULES)
    table = parse("".join(f"x,{n},y{end}" for n in numbers).encode(), SECOND, RULES)
    alone = parse("".join(f"{n}{end}" for n in numbers).encode(), COLUMN, RULES)

    assert flat.numbers == table.numbers == alone.numbers
    assert [r.reason for r in flat.rejects] == [r.reason for r in table.rejects] == [r.reason for r in alone.rejects]


@pytest.mark.parametrize("area", ["202", "818", "212"])
def test_the_last_four_digits_never_decide(area: str) -> None:
    lines = [f"{area},{exchange}{line:04d}" for exchange in range(190, 1000, 9) for line in range(0, 10_000, 1111)]
    made = parse("\n".join(lines).encode(), FLAT, RULES)

    assert e164s(made.numbers) == {found for line in lines if (found := expected(line.replace(",", ""))[0])}


@pytest.mark.parametrize(
    ("line", "layout", "reason"),
    [
        ("818,2596712,2026-11-23,D", FLAT, MALFORMED),
        ("8182596712", FLAT, MALFORMED),
        ("81,82596712", FLAT, MALFORMED),
        ("818,259671", FLAT, "not_a_number"),
        ("800,5551234", FLAT, "toll_free"),
        ("900,5551234", FLAT, "premium_rate"),
        ("416,9671111", FLAT, "other_country"),
        ("one", SECOND, MALFORMED),
        ('1,"8182596712', SECOND, MALFORMED),
        ("1,,8182596712", SECOND, MALFORMED),
        ("1,+442071838750", SECOND, "other_country"),
    ],
)
def test_a_refused_line_has_its_number_and_its_reason(line: str, layout: Layout, reason: str) -> None:
    made = parse(f"\n{line}\n".encode(), layout, RULES, first_line=41)

    assert [(reject.line, reject.reason, reject.text) for reject in made.rejects] == [(42, reason, line)]
    assert (made.lines, made.blank, made.accepted, made.numbers) == (2, 1, 0, {})


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("818,259-6712", FLAT),
        (" 818 ,2596712", FLAT),
        ('"818","2596712"', FLAT),
        ('1,"(818) 259-6712"', SECOND),
        ('"Doe, Jane",8182596712', SECOND),
        ("1,818-259-6712 ext 7", SECOND),
        ("1,8182596712", SECOND),
        ("818 259 6712", COLUMN),
    ],
)
def test_spellings_that_are_not_plain(text: str, layout: Layout) -> None:
    assert e164s(parse(text.encode(), layout, RULES).numbers) == {"+18182596712"}


def test_repeated_numbers_count_once_and_lines_in_any_order_are_sorted() -> None:
    made = parse(b"818,2596713\n202,5550143\n818,2596712\n818,2596713\n", FLAT, RULES)

    assert made.numbers == {"202": BitMap([5550143]), "818": BitMap([2596712, 2596713])}
    assert made.accepted == 4


def test_a_chunk_without_a_line() -> None:
    made = parse(b"", FLAT, RULES)

    assert (made.lines, made.numbers, made.rejects) == (0, {}, [])


def test_bytes_that_are_no_text_are_refused() -> None:
    made = parse(b"\xff\xfe\x80\n", COLUMN, RULES)

    assert made.rejects[0].reason == "not_a_number"
