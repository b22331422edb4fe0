"""What a call list looks like: its delimiter, its header, and which column holds the numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quietline.kernel import phone
from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.washes.numbers import REASONS, TAKEN, WIDTH, NumberReader, text_of
from quietline.washes.report import Why
from quietline.washes.rows import RETURN, cell_pattern

DELIMITERS = b",;\t|"
SAMPLE_ROWS = 200
GOOD_SHARE = 0.5
"""A column whose cells are numbers in at least this share may be the one."""
CLEAR_LEAD = 0.3
"""Of two such columns the header does not tell apart, one is taken only if it is ahead by this share."""

_SAYS_PHONE = re.compile(r"phone|tele|^tel\b|mobile|\bcell|msisdn|tel[eé]fono|celular|m[oó]vil", re.IGNORECASE)
_MAY_SAY_PHONE = re.compile(r"number|n[uú]mero|\bnum\b|\bno\b|contact|call|dial|fax|\bani\b", re.IGNORECASE)
_PLACEHOLDERS = {"", "-", "n/a", "na", "none", "null", "nil", "unknown", "?"}
_NO_NUMBERS = {phone.Reason.NOT_A_NUMBER, phone.Reason.TOO_LONG, Why.NO_NUMBER}


@dataclass(frozen=True)
class Layout:
    """How a call list is laid out.

    Attributes:
        delimiter: the byte between cells; a comma when there is one column only.
        line_end: the byte that ends rows: LF, or CR in old Macintosh files.
        width: how many cells a row should have.
        column: which one holds the number, from 0.
        header: the names of the columns; None without a header.

    """

    delimiter: int
    line_end: int
    width: int
    column: int
    header: tuple[str, ...] | None


def find_layout(sample: bytes, reader: NumberReader, column: str | None, *, header: bool | None = None) -> Layout:
    """Return the layout of a file by its beginning.

    Args:
        sample: the first bytes, at best some hundred rows.
        reader: tells what a number is.
        column: the column of the numbers, by name or by its place from 1; None finds it.
        header: whether the first row is a header; None finds out.

    Raises:
        InvalidInputError: there is no such column, none that holds numbers, or several between which only the caller
            can decide.
    """
    line_end = RETURN if b"\n" not in sample and b"\r" in sample else 10
    delimiter, rows = _find_delimiter(sample, line_end)
    if not rows:
        raise InvalidInputError("The file is empty.", (FieldError("/file", "The file is empty.", "file_empty"),))
    hits = _hits(rows, reader)
    names = [text_of(cell.strip()).strip() for cell in rows[0]]
    has_header = _may_be_header(names, hits[0]) if header is None else header
    width = len(rows[0]) if has_header else Counter(len(row) for row in rows).most_common(1)[0][0]
    shares = _shares(hits[1:] if has_header else hits, width)
    if column is not None:
        place = _named(column, names if has_header else None, width)
    else:
        place = _found(shares, names if has_header else None)
    if header is None and has_header and _is_placeholder(names, place):
        has_header = False
    return Layout(delimiter, line_end, width, place, tuple(names) if has_header else None)


def _find_delimiter(sample: bytes, line_end: int) -> tuple[int, list[list[bytes]]]:
    """Return the delimiter by which most rows have the same number of cells, and the first rows split by it."""
    best: tuple[float, int, int, list[list[bytes]]] = (0.0, 0, DELIMITERS[0], [])
    for delimiter in DELIMITERS:
        if best[3] and delimiter not in sample:
            continue
        rows = _split(sample, delimiter, line_end)
        widths = Counter(len(row) for row in rows if row != [b""])
        if not best[3]:
            best = (0.0, 0, DELIMITERS[0], rows)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        share = count / widths.total()
        if width > 1 and (share, width) > best[:2]:
            best = (share, width, delimiter, rows)
    return best[2], best[3]


def _split(sample: bytes, delimiter: int, line_end: int) -> list[list[bytes]]:
    pattern, position = cell_pattern(delimiter, line_end), 0
    rows: list[list[bytes]] = []
    row: list[bytes] = []
    while position < len(sample) and len(rows) <= SAMPLE_ROWS:
        found = pattern.match(sample, position)
        assert found is not None
        row.append(_unquoted(found[0].removesuffix(b"\r")))
        position = found.end() + 1
        if position > len(sample) or sample[position - 1] == line_end:
            rows.append(row)
            row = []
    if row:
        rows.append([*row, b""])
    return rows


def _unquoted(cell: bytes) -> bytes:
    quoted = len(cell) > 1 and cell[:1] == cell[-1:] == b'"'
    return cell[1:-1].replace(b'""', b'"') if quoted else cell


def _hits(rows: Sequence[Sequence[bytes]], reader: NumberReader) -> list[list[int | None]]:
    """Return for each cell 1 for a number (of whatever country), 0 for none, None for an empty cell."""
    cells = [cell for row in rows for cell in row]
    ends = np.cumsum([len(cell) for cell in cells], dtype=np.int64)
    starts = ends - np.array([len(cell) for cell in cells], np.int64)
    codes = reader.read(b"".join(cells) + bytes(WIDTH), starts, ends).codes.tolist()
    values = iter(_hit(code) for code in codes)
    return [[next(values) for _ in row] for row in rows]


def _hit(code: int) -> int | None:
    if code == TAKEN:
        return 1
    reason = REASONS[code]
    return None if reason == Why.NO_NUMBER else int(reason not in _NO_NUMBERS)


def _shares(hits: Sequence[Sequence[int | None]], width: int) -> list[float]:
    shares = []
    for column in range(width):
        known = [row[column] for row in hits if column < len(row) and row[column] is not None]
        shares.append(sum(filter(None, known)) / len(known) if known else 0.0)
    return shares


def _may_be_header(names: Sequence[str], hits: Sequence[int | None]) -> bool:
    return 1 not in hits and any(any(letter.isalpha() for letter in name) for name in names)


def _is_placeholder(names: Sequence[str], place: int) -> bool:
    """Tell whether the first row is none of names: it has a placeholder where a number should be."""
    name = names[place].casefold() if place < len(names) else ""
    return name in _PLACEHOLDERS and not any(_SAYS_PHONE.search(other) for other in names)


def _named(column: str, names: Sequence[str] | None, width: int) -> int:
    """Return the place of the column that the caller names.

    Raises:
        InvalidInputError: there is none, or several.
    """
    wanted = column.strip().casefold()
    places = [place for place, name in enumerate(names or ()) if name.casefold() == wanted]
    if len(places) == 1:
        return places[0]
    if len(places) > 1:
        raise _refused("Several columns have this name. Give the column's place, counted from 1.", "column_ambiguous")
    if wanted.isascii() and wanted.isdecimal():
        if 1 <= int(wanted) <= width:
            return int(wanted) - 1
        raise _refused(f"The file has {width} columns. Give the column's place from 1 to {width}.", "column_unknown")
    if names is None:
        raise _refused("The file has no header. Give the column's place, counted from 1.", "column_unknown")
    raise _refused(f"The file has no such column. It has {_shown(range(width), names)}.", "column_unknown")


def _found(shares: Sequence[float], names: Sequence[str] | None) -> int:
    """Return the place of the column that holds the numbers.

    Raises:
        InvalidInputError: none does, or several and nothing tells which is meant.
    """
    ranks = [_rank(names[place] if names and place < len(names) else "") for place in range(len(shares))]
    good = [place for place, share in enumerate(shares) if share >= GOOD_SHARE]
    if not good:
        good = [place for place, share in enumerate(shares) if ranks[place] == 2 or (share > 0 and ranks[place])]
    if not good:
        message = "No column reads as phone numbers. Say which one holds them."
        raise _refused(message, "column_not_found")
    top = max(ranks[place] for place in good)
    best = sorted((place for place in good if ranks[place] == top), key=lambda place: -shares[place])
    if len(best) > 1 and shares[best[0]] - shares[best[1]] < CLEAR_LEAD:
        which = _shown(sorted(best), names)
        raise _refused(f"Several columns read as phone numbers: {which}. Say which one to wash.", "column_ambiguous")
    return best[0]


def _rank(name: str) -> int:
    return 2 if _SAYS_PHONE.search(name) else int(bool(_MAY_SAY_PHONE.search(name)))


def _refused(message: str, code: str) -> InvalidInputError:
    return InvalidInputError(message, (FieldError("/column", message, code),))


def _shown(places: Sequence[int], names: Sequence[str] | None, most: int = 12) -> str:
    """Return columns as a sentence may name them: by their place where the name looks like somebody's data."""
    words = []
    for place in places[:most]:
        name = names[place] if names and place < len(names) else ""
        personal = not name or "@" in name or sum(letter.isdigit() for letter in name) > 3
        words.append(f"column {place + 1}" if personal else f"“{name[:40]}”")
    more = f" and {len(places) - most} more" if len(places) > most else ""
    return ", ".join(words) + more
