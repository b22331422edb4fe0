"""What the sellers' routes take and answer."""

from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field
from quietline.http.model import Model
from quietline.kernel.clock import to_text

if TYPE_CHECKING:
    from pydantic.config import JsonDict
    from quietline.fees.model import QuoteLine
    from quietline.kernel.money import Money
    from quietline.orders.model import Entitlement, Order

type Text = Annotated[str, Field(min_length=1, max_length=200)]


def example(value: "JsonDict") -> ConfigDict:
    """Return a model's configuration with an example of it."""
    return ConfigDict(json_schema_extra={"examples": [value]})


class InModel(Model):
    """Input: unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class OrderIn(InModel):
    """Areas to order. `renew` buys the term after the one that runs; `months` chooses among several lengths."""

    model_config = example({"areas": ["202", "301", "410", "443", "571", "703"]})

    areas: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=8)]],
        Field(min_length=1, max_length=1000, examples=[["202", "301", "410", "443", "571", "703"]]),
    ]
    renew: bool = False
    months: Annotated[int | None, Field(ge=0, le=120)] = None


class MoneyOut(Model):
    """An amount in minor units (cents) of an ISO 4217 currency."""

    minor: Annotated[int, Field(examples=[41000])]
    currency: Annotated[str, Field(examples=["USD"])]

    @classmethod
    def of(cls, money: "Money") -> "MoneyOut":
        """Return the answer's form."""
        return cls(minor=money.minor, currency=money.currency)


class LineOut(Model):
    """One line of a quote or order."""

    kind: str
    count: int
    unit: MoneyOut
    amount: MoneyOut

    @classmethod
    def of(cls, line: "QuoteLine") -> "LineOut":
        """Return the answer's form."""
        return cls(kind=line.kind, count=line.count, unit=MoneyOut.of(line.unit), amount=MoneyOut.of(line.amount))


class OrderOut(Model):
    """An order; `term_end` is the first day after the term."""

    id: str
    state: Annotated[
        str, Field(examples=["awaiting_invoice", "awaiting_payment", "payment_failed", "active", "refunded"])
    ]
    areas: list[str]
    lines: list[LineOut]
    total: MoneyOut
    term_start: str
    term_end: str
    invoice_id: str
    invoice_url: str
    created_at: str
    paid_at: str | None

    @classmethod
    def of(cls, order: "Order") -> "OrderOut":
        """Return the answer's form."""
        return cls(
            id=order.id,
            state=order.state,
            areas=list(order.areas),
            lines=[LineOut.of(line) for line in order.lines],
            total=MoneyOut.of(order.total),
            term_start=order.term.start.isoformat(),
            term_end=order.term.end.isoformat(),
            invoice_id=order.invoice_id,
            invoice_url=order.invoice_url,
            created_at=to_text(order.created_at),
            paid_at=to_text(order.paid_at) if order.paid_at else None,
        )


class OrdersOut(Model):
    """The organization's orders, newest first."""

    orders: list[OrderOut]


class PaymentIn(InModel):
    """The payment server's payment method; card numbers never come here."""

    model_config = example({"payment_method": "pm_card_visa"})

    payment_method: Annotated[str, Field(pattern="^pm_[A-Za-z0-9_]{1,120}$", examples=["pm_card_visa"])]


class PaymentOut(Model):
    """The payment or cancellation was asked for; the order tells how it went."""

    id: str
    order_id: str
    state: str


class EntitlementOut(Model):
    """Areas that may be downloaded in a term, by the order that bought them."""

    order_id: str
    areas: list[str]
    term_start: str
    term_end: str
    state: Annotated[str, Field(examples=["active", "stopped"])]
    reason: Annotated[str | None, Field(description="Why it is stopped.", examples=["refunded", "disputed"])]

    @classmethod
    def of(cls, one: "Entitlement") -> "EntitlementOut":
        """Return the answer's form."""
        return cls(
            order_id=one.order_id,
            areas=sorted(one.areas),
            term_start=one.term.start.isoformat(),
            term_end=one.term.end.isoformat(),
            state=one.state,
            reason=one.reason,
        )


class EntitlementsOut(Model):
    """The areas of today together, and the entitlements by order."""

    areas: list[str]
    entitlements: list[EntitlementOut]
    lookup_numbers: int = Field(description="How many numbers one lookup may hold.")
