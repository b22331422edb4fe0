"""The ledger in the `sellers` table: items that are put once and never changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Item, Table, Write
from quietline.kernel.clock import from_text, to_text
from quietline.ledger.model import Entry, EntryKind, Posting


def entry_write(table: Table, entry: Entry) -> Write:
    """Return the write of an entry: put it into the transaction that causes it. It fails when the entry exists."""
    item: Item = {
        "id": entry.id,
        "organization_id": entry.organization_id,
        "order_id": entry.order_id,
        "invoice_id": entry.invoice_id,
        "kind": entry.kind,
        "at": to_text(entry.at),
        "currency": entry.currency,
        "postings": [{"account": one.account, "amount": one.amount} for one in entry.postings],
    }
    key = keys.ledger_entry(entry.organization_id, entry.at, entry.id)
    item |= {"gsi1pk": keys.ledger_month(to_text(entry.at)[:7]), "gsi1sk": f"{key[1]}#{entry.organization_id}"}
    return table.put_new(key, item)


@dataclass(frozen=True)
class LedgerStore:
    """`ledger.ports.Ledger` on DynamoDB."""

    table: Table

    def of(self, organization_id: str) -> Iterator[Entry]:
        """Yield an organization's entries, oldest first; those of one instant by id."""
        for item in self.table.query(keys.ledger(organization_id)):
            yield _entry_of(item)

    def everything(self) -> Iterator[Entry]:
        """Yield every entry, in no order; reads the whole table."""
        for item in self.table.scan(keys.ledger("")):
            yield _entry_of(item)


@dataclass(frozen=True)
class LedgerByTime:
    """`statistics.ports.Money` on DynamoDB."""

    table: Table

    def entries(self, start: datetime, end: datetime) -> Iterator[Entry]:
        """Yield the entries from `start` to before `end`, in no order."""
        low, high = to_text(start), to_text(end)
        year, month = int(low[:4]), int(low[5:7])
        while f"{year:04}-{month:02}" <= high[:7]:
            partition = keys.ledger_month(f"{year:04}-{month:02}")
            # keys go on after the instant with `#`, so that `end` itself lies outside
            for item in self.table.query(partition, between=(low, high), index="gsi1"):
                yield _entry_of(item)
            year, month = year + month // 12, month % 12 + 1


def _entry_of(item: Item) -> Entry:
    return Entry(
        id=item["id"],
        organization_id=item["organization_id"],
        order_id=item["order_id"],
        invoice_id=item["invoice_id"],
        kind=EntryKind(item["kind"]),
        at=from_text(item["at"]),
        currency=item["currency"],
        postings=tuple(Posting(one["account"], one["amount"]) for one in item["postings"]),
    )
