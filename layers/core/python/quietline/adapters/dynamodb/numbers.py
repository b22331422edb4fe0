"""The registry of record in DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Item, Table, Write
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.phone import PhoneNumber
from quietline.registrations.model import HistoryEntry, NumberRecord


@dataclass(frozen=True)
class DynamoNumbers:
    """Number records of one table."""

    table: Table

    def get(self, number: PhoneNumber) -> NumberRecord | None:
        """Return the number's record, or None."""
        item = self.table.get(keys.number(number.e164))
        return record_of(item) if item else None

    def get_many(self, numbers: Sequence[PhoneNumber]) -> dict[PhoneNumber, NumberRecord]:
        """Return the records that exist."""
        items = self.table.get_many([keys.number(number.e164) for number in numbers])
        records = [record_of(item) for item in items]
        return {record.number: record for record in records}


def record_of(item: Item) -> NumberRecord:
    """Return the record that an item holds."""
    history = tuple(
        HistoryEntry(from_text(entry["at"]), entry["change"], str(entry["by"])) for entry in item["history"]
    )
    return NumberRecord(
        number=PhoneNumber(str(item["pk"]).removeprefix("NUMBER#")),
        area=str(item["area"]),
        history=history,
        version=int(item["version"]),
    )


def number_writes(table: Table, before: NumberRecord | None, after: NumberRecord) -> list[Write]:
    """Return the writes that turn one record into the other: the record and one `CHANGES#` item per new entry.

    A record that stays as it is only has its version checked. All are conditional on the version that was read.
    """
    key = keys.number(after.number.e164)
    values = {":version": before.version if before else 0}
    unchanged = "version = :version" if before else "attribute_not_exists(pk)"
    if before == after:
        return [table.check(key, unchanged, values)]
    item: Item = {
        "state": "listed" if after.is_listed else "removed",
        "area": after.area,
        "registered_at": to_text(after.registered_at) if after.registered_at else None,
        "history": [{"at": to_text(e.at), "change": e.change, "by": e.by} for e in after.history],
        "version": after.version,
    }
    record = table.put(key, item, condition=unchanged, values=values if before else None)
    new = after.history[len(before.history) if before else 0 :]
    changes = [
        table.put_new(
            keys.change(after.area, entry.at, after.number.e164), {"change": entry.change, "e164": after.number.e164}
        )
        for entry in new
    ]
    return [record, *changes]
