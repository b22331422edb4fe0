"""A daily file as Parquet: the same rows under the same names, typed, in the same order."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

COMPRESSION = "zstd(6)"
type Convert = Callable[[str], Any]


def _text(value: str) -> str | None:
    return value or None


def _instant(value: str) -> int | None:
    """Return milliseconds of the registry's wall clock, as the CSV shows it; there is no zone in either."""
    return int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp() * 1000) if value else None


def _flag(value: str) -> bool | None:
    return value == "Y" if value else None


TYPES: dict[str, tuple[Convert, str]] = {
    "Created_Date": (_instant, "timestamp"),
    "Violation_Date": (_instant, "timestamp"),
    "Recorded_Message_Or_Robocall": (_flag, "boolean"),
}
"""Columns that are no text: numbers of ten digits and area codes are."""


def columns_of(body: bytes) -> bytes:
    """Implement `opendata.ports.ColumnWriter`; an empty field becomes null. The same CSV makes the same bytes."""
    reader = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
    names = next(reader)
    rows = list(reader)
    made = [_column(name, [row[place] for row in rows]) for place, name in enumerate(names)]
    out = io.BytesIO()
    write_parquet(Table.from_arrays(made, names=names), out, compression=COMPRESSION)
    return out.getvalue()


def _column(name: str, values: Sequence[str]) -> Array:
    convert, kind = TYPES.get(name, (_text, "text"))
    converted = [convert(value) for value in values]
    if kind == "boolean":
        return Array(converted, DataType.bool())
    if kind == "timestamp":
        return Array(converted, DataType.int64()).cast(DataType.timestamp("ms"))
    return Array(converted, DataType.utf8())
