"""Imports in the registry table: their records, and the blocks of numbers they add; see docs/adr/0016."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.numbers import IMPORTED
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.imports.model import AddedToArea, ImportRecord
from quietline.kernel.blocks import pack, unpack
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.errors import ConfigurationError
from quietline.kernel.phone import NumberingRules, from_parts

WRITERS = 8
"""Threads that write blocks; below botocore's ten connections."""


@dataclass(frozen=True)
class DynamoBlocks:
    """`BLOCK#<prefix>`: the imported numbers."""

    table: Table
    rules: NumberingRules

    def key(self, area: str, first: int) -> tuple[str, str]:
        """Return the key of the block whose first number has this subscriber part."""
        return keys.block(from_parts(area, first, self.rules).e164[:-4])

    def write(self, import_id: str, area: str, blocks: Mapping[int, bytes]) -> None:
        """Write an import's bits; other imports' bits of the same blocks stay."""

        def write(first: int) -> None:
            update = self.table.update(
                self.key(area, first),
                "SET #bits = :bits, area = :area",
                names={"#bits": IMPORTED + import_id},
                values={":bits": pack(blocks[first]), ":area": area},
            )
            self.table.write(update)

        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(write, blocks))

    def of_import(self, import_id: str, area: str) -> dict[int, bytes]:
        """Return what a committed import added to an area: first subscriber part → bits.

        Raises:
            ConfigurationError: a block is missing or damaged.
        """
        commit = self.table.get(keys.import_area(import_id, area))
        if commit is None:
            raise ConfigurationError(f"Import {import_id} has not added to area {area}.")
        wanted = {self.key(area, first): first for first in commit["blocks"]}
        items = {(item["pk"], item["sk"]): item for item in self.table.get_many(list(wanted))}
        try:
            return {first: unpack(items[key][IMPORTED + import_id]) for key, first in wanted.items()}
        except (KeyError, ValueError) as error:
            raise ConfigurationError(f"A block of import {import_id} in area {area} is missing or damaged.") from error


@dataclass(frozen=True)
class DynamoImports:
    """`IMPORT#<id>` and its areas; implements `imports.ports.ImportStore`."""

    table: Table
    rules: NumberingRules

    def begin(self, record: ImportRecord) -> ImportRecord:
        """Keep the record of a first run; a repeat returns what the first run kept."""
        item: Item = {
            "state": record.state,
            "created_at": to_text(record.created_at),
            "registered_on": record.registered_on.isoformat(),
            "changes_from": to_text(record.changes_from),
            "dry_run": record.dry_run,
        }
        try:
            self.table.write(self.table.put_new(keys.import_record(record.id), item))
        except ConditionFailedError:
            return self.get(record.id) or record
        return record

    def get(self, import_id: str) -> ImportRecord | None:
        """Return the record, or None."""
        item = self.table.get(keys.import_record(import_id))
        if item is None:
            return None
        return ImportRecord(
            id=import_id,
            state=item["state"],
            created_at=from_text(item["created_at"]),
            registered_on=date.fromisoformat(item["registered_on"]),
            changes_from=from_text(item["changes_from"]),
            dry_run=item["dry_run"],
            summary=json.loads(item["summary"]) if "summary" in item else None,
        )

    def finish(self, import_id: str, summary: Mapping[str, Any]) -> None:
        """Note that an import is done."""
        update = self.table.update(
            keys.import_record(import_id),
            "SET #state = :done, summary = :summary",
            names={"#state": "state"},
            values={":done": "done", ":summary": json.dumps(summary)},
            condition="attribute_exists(pk)",
        )
        self.table.write(update)

    def write_blocks(self, import_id: str, area: str, blocks: Mapping[int, bytes]) -> None:
        """Write an import's blocks of an area; they count only once `commit` has named them."""
        DynamoBlocks(self.table, self.rules).write(import_id, area, blocks)

    def commit(
        self, import_id: str, made: AddedToArea, blocks: Sequence[int], at: datetime, since: datetime | None
    ) -> bool:
        """Make an area's blocks count, from the instant `at` on, unless they do already; return whether it did."""
        item: Item = {
            "at": to_text(at),
            "since": to_text(since) if since else None,
            "numbers": made.numbers,
            "listed_already": made.listed_already,
            "added": made.added,
            "blocks": list(blocks),
        }
        writes = [self.table.put_new(keys.import_area(import_id, made.area), item)]
        if made.added:
            writes.append(self.table.put_new(keys.import_of(made.area, at, import_id), {"added": made.added}))
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            if self.table.get(keys.import_area(import_id, made.area)) is None:
                raise
            return False
        return True

    def added(self, import_id: str, area: str) -> AddedToArea | None:
        """Return what an import did to an area, or None while it is not done with it."""
        item = self.table.get(keys.import_area(import_id, area))
        return AddedToArea(area, item["numbers"], item["listed_already"], item["added"]) if item else None
