"""The FTC's file: eight columns by name, lines ended by a newline; and our own file of the same rows with the rest."""

import csv
import gzip
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.kernel.spreadsheets import name_or_blank
from quietline.opendata.model import Row, Source, day_code

COLUMNS = {
    "Company_Phone_Number": "caller",
    "Created_Date": "created",
    "Violation_Date": "violation",
    "Consumer_City": "city",
    "Consumer_State": "state",
    "Consumer_Area_Code": "area",
    "Subject": "subject",
    "Recorded_Message_Or_Robocall": "robocall",
}
"""The FTC's columns in its order → our fields."""
SOURCES = {source.value: source for source in Source}
PRIVATE = ("id", "source", "complainant", "neighbour")
LONGEST = 200
"""Characters of a field of an imported file."""
INSTANT = "%Y-%m-%d %H:%M:%S"


def write_csv(rows: Iterable[Row]) -> bytes:
    """Return the file as the FTC publishes it; the same rows make the same bytes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    fields = tuple(COLUMNS.values())
    writer.writerows([getattr(row, name) for name in fields] for row in rows)
    return text.getvalue().encode("utf-8")


def write_rows(rows: Iterable[Row]) -> bytes:
    """Return everything that is known of the rows, packed; never published."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    fields = (*COLUMNS.values(), *PRIVATE[:-1])
    writer.writerows([*(getattr(row, name) for name in fields), "1" if row.neighbour else ""] for row in rows)
    # no time in the header: the same rows make the same bytes
    return gzip.compress(text.getvalue().encode("utf-8"), compresslevel=6, mtime=0)


def read_rows(packed: bytes) -> list[Row]:
    """Read what `write_rows` wrote."""
    text = io.StringIO(gzip.decompress(packed).decode("utf-8"), newline="")
    return [_row(values) for values in csv.reader(text)]


def _row(values: Sequence[str]) -> Row:
    """Return the row of all its fields, in the order of `COLUMNS` and `PRIVATE`."""
    return Row(
        caller=values[0],
        created=values[1],
        violation=values[2],
        # free text of consumers, kept or imported before anybody looked at it
        city=name_or_blank(values[3]),
        state=name_or_blank(values[4]),
        area=values[5],
        subject=name_or_blank(values[6]),
        robocall=values[7],
        id=values[8],
        source=SOURCES[values[9]],
        complainant=values[10],
        neighbour=values[11] == "1",
    )


@dataclass(frozen=True)
class Refused:
    """A line of an imported file that is no reported call: its number in the file, and why."""

    line: int
    detail: str


@dataclass(frozen=True)
class Imported:
    """What an imported file held."""

    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]


def read_ftc(data: bytes, day: date) -> Imported:
    """Read a daily file of the FTC's, its columns by name and in any order; values stay as they are,
    but a name that begins with no letter is blank.

    The file has no ids: one is made of the row's own text, so that the same file makes the same ids.

    Args:
        data: the file; UTF-8, or the Windows code page of older ones.
        day: the date in its name.

    Raises:
        InvalidInputError: it is no such file.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [name.strip() for name in next(reader, [])]
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise _not_a_file(f"The file lacks the column {missing[0]}.")
        places = [header.index(name) for name in COLUMNS]
        return _read(reader, places, len(header), day)
    except csv.Error as error:
        raise _not_a_file("The file is no CSV.") from error


def _read(reader: Iterable[Sequence[str]], places: list[int], width: int, day: date) -> Imported:
    rows: list[Row] = []
    refused: list[Refused] = []
    seen: Counter[str] = Counter()
    code = day_code(day)
    for number, line in enumerate(reader, start=2):
        if not line:
            continue
        values = [line[place].strip() for place in places] if len(line) == width else []
        wrong = _wrong(values)
        if wrong:
            refused.append(Refused(number, wrong))
            continue
        key = "\x1f".join(values)
        seen[key] += 1
        digest = hashlib.sha256(f"ftc\x1f{key}\x1f{seen[key]}".encode()).hexdigest()
        rows.append(_row([*values, code + digest[:28], Source.FTC.value, "", ""]))
    rows.sort(key=lambda row: row.order)
    return Imported(tuple(rows), tuple(refused))


def _wrong(values: list[str]) -> str:
    """Return what is wrong with a line, or nothing."""
    if not values:
        return "It has another number of fields than the header."
    if any(len(value) > LONGEST for value in values):
        return f"A field has more than {LONGEST} characters."
    caller, created, violation, robocall = values[0], values[1], values[2], values[7]
    if caller and not (caller.isascii() and caller.isdecimal()):
        return "Company_Phone_Number is no number."
    if not _is_instant(created):
        return "Created_Date has another form than 2026-03-05 00:03:04."
    if violation and not _is_instant(violation):
        return "Violation_Date has another form than 2026-03-05 00:03:04."
    if robocall not in ("Y", "N", ""):
        return "Recorded_Message_Or_Robocall is neither Y nor N."
    return ""


def _is_instant(text: str) -> bool:
    if len(text) != 19 or text[10] != " ":
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _not_a_file(detail: str) -> InvalidInputError:
    return InvalidInputError(detail, (FieldError("/file", detail, "not_a_daily_file"),))
