"""Orders, their states, and the entitlements that follow from them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from quietline.fees.model import QuoteLine, Subscription, Term
from quietline.kernel.money import Money


class OrderState(StrEnum):
    """Where an order stands."""

    AWAITING_INVOICE = "awaiting_invoice"
    """Accepted; the payment server has not made the invoice yet."""
    AWAITING_PAYMENT = "awaiting_payment"
    """The invoice can be paid."""
    PAYMENT_FAILED = "payment_failed"
    """The last payment was refused; the invoice can be paid with another payment method."""
    ACTIVE = "active"
    """Paid (or free): its areas may be downloaded during the term."""


PAYABLE = frozenset({OrderState.AWAITING_PAYMENT, OrderState.PAYMENT_FAILED})
UNPAID = PAYABLE | {OrderState.AWAITING_INVOICE}


@dataclass(frozen=True)
class Buyer:
    """Who orders: an organization, by a member."""

    organization_id: str
    sub: str
    exempt: bool
    certified: bool


@dataclass(frozen=True)
class Account:
    """An organization as billing sees it.

    `version` counts its orders' changes: an order is written only on the state that its quote was made on.
    `customer_id` is the payment server's, empty before the first invoice.
    """

    organization_id: str
    name: str
    language: str
    contact_email_ciphertext: str
    version: int
    open_order: str
    customer_id: str
    held: Subscription | None


@dataclass(frozen=True)
class Order:
    """Areas bought for a term.

    `begins_term` tells an order that begins a term (which then starts on the first of the month *paid*) from an
    addition to a term that runs.
    """

    id: str
    organization_id: str
    areas: tuple[str, ...]
    lines: tuple[QuoteLine, ...]
    total: Money
    state: OrderState
    term: Term
    begins_term: bool
    created_at: datetime
    by: str
    invoice_id: str = ""
    invoice_url: str = ""
    paid_at: datetime | None = None


@dataclass(frozen=True)
class Entitlement:
    """The areas that one order entitles an organization to, and the term in which it does."""

    order_id: str
    areas: frozenset[str]
    term: Term
    amount: int


@dataclass(frozen=True)
class PaymentCommand:
    """The wish of a representative to pay an order's invoice with a payment method."""

    id: str
    order_id: str
    organization_id: str
    payment_method: str
    by: str
    at: datetime
    state: str = "requested"


@dataclass(frozen=True)
class Invoice:
    """An invoice of the payment server; amounts are minor units."""

    id: str
    order_id: str
    status: str
    total: int
    amount_paid: int
    currency: str
    url: str

    @property
    def is_paid(self) -> bool:
        """Whether the payment server holds the whole amount."""
        return self.status == "paid" and self.amount_paid >= self.total
