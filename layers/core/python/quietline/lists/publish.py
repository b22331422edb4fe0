"""Publishing a date, in three steps: plan (fix the cut-off), build (one area), manifest (make it exist).

Every step may run again at any time: the plan is fixed once, builds overwrite with the same bytes, and a list exists
only when its manifest and its entry in the table do. Until then the list before stays current.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from quietline.kernel import jws
from quietline.kernel.clock import Clock, from_text, to_text
from quietline.kernel.errors import ConfigurationError, ConflictError, FieldError, InvalidInputError
from quietline.lists.model import (
    CONTENT_TYPES,
    KEPT,
    MANIFEST_TYPE,
    AreaEntry,
    Kind,
    ListFile,
    Manifest,
    Publication,
    Published,
    area_key,
    entry_key,
    file_name,
    manifest_key,
)
from quietline.lists.ports import ChangeReader, ObjectStore, PublicationStore, Signer
from quietline.profiles import Profile

AREAS_PER_EMPTY_ITEM = 25
"""Areas without a number yet are built several to a worker: almost nothing to do each."""
READERS = 8


@dataclass(frozen=True)
class PublishPlan:
    """Decides what a date's list consists of.

    Attributes:
        settle: how long before now the cut-off lies at the earliest, so that no transaction is still in flight.
        days_ahead: how many days a list may be dated ahead of the registry's day; 0 but on a demonstration.

    """

    profile: Profile
    clock: Clock
    store: PublicationStore
    changes: ChangeReader
    objects: ObjectStore
    settle: timedelta
    days_ahead: int = 0

    def plan(self, day: date | None) -> dict[str, Any]:
        """Return the work for a date, the registry's present day when none is given.

        Returns:
            `published` false with `items`, each `{"areas": [{"area", "base"}]}`; or, for a date that is published
            already, its summary with `published` true and nothing to do.

        Raises:
            InvalidInputError: the date lies in the future.
            ConflictError: a later list exists or was begun; that list holds everything this one would.
        """
        settled = from_text(to_text(self.clock.now() - self.settle))  # in milliseconds, as instants are kept
        today = self.profile.local_date(settled)
        day = day or today
        done = self.store.published(day)
        if done is not None:
            return summary(done)
        if day > today + timedelta(days=self.days_ahead):
            raise InvalidInputError(
                f"The list of {day.isoformat()} cannot be published before that day.",
                (FieldError("/date", "This date lies in the future.", "date_in_future"),),
            )
        publication = self.store.begun(day)
        newest = self.store.newest()
        if newest is not None and newest.date > day:
            raise ConflictError(f"The list of {newest.date.isoformat()} is published already; it is the later one.")
        if publication is None:
            publication = self._new(day, settled, newest)
        # also when it was begun before: the store refuses a date that a later one has overtaken
        publication = self.store.begin(publication)
        return {
            "published": False,
            "date": publication.date.isoformat(),
            "cutoff": to_text(publication.cutoff),
            "since": to_text(publication.since),
            "items": list(self._items(publication)),
        }

    def _new(self, day: date, settled: datetime, newest: Published | None) -> Publication:
        cutoff = min(settled, self.profile.end_of(day))
        if newest is not None:
            base = read_manifest(self.objects, newest)
            known = {entry.area for entry in base.areas}
            since, cutoff = newest.cutoff, max(newest.cutoff, cutoff)
        else:
            known = set()
            since = min(self.changes.first() or cutoff, cutoff)
        areas = {*self.profile.area_keys, *known}
        changed = self.changes.changed(sorted(areas), since, cutoff) if since < cutoff else set()
        empty = areas - known - changed
        return Publication(
            day, since, cutoff, newest.date if newest else None, tuple(sorted(changed)), tuple(sorted(empty))
        )

    def _items(self, publication: Publication) -> Iterator[dict[str, Any]]:
        bases: dict[str, dict[str, str]] = {}
        if publication.base is not None:
            published = self.store.published(publication.base)
            if published is None:
                raise ConfigurationError(f"The list of {publication.base.isoformat()} is missing in the table.")
            for entry in read_manifest(self.objects, published).areas:
                file = entry.file(Kind.BITMAP, "roar")
                bases[entry.area] = {"key": file.key, "sha256": file.sha256}
        empty = publication.empty
        groups: list[tuple[str, ...]] = [(area,) for area in publication.changed]
        groups += [empty[i : i + AREAS_PER_EMPTY_ITEM] for i in range(0, len(empty), AREAS_PER_EMPTY_ITEM)]
        for group in groups:
            yield {"areas": [{"area": area, "base": bases.get(area)} for area in group]}


@dataclass(frozen=True)
class AreaBuild:
    """Builds one area's files of one date. Needs the `lists` layer."""

    profile: Profile
    changes: ChangeReader
    objects: ObjectStore

    def build(self, area: str, base: Mapping[str, str] | None, day: date, since: datetime, cutoff: datetime) -> int:
        """Write the area's files and its entry; return how many numbers it holds.

        Args:
            area: area key.
            base: `key` and `sha256` of the bitmap before, None for a new area.
            day: the list's date.
            since: changes from this instant on …
            cutoff: … and before this one.

        Raises:
            ConfigurationError: the bitmap before is missing or not the one that was published.
        """
        from quietline.lists import build, encode

        rules = self.profile.rules
        imports = self.changes.imports_of_area(area, since, cutoff)
        snapshot = build.apply(build.load(self._base(base)), self.changes.of_area(area, since, cutoff), imports)
        bodies = {(Kind.BITMAP, "roar", "bitmap.roar"): build.dump(snapshot.numbers)}
        for kind in (Kind.FULL, Kind.CHANGES):
            name = file_name(self.profile.name, area, day, kind, KEPT)
            bodies[kind, KEPT, f"{kind.value}.{KEPT}.zip"] = build.zipped(
                name, encode.file(kind, area, snapshot, day, KEPT, rules=rules)
            )
        files = []
        for (kind, format_, leaf), body in bodies.items():
            key = area_key(area, day, leaf)
            self.objects.put(key, body, CONTENT_TYPES[format_])
            files.append(ListFile.of(kind, format_, key, body))
        entry = AreaEntry(area, day, len(snapshot.numbers), len(snapshot.added), len(snapshot.removed), tuple(files))
        # last: an entry without its files must never be found
        payload = {"cutoff": to_text(cutoff), "entry": entry.to_payload()}
        self.objects.put(entry_key(area, day), json.dumps(payload).encode("utf-8"), "application/json")
        return entry.count

    def _base(self, base: Mapping[str, str] | None) -> bytes | None:
        if base is None:
            return None
        from hashlib import sha256

        data = self.objects.get(base["key"])
        if data is None or sha256(data).hexdigest() != base["sha256"]:
            raise ConfigurationError(f"{base['key']} is not the bitmap that its manifest names.")
        return data


@dataclass(frozen=True)
class ManifestWriter:
    """Makes a list exist: collects the entries, signs the manifest, enters it in the table."""

    profile: Profile
    store: PublicationStore
    objects: ObjectStore
    signer: Signer

    def write(self, day: date) -> dict[str, Any]:
        """Publish a date whose areas are built; a repeat answers the same.

        Raises:
            ConflictError: the date was not begun, an area is not built yet, or a later date was begun.
        """
        done = self.store.published(day)
        if done is not None:
            return summary(done)
        publication = self.store.begun(day)
        if publication is None:
            raise ConflictError(f"The list of {day.isoformat()} was not begun.")
        manifest = self._collect(publication)
        signed = self._signed_once(manifest)
        today = [entry for entry in manifest.areas if entry.date == day]
        published = Published(
            date=day,
            cutoff=publication.cutoff,
            key=manifest_key(day),
            sha256=digest(signed),
            areas=len(manifest.areas),
            numbers=sum(entry.count for entry in manifest.areas),
            added=sum(entry.added for entry in today),
            removed=sum(entry.removed for entry in today),
        )
        self.store.finish(published, publication.base)
        return summary(published)

    def _collect(self, publication: Publication) -> Manifest:
        previous: tuple[date, str] | None = None
        entries: dict[str, AreaEntry] = {}
        if publication.base is not None:
            base = self.store.published(publication.base)
            if base is None:
                raise ConfigurationError(f"The list of {publication.base.isoformat()} is missing in the table.")
            previous = (base.date, base.sha256)
            entries = {entry.area: entry for entry in read_manifest(self.objects, base).areas}
        entries |= {entry.area: entry for entry in self._built(publication)}
        ordered = tuple(entries[area] for area in sorted(entries))
        return Manifest(self.profile.name, publication.date, publication.cutoff, previous, ordered)

    def _built(self, publication: Publication) -> Iterable[AreaEntry]:
        with ThreadPoolExecutor(READERS) as pool:
            areas = publication.changed + publication.empty
            keys = [entry_key(area, publication.date) for area in areas]
            for area, data in zip(areas, pool.map(self.objects.get, keys), strict=True):
                payload = json.loads(data) if data else None
                if payload is None or from_text(payload["cutoff"]) != publication.cutoff:
                    raise ConflictError(f"Area {area} of {publication.date.isoformat()} is not built yet.")
                yield AreaEntry.from_payload(payload["entry"])

    def _signed_once(self, manifest: Manifest) -> bytes:
        key, payload = manifest_key(manifest.date), manifest.to_payload()
        signed = self.signer.sign(payload).encode("ascii")
        if self.objects.put_new(key, signed, MANIFEST_TYPE):
            return signed
        # a run before this one stopped between the bucket and the table
        earlier = self.objects.get(key)
        if earlier is not None and jws.parse(earlier.decode("ascii")).payload == payload:
            return earlier
        # it had built other bytes (an older version of the software); nobody has seen them, for the table is the door
        self.objects.put(key, signed, MANIFEST_TYPE)
        return signed


def summary(published: Published) -> dict[str, Any]:
    """Return what a run answers once the list exists, however often it runs."""
    return {
        "published": True,
        "date": published.date.isoformat(),
        "cutoff": to_text(published.cutoff),
        "areas": published.areas,
        "numbers": published.numbers,
        "added": published.added,
        "removed": published.removed,
        "manifest": {"key": published.key, "sha256": published.sha256},
    }


def read_manifest(objects: ObjectStore, published: Published) -> Manifest:
    """Return a published manifest, whose bytes must be those the table names.

    Raises:
        ConfigurationError: the object is missing or was changed.
    """
    data = objects.get(published.key)
    if data is None or digest(data) != published.sha256:
        raise ConfigurationError(f"{published.key} is not the manifest that was published.")
    return Manifest.from_payload(jws.parse(data.decode("ascii")).payload)


def digest(data: bytes) -> str:
    """Return SHA-256 in hex."""
    from hashlib import sha256

    return sha256(data).hexdigest()


def parse_date(text: str) -> date:
    """Read a date as a caller gave it.

    Raises:
        InvalidInputError: it is not `YYYY-MM-DD`.
    """
    try:
        # Python reads 20261123 and 2026-W48-1 too; a date has one spelling here
        day = date.fromisoformat(text) if len(text) == 10 and "W" not in text else None
    except ValueError:
        day = None
    if day is None:
        message = "Give the date as YYYY-MM-DD."
        raise InvalidInputError(message, (FieldError("/date", message, "not_a_date"),))
    return day
