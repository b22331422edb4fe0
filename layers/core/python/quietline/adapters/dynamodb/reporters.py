"""Trusted reporters in the cases table."""

from collections.abc import Iterable
from dataclasses import dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Item, Table
from quietline.kernel.clock import from_text, to_text
from quietline.reporters.model import Reporter


@dataclass(frozen=True)
class DynamoReporters:
    """Implements `reporters.ports.Reporters`."""

    table: Table

    def get(self, client_id: str) -> Reporter | None:
        """Return the reporter behind a machine client, or None."""
        item = self.table.get(keys.reporter(client_id))
        return _reporter(item) if item else None

    def add(self, reporter: Reporter) -> None:
        """Keep a new one."""
        item = {"code": reporter.code, "name": reporter.name, "created_at": to_text(reporter.created_at)}
        self.table.write(self.table.put_new(keys.reporter(reporter.client_id), item))

    def all(self) -> Iterable[Reporter]:
        """Return all."""
        return map(_reporter, self.table.query(keys.reporter("")[0]))

    def disable(self, reporter: Reporter) -> None:
        """Keep that a machine client is not served any more."""
        assert reporter.disabled_at is not None
        self.table.write(
            self.table.update(
                keys.reporter(reporter.client_id),
                "SET disabled_at = :at",
                values={":at": to_text(reporter.disabled_at)},
                condition="attribute_exists(pk)",
            )
        )

    def sent(self, code: str, client_reference: str) -> str:
        """Return the reference of the complaint that a reporter sent under its own name, or empty."""
        item = self.table.get(keys.reported_as(code, client_reference))
        return str(item["reference"]) if item else ""


def _reporter(item: Item) -> Reporter:
    disabled = item.get("disabled_at")
    return Reporter(
        str(item["sk"]),
        str(item["code"]),
        str(item["name"]),
        from_text(item["created_at"]),
        from_text(disabled) if disabled else None,
    )
