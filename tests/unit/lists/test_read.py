"""The way back from the files of a list to its numbers, and what is not such a file."""

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from quietline.kernel.phone import NumberingRules
from quietline.lists import build, encode, read

DAY = date(2026, 11, 9)
US = NumberingRules("US", "1", ("US",), ("mobile",), 3, 7)
ONE_AREA = NumberingRules("SG", "65", ("SG",), ("mobile",), 0, 8)
numbers = st.sets(st.integers(0, 9_999_999), max_size=30)


def full(listed: set[int], format_: str, rules: NumberingRules = US, area: str = "818") -> bytes:
    return b"".join(bytes(piece) for piece in encode.full(area, BitMap(listed), DAY, format_, rules))


def changes(before: set[int], after: set[int]) -> bytes:
    snapshot = build.difference(BitMap(before), BitMap(after))
    return b"".join(bytes(piece) for piece in encode.changes("818", snapshot, DAY, "txt", US))


@pytest.mark.parametrize("format_", ["txt", "csv", "xml"])
@pytest.mark.parametrize(("rules", "area"), [(US, "818"), (ONE_AREA, "65")])
@settings(max_examples=25)
@given(listed=numbers)
def test_a_full_list_is_read_back(format_: str, rules: NumberingRules, area: str, listed: set[int]) -> None:
    assert set(read.full(full(listed, format_, rules, area), area, format_, rules)) == listed


@settings(max_examples=50)
@given(before=numbers, after=numbers)
def test_changes_are_read_back_and_lead_to_the_other_list(before: set[int], after: set[int]) -> None:
    found = read.changes(changes(before, after), "818", US)

    assert found.date == (DAY if before != after else None)
    assert build.dump(found.applied(BitMap(before))) == build.dump(BitMap(after))


@pytest.mark.parametrize("other", [{1, 5}, {2}, set()])
def test_changes_for_another_list_are_refused(other: set[int]) -> None:
    with pytest.raises(ValueError, match="another list"):
        read.changes(changes({1, 2}, {2, 5}), "818", US).applied(BitMap(other))


@pytest.mark.parametrize("format_", ["txt", "csv", "xml"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"0000002", b"000000x"),
        (b"0000002", b"0000001"),
        (b"0000002", b"0000009"),
        (b"0000002", b"00000020"),
        (b"818", b"819"),
        (b"0000003", b"0000003\n"),
    ],
)
def test_text_of_another_layout_is_refused(format_: str, old: bytes, new: bytes) -> None:
    text = full({1, 2, 3}, format_)

    with pytest.raises(ValueError, match=r"."):
        read.full(text.replace(old, new, 1), "818", format_, US)


@pytest.mark.parametrize(
    "text", [b"", b"<list>", b"number", full({1, 2}, "xml").replace(b'count="2"', b'count="3"'), full({1}, "txt")]
)
def test_xml_needs_its_first_and_last_lines_and_its_count(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read.full(text, "818", "xml", US)


@pytest.mark.parametrize(
    ("old", "new"), [(b",A\n", b",B\n"), (b"2026-11-09", b"2026-13-09"), (b",A\n", b",A"), (b"818,", b"202,")]
)
def test_changes_of_another_layout_are_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read.changes(changes(set(), {1, 2}).replace(old, new), "818", US)


def test_archives() -> None:
    assert read.unzipped(build.zipped("a.txt", [b"818,", b"1"])) == ("a.txt", b"818,1")
    two = io.BytesIO()
    with zipfile.ZipFile(two, "w") as archive:
        archive.writestr("a", b"1")
        archive.writestr("b", b"2")
    for data in (b"", b"hello", two.getvalue(), build.zipped("a.txt", [b"818" * 99])[:60]):
        with pytest.raises(ValueError, match=r"."):
            read.unzipped(data)


def test_an_archive_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_TEXT", 10)

    with pytest.raises(ValueError, match="too large"):
        read.unzipped(build.zipped("a.txt", [b"0" * 11]))
