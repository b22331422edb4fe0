"""What orders and billing need of the world."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Protocol

from quietline.fees.model import Term
from quietline.orders.model import Account, Entitlement, Invoice, Order, PaymentCommand


class PaymentDeclinedError(Exception):
    """The payment server refused the payment method; `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__("the payment was declined")
        self.code = code


class ChangedMeanwhileError(Exception):
    """The account or the order changed since it was read; nothing was written."""


class Orders(Protocol):
    """Where orders are kept."""

    def account(self, organization_id: str, on: date) -> Account | None:
        """Return an organization as billing sees it, with what it holds on a day."""
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

    def entitlements(self, organization_id: str) -> Iterable[Entitlement]:
        """Return every entitlement of an organization, past ones too."""
        ...

    def set_customer(self, organization_id: str, customer_id: str) -> None:
        """Remember the payment server's customer."""
        ...

    def invoiced(self, order: Order, account: Account, invoice: Invoice, at: datetime) -> None:
        """Store the invoice of an order that awaits it and mail the contact; nothing for an order that went on."""
        ...

    def activate(self, order: Order, term: Term, account: Account, invoice: Invoice, at: datetime) -> bool:
        """Make an unpaid order active, entitle and mail the contact, in one transaction; False when it is active."""
        ...

    def payment_failed(self, order_id: str) -> None:
        """Note that a payment was refused; nothing happens to an active order."""
        ...

    def request_payment(self, command: PaymentCommand) -> None:
        """Store a payment command, which the worker then carries out; the order awaits payment (again).

        Raises:
            ChangedMeanwhileError: the order cannot be paid any more.
        """
        ...

    def command(self, command_id: str) -> PaymentCommand | None:
        """Return a payment command."""
        ...

    def command_done(self, command_id: str, state: str) -> None:
        """Store how a payment command ended."""
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

    def invoice(self, invoice_id: str) -> Invoice | None:
        """Return the invoice as it is now with its payments, refunds and disputes, or None."""
        ...

    def invoices(self, since: datetime) -> Iterator[Invoice]:
        """Yield every invoice made since an instant, as it is now."""
        ...

    def invoice_of(self, object_id: str) -> str:
        """Return the id of the invoice that a charge, payment, refund or dispute belongs to; empty when none does."""
        ...
