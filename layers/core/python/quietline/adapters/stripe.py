"""Stripe's Invoicing API, the only place that knows the `stripe` SDK.

The same calls work on Stripe and on localstripe, which plays it on a laptop: localstripe refuses parameters it does not
know, keeps no idempotency keys, puts only *pending* items on an invoice, forgets an invoice's metadata and has no
`finalize`. So items are made first, as pending ones, and whatever exists already is found by what it says of the order
and not by the idempotency key alone (which Stripe forgets after a day). An organization has one unpaid order at a time,
so pending items are always that order's. One step is localstripe's alone: `_stand_in_subscription`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import stripe

from quietline.fees.model import LineKind, QuoteLine
from quietline.kernel.errors import UnavailableError
from quietline.orders.model import Invoice, InvoiceStatus, Order, Payment
from quietline.orders.ports import PaymentDeclinedError

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 10
RETRIES = 2
PAGE = 100
DESCRIPTION = "Quietline order "
DESCRIPTIONS = {
    LineKind.FULL: "{count} areas at {unit}",
    LineKind.HALF: "{count} areas added in the second part of the term, at {unit}",
    LineKind.CAP: "Yearly maximum reached",
}


@dataclass(frozen=True)
class StripeServer:
    """`orders.ports.PaymentServer` on Stripe.

    Attributes:
        api_key: read at each call, so that a rotated key arrives by itself.
        api_base: `https://api.stripe.com`, or where localstripe listens.
        finalizes: whether an invoice must be finalized before it can be paid (localstripe: no such step).
    """

    api_key: Callable[[], str] = field(repr=False)
    api_base: str
    finalizes: bool

    def ensure_customer(self, organization_id: str, name: str) -> str:
        """Make the organization's customer and return its id."""
        params: Any = {"name": name, "metadata": {"organization": organization_id}}
        customer = self._call(lambda api, options: api.v1.customers.create(params, options), f"cus-{organization_id}")
        return str(customer.id)

    def ensure_invoice(self, order: Order, customer_id: str) -> Invoice:
        """Return the order's invoice, made at the first call and open for payment."""
        found = self._find_invoice(order.id, customer_id)
        if found is None:
            if not self.finalizes:
                self._stand_in_subscription(customer_id, order.total.currency.lower())
            self._ensure_items(order, customer_id)
            params: Any = {
                "customer": customer_id,
                "description": DESCRIPTION + order.id,
                "metadata": {"order": order.id},
                "pending_invoice_items_behavior": "include",
            }
            found = self._call(lambda api, options: api.v1.invoices.create(params, options), f"inv-{order.id}")
        if self.finalizes and found.status == "draft":
            invoice_id = found.id
            found = self._call(
                lambda api, options: api.v1.invoices.finalize_invoice(invoice_id, {"auto_advance": False}, options),
                f"fin-{order.id}",
            )
        return _to_invoice(found)

    def pay(self, invoice_id: str, customer_id: str, payment_method: str, key: str) -> Invoice:
        """Attach the payment method, make it the customer's default and pay the invoice with it.

        Raises:
            PaymentDeclinedError: the payment method was refused.
        """
        attached = self._call(
            lambda api, options: api.v1.payment_methods.attach(payment_method, {"customer": customer_id}, options),
            f"att-{key}",
        )
        default: Any = {"invoice_settings": {"default_payment_method": attached.id}}
        self._call(lambda api, options: api.v1.customers.update(customer_id, default, options), f"def-{key}")
        paid = self._call(lambda api, options: api.v1.invoices.pay(invoice_id, {}, options), f"pay-{key}")
        if paid.status != "paid" and not self.finalizes:
            # localstripe answers 200 with an open invoice where Stripe answers 402
            raise PaymentDeclinedError("card_declined")
        return _to_invoice(paid)

    def invoice(self, invoice_id: str) -> Invoice | None:
        """Return the invoice as it is now, or None."""
        try:
            return _to_invoice(self._call(lambda api, options: api.v1.invoices.retrieve(invoice_id, {}, options)))
        except _MissingError:
            return None

    def has_customer(self, customer_id: str) -> bool:
        """Whether there is such a customer (and it was not deleted)."""
        try:
            found = self._call(lambda api, options: api.v1.customers.retrieve(customer_id, {}, options))
        except _MissingError:
            return False
        return not getattr(found, "deleted", False)

    def void(self, invoice_id: str) -> Invoice:
        """Void an invoice; return it as it is then."""
        found = self._call(lambda api, options: api.v1.invoices.retrieve(invoice_id, {}, options))
        if found.status in ("open", "uncollectible"):
            found = self._call(
                lambda api, options: api.v1.invoices.void_invoice(invoice_id, {}, options), f"void-{invoice_id}"
            )
        return _to_invoice(found)

    def refund(self, invoice_id: str, amount: int, key: str) -> Invoice:
        """Send `amount` minor units of what was paid back."""
        raise NotImplementedError

    def invoices(self, since: datetime) -> Iterator[Invoice]:
        """Yield every invoice made since an instant, as it is now."""
        params: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        page = self._call(lambda api, options: api.v1.invoices.list(params, options))
        yield from map(_to_invoice, page.data)

    def invoice_of(self, object_id: str) -> str:
        """Return the id of the invoice that a charge, payment, refund or dispute belongs to; empty when none does."""
        return object_id if object_id.startswith("in_") else ""

    def _find_invoice(self, order_id: str, customer_id: str) -> Any:
        params: Any = {"customer": customer_id, "limit": PAGE}
        page = self._call(lambda api, options: api.v1.invoices.list(params, options))
        return next((one for one in page.data if _order_of(one) == order_id), None)

    def _stand_in_subscription(self, customer_id: str, currency: str) -> None:
        # localstripe makes invoices only for a customer with a subscription; one that costs nothing satisfies it
        there: Any = {"customer": customer_id, "limit": 1}
        if self._call(lambda api, options: api.v1.subscriptions.list(there, options)).data:
            return
        plan_id = f"quietline-nothing-{currency}"
        try:
            self._call(lambda api, options: api.v1.plans.retrieve(plan_id, {}, options))
        except _MissingError:
            plan: Any = {"id": plan_id, "amount": 0, "currency": currency, "interval": "year"}
            plan["product"] = {"name": "Nothing"}
            self._call(lambda api, options: api.v1.plans.create(plan, options))
        # with a trial no invoice is made at once
        wanted: Any = {"customer": customer_id, "items": [{"plan": plan_id}], "trial_period_days": 1}
        self._call(lambda api, options: api.v1.subscriptions.create(wanted, options))

    def _ensure_items(self, order: Order, customer_id: str) -> None:
        params: Any = {"customer": customer_id, "limit": PAGE}
        page = self._call(lambda api, options: api.v1.invoice_items.list(params, options))
        there = {_metadata(one).get("line") for one in page.data}
        for index, line in enumerate(order.lines):
            name = f"{order.id}-{index}"
            if line.amount.minor == 0 or name in there:
                continue
            item: Any = {
                "customer": customer_id,
                "amount": line.amount.minor,
                "currency": line.amount.currency.lower(),
                "description": _description(line),
                "metadata": {"order": order.id, "line": name},
            }

            def create(api: stripe.StripeClient, options: Any, item: Any = item) -> Any:
                return api.v1.invoice_items.create(item, options)

            self._call(create, f"item-{name}")

    def _call(self, call: Callable[[stripe.StripeClient, Any], Any], key: str = "") -> Any:
        options: Any = {"idempotency_key": key} if key else {}
        try:
            return call(self._api(), options)
        except stripe.InvalidRequestError as error:
            if error.http_status == 404:
                raise _MissingError from error
            raise
        except stripe.CardError as error:
            raise PaymentDeclinedError(error.code or "declined") from error
        except (stripe.APIConnectionError, stripe.RateLimitError) as error:
            raise UnavailableError("The payment server does not answer; nothing was lost.") from error
        except stripe.APIError as error:
            raise UnavailableError("The payment server failed; nothing was lost.") from error

    def _api(self) -> stripe.StripeClient:
        return stripe.StripeClient(
            self.api_key(),
            stripe_version=API_VERSION,
            base_addresses={"api": self.api_base},
            max_network_retries=RETRIES,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        )


class _MissingError(Exception):
    """The payment server knows nothing of that id."""


def _to_invoice(found: Any) -> Invoice:
    status = InvoiceStatus(found.status)
    moments = found.status_transitions
    made, paid_at = _instant(found.created), _instant(moments.paid_at)
    paid = int(found.amount_paid)
    return Invoice(
        id=str(found.id),
        order_id=_order_of(found),
        customer_id=str(found.customer),
        status=status,
        total=int(found.total),
        currency=str(found.currency),
        url=str(getattr(found, "hosted_invoice_url", None) or ""),
        issued_at=made or datetime.fromtimestamp(0, UTC),
        paid_at=(paid_at or made) if status is InvoiceStatus.PAID else None,
        uncollectible_at=_instant(getattr(moments, "marked_uncollectible_at", None)),
        voided_at=_instant(moments.voided_at),
        payments=(Payment(f"pay-{found.id}", paid, paid_at or made or datetime.fromtimestamp(0, UTC)),) if paid else (),
    )


def _instant(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _metadata(found: Any) -> dict[str, str]:
    metadata = getattr(found, "metadata", None)
    return dict(metadata.to_dict()) if metadata else {}


def _order_of(found: Any) -> str:
    text = str(getattr(found, "description", None) or "")
    return _metadata(found).get("order") or (text.removeprefix(DESCRIPTION) if text.startswith(DESCRIPTION) else "")


def _description(line: QuoteLine) -> str:
    return DESCRIPTIONS[line.kind].format(count=line.count, unit=line.unit.text())
