"""Files rendered when somebody asks: other formats than the kept one, and changes between any two snapshots.

What is rendered follows from the snapshots alone, so the same request makes the same bytes under the same key, and a
file that is there is not made again. It lies under `renders/`, which the bucket's lifecycle empties.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from quietline.kernel.errors import ConfigurationError
from quietline.lists.model import CONTENT_TYPES, Kind, ListFile, file_name, render_key
from quietline.lists.ports import ObjectStore
from quietline.lists.publish import digest
from quietline.profiles import Profile

if TYPE_CHECKING:
    from pyroaring import BitMap


@dataclass(frozen=True)
class Source:
    """A snapshot to render from, as the manifest has it: date, how many numbers, its bitmap's key and SHA-256."""

    date: date
    count: int
    key: str
    sha256: str

    def to_payload(self) -> dict[str, Any]:
        """Return the snapshot as JSON."""
        return {"date": self.date.isoformat(), "count": self.count, "key": self.key, "sha256": self.sha256}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "Source":
        """Read what `to_payload` made."""
        return cls(date.fromisoformat(payload["date"]), payload["count"], payload["key"], payload["sha256"])


@dataclass(frozen=True)
class RenderRequest:
    """One file to render.

    Attributes:
        area: area key.
        kind: full list or changes.
        format: `txt`, `csv` or `xml`.
        snapshot: what to render.
        since: for changes, the snapshot they start from; None: from nothing.

    """

    area: str
    kind: Kind
    format: str
    snapshot: Source
    since: Source | None = None

    def to_payload(self) -> dict[str, Any]:
        """Return the request as JSON."""
        return {
            "area": self.area,
            "kind": self.kind.value,
            "format": self.format,
            "snapshot": self.snapshot.to_payload(),
            "since": self.since and self.since.to_payload(),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "RenderRequest":
        """Read what `to_payload` made."""
        return cls(
            payload["area"],
            Kind(payload["kind"]),
            payload["format"],
            Source.from_payload(payload["snapshot"]),
            Source.from_payload(payload["since"]) if payload["since"] else None,
        )


@dataclass(frozen=True)
class Rendered:
    """A rendered file and how many numbers or changes are in it."""

    file: ListFile
    count: int

    def to_payload(self) -> dict[str, Any]:
        """Return the file as JSON."""
        return {**self.file.to_payload(), "count": self.count}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "Rendered":
        """Read what `to_payload` made."""
        return cls(ListFile.from_payload(payload), payload["count"])


@dataclass(frozen=True)
class Renderer:
    """Renders files into the bucket. Needs the `lists` layer."""

    profile: Profile
    objects: ObjectStore

    def render(self, requests: Sequence[RenderRequest]) -> list[Rendered]:
        """Return the files, in order; one that is there already is not made again.

        The full list in the same format takes the place of a change list that is larger; the file's kind tells.

        Raises:
            ConfigurationError: a snapshot is missing or not the one that was published.
        """
        return [self._one(request) for request in requests]

    def _one(self, request: RenderRequest) -> Rendered:
        made = self._render(request)
        # a change takes more room than a number, so a shorter change list cannot be the larger file
        if request.kind is Kind.CHANGES and made.count and 2 * made.count >= request.snapshot.count:
            full = self._render(RenderRequest(request.area, Kind.FULL, request.format, request.snapshot))
            if made.file.size > full.file.size:
                return full
        return made

    def _render(self, request: RenderRequest) -> Rendered:
        from quietline.lists import build, encode

        since = request.since.date if request.since else None
        day = request.snapshot.date
        key = render_key(request.area, day, request.kind, request.format, since)
        kept = self.objects.facts(key)
        if kept is not None and kept.get("of") == _identity(request):
            file = ListFile(request.kind, request.format, key, int(kept["size"]), kept["sha256"])
            return Rendered(file, int(kept["count"]))
        before = self._bitmap(request.since) if request.since else build.load(None)
        snapshot = build.difference(before, self._bitmap(request.snapshot))
        name = file_name(self.profile.name, request.area, day, request.kind, request.format, since=since)
        pieces = encode.file(request.kind, request.area, snapshot, day, request.format, rules=self.profile.rules)
        body = build.zipped(name, pieces)
        file = ListFile.of(request.kind, request.format, key, body)
        changes = len(snapshot.added) + len(snapshot.removed)
        count = len(snapshot.numbers) if request.kind is Kind.FULL else changes
        facts = {"of": _identity(request), "size": str(file.size), "sha256": file.sha256, "count": str(count)}
        self.objects.put(key, body, CONTENT_TYPES[request.format], facts)
        return Rendered(file, count)

    def _bitmap(self, source: Source) -> "BitMap":
        from quietline.lists import build

        data = self.objects.get(source.key)
        if data is None or digest(data) != source.sha256:
            raise ConfigurationError(f"{source.key} is not the bitmap that was published.")
        return build.load(data)


def _identity(request: RenderRequest) -> str:
    """Return what a rendered file was made of: the bitmaps' hashes, which say everything."""
    return f"{request.since.sha256 if request.since else ''}:{request.snapshot.sha256}"
