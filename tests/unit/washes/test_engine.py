"""The wash engine: a call list in, the same list with answers out."""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from quietline.kernel.errors import InvalidInputError
from quietline.lists.build import dump
from quietline.profiles import load_profile
from quietline.washes import engine
from quietline.washes.engine import ListsView, WashOptions, WashSummary, count_by_area, wash
from quietline.washes.report import Why

PROFILE = load_profile("us")
LISTS = {"202": dump(BitMap([5550143, 5550144])), "818": dump(BitMap())}
DATES = "2026-11-25,2026-12-26"
LISTED, CLEAR = f"listed,,{DATES}", f"clear,,{DATES}"
NO_NUMBER, NOT_A_NUMBER = f"unknown,no_number,{DATES}", f"unknown,not_a_number,{DATES}"
HEAD = "status,reason,list_date,valid_until"


def view(why_not: Callable[[str], str] = lambda area: Why.AREA_NOT_PUBLISHED) -> ListsView:
    return ListsView(date(2026, 11, 25), date(2026, 12, 26), LISTS.get, why_not)


def washed(data: bytes, lists: ListsView | None = None, **options: Any) -> tuple[bytes, WashSummary]:
    sink = io.BytesIO()
    summary = wash(io.BytesIO(data), sink, lists or view(), WashOptions(PROFILE, **options))
    return sink.getvalue(), summary


def code_of(data: bytes, **options: Any) -> str:
    with pytest.raises(InvalidInputError) as refused:
        washed(data, **options)
    return refused.value.fields[0].code


def test_the_callers_columns_stay_and_four_are_added() -> None:
    answer, summary = washed(b"name,phone\nAnn,(202) 555-0143\nBob,818-555-1234\nCy,n/a\nDee,\nEd,303 555 1234\n")

    assert answer.decode().splitlines() == [
        f"name,phone,{HEAD}",
        f"Ann,(202) 555-0143,{LISTED}",
        f"Bob,818-555-1234,{CLEAR}",
        f"Cy,n/a,{NOT_A_NUMBER}",
        f"Dee,,{NO_NUMBER}",
        f"Ed,303 555 1234,unknown,area_not_published,{DATES}",
    ]
    assert (summary.rows, summary.listed, summary.clear) == (5, 1, 1)
    assert summary.unknown == {"not_a_number": 1, "no_number": 1, "area_not_published": 1}
    assert (summary.distinct_numbers, summary.distinct_answered) == (3, 2)
    assert summary.numbers_by_area == {"202": 1, "303": 1, "818": 1}
    assert (summary.column, summary.column_name, summary.header) == (2, "phone", True)
    assert (summary.areas, summary.areas_not_answered) == (("202", "818"), ("303",))


def test_who_told_the_seller_to_stop_is_not_clear_whatever_the_list_says() -> None:
    stopped = frozenset({"+12025550143", "+12025550150", "+18185551234", "+13035551234"})
    lists = replace(view(), stopped=stopped)
    calls = b"phone\n(202) 555-0143\n202-555-0150\n2025550151\n8185551234\n2025550150\n3035551234\n"

    answer, summary = washed(calls, lists, threads=2)

    told = f"unknown,stop_requested,{DATES}"
    # listed stays listed: that is what the list is asked
    expected = [LISTED, told, CLEAR, told, told, told]
    assert [row.partition(",")[2] for row in answer.decode().splitlines()[1:]] == expected
    assert (summary.listed, summary.clear, summary.unknown) == (1, 1, {"stop_requested": 4})
    assert (summary.distinct_numbers, summary.distinct_answered) == (5, 4)
    elsewhere = replace(view(), stopped={"+442071838750", "+15005551234"})
    assert washed(calls, elsewhere)[1].unknown == {"area_not_published": 1}


def test_a_number_counts_once_however_it_is_spelt() -> None:
    summary = washed(b"phone\n2025550143\n(202) 555-0143\n+1 202 555 0143 x9\n8185551234\n")[1]

    assert (summary.rows, summary.distinct_numbers) == (4, 2)


def test_numbers_are_counted_by_area_without_any_list() -> None:
    data = gzip.compress(b"name;phone\nAnn;(202) 555-0143\nBob;2025550143\nCy;202-555-0144\nDi;303 555 1234\nEd;n/a\n")

    assert count_by_area(io.BytesIO(data), WashOptions(PROFILE)).numbers_by_area == {"202": 2, "303": 1}


def test_an_area_that_is_not_subscribed_is_unknown() -> None:
    answer, _ = washed(b"phone\n3035551234\n", view(lambda area: Why.NOT_ENTITLED if area == "303" else "-"))

    assert answer == f"phone,{HEAD}\n3035551234,unknown,not_entitled,{DATES}\n".encode()


def test_a_list_is_asked_for_once_and_only_when_it_is_needed() -> None:
    asked: list[str] = []

    def bitmap_of(area: str) -> bytes | None:
        asked.append(area)
        return LISTS.get(area)

    data = b"phone\n" + b"2025550143\n3035551234\n" * 1000
    washed(data, ListsView(date(2026, 11, 25), date(2026, 12, 26), bitmap_of))

    assert asked == ["202", "303"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter(delimiter: str) -> None:
    rows = [["id", "note", "phone"], ["1", "a b", "2025550143"], ["2", "c", "8185551234"]]
    answer, summary = washed("".join(delimiter.join(row) + "\n" for row in rows).encode())

    assert summary.delimiter == delimiter
    read = list(csv.reader(io.StringIO(answer.decode()), delimiter=delimiter))
    assert [row[3] for row in read] == ["status", "listed", "clear"]
    assert [row[:3] for row in read] == rows


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("final", [True, False])
def test_every_line_end_is_kept_and_the_last_one_may_be_missing(end: str, final: bool) -> None:
    text = end.join(["name,phone", "Ann,2025550143", '"B, Bob",8185551234']) + (end if final else "")
    expected = end.join([f"name,phone,{HEAD}", f"Ann,2025550143,{LISTED}", f'"B, Bob",8185551234,{CLEAR}'])

    assert washed(text.encode())[0].decode() == expected + (end if final else "")


def test_mixed_line_ends_are_kept() -> None:
    answer, _ = washed(b"phone\r\n2025550143\n8185551234\r\n2025550144")

    assert answer.decode() == f"phone,{HEAD}\r\n2025550143,{LISTED}\n8185551234,{CLEAR}\r\n2025550144,{LISTED}"


@pytest.mark.parametrize(
    ("encoding", "mark", "name"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("latin-1", b"", "cp1252"),
        ("cp1252", b"", "cp1252"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-32-le", b"\xff\xfe\x00\x00", "utf-32-le"),
    ],
)
def test_the_answer_is_in_the_callers_encoding(encoding: str, mark: bytes, name: str) -> None:
    text = "Téléphone,prénom\n2025550143,Zoë\n202\u00a0555\u00a00144,José\n"
    expected = f"Téléphone,prénom,{HEAD}\n2025550143,Zoë,{LISTED}\n202\u00a0555\u00a00144,José,{LISTED}\n"
    answer, summary = washed(mark + text.encode(encoding))

    assert answer == mark + expected.encode(encoding)
    assert (summary.encoding, summary.column_name) == (name, "Téléphone")


def test_a_mark_before_a_quoted_cell_does_not_hide_the_quote() -> None:
    answer, _ = washed(b'\xef\xbb\xbf"phone","na,me"\n"2025550143","x,y"\n')

    assert answer == b'\xef\xbb\xbf"phone","na,me",' + f'{HEAD}\n"2025550143","x,y",{LISTED}\n'.encode()


def test_gzip_and_zip_are_opened() -> None:
    data = b"phone\n2025550143\n"
    boxed = io.BytesIO()
    with zipfile.ZipFile(boxed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._leads.csv", b"junk")
        archive.writestr("read me.pdf", b"%PDF")
        archive.writestr("leads.csv", data)
    expected = f"phone,{HEAD}\n2025550143,{LISTED}\n".encode()

    for packed, packing in ((gzip.compress(data), "gz"), (boxed.getvalue(), "zip")):
        answer, summary = washed(packed)
        assert (answer, summary.packing) == (expected, packing)
    assert washed(gzip.compress(data[:9]) + gzip.compress(data[9:]))[0] == expected


def test_a_packing_that_cannot_be_opened_is_refused() -> None:
    def boxed(*names: str) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name in names:
                archive.writestr(name, b"phone\n2025550143\n")
        return made.getvalue()

    assert code_of(boxed("a.csv", "b.csv")) == "zip_not_one_file"
    assert code_of(boxed()) == "zip_not_one_file"
    assert code_of(boxed("[Content_Types].xml", "xl/workbook.xml")) == "file_is_workbook"
    assert code_of(b"\xd0\xcf\x11\xe0" + bytes(100)) == "file_is_workbook"
    assert code_of(boxed("a.csv")[:40]) == "file_damaged"
    assert code_of(gzip.compress(b"phone\n2025550143\n" * 1000)[:-12]) == "file_damaged"
    assert code_of(gzip.compress(b"phone\n" + b"2025550143\n" * 100_000), max_bytes=1_000_000) == "file_too_large"
    assert code_of("phone\n2025550143\n".encode("utf-16")[:-1]) == "file_damaged"
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(made := io.BytesIO(), "w", method) as archive:
            archive.writestr("a.csv", b"".join(b"202555%04d\n" % line for line in range(10_000)))
        whole = made.getvalue()
        third = len(whole) // 3
        assert code_of(whole[:third] + bytes(200) + whole[third + 200 :]) == "file_damaged"


def test_ragged_rows_and_empty_lines_keep_the_answer_in_its_column() -> None:
    answer, summary = washed(
        b'id,phone,city\n1,2025550143\n\n3\n4,2025550143,DC,more,"and, more"\n5,8185551234,LA\n,,\n'
    )

    read = list(csv.DictReader(io.StringIO(answer.decode())))
    # DictReader skips lines without any cell; ours have some
    assert [row["status"] for row in read] == ["listed", "unknown", "unknown", "listed", "clear", "unknown"]
    assert [row["reason"] for row in read] == ["", "no_number", "no_number", "", "", "no_number"]
    assert answer.decode().splitlines()[4] == f'4,2025550143,DC,{LISTED},more,"and, more"'
    assert answer.decode().splitlines()[2] == f",,,{NO_NUMBER}"
    assert summary.rows == 6


def test_quotes_hide_delimiters_and_line_ends() -> None:
    answer, summary = washed(b'name,phone\n"Smith, ""Jo""\nJr.","2025550143"\nB,"(818) 555-1234"\n')

    read = list(csv.reader(io.StringIO(answer.decode())))
    assert [row[:3] for row in read[1:]] == [
        ['Smith, "Jo"\nJr.', "2025550143", "listed"],
        ["B", "(818) 555-1234", "clear"],
    ]
    assert summary.rows == 2


def test_a_stray_quote_costs_no_other_row() -> None:
    lines = [b'a,5" pipe,2025550143', b'b,"open,8185551234', b'c,"x"y,2025550144', b'd,"fine, too",2025550143']
    answer, summary = washed(b"id,note,phone\n" + b"\n".join(lines) + b"\n")

    assert [line.split(b",")[-4] for line in answer.splitlines()[1:]] == [b"listed", b"clear", b"listed", b"listed"]
    assert [line.rpartition(b",listed")[0] for line in answer.splitlines()[1:]][3] == lines[3]
    assert summary.rows == 4


def test_zero_bytes_and_huge_cells_are_answered() -> None:
    huge = b"x" * 3_000_000
    answer, summary = washed(b"note,phone\n\x00,2025550143\n" + huge + b",8185551234\nz,\x00\x00\nz," + huge + b"\n")

    assert [line.split(b",")[-4] for line in answer.splitlines()[1:]] == [b"listed", b"clear", b"unknown", b"unknown"]
    assert summary.unknown == {"no_number": 1, "too_long": 1}


def test_a_line_without_end_is_refused() -> None:
    assert code_of(b"phone\n2025550143\n" + b"x" * (engine.MAX_ROW + 3 * engine.CHUNK)) == "row_too_long"


def test_without_a_header_nothing_is_lost() -> None:
    answer, summary = washed(b"Ann,2025550143\nBob,8185551234\n")

    assert answer.decode() == f"Ann,2025550143,{LISTED}\nBob,8185551234,{CLEAR}\n"
    assert (summary.rows, summary.header, summary.column_name) == (2, False, "")


def test_a_single_column() -> None:
    assert washed(b"2025550143\n8185551234")[0].decode() == f"2025550143,{LISTED}\n8185551234,{CLEAR}"


def test_columns_of_ours_that_exist_already_are_told_apart() -> None:
    answer, summary = washed(b"phone,Status\n2025550143,new\n")

    assert answer.decode().splitlines()[0] == "phone,Status,wash_status,wash_reason,wash_list_date,wash_valid_until"
    assert summary.answer_columns[0] == "wash_status"


def test_a_header_alone() -> None:
    answer, summary = washed(b"id,phone\r\n")

    assert (answer.decode(), summary.rows) == (f"id,phone,{HEAD}\r\n", 0)


def test_progress_tells_every_byte_of_the_source() -> None:
    told: list[int] = []
    data = gzip.compress(b"phone\n" + b"2025550143\n" * 300_000)

    wash(io.BytesIO(data), io.BytesIO(), view(), WashOptions(PROFILE), told.append)

    assert sum(told) == len(data)


class Dribble(io.BytesIO):
    """Gives a few bytes at a time, as a network does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(7, size) if size and size > 0 else 7)


cell = st.one_of(
    st.sampled_from(
        ["2025550143", "(818) 555-1234", "", "n/a", '"', '""', '"a,b"', '"a\nb"', 'x"y', "\r", ",", "é", "\x00"]
    ),
    st.text(st.sampled_from('a0",\r\n '), max_size=6),
)


@settings(max_examples=60)
@given(st.lists(st.lists(cell, min_size=1, max_size=4), max_size=12), st.integers(3, 40), st.booleans())
def test_where_the_pieces_are_cut_makes_no_difference(rows: list[list[str]], chunk: int, vectorised: bool) -> None:
    data = ("id,phone\n1,2025550143\n" + "".join(",".join(row) + "\n" for row in rows)).encode()
    whole, summary = washed(data, column="2")
    with pytest.MonkeyPatch.context() as patch:
        if not vectorised:
            patch.setattr(engine.Splitter, "_is_well_formed", lambda *args, **options: False)
        sink = io.BytesIO()
        stream = engine._Again(b"", Dribble(data))
        work = engine._Wash(view(), WashOptions(PROFILE, column="2"), stream, sink)
        patch.setattr(engine, "CHUNK", max(chunk, 12))
        again = work.run(sink, engine.Encoding("utf-8"), "")

    assert sink.getvalue() == whole
    assert again == summary


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(cell.filter(lambda text: "\r" not in text and "\x00" not in text), min_size=3, max_size=3), max_size=12
    )
)
def test_a_csv_writers_file_reads_back_with_an_answer_a_row(rows: list[list[str]]) -> None:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerows([["id", "phone", "note"], ["0", "2025550143", ""], *rows])
    answer, summary = washed(made.getvalue().encode(), column="phone")

    read = list(csv.reader(io.StringIO(answer.decode())))
    assert [row[:3] for row in read[2:]] == rows
    assert all(row[3] in {"listed", "clear", "unknown"} and len(row) == 7 for row in read[1:])
    assert summary.rows == len(rows) + 1


@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(1, 5), st.sampled_from(["\n", "\r\n"])), min_size=1, max_size=40
    ),
    st.booleans(),
)
def test_rows_of_any_length_width_and_line_end_keep_their_bytes(rows: list[tuple[int, int, str]], ended: bool) -> None:
    # unequal lengths, short rows, surplus cells and both line ends within one piece
    texts = [",".join(["n/a", "x" * size, *"yzw"][:cells]) for size, cells, _ in rows]
    ends = [end for _, _, end in rows]
    if not ended:
        ends[-1] = ""
    data = "phone,b,c\n" + "".join(text + end for text, end in zip(texts, ends, strict=True))
    answer, _ = washed(data.encode(), column="phone", header=True)

    expected = [f"phone,b,c,{HEAD}\n"]
    for text, end in zip(texts, ends, strict=True):
        cells = text.split(",")
        expected.append(",".join([*(*cells, "", "")[:3], NOT_A_NUMBER, *cells[3:]]) + end)
    assert answer.decode() == "".join(expected)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 150), st.integers(0, 150), st.booleans()), min_size=1, max_size=30),
    st.integers(0, 3),
)
def test_the_number_is_found_however_far_it_is_from_its_rows_beginning(
    rows: list[tuple[int, int, bool]], before: int
) -> None:
    parts = [
        ['"' + "a,\n" * (size // 3) + '"' if quoted else "b" * size for _ in range(before)]
        + ["2025550143", "c" * after]
        for size, after, quoted in rows
    ]
    data = "\n".join(",".join(one) for one in parts)
    answer, summary = washed(data.encode(), column=str(before + 1), header=False)

    assert answer.decode() == "\n".join(",".join([*one, LISTED]) for one in parts)
    assert (summary.rows, summary.listed) == (len(rows), len(rows))


def test_threads_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"{n},{area}555{n % 300:04d}\n" for n in range(500) for area in ("202", "818", "303", "n/a ")]
    data = ("id,phone\n" + "".join(rows)).encode()
    monkeypatch.setattr(engine, "CHUNK", 1000)

    alone, together = washed(data), washed(data, threads=3)

    assert together == alone
    assert alone[1].rows == 2000


def test_a_profile_without_prefixes_is_right_too(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"phone\n2025550143\n(818) 555-1234\nn/a\n\n+44 20 7183 8750\n2.03E+09\n"
    known = washed(data)
    monkeypatch.setattr("quietline.washes.numbers.verdicts", lambda profile: None)

    assert washed(data) == known
