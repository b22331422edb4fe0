"""What the files of a list look like, against the plainest rendering, and that every format leads back to the set."""

import csv
import re
from collections.abc import Iterable
from datetime import date
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from quietline.kernel.phone import NumberingRules
from quietline.lists import build, encode
from quietline.lists.model import Kind

DAY = date(2026, 11, 9)
US = NumberingRules("US", "1", ("US",), ("mobile",), 3, 7)
ONE_AREA = NumberingRules("SG", "65", ("SG",), ("mobile",), 0, 8)
FORMATS = ("txt", "csv", "xml")

numbers = st.integers(0, 40).map(lambda n: 2_000_000 + n * 9_973) | st.integers(0, 9_999_999)


def text(pieces: Iterable[memoryview | bytes]) -> str:
    return b"".join(bytes(piece) for piece in pieces).decode("ascii")


def full(listed: set[int], format_: str, rules: NumberingRules = US, area: str = "818") -> str:
    return text(encode.full(area, BitMap(listed), DAY, format_, rules))


def changes(before: set[int], after: set[int], format_: str) -> str:
    snapshot = build.difference(BitMap(before), BitMap(after))
    return text(encode.changes("818", snapshot, DAY, format_, US))


def read_full(rendered: str, format_: str) -> list[int]:
    """Read a file as somebody who knows only its format does."""
    if format_ == "txt":
        return [int(number) for area, number in csv.reader(rendered.splitlines()) if area == "818"]
    if format_ == "csv":
        return [int(row["number"].removeprefix("+1818")) for row in csv.DictReader(rendered.splitlines())]
    root = ElementTree.fromstring(rendered)
    found = [int(str(element.text).removeprefix("+1818")) for element in root.iter("number")]
    assert root.attrib == {"area": "818", "date": "2026-11-09", "count": str(len(found))}
    return found


def read_changes(rendered: str, format_: str) -> list[tuple[int, str, str]]:
    if format_ == "txt":
        return [(int(row[1]), row[2], row[3]) for row in csv.reader(rendered.splitlines()) if row[0] == "818"]
    if format_ == "csv":
        return [
            (int(row["number"].removeprefix("+1818")), row["date"], row["change"])
            for row in csv.DictReader(rendered.splitlines())
        ]
    root = ElementTree.fromstring(rendered)
    return [
        (int(str(entry.get("number")).removeprefix("+1818")), str(entry.get("date")), str(entry.get("type")))
        for entry in root.iter("change")
    ]


@given(st.sets(st.integers(0, 9_999_999), max_size=50))
def test_the_flat_list_is_the_ftcs_layout(listed: set[int]) -> None:
    lines = full(listed, "txt").splitlines(keepends=True)

    assert lines == [f"818,{number:07d}\n" for number in sorted(listed)]


@given(st.sets(st.integers(0, 9_999_999), max_size=50))
def test_a_scrubber_written_for_the_ftcs_files_reads_ours(listed: set[int]) -> None:
    # as keyglee/dnc-list-search and others do: fixed layout, area and number joined, binary search in what is sorted
    data = full(listed, "txt").encode("ascii")

    joined = [line[0:3] + line[4:11] for line in data.split(b"\n")[:-1]]

    assert all(re.fullmatch(rb"\d{10}", number) for number in joined)
    assert joined == sorted(joined)
    assert {int(number[3:]) for number in joined} == listed
    assert len(data) == 12 * len(listed)


@given(st.sets(st.integers(0, 99_999_999), max_size=50))
def test_csv_has_a_header_and_whole_numbers(listed: set[int]) -> None:
    assert full(listed, "csv", ONE_AREA, "65").splitlines() == [
        "number",
        *(f"+65{number:08d}" for number in sorted(listed)),
    ]
    assert full({2596712}, "csv") == "number\n+18182596712\n"


@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=30)
@given(listed=st.sets(numbers, max_size=40))
def test_every_full_list_leads_back_to_the_set(format_: str, listed: set[int]) -> None:
    assert read_full(full(listed, format_), format_) == sorted(listed)


@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=30)
@given(before=st.sets(numbers, max_size=40), after=st.sets(numbers, max_size=40))
def test_changes_applied_to_one_snapshot_are_the_other(format_: str, before: set[int], after: set[int]) -> None:
    rows = read_changes(changes(before, after, format_), format_)

    assert [row[0] for row in rows] == sorted(before ^ after)
    held = set(before)
    for number, when, change in rows:
        assert when == "2026-11-09"
        (held.add if change == "A" else held.remove)(number)
    assert held == after


def test_no_change_is_an_empty_change_list() -> None:
    assert changes({1}, {1}, "txt") == ""
    assert changes({1}, {1}, "csv") == "number,date,change\n"
    assert read_changes(changes({1}, {1}, "xml"), "xml") == []


@pytest.mark.parametrize("format_", FORMATS)
def test_a_list_of_several_pieces_is_one_list(format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode, "ROWS", 256)
    listed = set(range(2_000_000, 2_000_000 + 2 * encode.ROWS + 7)) | {9_999_999}

    assert read_full(full(listed, format_), format_) == sorted(listed)
    rows = read_changes(changes(set(), listed, format_), format_)
    assert [row[0] for row in rows] == sorted(listed)
    assert {row[2] for row in rows} == {"A"}


def test_rendering_takes_both_ways_to_the_same_lines() -> None:
    bits = np.array(sorted({0, 9_999, 10_000, 2_596_712, 9_999_999}), np.uint32)

    words = text(encode._words(b"818,", bits, 7, b"\n"))
    fields = text(encode._fields(b"818,", bits, 7, b"\n"))

    assert words == fields == "".join(f"818,{number:07d}\n" for number in bits)


def test_kind_chooses_the_file() -> None:
    snapshot = build.difference(BitMap([1]), BitMap([2]))

    assert text(encode.file(Kind.FULL, "818", snapshot, DAY, "txt", rules=US)) == "818,0000002\n"
    changed = text(encode.file(Kind.CHANGES, "818", snapshot, DAY, "txt", rules=US))
    assert changed == "818,0000001,2026-11-09,D\n818,0000002,2026-11-09,A\n"
