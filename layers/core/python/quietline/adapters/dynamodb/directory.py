"""Caller numbers in the `sellers` table: one item holds an organization's, and finds lead from each number to it.

The item is the truth. A find says only that an organization once wanted to declare a number: finds are put before the
item changes and never deleted, so a crash between leaves one that leads to an item that knows nothing of the number.
"""

from dataclasses import dataclass
from datetime import date

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.organization_events import event_write
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.directory.model import CallerNumbers, Declaration, Span
from quietline.kernel.ids import is_sandbox
from quietline.sellers.model import OrganizationEvent, OrganizationStatus

TOGETHER = 100
"""Writes of one transaction."""


@dataclass(frozen=True)
class DirectoryStore:
    """`directory.ports.Declarations` and `sellers.caller_numbers.CallerNumberStore` on DynamoDB."""

    table: Table

    def read(self, organization_id: str) -> CallerNumbers:
        """Return what an organization declares; version 0 before the first change."""
        item = self.table.get(keys.caller_numbers(organization_id))
        return _numbers(item) if item else CallerNumbers(organization_id)

    def replace(self, before: CallerNumbers, after: CallerNumbers, event: OrganizationEvent) -> bool:
        """Store the next version; False when another one is stored, or the organization was closed."""
        try:
            self._put_finds(before, after)
            self.table.write(
                numbers_write(self.table, before, after),
                self.table.check(
                    keys.organization(after.organization_id),
                    "attribute_exists(pk) AND (attribute_not_exists(#status) OR #status <> :closed)",
                    values={":closed": OrganizationStatus.CLOSED},
                    names={"#status": "status"},
                ),
                event_write(self.table, after.organization_id, event),
            )
        except ConditionFailedError:
            return False
        return True

    def declared_by(self, e164: str, on: date) -> tuple[Declaration, ...]:
        """Return the organizations that had declared a number on a day, by id."""
        spans = declared_spans(self.table, e164, on)
        items = {item["id"]: item for item in self.table.get_many([keys.organization(one) for one in spans])}
        return tuple(
            Declaration(one, items[one]["san"], items[one]["name"], span.since, span.until)
            for one, span in sorted(spans.items())
            if one in items
        )

    def _put_finds(self, before: CallerNumbers, after: CallerNumbers) -> None:
        organization_id = after.organization_id
        if is_sandbox(organization_id):
            return
        new = sorted(set(after.spans) - set(before.spans))
        puts = [
            self.table.put(keys.declared(number, organization_id), {"organization_id": organization_id})
            for number in new
        ]
        for start in range(0, len(puts), TOGETHER):
            self.table.write(*puts[start : start + TOGETHER])


def numbers_write(table: Table, before: CallerNumbers, after: CallerNumbers) -> Write:
    """Return the write of the next version; it fails when another one is stored."""
    first = before.version == 0
    return table.put(
        keys.caller_numbers(after.organization_id),
        _item(after),
        condition="attribute_not_exists(pk)" if first else "version = :before",
        values=None if first else {":before": before.version},
    )


def declared_spans(table: Table, e164: str, on: date) -> dict[str, Span]:
    """Return, by organization, the days of a number that was declared on a day."""
    finds = [keys.caller_numbers(item["organization_id"]) for item in table.query(keys.declared_by(e164))]
    found = (_numbers(item) for item in table.get_many(finds))
    spans = ((numbers.organization_id, numbers.on(e164, on)) for numbers in found)
    return {organization_id: span for organization_id, span in spans if span}


def _item(numbers: CallerNumbers) -> Item:
    spans = {
        number: [[span.since.isoformat(), span.until.isoformat() if span.until else ""] for span in spans]
        for number, spans in numbers.spans.items()
    }
    return {"organization_id": numbers.organization_id, "version": numbers.version, "spans": spans}


def _numbers(item: Item) -> CallerNumbers:
    spans = {
        number: tuple(
            Span(date.fromisoformat(since), date.fromisoformat(until) if until else None) for since, until in spans
        )
        for number, spans in item["spans"].items()
    }
    return CallerNumbers(item["organization_id"], item["version"], spans)
