"""What a published list is made of. Dates are the profile's local dates, instants are UTC."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from quietline.kernel.clock import from_text, to_text

type Day = date
"""A date of the registry; its own name because fields are called `date`."""


class Kind(StrEnum):
    """What a file holds."""

    FULL = "full"
    """Every number of the area."""
    CHANGES = "changes"
    """Numbers added and removed since the snapshot before."""
    BITMAP = "bitmap"
    """Every number of the area as a portable roaring bitmap of the subscriber parts."""


FORMATS: Mapping[Kind, tuple[str, ...]] = {
    Kind.FULL: ("txt", "csv", "xml"),
    Kind.CHANGES: ("txt", "csv", "xml"),
    Kind.BITMAP: ("roar",),
}
"""The formats each kind is offered in; the first is the default."""

KEPT = "txt"
"""The format of text that publication keeps; the others are rendered when somebody asks (docs/adr/0010)."""

CONTENT_TYPES = {
    "txt": "application/zip",
    "csv": "application/zip",
    "xml": "application/zip",
    "roar": "application/octet-stream",
}
MANIFEST_TYPE = "application/jose"


@dataclass(frozen=True)
class ListFile:
    """One published file: `key` in the bucket, `size` in bytes, `sha256` in hex."""

    kind: Kind
    format: str
    key: str
    size: int
    sha256: str

    @classmethod
    def of(cls, kind: Kind, format_: str, key: str, body: bytes) -> "ListFile":
        """Return the description of a file with these bytes."""
        return cls(kind, format_, key, len(body), hashlib.sha256(body).hexdigest())

    def to_payload(self) -> dict[str, Any]:
        """Return the file as the manifest spells it."""
        return {
            "kind": self.kind.value,
            "format": self.format,
            "key": self.key,
            "bytes": self.size,
            "sha256": self.sha256,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "ListFile":
        """Read what `to_payload` made."""
        return cls(Kind(payload["kind"]), payload["format"], payload["key"], payload["bytes"], payload["sha256"])


@dataclass(frozen=True)
class AreaEntry:
    """The snapshot of one area: `date` is when it last changed, `added` and `removed` what that day did to it."""

    area: str
    date: Day
    count: int
    added: int
    removed: int
    files: tuple[ListFile, ...]

    def file(self, kind: Kind, format_: str) -> ListFile:
        """Return the file of a kind and format.

        Raises:
            KeyError: the area has no such file.
        """
        for file in self.files:
            if file.kind is kind and file.format == format_:
                return file
        raise KeyError(f"{kind}.{format_}")

    def to_payload(self) -> dict[str, Any]:
        """Return the entry as the manifest spells it."""
        return {
            "area": self.area,
            "date": self.date.isoformat(),
            "count": self.count,
            "added": self.added,
            "removed": self.removed,
            "files": [file.to_payload() for file in self.files],
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "AreaEntry":
        """Read what `to_payload` made."""
        return cls(
            area=payload["area"],
            date=date.fromisoformat(payload["date"]),
            count=payload["count"],
            added=payload["added"],
            removed=payload["removed"],
            files=tuple(ListFile.from_payload(file) for file in payload["files"]),
        )


@dataclass(frozen=True)
class Published:
    """A published list as the table knows it: where its manifest is and what it counts.

    Attributes:
        date: the list's date.
        cutoff: every change before this instant is in it.
        key: the manifest's key in the bucket.
        sha256: over the manifest's bytes.
        areas: how many areas it covers.
        numbers: how many numbers are on it.
        added: numbers added since the list before.
        removed: numbers removed since the list before.

    """

    date: Day
    cutoff: datetime
    key: str
    sha256: str
    areas: int
    numbers: int
    added: int
    removed: int


@dataclass(frozen=True)
class Publication:
    """What the first run of a date fixed for every run of it.

    Attributes:
        date: the list's date.
        since: changes from this instant on …
        cutoff: … and before this one make the difference to `base`.
        base: date of the list it builds on, None for the first list ever.
        changed: the areas with a change, to be built.
        empty: the areas without any number so far, to be built too; all others keep their snapshot of the base.

    """

    date: Day
    since: datetime
    cutoff: datetime
    base: Day | None
    changed: tuple[str, ...]
    empty: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """Everything a list consists of; `previous` is the date and hash of the manifest before it."""

    profile: str
    date: Day
    cutoff: datetime
    previous: tuple[Day, str] | None
    areas: tuple[AreaEntry, ...]

    def entry(self, area: str) -> AreaEntry | None:
        """Return the entry of an area, or None where the list does not cover it."""
        return next((entry for entry in self.areas if entry.area == area), None)

    def to_payload(self) -> dict[str, Any]:
        """Return the manifest as it is signed."""
        previous = self.previous and {"date": self.previous[0].isoformat(), "sha256": self.previous[1]}
        return {
            "type": "manifest",
            "profile": self.profile,
            "date": self.date.isoformat(),
            "cutoff": to_text(self.cutoff),
            "previous": previous,
            "areas": [entry.to_payload() for entry in self.areas],
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "Manifest":
        """Read what `to_payload` made.

        Raises:
            ValueError: the payload is of another type.
        """
        if payload.get("type") != "manifest":
            raise ValueError("not a manifest")
        previous = payload["previous"]
        return cls(
            profile=payload["profile"],
            date=date.fromisoformat(payload["date"]),
            cutoff=from_text(payload["cutoff"]),
            previous=previous and (date.fromisoformat(previous["date"]), previous["sha256"]),
            areas=tuple(AreaEntry.from_payload(entry) for entry in payload["areas"]),
        )


@dataclass(frozen=True)
class Change:
    """One change of one number, as the registry recorded it: `subscriber` is the number's bit in the bitmap."""

    at: datetime
    subscriber: int
    added: bool


@dataclass(frozen=True)
class ImportedNumbers:
    """What an import added to an area at an instant: first number of a block → its bits (see `kernel.blocks`)."""

    at: datetime
    blocks: Mapping[int, bytes]


@dataclass(frozen=True)
class KeptReceipt:
    """The receipt of a download, as it was given out; `agent_san` is whose, when an agent fetched the files."""

    id: str
    issued_at: datetime
    list_date: Day
    valid_until: Day
    areas: tuple[str, ...]
    signed: str
    agent_san: str = ""


def manifest_key(day: date) -> str:
    """Return the key of a date's manifest."""
    return f"manifests/{day.isoformat()}.jws"


def area_key(area: str, day: date, name: str) -> str:
    """Return the key of one of an area's files: `bitmap.roar`, `full.txt.zip`, `changes.txt.zip`."""
    return f"areas/{area}/{day.isoformat()}/{name}"


def render_key(area: str, day: date, kind: Kind, format_: str, since: date | None) -> str:
    """Return the key of a file rendered on demand; `since` is the date of the snapshot that changes start from."""
    start = f"-since-{since.isoformat()}" if since else ""
    return f"renders/{area}/{day.isoformat()}/{kind.value}{start}.{format_}.zip"


def entry_key(area: str, day: date) -> str:
    """Return the key under which a worker leaves an area's entry for the manifest."""
    return area_key(area, day, "entry.json")


def file_name(profile: str, area: str, day: date, kind: Kind, format_: str, *, since: date | None = None) -> str:
    """Return a file's name as the FTC names its lists: `{Y}-{M}-{D}_{area}_{GUID}.txt`, without padding zeros.

    The GUID is derived from what the file is, so the same list always has the same name; change lists and bitmaps,
    for which no name of the FTC is known, say so after the area. `since` is the snapshot that changes start from when
    it is not the one before.
    """
    start = f":since:{since.isoformat()}" if since else ""
    identity = f"quietline:{profile}:{area}:{day.isoformat()}:{kind.value}:{format_}{start}"
    guid = str(uuid.uuid5(uuid.NAMESPACE_URL, identity)).upper()
    scope = area if kind is Kind.FULL else f"{area}_{kind.value}"
    if since:
        scope += f"-since-{since.year}-{since.month}-{since.day}"
    return f"{day.year}-{day.month}-{day.day}_{scope}_{guid}.{format_}"


def download_name(profile: str, area: str, day: date, file: ListFile, since: date | None = None) -> str:
    """Return the name a browser saves the file under; text files come zipped."""
    name = file_name(profile, area, day, file.kind, file.format, since=since)
    return name if file.kind is Kind.BITMAP else f"{name}.zip"
