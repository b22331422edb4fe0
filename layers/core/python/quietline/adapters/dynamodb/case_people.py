"""Who works at the desk, and the desk's audit log, in DynamoDB."""

from dataclasses import dataclass
from datetime import date

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_writes import audit_write
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.cases.audit import AuditEntry
from quietline.cases.model import Event
from quietline.cases.people import Colleague, Person
from quietline.cases.views import View
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.ids import new_ulid


@dataclass(frozen=True)
class DynamoPeople:
    """See `cases.desk_ports.People`; `table` is the cases table."""

    table: Table

    def seen(self, person: Person) -> None:
        """Keep that a person is at the desk; what is known already is not written again."""
        update = self.table.update(
            (keys.DESK, person.sub),
            "SET agency = :agency, supervises = :supervises",
            values={":agency": person.agency, ":supervises": person.supervises},
            condition="attribute_not_exists(pk) OR agency <> :agency OR supervises <> :supervises",
        )
        try:
            self.table.write(update)
        except ConditionFailedError:
            return

    def name(self, person: Person, name: str) -> None:
        """Keep what a person wants to be called."""
        self.table.write(
            self.table.update(
                (keys.DESK, person.sub),
                "SET agency = :agency, supervises = :supervises, #name = :name",
                names={"#name": "name"},
                values={":agency": person.agency, ":supervises": person.supervises, ":name": name},
            )
        )

    def get(self, sub: str) -> Colleague | None:
        """Return somebody, or None."""
        item = self.table.get((keys.DESK, sub))
        return _colleague(item) if item else None

    def everybody(self) -> tuple[Colleague, ...]:
        """Return everybody who was ever at the desk."""
        return tuple(_colleague(item) for item in self.table.query(keys.DESK))


@dataclass(frozen=True)
class DynamoAuditLog:
    """See `cases.desk_ports.AuditLog`; `table` is the cases table."""

    table: Table

    def append(self, event: Event, subject: str) -> None:
        """Keep what a person read that is no single case."""
        self.table.write(audit_write(self.table, event, subject, new_ulid(event.at)))

    def page(self, day: date, limit: int, after: str) -> tuple[tuple[AuditEntry, ...], str]:
        """Return entries of a UTC day, newest first, and the key after which the next page begins."""
        # the range ends before the cursor's entry: a key that is a part of another sorts before it
        between = ("0", after[:-1] if after else "~")
        found = list(
            self.table.query(keys.audit_day(day), between=between, newest_first=True, limit=limit + 1),
        )
        following = str(found[limit - 1]["sk"]) if len(found) > limit else ""
        entries = tuple(
            AuditEntry(from_text(item["at"]), item["action"], item["by"], item["subject"], item["detail"])
            for item in found[:limit]
        )
        return entries, following


def _colleague(item: Item) -> Colleague:
    return Colleague(item["sk"], item["agency"], item["supervises"], item.get("name", ""))


@dataclass(frozen=True)
class DynamoViews:
    """See `cases.views.ViewStore`; `table` is the cases table."""

    table: Table

    def of(self, sub: str) -> tuple[View, ...]:
        """Return a person's views, oldest first."""
        partition, prefix = keys.view(sub, "")
        return tuple(
            View(item["id"], item["name"], item["wanted"], from_text(item["saved_at"]))
            for item in self.table.query(partition, prefix=prefix)
        )

    def keep(self, sub: str, view: View) -> None:
        """Keep a view, in place of the one with its id."""
        item: Item = {"id": view.id, "name": view.name, "wanted": view.wanted, "saved_at": to_text(view.saved_at)}
        self.table.write(self.table.put(keys.view(sub, view.id), item))

    def forget(self, sub: str, view_id: str) -> bool:
        """Delete a view; False when there was none."""
        try:
            self.table.write(self.table.delete(keys.view(sub, view_id), condition="attribute_exists(pk)"))
        except ConditionFailedError:
            return False
        return True
