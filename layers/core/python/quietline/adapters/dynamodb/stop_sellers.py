"""The sellers that may be told to stop: those of the public directory."""

from dataclasses import dataclass
from datetime import date

from quietline.adapters.dynamodb.directory_entries import EntryStore
from quietline.adapters.dynamodb.table import Table
from quietline.directory.entries import SHORTEST, Entry, matches, words_of
from quietline.sellers import san
from quietline.stops.model import Seller

MOST = 10
"""Sellers that a person chooses from."""
MOST_READ = 200


@dataclass(frozen=True)
class DynamoStopSellers:
    """See `stops.ports.Sellers`; `table` is the sellers table, of which only the directory is read."""

    table: Table

    def of_id(self, organization_id: str) -> Seller | None:
        """Return a listed seller."""
        found = EntryStore(self.table).get(organization_id)
        return _seller(found) if found else None

    def of_san(self, text: str) -> Seller | None:
        """Return the seller of a SAN, however it is spaced; None where the text is none, or nobody's."""
        known = san.read(text)
        found = EntryStore(self.table).of_san(known) if known else None
        return _seller(found) if found else None

    def declared(self, e164: str, on: date) -> tuple[Seller, ...]:
        """Return the sellers that had declared a number on a day, by name."""
        found = [entry for entry, _ in EntryStore(self.table).declaring(e164, on)]
        return tuple(_seller(entry) for entry in sorted(found, key=lambda one: (one.name, one.organization_id))[:MOST])

    def named(self, text: str) -> tuple[Seller, ...]:
        """Return sellers whose name has words that begin so, by name."""
        asked = words_of(text)
        word = max(asked, key=len, default="")
        if len(word) < SHORTEST:
            return ()
        found: dict[str, Seller] = {}
        for row in EntryStore(self.table).rows(word, "", MOST_READ):
            if matches(row.entry.name, asked):
                found.setdefault(row.entry.organization_id, _seller(row.entry))
            if len(found) == MOST:
                break
        return tuple(sorted(found.values(), key=lambda one: (one.name, one.organization_id)))


def _seller(entry: Entry) -> Seller:
    return Seller(entry.organization_id, entry.name, ", ".join(part for part in (entry.city, entry.region) if part))
