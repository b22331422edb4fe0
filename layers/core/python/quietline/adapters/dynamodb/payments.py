"""Webhook events in the `sellers` table, each stored once; the stream carries them to the payment worker."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.kernel.clock import from_text, to_text
from quietline.payments.model import PaymentEvent
from quietline.payments.replay import RECEIVED, StoredEvent


@dataclass(frozen=True)
class EventStore:
    """`payments.ports.Events` and `payments.replay.StoredEvents` on DynamoDB."""

    table: Table

    def add(self, event: PaymentEvent) -> bool:
        """Store an event; False when one of that id is stored already."""
        index = keys.payment_event_index(event.received_at, event.id)
        item = {
            "gsi1pk": index[0],
            "gsi1sk": index[1],
            "type": event.type,
            "object_id": event.object_id,
            "raw": event.raw,
            "received_at": to_text(event.received_at),
            "state": RECEIVED,
        }
        try:
            self.table.write(self.table.put_new(keys.payment_event(event.id), item))
        except ConditionFailedError:
            return False
        return True

    def get(self, event_id: str) -> StoredEvent | None:
        """Return an event."""
        item = self.table.get(keys.payment_event(event_id))
        return _from_item(item) if item else None

    def between(self, since: datetime, until: datetime) -> Iterator[StoredEvent]:
        """Yield the events that came in a period, oldest first."""
        period = (to_text(since), to_text(until) + "~")
        day = since.date()
        while day <= until.date():
            for item in self.table.query(keys.payment_events(day), index="gsi1", between=period):
                yield _from_item(item)
            day += timedelta(days=1)

    def reopen(self, event_id: str) -> None:
        """Make an event one that was received and not worked on yet."""
        self.table.write(
            self.table.update(
                keys.payment_event(event_id),
                "SET #state = :received",
                names={"#state": "state"},
                values={":received": RECEIVED},
                condition="attribute_exists(pk)",
            )
        )


def _from_item(item: Item) -> StoredEvent:
    identifier = item["pk"].partition("#")[2]
    return StoredEvent(identifier, item["type"], item["object_id"], item["state"], from_text(item["received_at"]))
