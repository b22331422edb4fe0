"""Trusted parties' machine clients: `CARRIERS` in the registry table, `REPORTERS` in that of cases."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Item, Key, Table
from quietline.kernel.clock import from_text, to_text
from quietline.parties.model import Party


@dataclass(frozen=True)
class DynamoParties:
    """Implements `parties.ports.Parties`; `key` makes the key of a client of this kind."""

    table: Table
    key: Callable[[str], Key]

    def get(self, client_id: str) -> Party | None:
        """Return the party behind a machine client, or None."""
        item = self.table.get(self.key(client_id))
        return party_of(item) if item else None

    def add(self, party: Party) -> None:
        """Keep a new machine client."""
        item = {
            "code": party.code,
            "name": party.name,
            "created_at": to_text(party.created_at),
            "holds": list(party.holds),
        }
        self.table.write(self.table.put_new(self.key(party.client_id), item))

    def all(self) -> Iterable[Party]:
        """Return all, also those not served any more."""
        return map(party_of, self.table.query(self.key("")[0]))

    def change(self, party: Party) -> None:
        """Keep whether a machine client is served, and what its carrier holds."""
        self.table.write(
            self.table.update(
                self.key(party.client_id),
                "SET disabled_at = :at, holds = :holds",
                values={
                    ":at": to_text(party.disabled_at) if party.disabled_at else None,
                    ":holds": list(party.holds),
                },
                condition="attribute_exists(pk)",
            )
        )


def carriers(table: Table) -> DynamoParties:
    """Return the carriers; `table` is the registry table."""
    return DynamoParties(table, keys.carrier)


def reporters(table: Table) -> DynamoParties:
    """Return the trusted reporters; `table` is the cases table."""
    return DynamoParties(table, keys.reporter)


def party_of(item: Item) -> Party:
    """Return the party of its item."""
    disabled = item.get("disabled_at")
    return Party(
        str(item["sk"]),
        str(item["code"]),
        str(item["name"]),
        from_text(item["created_at"]),
        from_text(disabled) if disabled else None,
        tuple(item.get("holds", ())),
    )
