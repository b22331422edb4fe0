"""Orders, payment commands and what billing keeps, in the `sellers` table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.entitlements import entitlement_item, entitlements_of, subscription_of
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.fees.model import LineKind, QuoteLine, Term
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.money import Money
from quietline.mails.outbox import Template
from quietline.orders.model import PAYABLE, UNPAID, Account, Entitlement, Invoice, Order, OrderState, PaymentCommand
from quietline.orders.ports import ChangedMeanwhileError

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
        )

    def place(self, order: Order, account: Account) -> None:
        """Store a new order on the account as it was quoted on.

        Raises:
            ChangedMeanwhileError: the account changed, or has an unpaid order.
        """
        key = keys.organization(order.organization_id)
        unchanged = "orders_version = :before AND attribute_not_exists(open_order)"
        values: Item = {":before": account.version, ":after": account.version + 1}
        writes = [self.table.put_new(keys.order(order.id), _to_item(order))]
        if order.state is OrderState.ACTIVE:
            writes.append(
                self.table.put_new(
                    keys.entitlement(order.organization_id, order.id), entitlement_item(order, order.term)
                )
            )
            writes.append(self.table.update(key, "SET orders_version = :after", values=values, condition=unchanged))
        else:
            writes.append(
                self.table.update(
                    key,
                    "SET orders_version = :after, open_order = :order",
                    values=values | {":order": order.id},
                    condition=unchanged,
                )
            )
        self._write(*writes)

    def get(self, order_id: str) -> Order | None:
        """Return an order."""
        item = self.table.get(keys.order(order_id))
        return _from_item(item) if item else None

    def of(self, organization_id: str) -> Iterator[Order]:
        """Yield an organization's orders, newest first."""
        partition = keys.organization(organization_id)[0]
        for item in self.table.query(partition, prefix="ORDER#", index="gsi1", newest_first=True):
            yield _from_item(item)

    def entitlements(self, organization_id: str) -> Iterator[Entitlement]:
        """Yield every entitlement of an organization, past ones too."""
        return entitlements_of(self.table, organization_id)

    def set_customer(self, organization_id: str, customer_id: str) -> None:
        """Remember the payment server's customer."""
        key = keys.organization(organization_id)
        self.table.write(self.table.update(key, "SET customer_id = :id", values={":id": customer_id}))

    def invoiced(self, order: Order, account: Account, invoice: Invoice, at: datetime) -> None:
        """Store the invoice of an order that awaits it and mail the contact; nothing for an order that went on."""
        update = self.table.update(
            keys.order(order.id),
            "SET #state = :next, invoice_id = :id, invoice_url = :url",
            names={"#state": "state"},
            values={
                ":next": OrderState.AWAITING_PAYMENT,
                ":id": invoice.id,
                ":url": invoice.url,
                ":awaits": OrderState.AWAITING_INVOICE,
            },
            condition="#state = :awaits",
        )
        pointer: Item = {"order_id": order.id, "organization_id": order.organization_id}
        mail = _mail(self.table, "invoice-ready", order, account, at)
        self._if_still(update, self.table.put(keys.invoice(invoice.id), pointer), mail)

    def activate(self, order: Order, term: Term, account: Account, invoice: Invoice, at: datetime) -> bool:
        """Make an unpaid order active, entitle and mail the contact; False when it is active already.

        Raises:
            ChangedMeanwhileError: the account changed; try again.
        """
        unpaid = {f":unpaid{index}": state for index, state in enumerate(sorted(UNPAID))}
        update = self.table.update(
            keys.order(order.id),
            "SET #state = :active, paid_at = :at, term_start = :start, term_end = :end, invoice_id = :invoice",
            names={"#state": "state"},
            values={
                ":active": OrderState.ACTIVE,
                ":at": to_text(at),
                ":start": term.start.isoformat(),
                ":end": term.end.isoformat(),
                ":invoice": invoice.id,
                **unpaid,
            },
            condition=f"#state IN ({', '.join(unpaid)})",
        )
        released = self.table.update(
            keys.organization(order.organization_id),
            "SET orders_version = :after REMOVE open_order",
            values={":before": account.version, ":after": account.version + 1},
            condition="orders_version = :before",
        )
        entitled = self.table.put_new(keys.entitlement(order.organization_id, order.id), entitlement_item(order, term))
        try:
            self.table.write(update, released, entitled, _mail(self.table, "order-paid", order, account, at))
        except ConditionFailedError as error:
            stored = self.get(order.id)
            if stored is not None and stored.state is OrderState.ACTIVE:
                return False
            raise ChangedMeanwhileError from error
        return True

    def payment_failed(self, order_id: str) -> None:
        """Note that a payment was refused; nothing happens to an active order."""
        self._if_still(
            self.table.update(
                keys.order(order_id),
                "SET #state = :failed",
                names={"#state": "state"},
                values={":failed": OrderState.PAYMENT_FAILED, ":awaits": OrderState.AWAITING_PAYMENT},
                condition="#state = :awaits",
            )
        )

    def request_payment(self, command: PaymentCommand) -> None:
        """Store a payment command, which the stream carries to the payment worker.

        Raises:
            ChangedMeanwhileError: the order cannot be paid any more.
        """
        item: Item = {
            "id": command.id,
            "order_id": command.order_id,
            "organization_id": command.organization_id,
            "payment_method": command.payment_method,
            "by": command.by,
            "at": to_text(command.at),
            "state": command.state,
        }
        payable = {f":payable{index}": state for index, state in enumerate(sorted(PAYABLE))}
        # a failure of before is over: who reads the order now sees that a payment is under way
        awaits = self.table.update(
            keys.order(command.order_id),
            "SET #state = :awaits",
            names={"#state": "state"},
            values={":awaits": OrderState.AWAITING_PAYMENT, **payable},
            condition=f"#state IN ({', '.join(payable)})",
        )
        self._write(self.table.put_new(keys.payment_command(command.id), item), awaits)

    def command(self, command_id: str) -> PaymentCommand | None:
        """Return a payment command."""
        item = self.table.get(keys.payment_command(command_id))
        if item is None:
            return None
        return PaymentCommand(
            item["id"],
            item["order_id"],
            item["organization_id"],
            item["payment_method"],
            item["by"],
            from_text(item["at"]),
            item["state"],
        )

    def command_done(self, command_id: str, state: str) -> None:
        """Store how a payment command ended."""
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

    def _write(self, *writes: Write) -> None:
        try:
            self.table.write(*writes)
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error

    def _if_still(self, *writes: Write) -> None:
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return  # another delivery of the same message was first


def _mail(table: Table, template: Template, order: Order, account: Account, at: datetime) -> Write:
    shown = ", ".join(order.areas[:AREAS_IN_MAIL]) + (" …" if len(order.areas) > AREAS_IN_MAIL else "")
    return mail_write(
        table,
        template=template,
        language=account.language,
        to_ciphertext=account.contact_email_ciphertext,
        facts={"order": order.id, "amount": order.total.text(), "areas": shown},
        now=at,
        mail_id=f"{template}-{order.id}",
    )


def _to_item(order: Order) -> Item:
    index = keys.order_index(order.organization_id, order.created_at)
    return {
        "gsi1pk": index[0],
        "gsi1sk": index[1],
        "id": order.id,
        "organization_id": order.organization_id,
        "areas": list(order.areas),
        "lines": [
            {"kind": line.kind, "count": line.count, "unit": line.unit.minor, "amount": line.amount.minor}
            for line in order.lines
        ],
        "total": order.total.minor,
        "currency": order.total.currency,
        "state": order.state,
        "term_start": order.term.start.isoformat(),
        "term_end": order.term.end.isoformat(),
        "begins_term": order.begins_term,
        "created_at": to_text(order.created_at),
        "by": order.by,
        "invoice_id": order.invoice_id,
        "invoice_url": order.invoice_url,
        "paid_at": to_text(order.paid_at) if order.paid_at else "",
    }


def _from_item(item: Item) -> Order:
    currency = item["currency"]
    return Order(
        id=item["id"],
        organization_id=item["organization_id"],
        areas=tuple(item["areas"]),
        lines=tuple(
            QuoteLine(
                LineKind(line["kind"]), line["count"], Money(line["unit"], currency), Money(line["amount"], currency)
            )
            for line in item["lines"]
        ),
        total=Money(item["total"], currency),
        state=OrderState(item["state"]),
        term=Term(date.fromisoformat(item["term_start"]), date.fromisoformat(item["term_end"])),
        begins_term=item["begins_term"],
        created_at=from_text(item["created_at"]),
        by=item["by"],
        invoice_id=item["invoice_id"],
        invoice_url=item["invoice_url"],
        paid_at=from_text(item["paid_at"]) if item["paid_at"] else None,
    )
