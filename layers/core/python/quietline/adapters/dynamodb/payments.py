"""Webhook events in the `sellers` table, each stored once; the stream carries them to the payment worker."""

from dataclasses import dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Table
from quietline.kernel.clock import to_text
from quietline.payments.model import PaymentEvent


@dataclass(frozen=True)
class EventStore:
    """`payments.ports.Events` on DynamoDB."""

    table: Table

    def add(self, event: PaymentEvent) -> bool:
        """Store an event; False when one of that id is stored already."""
        item = {
            "type": event.type,
            "object_id": event.object_id,
            "raw": event.raw,
            "received_at": to_text(event.received_at),
            "state": "received",
        }
        try:
            self.table.write(self.table.put_new(keys.payment_event(event.id), item))
        except ConditionFailedError:
            return False
        return True
