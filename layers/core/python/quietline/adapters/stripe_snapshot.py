"""What an invoice's money did, read from Stripe's objects, or from localstripe's.

Since its version 2025-03-31 Stripe keeps no invoice on a charge or payment intent and no charge on an invoice: *invoice
payments* join them, several for one invoice. Refunds and disputes hang on the payment intent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from quietline.adapters.stripe_calls import MissingError, StripeCalls
from quietline.orders.model import Dispute, DisputeStatus, Invoice, InvoiceStatus, Payment, Refund

DESCRIPTION = "Quietline order "
CREDIT_LINE = "Credit"
"""The line of a localstripe invoice that uses credit; Stripe has a customer's balance for it."""
DISPUTES = {"won": DisputeStatus.WON, "lost": DisputeStatus.LOST} | dict.fromkeys(
    ("needs_response", "under_review", "appeal_needs_response", "appeal_under_review"), DisputeStatus.OPEN
)
"""The other states (inquiries, disputes that were prevented) withdraw nothing."""


@dataclass(frozen=True)
class Paid:
    """One payment of an invoice; `intent` is the payment intent's id, empty for money that came in another way."""

    id: str
    intent: str
    amount: int
    at: datetime


@dataclass(frozen=True)
class Snapshots:
    """Reads invoices with all that happened to their money.

    Attributes:
        calls: the API.
        played: whether localstripe plays Stripe; it has neither invoice payments nor disputes.
    """

    calls: StripeCalls
    played: bool

    def of(self, found: Any) -> Invoice:
        """Return the snapshot of an invoice object."""
        payments, refused = self.payments(found)
        refunds = [one for paid in payments for one in self.refunds(paid)]
        disputes = [one for paid in payments for one in self._disputes(paid)]
        status = _status(found, played=self.played)
        moments = found.status_transitions
        made = instant(found.created)
        credit = _credit_applied(found, played=self.played)
        return Invoice(
            id=str(found.id),
            order_id=order_of(found),
            customer_id=str(found.customer),
            status=status,
            total=int(found.total) + credit if self.played else int(found.total),
            currency=str(found.currency),
            url=str(getattr(found, "hosted_invoice_url", None) or ""),
            number=str(getattr(found, "number", None) or ""),
            issued_at=made,
            paid_at=instant(moments.paid_at or found.created) if status is InvoiceStatus.PAID else None,
            uncollectible_at=_maybe(getattr(moments, "marked_uncollectible_at", None)),
            voided_at=_maybe(moments.voided_at),
            refused=refused and status is not InvoiceStatus.PAID,
            credit_applied=credit,
            payments=tuple(Payment(one.intent or one.id, one.amount, one.at) for one in payments),
            refunds=tuple(sorted((_to_refund(one) for one in refunds), key=lambda one: (one.at, one.id))),
            disputes=tuple(sorted(disputes, key=lambda one: (one.at, one.id))),
        )

    def payments(self, found: Any) -> tuple[list[Paid], bool]:
        """Return an invoice's payments that succeeded, oldest first, and whether the newest attempt was refused."""
        if self.played:
            return self._played_payments(found)
        paid, refused = [], False
        for one in self.calls.listed(
            lambda api, params, options: api.v1.invoice_payments.list(params, options),
            invoice=str(found.id),
            expand=["data.payment.payment_intent"],
        ):
            intent = getattr(one.payment, "payment_intent", None)
            if one.status == "paid":
                amount, at = int(one.amount_paid or 0), instant(one.status_transitions.paid_at or one.created)
                paid.append(Paid(str(one.id), str(intent.id) if intent else "", amount, at))
            elif one.status == "open" and intent:
                refused = refused or _was_refused(intent)
        return sorted(paid, key=lambda one: (one.at, one.id)), refused

    def refunds(self, paid: Paid) -> list[Any]:
        """Return the refund objects of a payment that were not cancelled."""
        if not paid.intent:
            return []
        listed = self.calls.listed(
            lambda api, params, options: api.v1.refunds.list(params, options), payment_intent=paid.intent
        )
        return [one for one in listed if one.status != "canceled"]

    def invoice_of(self, object_id: str) -> str:
        """Return the id of the invoice that a charge, payment, refund or dispute belongs to; empty when none does."""
        try:
            return self._invoice_of(object_id)
        except MissingError:
            return ""

    def _invoice_of(self, object_id: str) -> str:
        calls = self.calls
        match object_id.partition("_")[0]:
            case "in":
                return object_id
            case "inpay":
                return str(calls(lambda api, options: api.v1.invoice_payments.retrieve(object_id, {}, options)).invoice)
            case "pi":
                return self._invoice_of_intent(object_id)
            case "ch" | "py":
                found = calls(lambda api, options: api.v1.charges.retrieve(object_id, {}, options))
            case "re" | "pyr":
                found = calls(lambda api, options: api.v1.refunds.retrieve(object_id, {}, options))
            case "dp" | "du":
                found = calls(lambda api, options: api.v1.disputes.retrieve(object_id, {}, options))
            case _:
                return ""
        if found.payment_intent:
            return self._invoice_of_intent(str(found.payment_intent))
        charge = str(getattr(found, "charge", None) or "")
        return self._invoice_of(charge) if charge else ""

    def _invoice_of_intent(self, intent: str) -> str:
        if self.played:
            found = self.calls(lambda api, options: api.v1.payment_intents.retrieve(intent, {}, options))
            return str(found.invoice or "")
        listed = self.calls.listed(
            lambda api, params, options: api.v1.invoice_payments.list(params, options),
            payment={"type": "payment_intent", "payment_intent": intent},
        )
        return next((str(one.invoice) for one in listed), "")

    def _played_payments(self, found: Any) -> tuple[list[Paid], bool]:
        if not found.payment_intent:
            return [], False
        intent_id = str(found.payment_intent)
        intent = self.calls(lambda api, options: api.v1.payment_intents.retrieve(intent_id, {}, options))
        if intent.status != "succeeded":
            return [], _was_refused(intent)
        at = instant(found.status_transitions.paid_at or intent.created)
        return [Paid(intent_id, intent_id, int(intent.amount), at)], False

    def _disputes(self, paid: Paid) -> Iterator[Dispute]:
        if self.played or not paid.intent:
            return
        for one in self.calls.listed(
            lambda api, params, options: api.v1.disputes.list(params, options), payment_intent=paid.intent
        ):
            if one.status in DISPUTES:
                yield Dispute(str(one.id), int(one.amount), DISPUTES[one.status], instant(one.created))


def order_of(found: Any) -> str:
    """Return the order that an invoice object was made for; empty when it is none of ours."""
    text = str(getattr(found, "description", None) or "")
    return metadata(found).get("order") or (text.removeprefix(DESCRIPTION) if text.startswith(DESCRIPTION) else "")


def metadata(found: Any) -> dict[str, str]:
    """Return an object's metadata."""
    there = getattr(found, "metadata", None)
    return dict(there.to_dict()) if there else {}


def instant(seconds: int) -> datetime:
    """Return Stripe's seconds as an instant."""
    return datetime.fromtimestamp(int(seconds), UTC)


def _maybe(seconds: int | None) -> datetime | None:
    return instant(seconds) if seconds else None


def _credit_applied(found: Any, *, played: bool) -> int:
    if played:
        return -sum(int(line.amount) for line in found.lines.data if line.description == CREDIT_LINE)
    # a credit balance is below zero
    return max(0, int(getattr(found, "ending_balance", None) or 0) - int(found.starting_balance or 0))


def _status(found: Any, *, played: bool) -> InvoiceStatus:
    # localstripe's invoices are drafts until somebody tries to pay them
    return InvoiceStatus.OPEN if played and found.status == "draft" else InvoiceStatus(found.status)


def _was_refused(intent: Any) -> bool:
    return intent.status == "requires_payment_method" and bool(getattr(intent, "last_payment_error", None))


def _to_refund(found: Any) -> Refund:
    return Refund(str(found.id), int(found.amount), instant(found.created), failed=found.status == "failed")
