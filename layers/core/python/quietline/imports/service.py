"""An import in four steps: plan (read what the command uploaded), read (a chunk), add (an area), finish (sum up).

Every step may run again at any time: chunks are read to the same bytes, an area is added once, and an import ends in
the same state however often its workers were killed. Numbers that are listed already stay as they are; nothing is ever
taken off.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from quietline.imports.model import (
    AddedToArea,
    ImportPlan,
    ImportRecord,
    area_key,
    areas_key,
    fresh_key,
    part_key,
    plan_key,
    rejects_key,
    result_key,
)
from quietline.imports.ports import ImportStore
from quietline.kernel.clock import Clock, from_text, to_text
from quietline.kernel.errors import ConfigurationError, ConflictError, FieldError, InvalidInputError
from quietline.kernel.spreadsheets import as_text
from quietline.lists.model import Kind
from quietline.lists.ports import ChangeReader, ObjectStore, PublicationStore
from quietline.lists.publish import digest, read_manifest
from quietline.profiles import Profile

if TYPE_CHECKING:
    from pyroaring import BitMap

READERS = 8


@dataclass(frozen=True)
class ImportPlanner:
    """First step, and the one between reading and adding."""

    profile: Profile
    clock: Clock
    store: ImportStore
    objects: ObjectStore
    publications: PublicationStore
    changes: ChangeReader

    def start(self, import_id: str) -> dict[str, Any]:
        """Return the chunks to read, or, for an import that is done, its summary with `done` true.

        Raises:
            InvalidInputError: there is no plan of this id, it is for another profile, or its date lies in the future.
        """
        plan = read_plan(self.objects, import_id)
        if plan.profile != self.profile.name:
            raise InvalidInputError(f"This import is for the profile {plan.profile}, not {self.profile.name}.")
        record = self.store.get(import_id) or self._begin(plan)
        if record.summary is not None:
            return {"done": True, **record.summary}
        items = [{"chunk": index} for index in range(len(plan.chunks))]
        return {"done": False, "id": import_id, "dry_run": plan.dry_run, "items": items}

    def _begin(self, plan: ImportPlan) -> ImportRecord:
        now = from_text(to_text(self.clock.now()))
        today = self.profile.local_date(now)
        if plan.registered_on and plan.registered_on > today:
            message = f"Registrations cannot count from {plan.registered_on.isoformat()}, which lies in the future."
            raise InvalidInputError(message, (FieldError("/registered_on", message, "date_in_future"),))
        published = self.publications.newest() is not None
        return self.store.begin(
            ImportRecord(
                id=plan.id,
                state="running",
                created_at=now,
                registered_on=plan.registered_on or today,
                # before the first publication it is found as that will find it: the start of the first day of all
                changes_from=now if published else self.changes.first() or now,
                dry_run=plan.dry_run,
            )
        )

    def areas(self, import_id: str) -> dict[str, Any]:
        """Return the areas to add, once all chunks are read.

        Raises:
            ConflictError: a chunk is not read yet.
        """
        plan = read_plan(self.objects, import_id)
        chunks: dict[str, list[int]] = {}
        for index, result in enumerate(_results(self.objects, plan)):
            for area in result["areas"]:
                chunks.setdefault(area, []).append(index)
        _put_json(self.objects, areas_key(import_id), chunks)
        items = [{"area": area} for area in sorted(chunks)]
        return {"id": import_id, "dry_run": plan.dry_run, "items": items}


@dataclass(frozen=True)
class ChunkReader:
    """Reads one chunk into a bitmap per area and a file of refused lines. Needs the `lists` layer."""

    profile: Profile
    objects: ObjectStore

    def read(self, import_id: str, index: int) -> dict[str, Any]:
        """Write a chunk's bitmaps, refused lines and result; return the result. A repeat returns the first run's.

        Raises:
            ConfigurationError: the chunk's object is missing or not what the plan names.
        """
        done = self.objects.get(result_key(import_id, index))
        if done is not None:
            return dict(json.loads(done))
        from quietline.imports.parse import parse
        from quietline.lists import build

        plan = read_plan(self.objects, import_id)
        chunk = plan.chunks[index]
        file = plan.files[chunk.file]
        packed = self.objects.get(chunk.key)
        data = gzip.decompress(packed) if packed else b""
        if digest(data) != chunk.sha256:
            raise ConfigurationError(f"Chunk {index} of import {import_id} is not what its plan names.")
        made = parse(data, file.layout, self.profile.rules, chunk.first_line)
        bodies = {part_key(import_id, area, index): build.dump(numbers) for area, numbers in made.numbers.items()}
        with ThreadPoolExecutor(READERS) as pool:
            list(pool.map(lambda key: self.objects.put(key, bodies[key], "application/octet-stream"), bodies))
        if made.rejects:
            rows = ([file.name, reject.line, reject.reason, as_text(reject.text)] for reject in made.rejects)
            self.objects.put(rejects_key(import_id, index), gzip.compress(_csv(rows), 6, mtime=0), "application/gzip")
        result = {
            "lines": made.lines,
            "blank": made.blank,
            "accepted": made.accepted,
            "rejected": dict(sorted(Counter(reject.reason for reject in made.rejects).items())),
            "areas": {area: len(numbers) for area, numbers in sorted(made.numbers.items())},
        }
        # last: a result without its files must never be found
        _put_json(self.objects, result_key(import_id, index), result)
        return result


@dataclass(frozen=True)
class AreaImport:
    """Adds an import's numbers of one area to the registry. Needs the `lists` layer."""

    profile: Profile
    clock: Clock
    store: ImportStore
    objects: ObjectStore
    lists: ObjectStore
    publications: PublicationStore
    changes: ChangeReader

    def add(self, import_id: str, area: str) -> AddedToArea:
        """Add the numbers that are not listed yet; a repeat returns what the first run did.

        Raises:
            ConfigurationError: a file of the import is missing, or the published bitmap is not what its manifest names.
            ConflictError: the import was not begun.
        """
        record = self.store.get(import_id)
        if record is None:
            raise ConflictError(f"Import {import_id} was not begun.")
        made = self.store.added(import_id, area) or self._add(record, area)
        _put_json(self.objects, area_key(import_id, area), asdict(made))
        return made

    def _add(self, record: ImportRecord, area: str) -> AddedToArea:
        from quietline.lists import build

        import_id = record.id
        numbers = self._numbers(import_id, area)
        fresh = self._fixed(fresh_key(import_id, area), numbers - self._listed(record, area))
        made = AddedToArea(area, len(numbers), len(numbers) - len(fresh), len(fresh))
        if record.dry_run:
            return made
        blocks = build.blocks_of(fresh)
        self.store.write_blocks(import_id, area, blocks)
        now = from_text(to_text(self.clock.now()))
        began = datetime.combine(record.registered_on, time(), self.profile.zone)
        since = began if record.registered_on < self.profile.local_date(now) else None
        # the instant is taken when everything else is written, so that no list is cut off between it and the blocks
        self.store.commit(import_id, made, sorted(blocks), now, since)
        return made

    def _fixed(self, key: str, numbers: "BitMap") -> "BitMap":
        """Return what the first run found, so that every run writes the same blocks, whatever has changed since."""
        from quietline.lists import build

        self.objects.put_new(key, build.dump(numbers), "application/octet-stream")
        return build.load(self.objects.get(key))

    def _numbers(self, import_id: str, area: str) -> "BitMap":
        from quietline.lists import build

        chunks = json.loads(self.objects.get(areas_key(import_id)) or b"{}").get(area, [])
        found = build.load(None)
        for chunk in chunks:
            data = self.objects.get(part_key(import_id, area, chunk))
            if data is None:
                raise ConfigurationError(f"Import {import_id} lacks the numbers of area {area} in chunk {chunk}.")
            found |= build.load(data)
        return found

    def _listed(self, record: ImportRecord, area: str) -> "BitMap":
        """Return the area's numbers that are listed now: the newest list and everything that happened since."""
        from quietline.lists import build

        newest = self.publications.newest()
        base, since = build.load(None), record.changes_from
        if newest is not None:
            since = newest.cutoff
            entry = read_manifest(self.lists, newest).entry(area)
            file = entry.file(Kind.BITMAP, "roar") if entry else None
            data = self.lists.get(file.key) if file else None
            if file and (data is None or digest(data) != file.sha256):
                raise ConfigurationError(f"{file.key} is not the bitmap that its manifest names.")
            base = build.load(data)
        now = self.clock.now()
        changes = self.changes.of_area(area, since, now)
        return build.apply(base, changes, self.changes.imports_of_area(area, since, now)).numbers


@dataclass(frozen=True)
class ImportFinish:
    """Last step: sums up and notes that the import is done."""

    clock: Clock
    store: ImportStore
    objects: ObjectStore

    def finish(self, import_id: str) -> dict[str, Any]:
        """Return the import's summary; a repeat answers the same.

        `lines` = `blank` + `rejected` + `duplicates` + `numbers`, and `numbers` = `listed_already` + `added` (of a dry
        run: what would be added).

        Raises:
            ConflictError: the import was not begun, or an area is not added yet.
        """
        record = self.store.get(import_id)
        if record is None:
            raise ConflictError(f"Import {import_id} was not begun.")
        if record.summary is not None:
            return {"done": True, **record.summary}
        plan = read_plan(self.objects, import_id)
        results = _results(self.objects, plan)
        rejected: Counter[str] = Counter()
        for result in results:
            rejected.update(result["rejected"])
        areas = sorted({area for result in results for area in result["areas"]})
        added = [AddedToArea(**one) for one in _read_all(self.objects, [area_key(import_id, area) for area in areas])]
        numbers = sum(one.numbers for one in added)
        lines, blank = (sum(result[name] for result in results) for name in ("lines", "blank"))
        summary = {
            "id": import_id,
            "dry_run": plan.dry_run,
            "registered_on": record.registered_on.isoformat(),
            "files": [file.name for file in plan.files],
            "lines": lines,
            "blank": blank,
            "rejected": rejected.total(),
            "reasons": dict(sorted(rejected.items())),
            "duplicates": lines - blank - rejected.total() - numbers,
            "numbers": numbers,
            "listed_already": sum(one.listed_already for one in added),
            "added": sum(one.added for one in added),
            "areas": len(areas),
            "rejects_in": [index for index, result in enumerate(results) if result["rejected"]],
            "finished_at": to_text(self.clock.now()),
        }
        self.store.finish(import_id, summary)
        return {"done": True, **summary}


def read_plan(objects: ObjectStore, import_id: str) -> ImportPlan:
    """Return the plan of an import.

    Raises:
        InvalidInputError: there is none, or it is not the one that the id names.
    """
    data = objects.get(plan_key(import_id)) if import_id.isalnum() else None
    if data is None:
        raise InvalidInputError("There is no import of this id.")
    try:
        plan = ImportPlan.model_validate_json(data)
    except ValidationError as error:
        raise InvalidInputError("The import's plan is not well formed.") from error
    if plan.id != import_id:
        raise InvalidInputError("The import's plan is not the one that its id names.")
    return plan


def _results(objects: ObjectStore, plan: ImportPlan) -> list[dict[str, Any]]:
    return _read_all(objects, [result_key(plan.id, index) for index in range(len(plan.chunks))])


def _read_all(objects: ObjectStore, keys: list[str]) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(READERS) as pool:
        found = list(pool.map(objects.get, keys))
    if None in found:
        raise ConflictError(f"{found.count(None)} of {len(keys)} parts of the import are not done yet.")
    return [json.loads(data) for data in found if data is not None]


def _put_json(objects: ObjectStore, key: str, value: Any) -> None:
    objects.put(key, json.dumps(value, separators=(",", ":")).encode("utf-8"), "application/json")


def _csv(rows: Iterable[Iterable[Any]]) -> bytes:
    import csv
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")
