"""What orders and billing need of the world."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from quietline.ledger.model import Entry
from quietline.mails.outbox import Template
from quietline.orders.model import (
    PAYABLE,
    UNPAID,
    Account,
    Entitlement,
    Invoice,
    Order,
    OrderEvent,
    OrderState,
    PaymentCommand,
)


class PaymentDeclinedError(Exception):
    """The payment server refused the payment method; `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__("the payment was declined")
        self.code = code


class ChangedMeanwhileError(Exception):
    """The account or the order changed since it was read; nothing was written."""


@dataclass(frozen=True)
class Settlement:
    """What one answer of the payment server changes, to be written whole or not at all.

    Attributes:
        before: the order as it was read before the server was asked.
        after: the order as it is then.
        account: the organization as it was read.
        entitlement: what the order entitles to then; None when it never did.
        entries: the ledger's new entries.
        event: the event of the order's history.
    """

    before: Order
    after: Order
    account: Account
    entitlement: Entitlement | None
    entries: tuple[Entry, ...]
    event: OrderEvent

    @property
    def frees(self) -> bool:
        """Whether the organization may place another order from now on."""
        return self.account.open_order == self.after.id and self.after.state not in UNPAID

    @property
    def mail(self) -> Template | None:
        """What the contact is told."""
        before, after = self.before, self.after
        if before.paid_at is None and after.state is OrderState.ACTIVE:
            return "order-paid"
        if before.state is OrderState.AWAITING_INVOICE and after.state in PAYABLE:
            return "invoice-ready"
        if before.state is OrderState.ACTIVE and after.state in (OrderState.REFUNDED, OrderState.DISPUTED):
            return "order-stopped"
        return None


@dataclass(frozen=True)
class Request:
    """A command and the change of its order, to be written whole or not at all."""

    command: PaymentCommand
    before: Order
    after: Order
    event: OrderEvent


@dataclass(frozen=True)
class Crediting:
    """How a command about credit ended, to be written whole or not at all.

    Attributes:
        command: as it was read.
        state: how it ended.
        account: the organization as it was read.
        entry: the ledger's new entry.
        mail: what the contact is told.
        grant: the command whose credit is taken back, as it was read; it ends with the same state.
    """

    command: PaymentCommand
    state: str
    account: Account
    entry: Entry
    mail: Template
    grant: PaymentCommand | None = None


class Orders(Protocol):
    """Where orders are kept."""

    def account(self, organization_id: str, on: date) -> Account | None:
        """Return an organization as billing sees it, with what it holds on a day."""
        ...

    def is_active(self, organization_id: str) -> bool:
        """Whether an organization is neither suspended nor closed."""
        ...

    def place(self, order: Order, account: Account) -> None:
        """Store a new order; one that is active entitles in the same transaction.

        Raises:
            ChangedMeanwhileError: the account changed, or has an unpaid order.
        """
        ...

    def get(self, order_id: str) -> Order | None:
        """Return an order."""
        ...

    def of(self, organization_id: str) -> Iterable[Order]:
        """Return an organization's orders, newest first."""
        ...

    def history(self, order_id: str) -> Iterable[OrderEvent]:
        """Return an order's events, oldest first."""
        ...

    def entitlements(self, organization_id: str) -> Iterable[Entitlement]:
        """Return every entitlement of an organization, stopped and past ones too."""
        ...

    def set_customer(self, organization_id: str, customer_id: str) -> None:
        """Remember the payment server's customer."""
        ...

    def organization_of(self, customer_id: str) -> str:
        """Return the organization of a customer of the payment server; empty when there is none."""
        ...

    def forget_customer(self, organization_id: str, customer_id: str) -> None:
        """Forget the payment server's customer, unless there is another by now."""
        ...

    def settle(self, settlement: Settlement) -> None:
        """Write a settlement in one transaction, with the mail it asks for.

        Raises:
            ChangedMeanwhileError: the order or the account changed since they were read.
        """
        ...

    def request(self, request: Request) -> None:
        """Store a command, which the worker then carries out.

        Raises:
            ChangedMeanwhileError: the order changed since it was read.
        """
        ...

    def granted_left(self, organization_id: str) -> int:
        """Return the minor units of granted credit that no invoice has used, by the ledger."""
        ...

    def request_credit(self, command: PaymentCommand) -> None:
        """Store a command that grants credit or takes it back, which the worker then carries out."""
        ...

    def credited(self, crediting: Crediting) -> None:
        """Write in one transaction how a command about credit ended, its entry and its mail.

        Raises:
            ChangedMeanwhileError: it was carried out, or the credit was taken back, meanwhile.
        """
        ...

    def command(self, command_id: str) -> PaymentCommand | None:
        """Return a command."""
        ...

    def command_done(self, command_id: str, state: str) -> None:
        """Store how a command ended."""
        ...

    def event(self, event_id: str) -> tuple[str, str, str] | None:
        """Return a stored webhook event as (type, object id, state)."""
        ...

    def event_done(self, event_id: str, state: str) -> None:
        """Store what came of a webhook event."""
        ...


class PaymentServer(Protocol):
    """Stripe, or what plays it.

    Every method raises `UnavailableError` while the server does not answer; nothing is lost by trying again.
    """

    def ensure_customer(self, organization_id: str, name: str) -> str:
        """Make the organization's customer and return its id."""
        ...

    def update_customer(self, customer_id: str, name: str, address: Mapping[str, str]) -> None:
        """Let the customer have a name and an address (as `Account.address`): an invoice shows those of its day.

        One that is gone, or an address that the server will not take, is left as it is: no invoice waits for it.
        """
        ...

    def has_customer(self, customer_id: str) -> bool:
        """Whether there is such a customer (and it was not deleted)."""
        ...

    def ensure_invoice(self, order: Order, customer_id: str) -> Invoice:
        """Return the order's invoice, made and opened for payment at the first call."""
        ...

    def pay(self, invoice_id: str, customer_id: str, payment_method: str, key: str) -> Invoice:
        """Pay an invoice; `key` makes a repetition harmless, and one that is paid stays as it is.

        Raises:
            PaymentDeclinedError: the payment method was refused.
            ConflictError: the invoice is void.
        """
        ...

    def void(self, invoice_id: str) -> Invoice:
        """Void an invoice that is open or uncollectible; return it as it is then: one paid meanwhile stays paid."""
        ...

    def refund(self, invoice_id: str, amount: int, key: str) -> Invoice:
        """Send `amount` minor units of what was paid back; `key` makes a repetition harmless.

        Raises:
            ConflictError: the invoice has not so much left to send back.
        """
        ...

    def credit(self, customer_id: str, amount: int, currency: str, key: str) -> None:
        """Give a customer `amount` minor units for its next invoices; `key` makes a repetition harmless.

        The server uses them by itself for the next invoice, and gives back what a void one had used.
        """
        ...

    def withdraw_credit(self, customer_id: str, amount: int, currency: str, key: str) -> None:
        """Take `amount` minor units of a customer's credit back; `key` makes a repetition harmless.

        Raises:
            ConflictError: so much is not left: an invoice has used it.
        """
        ...

    def invoice(self, invoice_id: str) -> Invoice | None:
        """Return the invoice as it is now with its payments, refunds and disputes, or None."""
        ...

    def invoices(self, since: datetime) -> Iterator[tuple[str, str]]:
        """Yield id and order of every invoice made since an instant; the order is empty where it is none of ours."""
        ...

    def invoice_of(self, object_id: str) -> str:
        """Return the id of the invoice that a charge, payment, refund or dispute belongs to; empty when none does."""
        ...
