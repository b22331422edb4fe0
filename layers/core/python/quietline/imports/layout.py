"""Finding out how a file holds its numbers, from its first lines."""

import csv
import re

from quietline.imports.model import Layout, LayoutKind
from quietline.kernel.errors import InvalidInputError
from quietline.kernel.phone import NumberingRules

NAMES = (
    "number",
    "phone",
    "phonenumber",
    "telephone",
    "telephonenumber",
    "tel",
    "msisdn",
    "e164",
    "mobile",
    "subscribernumber",
)
"""Column names that say what they hold, in lower case without blanks and marks."""
DELIMITERS = (",", ";", "\t", "|")
SAMPLE_BYTES = 65_536


def detect(sample: bytes, rules: NumberingRules, column: str = "") -> Layout:
    """Return the layout of a file that begins so (UTF-8, without byte order mark).

    Args:
        sample: the file's first lines, up to `SAMPLE_BYTES`.
        rules: the profile's numbering.
        column: name of the column with the number, or its place counted from 1; empty to find it.

    Raises:
        InvalidInputError: there is no column with numbers, or it cannot be told which.

    """
    lines = [line for line in sample.decode("utf-8", "replace").splitlines()[:200] if line.strip()]
    if b"\n" not in sample and b"\r" in sample:
        raise InvalidInputError("The file's lines end in CR only; write it again with LF.")
    if not lines:
        return Layout(kind=LayoutKind.COLUMN)
    flat = re.compile(rf"\d{{{rules.area_digits}}},\d{{{rules.subscriber_digits}}}")
    for header in (False, True):
        # a first line that is wrong is refused with its number, it does not change how the others are read
        body = lines[1:] if header else lines
        if not column and rules.area_digits and body and flat.fullmatch(body[0].strip()):
            return Layout(kind=LayoutKind.AREA_AND_SUBSCRIBER, delimiter=",", header=header and _is_header(lines[0]))
    delimiter = max(DELIMITERS, key=lambda mark: (lines[0].count(mark), -DELIMITERS.index(mark)))
    if delimiter not in lines[0]:
        return Layout(kind=LayoutKind.COLUMN, header=_is_header(lines[0]))
    cells = [next(csv.reader([line], delimiter=delimiter)) for line in lines]
    header = _is_header(lines[0])
    place = _asked(column, cells[0]) if column else _found(cells, header, rules)
    return Layout(kind=LayoutKind.COLUMN, delimiter=delimiter, column=place, header=header)


def _is_header(line: str) -> bool:
    """Return whether a line names columns: a word in it, and no number as long as a phone number."""
    return bool(re.search(r"[A-Za-z]{2,}", line)) and not re.search(r"\d{5,}", re.sub(r"[\s().\-]", "", line))


def _asked(column: str, names: list[str]) -> int:
    folded = [_folded(name) for name in names]
    if column.isdigit() and 1 <= int(column) <= len(names):
        return int(column) - 1
    if _folded(column) in folded:
        return folded.index(_folded(column))
    raise InvalidInputError(f"There is no column {column}; there are {', '.join(names[:20])}.")


def _found(cells: list[list[str]], header: bool, rules: NumberingRules) -> int:
    names = [_folded(name) for name in cells[0]] if header else []
    named = [place for place, name in enumerate(names) if name in NAMES]
    if len(named) == 1:
        return named[0]
    body = cells[1:] if header else cells
    digits = rules.area_digits + rules.subscriber_digits
    full = re.compile(rf"(\+?{rules.calling_code})?\d{{{digits}}}")
    width = min((len(row) for row in body), default=0)
    held = [
        place
        for place in range(width)
        if all(full.fullmatch(re.sub(r"[\s().\-]", "", row[place])) for row in body[:20])
    ]
    if body and len(held) == 1:
        return held[0]
    raise InvalidInputError("It cannot be told which column holds the numbers; name it with --column.")


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
