"""What the routes of invoices and the ledger answer, and an order's history."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from quietline.http.model import Model
from quietline.kernel.clock import to_text
from quietline.kernel.money import Money

from functions.seller_api.routes.models import LineOut, MoneyOut, OrderOut

if TYPE_CHECKING:
    from quietline.ledger.model import Entry, Posting
    from quietline.ledger.service import Statement
    from quietline.orders.model import Invoice, Order, OrderEvent


class OrderEventOut(Model):
    """One change of an order; `number` is its version from then on, so that a gap would show."""

    number: int
    kind: Annotated[str, Field(examples=["placed", "payment_requested", "cancellation_requested", "settled"])]
    at: str
    cause: Annotated[
        str,
        Field(
            description="What led to it: the order, a command, a webhook event or a reconciliation.",
            examples=["event:evt_1"],
        ),
    ]
    by: Annotated[str, Field(description="The member who did it; empty for what the payment server told.")]
    was: str | None
    state: str
    problem: str | None
    entries: Annotated[list[str], Field(description="Ids of the ledger's entries written with it.")]

    @classmethod
    def of(cls, event: "OrderEvent") -> "OrderEventOut":
        """Return the answer's form."""
        return cls(
            number=event.number,
            kind=event.kind,
            at=to_text(event.at),
            cause=event.cause,
            by=event.by,
            was=event.was,
            state=event.state,
            problem=event.problem,
            entries=list(event.entries),
        )


class OrderDetailOut(OrderOut):
    """An order with all that happened to it, oldest first."""

    cancelling: Annotated[bool, Field(description="Whether its cancellation was asked for and is under way.")]
    problem: Annotated[
        str | None,
        Field(
            description="Why the registry's staff looks at it: amount, superseded, late or paid_void.",
            examples=[None],
        ),
    ]
    history: list[OrderEventOut]

    @classmethod
    def detail(cls, order: "Order", history: "list[OrderEvent]") -> "OrderDetailOut":
        """Return the answer's form."""
        return cls(
            **OrderOut.of(order).model_dump(),
            cancelling=bool(order.cancelling),
            problem=order.problem,
            history=[OrderEventOut.of(one) for one in history],
        )


class InvoiceOut(Model):
    """An invoice with what its money did; `state` is its order's."""

    id: str
    order_id: str
    status: Annotated[str, Field(examples=["open", "paid", "void", "uncollectible"])]
    state: Annotated[str, Field(examples=["awaiting_payment", "active", "refunded", "disputed", "voided"])]
    issued_at: str
    paid_at: str | None
    areas: int
    lines: list[LineOut]
    total: MoneyOut
    paid: MoneyOut
    credit_applied: MoneyOut
    refunded: MoneyOut
    disputed: Annotated[MoneyOut, Field(description="What the payer's bank holds back or took for good.")]
    due: MoneyOut
    url: Annotated[str, Field(description="Where the payment server shows it, to pay or to print; may be empty.")]

    @classmethod
    def of(cls, order: "Order", invoice: "Invoice") -> "InvoiceOut":
        """Return the answer's form."""

        def money(minor: int) -> MoneyOut:
            return MoneyOut.of(Money(minor, invoice.currency.upper()))

        return cls(
            id=invoice.id,
            order_id=order.id,
            status=invoice.status,
            state=order.state,
            issued_at=to_text(invoice.issued_at),
            paid_at=to_text(invoice.paid_at) if invoice.paid_at else None,
            areas=len(order.areas),
            lines=[LineOut.of(line) for line in order.lines],
            total=money(invoice.total),
            paid=money(invoice.amount_paid),
            credit_applied=money(invoice.credit_applied),
            refunded=money(invoice.amount_refunded),
            disputed=money(invoice.amount_disputed),
            due=money(invoice.amount_due),
            url=invoice.url,
        )


class InvoicesOut(Model):
    """The organization's invoices, newest first."""

    invoices: list[InvoiceOut]


class PostingOut(Model):
    """An account's part of an entry: a debit is positive, a credit negative."""

    account: Annotated[str, Field(examples=["processor", "fees", "receivable:01KB3Q6W5N8Y2C4D6E8F0G1H2J"])]
    amount: MoneyOut

    @classmethod
    def of(cls, posting: "Posting", currency: str) -> "PostingOut":
        """Return the answer's form."""
        return cls(account=posting.account, amount=MoneyOut.of(Money(posting.amount, currency)))


class EntryOut(Model):
    """An entry of the ledger; its postings sum to zero."""

    id: Annotated[str, Field(examples=["paid-pi_3Q1"])]
    kind: Annotated[
        str, Field(examples=["invoiced", "paid", "refunded", "disputed", "credit_granted", "credit_withdrawn"])
    ]
    at: Annotated[str, Field(description="When it happened at the payment server.")]
    order_id: Annotated[str, Field(description="Empty for credit that was granted.")]
    invoice_id: Annotated[str, Field(description="As `order_id`.")]
    postings: list[PostingOut]

    @classmethod
    def of(cls, entry: "Entry") -> "EntryOut":
        """Return the answer's form."""
        return cls(
            id=entry.id,
            kind=entry.kind,
            at=to_text(entry.at),
            order_id=entry.order_id,
            invoice_id=entry.invoice_id,
            postings=[PostingOut.of(one, entry.currency) for one in entry.postings],
        )


class LedgerOut(Model):
    """The organization's part of the ledger, oldest first, and what each account holds after it."""

    entries: list[EntryOut]
    balances: list[PostingOut]

    @classmethod
    def of(cls, statement: "Statement") -> "LedgerOut":
        """Return the answer's form."""
        held = [
            PostingOut(account=account, amount=MoneyOut.of(Money(amount, currency)))
            for (currency, account), amount in statement.balances.items()
        ]
        return cls(entries=[EntryOut.of(one) for one in statement.entries], balances=held)
