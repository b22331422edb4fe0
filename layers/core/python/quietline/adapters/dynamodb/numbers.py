"""The registry of record in DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Item, Table, Write
from quietline.kernel.blocks import block_of, has
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.phone import PhoneNumber
from quietline.registrations.model import HistoryEntry, NumberRecord


@dataclass(frozen=True)
class DynamoNumbers:
    """Number records of one table: `NUMBER#…`, and the imported ones in `BLOCK#…`."""

    table: Table
    _commits: dict[tuple[str, str], HistoryEntry] = field(default_factory=dict, repr=False, compare=False)
    """Areas that an import has added to; once there, such an item never changes."""

    def get(self, number: PhoneNumber) -> NumberRecord | None:
        """Return the number's record, or None."""
        return self.get_many([number]).get(number)

    def get_many(self, numbers: Sequence[PhoneNumber]) -> dict[PhoneNumber, NumberRecord]:
        """Return the records that exist."""
        own = [keys.number(number.e164) for number in numbers]
        blocks = [keys.block(block_of(number.e164)[0]) for number in numbers]
        items = {item["pk"]: item for item in self.table.get_many([*own, *blocks])}
        records = {
            number: record_of(items[key[0]]) for number, key in zip(numbers, own, strict=True) if key[0] in items
        }
        found = {
            number: (str(item["area"]), import_ids)
            for number, key in zip(numbers, blocks, strict=True)
            if (item := items.get(key[0])) and (import_ids := _imports_of(number, item))
        }
        commits = self._committed({(import_id, area) for area, ids in found.values() for import_id in ids})
        for number, (area, import_ids) in found.items():
            entries = [commits[import_id, area] for import_id in import_ids if (import_id, area) in commits]
            for entry in sorted(entries, key=lambda entry: entry.at):
                record = records.get(number) or NumberRecord(number, area, (), 0)
                records[number] = record.imported(entry)
        return records

    def _committed(self, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], HistoryEntry]:
        unknown = [keys.import_area(*pair) for pair in sorted(wanted) if pair not in self._commits]
        for item in self.table.get_many(unknown) if unknown else ():
            import_id, area = item["pk"].removeprefix("IMPORT#"), item["sk"].removeprefix("AREA#")
            since = from_text(item["since"]) if item["since"] else None
            self._commits[import_id, area] = HistoryEntry(from_text(item["at"]), "A", f"import:{import_id}", since)
        return {pair: self._commits[pair] for pair in wanted if pair in self._commits}


IMPORTED = "import:"
"""Attributes of a block: `import:<id>` holds the bits that an import added."""


def _imports_of(number: PhoneNumber, block: Item) -> list[str]:
    place = block_of(number.e164)[1]
    names = [name for name in block if name.startswith(IMPORTED)]
    return [name.removeprefix(IMPORTED) for name in names if has(block[name], place)]


def record_of(item: Item) -> NumberRecord:
    """Return the record that an item holds."""
    history = tuple(
        HistoryEntry(
            from_text(entry["at"]),
            entry["change"],
            str(entry["by"]),
            from_text(entry["since"]) if entry.get("since") else None,
        )
        for entry in item["history"]
    )
    return NumberRecord(
        number=PhoneNumber(str(item["pk"]).removeprefix("NUMBER#")),
        area=str(item["area"]),
        history=history,
        version=int(item["version"]),
        affirmed_at=from_text(item["affirmed_at"]) if item.get("affirmed_at") else None,
        affirmed_by=str(item.get("affirmed_by", "")),
        contested=bool(item.get("contested", False)),
    )


def number_writes(table: Table, before: NumberRecord | None, after: NumberRecord) -> list[Write]:
    """Return the writes that turn one record into the other: the record and one `CHANGES#` item per new entry.

    A record that stays as it is only has its version checked. All are conditional on the version that was read.
    """
    key = keys.number(after.number.e164)
    # an imported number has an item of its own only from its first change on
    stored = before is not None and before.version > 0
    values = {":version": before.version if before else 0}
    unchanged = "version = :version" if stored else "attribute_not_exists(pk)"
    if before == after:
        return [table.check(key, unchanged, values if stored else None)]
    item: Item = {
        "state": "listed" if after.is_listed else "removed",
        "area": after.area,
        "registered_at": to_text(after.registered_at) if after.registered_at else None,
        "history": [_entry(entry) for entry in after.history],
        "version": after.version,
    }
    if after.affirmed_at:
        item |= {"affirmed_at": to_text(after.affirmed_at), "affirmed_by": after.affirmed_by}
    if after.contested:
        item["contested"] = True
    record = table.put(key, item, condition=unchanged, values=values if stored else None)
    new = after.history[len(before.history) if before else 0 :]
    changes = [
        table.put_new(
            keys.change(after.area, entry.at, after.number.e164), {"change": entry.change, "e164": after.number.e164}
        )
        for entry in new
    ]
    return [record, *changes]


def _entry(entry: HistoryEntry) -> Item:
    item: Item = {"at": to_text(entry.at), "change": entry.change, "by": entry.by}
    return item | ({"since": to_text(entry.since)} if entry.since else {})
