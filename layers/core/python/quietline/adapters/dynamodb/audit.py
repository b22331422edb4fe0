"""All orders, histories, entitlements and entries of the `sellers` table, for an operator's check."""

from collections.abc import Iterator
from dataclasses import dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.entitlements import entitlement_of
from quietline.adapters.dynamodb.ledger import LedgerStore
from quietline.adapters.dynamodb.order_items import command_of, event_of, order_of
from quietline.adapters.dynamodb.table import Table
from quietline.ledger.model import Entry
from quietline.orders.billing import Outcome
from quietline.orders.model import CommandKind, Entitlement, Order, OrderEvent, PaymentCommand


@dataclass(frozen=True)
class DynamoBooks:
    """`orders.audit.Books` on DynamoDB; each method scans the table."""

    table: Table

    def orders(self) -> Iterator[Order]:
        """Yield every order."""
        for item in self.table.scan(keys.order("")[0], keys.META):
            yield order_of(item)

    def events(self) -> dict[str, list[OrderEvent]]:
        """Return every order's events by order, oldest first."""
        found: dict[str, list[OrderEvent]] = {}
        prefix = keys.order("")[0]
        for item in self.table.scan(prefix, "EVENT#"):
            found.setdefault(item["pk"].removeprefix(prefix), []).append(event_of(item))
        return {order: sorted(events, key=lambda one: one.number) for order, events in found.items()}

    def entitlements(self) -> dict[str, Entitlement]:
        """Return every entitlement by order."""
        partition, prefix = keys.entitlement("", "")
        found = (entitlement_of(item) for item in self.table.scan(partition, prefix))
        return {one.order_id: one for one in found}

    def credits(self) -> Iterator[PaymentCommand]:
        """Yield every command that granted credit or took it back and was carried out."""
        for item in self.table.scan(keys.payment_command("")[0], keys.META):
            command = command_of(item)
            about_credit = command.kind in (CommandKind.CREDIT, CommandKind.WITHDRAW_CREDIT)
            if about_credit and command.state in (Outcome.GRANTED, Outcome.WITHDRAWN):
                yield command

    def entries(self) -> Iterator[Entry]:
        """Yield the whole ledger."""
        return LedgerStore(self.table).everything()
