"""A reported call as it is published, and the file that holds those of some days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

FILE_PREFIX = "DNC_Complaint_Numbers_"
"""The FTC's name of a daily file, before its date."""


class Source(StrEnum):
    """Where a reported call was reported."""

    QUIETLINE = "quietline"
    FTC = "ftc"
    """Imported from a file that the FTC had published; its cells are the FTC's to protect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One reported call. The first eight fields are published, spelt as the FTC's file spells them.

    Attributes:
        caller: ten digits, or empty where none or a foreign one was given.
        created: when it was reported, `2026-03-05 00:03:04` in the registry's time zone.
        violation: when the call was, in the same form; empty where a file of the FTC's had none.
        state: full name.
        robocall: `Y` or `N`; empty where a file of the FTC's had none.
        id: 32 hex digits; the first four are the file's day (`day_code`).
        complainant: keyed hash of the number that was called, never published; empty for an imported row.
        neighbour: whether caller and called number share area and exchange, as spoofed numbers do.
    """

    caller: str = field(repr=False)
    created: str
    violation: str
    city: str
    state: str
    area: str
    subject: str
    robocall: str
    id: str
    source: Source = Source.QUIETLINE
    complainant: str = field(default="", repr=False)
    neighbour: bool = False

    @property
    def order(self) -> tuple[str, str]:
        """Files and answers are in the order of time."""
        return self.created, self.id


@dataclass(frozen=True, kw_only=True)
class DayFile:
    """A public file of a day, as its manifest describes it: `format` is `csv` or `parquet`, `size` bytes."""

    name: str
    format: str
    size: int
    sha256: str

    def to_payload(self) -> dict[str, Any]:
        """Return it as manifests and the index spell it."""
        return {"name": self.name, "format": self.format, "bytes": self.size, "sha256": self.sha256}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "DayFile":
        """Read what `to_payload` made."""
        return cls(name=payload["name"], format=payload["format"], size=payload["bytes"], sha256=payload["sha256"])


@dataclass(frozen=True, kw_only=True)
class Version:
    """One state of a file: what its signed manifest says, kept for good.

    Attributes:
        sha256: of the CSV file.
        rows_sha256: of everything that is known of the rows, the unpublished fields included.
        files: every public file of it; of versions made before they were kept, none.
    """

    version: int
    at: datetime
    rows: int
    sha256: str
    rows_sha256: str
    files: tuple[DayFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Release:
    """The file of a date: its versions, oldest first, and what its rows count up to (see `summary`)."""

    date: date
    versions: tuple[Version, ...]
    summary: Mapping[str, Any]

    @property
    def current(self) -> Version:
        """The version that is served."""
        return self.versions[-1]

    @property
    def name(self) -> str:
        """The file's name."""
        return file_name(self.date)


def file_name(day: date, suffix: str = "csv") -> str:
    """Return the name of a day's file, the FTC's.

    >>> file_name(date(2026, 3, 5))
    'DNC_Complaint_Numbers_2026-03-05.csv'
    """
    return f"{FILE_PREFIX}{day.isoformat()}.{suffix}"


def manifest_name(day: date, version: int) -> str:
    """Return the name of a version's signed manifest."""
    return f"manifests/{day.isoformat()}.v{version}.jws"


def day_code(day: date) -> str:
    """Return four hex digits that name a day, the beginning of every id in its file.

    >>> day_code(date(2026, 3, 5)), day_of(day_code(date(2026, 3, 5)) + 28 * "0")
    ('2553', datetime.date(2026, 3, 5))
    """
    return f"{day.toordinal() - _EPOCH:04x}"


def day_of(row_id: str) -> date:
    """Return the date of the file that a row's id belongs to."""
    return date.fromordinal(int(row_id[:4], 16) + _EPOCH)


_EPOCH = date(2000, 1, 1).toordinal()
