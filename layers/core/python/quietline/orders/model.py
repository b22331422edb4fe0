"""Orders, their states, and the entitlements that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    REFUNDED = "refunded"
    """The whole payment went back: its areas may not be downloaded any more."""
    DISPUTED = "disputed"
    """The payer's bank disputes the payment, or took it back for good: no downloads; a dispute won makes it active."""
    VOIDED = "voided"
    """Cancelled before it was paid; the invoice cannot be paid any more."""
    UNCOLLECTIBLE = "uncollectible"
    """Given up as a bad debt; paid after all, it becomes active."""


PAYABLE = frozenset({OrderState.AWAITING_PAYMENT, OrderState.PAYMENT_FAILED})
UNPAID = PAYABLE | {OrderState.AWAITING_INVOICE}


class Problem(StrEnum):
    """Why a person must look at an order: nothing is given or taken away by itself."""

    AMOUNT = "amount"
    """The invoice, or what was paid on it, is not what the order costs."""
    SUPERSEDED = "superseded"
    """Its money came back after it was given up, but another order was priced without it meanwhile."""
    LATE = "late"
    """An addition was paid after its term had ended."""
    PAID_VOID = "paid_void"
    """A void invoice has a payment."""


class InvoiceStatus(StrEnum):
    """Where an invoice stands at the payment server."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


@dataclass(frozen=True)
class Payment:
    """Money that arrived for an invoice: `amount` minor units at the instant `at` of the payment server."""

    id: str
    amount: int
    at: datetime


@dataclass(frozen=True)
class Refund:
    """Money that went back to the payer; `failed` when it could not be delivered and came back to us."""

    id: str
    amount: int
    at: datetime
    failed: bool = False


class DisputeStatus(StrEnum):
    """Where a dispute (chargeback) stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True)
class Dispute:
    """A payment that the payer's bank claims back: `amount` is withdrawn while it is open or lost.

    A bank debit that is returned is a dispute lost at once. An inquiry that withdraws nothing is none.
    """

    id: str
    amount: int
    status: DisputeStatus
    at: datetime


@dataclass(frozen=True)
class Invoice:
    """An invoice as the payment server knows it now, with all that happened to its money; amounts are minor units.

    Attributes:
        order_id: the order it was made for; empty for an invoice that is not ours.
        issued_at: when it was made; never changes.
        paid_at: when it became paid; set while `status` is paid.
        uncollectible_at: when it was given up; stays when it is paid or voided after that.
        voided_at: when it was voided.
        refused: whether the newest attempt to pay it was refused; False while one is under way.
        credit_applied: the customer's balance that was used for it.
        payments: every payment that succeeded, oldest first; refunded and disputed ones too.
        refunds: every refund that was not cancelled, oldest first.
        disputes: every dispute, oldest first.
        number: what people call it, given when it is opened; empty where the payment server gives none.
    """

    id: str
    order_id: str
    customer_id: str
    status: InvoiceStatus
    total: int
    currency: str
    url: str
    issued_at: datetime
    paid_at: datetime | None = None
    uncollectible_at: datetime | None = None
    voided_at: datetime | None = None
    refused: bool = False
    credit_applied: int = 0
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    number: str = ""

    @property
    def amount_paid(self) -> int:
        """What arrived, before refunds and disputes."""
        return sum(one.amount for one in self.payments)

    @property
    def amount_refunded(self) -> int:
        """What went back and stayed there."""
        return sum(one.amount for one in self.refunds if not one.failed)

    @property
    def amount_disputed(self) -> int:
        """What the payer's bank withdrew, for now or for good."""
        return sum(one.amount for one in self.disputes if one.status is not DisputeStatus.WON)

    @property
    def amount_due(self) -> int:
        """What can still be paid."""
        over = self.status in (InvoiceStatus.PAID, InvoiceStatus.VOID)
        return 0 if over else max(0, self.total - self.amount_paid - self.credit_applied)

    @property
    def is_paid(self) -> bool:
        """Whether the payment server holds, or held, the whole amount."""
        return self.status is InvoiceStatus.PAID and self.amount_paid + self.credit_applied >= self.total


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
    `customer_id` is the payment server's, empty before the first invoice. `last_order` is its newest order. `address`
    has `line1`, `line2`, `city`, `region`, `postal_code` and `country` (ISO 3166), for its invoices.
    """

    organization_id: str
    name: str
    language: str
    contact_email_ciphertext: str
    version: int
    open_order: str
    customer_id: str
    held: Subscription | None
    last_order: str = ""
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """Areas bought for a term.

    `begins_term` tells an order that begins a term (which then starts on the first of the month *paid*) from an
    addition to a term that runs.

    Attributes:
        version: counts the order's changes; each is one event of its history.
        paying: the payment command that is under way, or empty.
        cancelling: the command that cancels it, or empty.
        invoice: what the payment server said of its invoice when it was last asked.
        problem: why a person must look at it.
        released_after: the organization's newest order when this one gave up its areas; empty while it never did.
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
    paid_at: datetime | None = None
    version: int = 1
    paying: str = ""
    cancelling: str = ""
    invoice: Invoice | None = None
    problem: Problem | None = None
    released_after: str = ""

    @property
    def invoice_id(self) -> str:
        """The payment server's id of its invoice; empty before there is one."""
        return self.invoice.id if self.invoice else ""

    @property
    def invoice_url(self) -> str:
        """Where the payment server shows its invoice; empty before there is one."""
        return self.invoice.url if self.invoice else ""


class EventKind(StrEnum):
    """What an event of an order's history is."""

    PLACED = "placed"
    PAYMENT_REQUESTED = "payment_requested"
    CANCELLATION_REQUESTED = "cancellation_requested"
    REFUND_REQUESTED = "refund_requested"
    SETTLED = "settled"
    """The payment server was asked what holds now."""


@dataclass(frozen=True)
class OrderEvent:
    """One change of an order; `number` is its version from then on, so a gap shows.

    Attributes:
        cause: what led to it: `order`, `command:<id>`, `event:<id>` of a webhook event, `reconciliation:<day>`.
        by: the member who did it; empty for what the payment server told.
        was: the state before; None for a new order.
        entries: ids of the ledger's entries written with it.
        invoice: the payment server's answer, which explains all the rest.
        last_order: the organization's newest order then.
    """

    number: int
    kind: EventKind
    at: datetime
    cause: str
    by: str
    was: OrderState | None
    state: OrderState
    problem: Problem | None = None
    entries: tuple[str, ...] = ()
    invoice: Invoice | None = None
    last_order: str = ""


class StopReason(StrEnum):
    """Why an entitlement gives nothing any more."""

    REFUNDED = "refunded"
    DISPUTED = "disputed"
    """The payer's bank claims the payment back; it may come back."""
    DISPUTE_LOST = "dispute_lost"


class EntitlementState(StrEnum):
    """Whether an entitlement gives its areas; that its term runs is another question."""

    ACTIVE = "active"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Entitlement:
    """The areas that one order entitles an organization to, and the term in which it does.

    `amount` is what the order cost and `refunded` what of it went back, in minor units.
    """

    order_id: str
    areas: frozenset[str]
    term: Term
    amount: int
    refunded: int = 0
    state: EntitlementState = EntitlementState.ACTIVE
    reason: StopReason | None = None

    @property
    def is_active(self) -> bool:
        """Whether it gives its areas during its term."""
        return self.state is EntitlementState.ACTIVE

    @property
    def is_held(self) -> bool:
        """Whether it counts for the free areas and the maximum of its term.

        One that is disputed does: it may come back, and its free areas must not have been given a second time.
        """
        return self.is_active or self.reason is StopReason.DISPUTED


class CommandKind(StrEnum):
    """What somebody wants of an order's invoice."""

    PAY = "pay"
    CANCEL = "cancel"
    REFUND = "refund"
    """Send money back; operators only."""
    CREDIT = "credit"
    """Grant an organization credit for its next invoice; operators only, and of no order."""
    WITHDRAW_CREDIT = "withdraw_credit"
    """Take back credit that was granted by mistake and is not used yet; operators only, and of no order."""


@dataclass(frozen=True)
class PaymentCommand:
    """The wish of a representative to pay an order's invoice with a payment method, or to cancel the order.

    A refund is an operator's: `amount` minor units go back, for the `reason` given; `by` is who asked for it. So is
    credit: `amount` minor units of the registry's currency, with an empty `order_id`. What takes credit back names in
    `grant` the command that granted it.
    """

    id: str
    order_id: str
    organization_id: str
    payment_method: str
    by: str
    at: datetime
    kind: CommandKind = CommandKind.PAY
    state: str = "requested"
    amount: int = 0
    reason: str = ""
    grant: str = ""
