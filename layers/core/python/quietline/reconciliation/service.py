"""A reconciliation in four steps: plan, scan (a segment of the table), compare (some areas), finish.

The list is rebuilt as of the cut-off of the newest published list, from the numbers' records and the imports alone: not
from the changes that publication reads. A record's history only grows, so a scan at any later time sees the same state
before the cut-off; where the table is read from is the deployment's choice: a scan, or an export (docs/adr/0017).
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from quietline.kernel.clock import Clock, from_text, to_text
from quietline.kernel.errors import ConfigurationError, ConflictError
from quietline.kernel.phone import NumberingRules, from_parts
from quietline.lists.model import AreaEntry, Kind, Manifest
from quietline.lists.ports import ChangeReader, ObjectStore, PublicationStore
from quietline.lists.publish import digest, read_manifest
from quietline.profiles import Profile
from quietline.reconciliation.model import (
    AreaComparison,
    differences_key,
    export_prefix,
    group_key,
    report_key,
    segment_key,
)
from quietline.reconciliation.ports import RegistryExports, RegistryScan

if TYPE_CHECKING:
    from pyroaring import BitMap

AREAS_PER_ITEM = 25
READERS = 8
RECORD = [("number", "<i8"), ("at", "<i8"), ("listed", "?")]
"""A record of a segment's file: area and subscriber part as one whole number, milliseconds since 1970 (0: never)."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ReconcilePlan:
    """First step: which list, and who reads what."""

    profile: Profile
    clock: Clock
    publications: PublicationStore
    lists: ObjectStore
    segments: int
    exports: bool = False

    def plan(self) -> dict[str, Any]:
        """Return the work, or `published` false when there is no list to compare with.

        Raises:
            ConfigurationError: the manifest is not the one that was published.
        """
        newest = self.publications.newest()
        if newest is None:
            return {"published": False}
        groups = _groups(self.profile, read_manifest(self.lists, newest))
        run = f"{self.clock.now():%Y%m%dT%H%M%S%f}"
        return {
            "published": True,
            "run": run,
            "date": newest.date.isoformat(),
            "cutoff": to_text(newest.cutoff),
            "source": "export" if self.exports else "scan",
            "export": {"prefix": export_prefix(run), "manifest": ""},
            "segments": [{"segment": index, "segments": self.segments} for index in range(self.segments)],
            "groups": [{"areas": areas} for areas in groups],
        }


@dataclass(frozen=True)
class SegmentScan:
    """Reads a segment of the registry. Needs the `lists` layer."""

    profile: Profile
    scan: RegistryScan
    exports: RegistryExports
    objects: ObjectStore

    def read(self, run: str, segment: int, segments: int, cutoff: datetime, export: str = "") -> int:
        """Write how the segment's numbers stood before the cut-off; return how many there are.

        Args:
            run: the reconciliation's name.
            segment: which segment, from 0.
            segments: how many there are.
            cutoff: the list's cut-off.
            export: the manifest of the export to read; empty to scan the table.

        Raises:
            ConfigurationError: the export is not there, or not whole.
        """
        import numpy as np

        source = self.exports.exported(export) if export else self.scan
        scale = 10**self.profile.rules.subscriber_digits
        rows = [
            (int(state.area) * scale + state.subscriber, _milliseconds(state.changed_at), state.listed)
            for state in source.states(segment, segments, cutoff)
        ]
        found = np.array(rows, RECORD)
        found.sort(order="number")
        body = gzip.compress(found.tobytes(), 1, mtime=0)
        self.objects.put(segment_key(run, segment), body, "application/gzip")
        return len(rows)


@dataclass(frozen=True)
class AreaReconciliation:
    """Compares some areas. Needs the `lists` layer."""

    profile: Profile
    publications: PublicationStore
    changes: ChangeReader
    lists: ObjectStore
    objects: ObjectStore

    def compare(self, run: str, day: date, areas: Sequence[str], segments: int) -> list[AreaComparison]:
        """Write the areas' comparisons and the numbers that differ; return the comparisons.

        Raises:
            ConflictError: a segment was not read.
            ConfigurationError: the list is not there, or its manifest is not the one that was published.
        """
        published = self.publications.published(day)
        if published is None:
            raise ConfigurationError(f"The list of {day.isoformat()} is missing in the table.")
        manifest = read_manifest(self.lists, published)
        records = self._records(run, areas, segments)
        made = []
        for area in areas:
            rebuilt = self._rebuilt(area, records[area], published.cutoff)
            made.append(self._compare(run, area, manifest.entry(area), rebuilt))
        body = json.dumps([one.to_payload() for one in made]).encode("utf-8")
        self.objects.put(group_key(run, areas[0]), body, "application/json")
        return made

    def _records(self, run: str, areas: Sequence[str], segments: int) -> dict[str, Any]:
        """Return the areas' records out of all segments."""
        import numpy as np

        scale = 10**self.profile.rules.subscriber_digits
        parts: dict[str, list[Any]] = {area: [] for area in areas}
        for segment in range(segments):
            data = self.objects.get(segment_key(run, segment))
            if data is None:
                raise ConflictError(f"Segment {segment} of reconciliation {run} was not read.")
            found = np.frombuffer(gzip.decompress(data), RECORD)
            for area in areas:
                low, high = np.searchsorted(found["number"], [int(area) * scale, (int(area) + 1) * scale])
                parts[area].append(found[low:high].copy())
        return {area: np.concatenate(found) for area, found in parts.items()}

    def _rebuilt(self, area: str, records: Any, cutoff: datetime) -> "BitMap":
        """Return the area's numbers as of the cut-off: what their records say, and what imports added."""
        import numpy as np
        from pyroaring import BitMap

        from quietline.lists import build

        subscribers = (records["number"] % 10**self.profile.rules.subscriber_digits).astype(np.uint32)
        listed = BitMap(subscribers[records["listed"]])
        for one in self.changes.imports_of_area(area, BEGINNING, cutoff):
            later = ~records["listed"] & (records["at"] > _milliseconds(one.at))
            listed |= build.imported(one.blocks) - BitMap(subscribers[later])
        return listed

    def _compare(self, run: str, area: str, entry: AreaEntry | None, rebuilt: "BitMap") -> AreaComparison:
        published, damage = self._published(entry)
        missing, extra = rebuilt - published, published - rebuilt
        made = AreaComparison(area, len(published), len(rebuilt), len(missing), len(extra), damage)
        if missing or extra:
            lines = [*_lines(area, missing, "missing", self.profile.rules)]
            lines += _lines(area, extra, "extra", self.profile.rules)
            body = gzip.compress("".join(lines).encode("ascii"), 6, mtime=0)
            self.objects.put(differences_key(run, area), body, "application/gzip")
        return made

    def _published(self, entry: AreaEntry | None) -> tuple["BitMap", str]:
        from quietline.lists import build

        if entry is None:
            return build.load(None), ""
        file = entry.file(Kind.BITMAP, "roar")
        data = self.lists.get(file.key)
        if data is None:
            return build.load(None), "the published bitmap is missing"
        damage = "" if digest(data) == file.sha256 else "the published bitmap is not the one that its manifest names"
        try:
            published = build.load(data)
        except ValueError:
            return build.load(None), "the published bitmap cannot be read"
        if not damage and len(published) != entry.count:
            damage = "the manifest counts other numbers than its bitmap holds"
        return published, damage


@dataclass(frozen=True)
class ReconcileFinish:
    """Last step: the report."""

    publications: PublicationStore
    lists: ObjectStore
    objects: ObjectStore
    profile: Profile

    def finish(self, run: str, day: date, scanned: int) -> dict[str, Any]:
        """Write the report and return it: counts by area, no number.

        Args:
            run: the reconciliation's name.
            day: the list's date.
            scanned: how many records all segments held.

        Raises:
            ConflictError: an area was not compared.
            ConfigurationError: the list is not there.
        """
        published = self.publications.published(day)
        if published is None:
            raise ConfigurationError(f"The list of {day.isoformat()} is missing in the table.")
        groups = _groups(self.profile, read_manifest(self.lists, published))
        with ThreadPoolExecutor(READERS) as pool:
            found = list(pool.map(self.objects.get, (group_key(run, areas[0]) for areas in groups)))
        if None in found:
            raise ConflictError(f"{found.count(None)} groups of areas of reconciliation {run} were not compared.")
        made = [AreaComparison(**one) for data in found if data is not None for one in json.loads(data)]
        differing = [one for one in made if not one.agrees]
        report = {
            "run": run,
            "date": day.isoformat(),
            "cutoff": to_text(published.cutoff),
            "agrees": not differing,
            "areas": len(made),
            "records": scanned,
            "published": sum(one.published for one in made),
            "rebuilt": sum(one.rebuilt for one in made),
            "missing": sum(one.missing for one in made),
            "extra": sum(one.extra for one in made),
            "damaged": sum(bool(one.damage) for one in made),
            "differences": [one.to_payload() for one in differing],
        }
        self.objects.put(report_key(run), json.dumps(report).encode("utf-8"), "application/json")
        return report


def _groups(profile: Profile, manifest: Manifest) -> list[list[str]]:
    """Return the areas that the list covers or the profile serves, a few to a worker."""
    areas = sorted({*profile.area_keys, *(entry.area for entry in manifest.areas)})
    return [areas[at : at + AREAS_PER_ITEM] for at in range(0, len(areas), AREAS_PER_ITEM)]


def _milliseconds(instant: datetime | None) -> int:
    return 0 if instant is None else round(from_text(to_text(instant)).timestamp() * 1000)


def _lines(area: str, numbers: "BitMap", kind: str, rules: NumberingRules) -> Iterator[str]:
    return (f"{area},{from_parts(area, bit, rules).e164},{kind}\n" for bit in numbers)
