"""Publications, changes and receipts in DynamoDB; see the keys in docs/architecture.md."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.freshness import pulled
from quietline.adapters.dynamodb.imports import DynamoBlocks
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.errors import ConflictError
from quietline.kernel.phone import NumberingRules, PhoneNumber, subscriber_of
from quietline.lists.model import Change, ImportedNumbers, KeptReceipt, Publication, Published

READERS = 8
"""Threads that ask for areas' changes; below botocore's ten connections."""
_OVERTAKEN = "A later list was begun or published meanwhile; it holds everything this one would."


@dataclass(frozen=True)
class DynamoPublicationStore:
    """`PUBLICATION#…`, the pointer `PUBLICATION#HEAD` and the partition `MANIFESTS` of the registry table."""

    table: Table

    def newest(self) -> Published | None:
        """Return the current list, or None before the first."""
        partition = keys.manifest(date.min)[0]
        return next((published_of(item) for item in self.table.query(partition, newest_first=True, limit=1)), None)

    def published(self, day: date) -> Published | None:
        """Return the list of a date, or None when it is not published."""
        item = self.table.get(keys.manifest(day))
        return published_of(item) if item else None

    def begun(self, day: date) -> Publication | None:
        """Return what the first run of a date fixed, or None when there was none."""
        item = self.table.get(keys.publication(day))
        return _publication(item) if item else None

    def begin(self, publication: Publication) -> Publication:
        """Fix a date's publication; a repeat returns what the first run fixed.

        Raises:
            ConflictError: a later date was begun, or another list was published meanwhile.
        """
        day = publication.date.isoformat()
        item = {
            "date": day,
            "since": to_text(publication.since),
            "cutoff": to_text(publication.cutoff),
            "base": publication.base and publication.base.isoformat(),
            "changed": list(publication.changed),
            "empty": list(publication.empty),
        }
        first = self.table.put_new(keys.publication(publication.date), item)
        behind = "(attribute_not_exists(begun) OR begun < :day)"
        head = self._move_head("begun", publication.date, publication.base, behind)
        try:
            self.table.write(first, head)
        except ConditionFailedError as error:
            stored = error.items[0] or self.table.get(keys.publication(publication.date))
            pointer = self.table.get(keys.publication_head()) or {}
            if stored is None or pointer.get("begun") != day:
                raise ConflictError(_OVERTAKEN) from error
            return _publication(stored)
        return publication

    def finish(self, published: Published, base: date | None) -> None:
        """Make a list exist, if it is the one begun last and builds on the one published last. Repeats change nothing.

        Raises:
            ConflictError: a later date was begun, or another list was published meanwhile.
        """
        item = {
            "date": published.date.isoformat(),
            "cutoff": to_text(published.cutoff),
            "key": published.key,
            "sha256": published.sha256,
            "areas": published.areas,
            "numbers": published.numbers,
            "added": published.added,
            "removed": published.removed,
        }
        entry = self.table.put_new(keys.manifest(published.date), item)
        told = self.table.put(keys.published(published.date), {"date": published.date.isoformat()})
        head = self._move_head("published", published.date, base, "begun = :day")
        try:
            self.table.write(entry, head, told)
        except ConditionFailedError as error:
            stored = self.table.get(keys.manifest(published.date))
            if stored is None or published_of(stored) != published:
                raise ConflictError(_OVERTAKEN) from error

    def _move_head(self, pointer: str, day: date, base: date | None, condition: str) -> Write:
        values: Item = {":day": day.isoformat()}
        if base is None:
            condition += " AND attribute_not_exists(published)"
        else:
            condition += " AND published = :base"
            values[":base"] = base.isoformat()
        return self.table.update(keys.publication_head(), f"SET {pointer} = :day", values=values, condition=condition)


@dataclass(frozen=True)
class DynamoChangeReader:
    """`CHANGES#<area>#<UTC date>` of the registry table."""

    table: Table
    rules: NumberingRules

    def first(self) -> datetime | None:
        """Return the start of the first UTC day with a change or an import, or None; scans the registry's keys."""
        days: set[str] = set()
        request: dict[str, Any] = {
            "TableName": self.table.name,
            "ProjectionExpression": "sk",
            "FilterExpression": "begins_with(pk, :changes) OR begins_with(pk, :imports)",
            "ExpressionAttributeValues": {":changes": {"S": "CHANGES#"}, ":imports": {"S": keys.imports_of("")}},
        }
        while True:
            answer = self.table.client.scan(**request)
            days.update(item["sk"]["S"][:10] for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                break
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return datetime.combine(date.fromisoformat(min(days)), datetime.min.time(), UTC) if days else None

    def changed(self, areas: Iterable[str], since: datetime, before: datetime) -> set[str]:
        """Return those of the areas that have a change or an import in `[since, before)`."""
        asked = list(areas)

        def has_any(area: str) -> bool:
            return any(True for _ in self._items(area, since, before, limit=1)) or bool(
                self._imports(area, since, before)
            )

        with ThreadPoolExecutor(READERS) as pool:
            found = pool.map(has_any, asked)
            return {area for area, any_change in zip(asked, found, strict=True) if any_change}

    def of_area(self, area: str, since: datetime, before: datetime) -> list[Change]:
        """Return an area's changes in `[since, before)`, oldest first."""
        return [self._change(item) for item in self._items(area, since, before)]

    def imports_of_area(self, area: str, since: datetime, before: datetime) -> list[ImportedNumbers]:
        """Return what imports added to an area in `[since, before)`, oldest first."""
        return [self._imported(area, *entry) for entry in self._imports(area, since, before)]

    def _imports(self, area: str, since: datetime, before: datetime) -> list[tuple[datetime, str]]:
        items = self.table.query(keys.imports_of(area), between=(to_text(since), to_text(before)))
        return [(from_text(at), import_id) for at, _, import_id in (item["sk"].partition("#") for item in items)]

    def _imported(self, area: str, at: datetime, import_id: str) -> ImportedNumbers:
        return ImportedNumbers(at, DynamoBlocks(self.table, self.rules).of_import(import_id, area))

    def _items(self, area: str, since: datetime, before: datetime, limit: int | None = None) -> Iterable[Item]:
        # a sort key is `<instant>#<number>`: everything at `before` itself sorts behind the bare instant
        between = (to_text(since), to_text(before))
        day, last = since.astimezone(UTC).date(), before.astimezone(UTC).date()
        while day <= last:
            yield from self.table.query(keys.changes(area, day), between=between, limit=limit)
            day += timedelta(days=1)

    def _change(self, item: Item) -> Change:
        at, _, e164 = item["sk"].partition("#")
        return Change(from_text(at), subscriber_of(PhoneNumber(e164), self.rules), item["change"] == "A")


@dataclass(frozen=True)
class DynamoReceiptStore:
    """`RECEIPT#…` of an organization in the sellers table."""

    table: Table
    warn_age_days: int

    def add(self, organization_id: str, receipt_id: str, payload: Mapping[str, Any], signed: str) -> None:
        """Keep a receipt, and note how old the organization's list is now; what an agent pulled is not in its hands.

        Raises:
            ConflictError: there is one with this id.
        """
        item = {**{name: payload[name] for name in ("list_date", "issued_at", "valid_until", "san")}, "jws": signed}
        item["areas"] = [f"{entry['area']}:{entry['kind']}" for entry in payload["areas"]]
        item |= {name: payload[name] for name in ("agent_san", "agent_organization") if name in payload}
        receipt = self.table.put_new(keys.receipt(organization_id, receipt_id), item)
        day = date.fromisoformat(payload["list_date"])
        try:
            if "agent_san" not in item:
                self.table.write(receipt, pulled(self.table, organization_id, day, self.warn_age_days))
                return
        except ConditionFailedError as error:
            if error.items[0] is not None:
                raise ConflictError("There is a receipt with this id.") from error
        # the organization holds this list already: nothing is newer, and a reminder of it stays told
        try:
            self.table.write(receipt)
        except ConditionFailedError as error:
            raise ConflictError("There is a receipt with this id.") from error

    def get(self, organization_id: str, receipt_id: str) -> KeptReceipt | None:
        """Return a receipt of the organization, or None."""
        item = self.table.get(keys.receipt(organization_id, receipt_id))
        return _receipt(item) if item else None

    def newest(self, organization_id: str, most: int) -> list[KeptReceipt]:
        """Return the organization's newest receipts, newest first."""
        partition, prefix = keys.receipt(organization_id, "")
        return [_receipt(item) for item in self.table.query(partition, prefix=prefix, newest_first=True, limit=most)]


def _receipt(item: Item) -> KeptReceipt:
    return KeptReceipt(
        id=item["sk"].partition("#")[2],
        issued_at=from_text(item["issued_at"]),
        list_date=date.fromisoformat(item["list_date"]),
        valid_until=date.fromisoformat(item["valid_until"]),
        areas=tuple(sorted({entry.partition(":")[0] for entry in item["areas"]})),
        signed=item["jws"],
        agent_san=item.get("agent_san", ""),
    )


def published_of(item: Item) -> Published:
    """Return what an item of the partition `MANIFESTS` tells."""
    return Published(
        date=date.fromisoformat(item["date"]),
        cutoff=from_text(item["cutoff"]),
        key=item["key"],
        sha256=item["sha256"],
        areas=item["areas"],
        numbers=item["numbers"],
        added=item["added"],
        removed=item["removed"],
    )


def _publication(item: Item) -> Publication:
    return Publication(
        date=date.fromisoformat(item["date"]),
        since=from_text(item["since"]),
        cutoff=from_text(item["cutoff"]),
        base=date.fromisoformat(item["base"]) if item["base"] else None,
        changed=tuple(item["changed"]),
        empty=tuple(item["empty"]),
    )
