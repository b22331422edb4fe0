"""Orders, payment commands and what billing keeps, in the `sellers` table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.entitlements import entitlement_item, entitlements_of, subscription_of
from quietline.adapters.dynamodb.ledger import LedgerStore, entry_write
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.order_items import (
    command_item,
    command_of,
    event_item,
    event_of,
    order_item,
    order_of,
)
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.kernel.money import Money
from quietline.ledger.model import granted_left
from quietline.mails.outbox import Template
from quietline.orders.history import placed
from quietline.orders.model import Account, Entitlement, Order, OrderEvent, OrderState, PaymentCommand
from quietline.orders.ports import ChangedMeanwhileError, Crediting, Request, Settlement
from quietline.orders.projection import standing_of
from quietline.sellers.model import OrganizationStatus

AREAS_IN_MAIL = 20


@dataclass(frozen=True)
class OrderStore:
    """`orders.ports.Orders` on DynamoDB."""

    table: Table

    def account(self, organization_id: str, on: date) -> Account | None:
        """Return an organization as billing sees it, with what it holds on a day."""
        item = self.table.get(keys.organization(organization_id))
        if item is None:
            return None
        return Account(
            organization_id=organization_id,
            name=item["name"],
            language=item["language"],
            contact_email_ciphertext=item["contact_email_ciphertext"],
            version=item["orders_version"],
            open_order=item.get("open_order", ""),
            customer_id=item.get("customer_id", ""),
            held=subscription_of(self.table, organization_id, on),
            last_order=item.get("last_order", ""),
            address=item.get("address", {}),
        )

    def is_active(self, organization_id: str) -> bool:
        """Whether an organization is neither suspended nor closed."""
        item = self.table.get(keys.organization(organization_id))
        return item is not None and item.get("status", "active") == "active"

    def place(self, order: Order, account: Account) -> None:
        """Store a new order on the account as it was quoted on.

        Raises:
            ChangedMeanwhileError: the account changed, or has an unpaid order.
        """
        free = order.state is OrderState.ACTIVE
        taken = self.table.update(
            keys.organization(order.organization_id),
            "SET orders_version = :after, last_order = :order" + ("" if free else ", open_order = :order"),
            names={"#status": "status"},
            values={
                ":before": account.version,
                ":after": account.version + 1,
                ":order": order.id,
                ":closed": OrganizationStatus.CLOSED,
            },
            condition="orders_version = :before AND attribute_not_exists(open_order) "
            "AND (attribute_not_exists(#status) OR #status <> :closed)",
        )
        writes = [
            self.table.put_new(keys.order(order.id), order_item(order)),
            self.table.put_new(keys.order_event(order.id, order.version), event_item(placed(order))),
            taken,
        ]
        entitlement = standing_of(order).entitlement(order)
        if entitlement:
            key = keys.entitlement(order.organization_id, order.id)
            writes.append(self.table.put_new(key, entitlement_item(order.organization_id, entitlement)))
        self._write(*writes)

    def get(self, order_id: str) -> Order | None:
        """Return an order."""
        item = self.table.get(keys.order(order_id))
        return order_of(item) if item else None

    def of(self, organization_id: str) -> Iterator[Order]:
        """Yield an organization's orders, newest first."""
        partition = keys.organization(organization_id)[0]
        for item in self.table.query(partition, prefix="ORDER#", index="gsi1", newest_first=True):
            yield order_of(item)

    def entitlements(self, organization_id: str) -> Iterator[Entitlement]:
        """Yield every entitlement of an organization, stopped and past ones too."""
        return entitlements_of(self.table, organization_id)

    def history(self, order_id: str) -> Iterator[OrderEvent]:
        """Yield an order's events, oldest first."""
        for item in self.table.query(keys.order(order_id)[0], prefix="EVENT#"):
            yield event_of(item)

    def set_customer(self, organization_id: str, customer_id: str) -> None:
        """Remember the payment server's customer."""
        key = keys.organization(organization_id)
        self.table.write(
            self.table.update(key, "SET customer_id = :id", values={":id": customer_id}),
            self.table.put(keys.customer(customer_id), {"organization_id": organization_id}),
        )

    def organization_of(self, customer_id: str) -> str:
        """Return the organization of a customer of the payment server; empty when there is none."""
        pointer = self.table.get(keys.customer(customer_id))
        return str(pointer["organization_id"]) if pointer else ""

    def forget_customer(self, organization_id: str, customer_id: str) -> None:
        """Forget the payment server's customer, unless there is another by now."""
        forgotten = self.table.update(
            keys.organization(organization_id),
            "REMOVE customer_id",
            values={":id": customer_id},
            condition="customer_id = :id",
        )
        try:
            self.table.write(forgotten)
        except ConditionFailedError:
            return

    def settle(self, settlement: Settlement) -> None:
        """Write a settlement in one transaction, with the mail it asks for.

        Raises:
            ChangedMeanwhileError: the order or the account changed since they were read.
        """
        before, after, account = settlement.before, settlement.after, settlement.account
        writes = [
            self._changed(before, after),
            self.table.put_new(keys.order_event(after.id, after.version), event_item(settlement.event)),
            self.table.update(
                keys.organization(after.organization_id),
                "SET orders_version = :after" + (" REMOVE open_order" if settlement.frees else ""),
                values={":before": account.version, ":after": account.version + 1},
                condition="orders_version = :before",
            ),
            *(entry_write(self.table, entry) for entry in settlement.entries),
        ]
        if settlement.entitlement:
            key = keys.entitlement(after.organization_id, after.id)
            writes.append(self.table.put(key, entitlement_item(after.organization_id, settlement.entitlement)))
        if not before.invoice_id:
            pointer: Item = {"order_id": after.id, "organization_id": after.organization_id}
            place = keys.invoice_index(settlement.event.at, after.invoice_id)
            pointer |= {"gsi1pk": place[0], "gsi1sk": place[1]}
            writes.append(self.table.put(keys.invoice(after.invoice_id), pointer))
        if settlement.mail:
            writes.append(_mail(self.table, settlement.mail, after, account, settlement.event.at))
        self._write(*writes)

    def request(self, request: Request) -> None:
        """Store a command, which the stream carries to the payment worker.

        Raises:
            ChangedMeanwhileError: the order changed since it was read.
        """
        command, after = request.command, request.after
        self._write(
            self.table.put_new(keys.payment_command(command.id), command_item(command)),
            self._changed(request.before, after),
            self.table.put_new(keys.order_event(after.id, after.version), event_item(request.event)),
        )

    def granted_left(self, organization_id: str) -> int:
        """Return the minor units of granted credit that no invoice has used, by the ledger."""
        return granted_left(LedgerStore(self.table).of(organization_id), organization_id)

    def request_credit(self, command: PaymentCommand) -> None:
        """Store a command about credit, which the stream carries to the payment worker."""
        self._write(self.table.put_new(keys.payment_command(command.id), command_item(command)))

    def credited(self, crediting: Crediting) -> None:
        """Write in one transaction how a command about credit ended, its entry and its mail.

        Raises:
            ChangedMeanwhileError: it was carried out, or the credit was taken back, meanwhile.
        """
        command, grant, account = crediting.command, crediting.grant, crediting.account
        writes = [self._ended(one, crediting.state) for one in (command, grant) if one]
        writes.append(entry_write(self.table, crediting.entry))
        if account.contact_email_ciphertext:  # of an organization whose data were erased there is none
            writes.append(
                mail_write(
                    self.table,
                    template=crediting.mail,
                    language=account.language,
                    to_ciphertext=account.contact_email_ciphertext,
                    facts={
                        "organization": account.name,
                        "amount": Money(command.amount, crediting.entry.currency).text(),
                    },
                    now=command.at,
                    mail_id=f"{crediting.mail}-{command.id}",
                )
            )
        self._write(*writes)

    def command(self, command_id: str) -> PaymentCommand | None:
        """Return a command."""
        item = self.table.get(keys.payment_command(command_id))
        return command_of(item) if item else None

    def command_done(self, command_id: str, state: str) -> None:
        """Store how a command ended."""
        self._state(keys.payment_command(command_id), state)

    def event(self, event_id: str) -> tuple[str, str, str] | None:
        """Return a stored webhook event as (type, object id, state)."""
        item = self.table.get(keys.payment_event(event_id))
        return (item["type"], item["object_id"], item["state"]) if item else None

    def event_done(self, event_id: str, state: str) -> None:
        """Store what came of a webhook event."""
        self._state(keys.payment_event(event_id), state)

    def _state(self, key: tuple[str, str], state: str) -> None:
        self.table.write(
            self.table.update(key, "SET #state = :state", names={"#state": "state"}, values={":state": state})
        )

    def _ended(self, command: PaymentCommand, state: str) -> Write:
        return self.table.update(
            keys.payment_command(command.id),
            "SET #state = :state",
            names={"#state": "state"},
            values={":state": state, ":before": command.state},
            condition="#state = :before",
        )

    def _write(self, *writes: Write) -> None:
        try:
            self.table.write(*writes)
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error

    def _changed(self, before: Order, after: Order) -> Write:
        return self.table.put(
            keys.order(after.id),
            order_item(after),
            condition="version = :before",
            values={":before": before.version},
        )


def _mail(table: Table, template: Template, order: Order, account: Account, at: datetime) -> Write:
    shown = ", ".join(order.areas[:AREAS_IN_MAIL]) + (" …" if len(order.areas) > AREAS_IN_MAIL else "")
    return mail_write(
        table,
        template=template,
        language=account.language,
        to_ciphertext=account.contact_email_ciphertext,
        facts={"order": order.id, "amount": order.total.text(), "areas": shown},
        now=at,
        mail_id=f"{template}-{order.id}-{order.version}",
    )
