"""The public directory in the `sellers` table: an item by name and one by each word of it, all with the same facts.

They are written in the transactions that change what they show; nothing else is in their partitions, so that the
public functions may read these and no organization.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.directory import declared_spans
from quietline.adapters.dynamodb.table import Item, Key, Table, Write
from quietline.directory.entries import Entry, words_of
from quietline.directory.model import Span
from quietline.directory.ports import Row
from quietline.sellers.model import Organization

LAST = "\U0010ffff"
"""After every text."""


@dataclass(frozen=True)
class EntryStore:
    """`directory.ports.Entries` on DynamoDB."""

    table: Table

    def rows(self, word: str, after: str, most: int) -> Iterator[Row]:
        """Yield the rows after a position whose word begins so; without a word each entry once, by name."""
        # a position ends with an id, so that nothing lies between it and what follows
        bounds = (after + "!" if after else word or "!", word + LAST)
        for item in self.table.query(keys.directory(word), between=bounds, index="gsi1", limit=most):
            yield Row(item["gsi1sk"], item["word"], _entry(item))

    def get(self, organization_id: str) -> Entry | None:
        """Return the entry of an organization, or None when it is not listed."""
        item = self.table.get(keys.directory_entry(organization_id))
        return _entry(item) if item else None

    def of_san(self, san: str) -> Entry | None:
        """Return the entry of a SAN, or None when none that is listed has it."""
        pointer = self.table.get(keys.san(san))
        item = self.table.get(keys.directory_entry(pointer["organization_id"])) if pointer else None
        return _entry(item) if item else None

    def declaring(self, e164: str, on: date) -> list[tuple[Entry, Span]]:
        """Return the listed organizations that had declared a number on a day, with the days of it."""
        spans = declared_spans(self.table, e164, on)
        items = self.table.get_many([keys.directory_entry(one) for one in spans])
        return [(_entry(item), spans[item["organization_id"]]) for item in items]


def directory_writes(table: Table, before: Organization, after: Organization) -> list[Write]:
    """Return the writes that bring the directory from one state of an organization to the next."""
    old, new = shown(before), shown(after)
    gone = [table.delete(key) for key in sorted(set(old) - set(new))]
    return gone + [table.put(key, item) for key, item in sorted(new.items()) if old.get(key) != item]


def shown(organization: Organization) -> dict[Key, Item]:
    """Return what the directory is to show of an organization; nothing of one that is not listed."""
    entry = _entry_of(organization)
    if entry is None:
        return {}
    facts: Item = {
        "organization_id": entry.organization_id,
        "name": entry.name,
        "type": entry.type,
        "city": entry.city,
        "region": entry.region,
        "country": entry.country,
        "certified_on": entry.certified_on.isoformat(),
    }
    place = f"{' '.join(words_of(entry.name))}#{entry.organization_id}"
    items: dict[Key, Item] = {
        keys.directory_entry(entry.organization_id): facts | {"word": "", "gsi1pk": keys.directory(""), "gsi1sk": place}
    }
    for word in entry.words:
        position = {"word": word, "gsi1pk": keys.directory(word), "gsi1sk": f"{word}#{place}"}
        items[keys.directory_word(entry.organization_id, word)] = facts | position
    return items


def _entry(item: Item) -> Entry:
    return Entry(
        organization_id=item["organization_id"],
        name=item["name"],
        type=item["type"],
        city=item["city"],
        region=item["region"],
        country=item["country"],
        certified_on=date.fromisoformat(item["certified_on"]),
    )


def _entry_of(organization: Organization) -> Entry | None:
    if not organization.public or organization.certified_at is None:
        return None
    address = organization.address
    return Entry(
        organization_id=organization.id,
        name=organization.name,
        type=organization.type,
        city=address.city,
        region=address.region,
        country=address.country,
        certified_on=organization.certified_at.date(),
    )
