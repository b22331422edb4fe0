"""Stripe's Invoicing API behind `orders.ports.PaymentServer`.

The same calls work on Stripe and on localstripe, which plays it on a laptop: localstripe refuses parameters it does not
know, keeps no idempotency keys, puts only *pending* items on an invoice, forgets an invoice's metadata and has no
`finalize`. So items are made first, as pending ones, and whatever exists already is found by what it says of the order
or the command and not by the idempotency key alone (which Stripe forgets after a day). An organization has one unpaid
order at a time, so pending items are always that order's. What localstripe alone needs is in `_stand_in_…`: it has no
balance of a customer that can be changed, so that the customer's metadata keep what we owe, and a line uses it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from quietline.adapters.breaker import Guard, unguarded
from quietline.adapters.stripe_calls import PAGE, MissingError, RefusedError, StripeCalls
from quietline.adapters.stripe_snapshot import CREDIT_LINE, DESCRIPTION, Paid, Snapshots, instant, metadata, order_of
from quietline.fees.model import LineKind, QuoteLine
from quietline.kernel.errors import ConflictError
from quietline.orders.model import DisputeStatus, Invoice, Order
from quietline.orders.ports import PaymentDeclinedError

DESCRIPTIONS = {
    LineKind.FULL: "{count} areas at {unit}",
    LineKind.LATE: "{count} areas added in the later part of the term, at {unit}",
    LineKind.BAND: "{count} areas at the price of their band",
    LineKind.PAID: "Paid before for a smaller band",
    LineKind.CAP: "Yearly maximum reached",
}
NOT_SO_MUCH = "There is not so much left to send back."


@dataclass(frozen=True)
class StripeServer:
    """`orders.ports.PaymentServer` on Stripe.

    Attributes:
        api_key: read at each call, so that a rotated key arrives by itself.
        api_base: `https://api.stripe.com`, or where localstripe listens.
        played: whether localstripe plays Stripe.
        guard: what each call is made through (`adapters.breaker`).
    """

    api_key: Callable[[], str] = field(repr=False)
    api_base: str
    played: bool = False
    guard: Guard = field(default=unguarded, repr=False)

    @property
    def _call(self) -> StripeCalls:
        return StripeCalls(self.api_key, self.api_base, self.guard)

    @property
    def _snapshots(self) -> Snapshots:
        return Snapshots(self._call, self.played)

    def ensure_customer(self, organization_id: str, name: str) -> str:
        """Make the organization's customer and return its id."""
        params: Any = {"name": name, "metadata": {"organization": organization_id}}
        customer = self._call(lambda api, options: api.v1.customers.create(params, options), f"cus-{organization_id}")
        return str(customer.id)

    def update_customer(self, customer_id: str, name: str, address: Mapping[str, str]) -> None:
        """Let the customer have a name and an address; one that is gone or refused stays as it is."""
        stripes = {"state" if part == "region" else part: text for part, text in address.items()}
        params: Any = {"name": name, "address": stripes}
        with suppress(MissingError, RefusedError):
            self._call(lambda api, options: api.v1.customers.update(customer_id, params, options))

    def has_customer(self, customer_id: str) -> bool:
        """Whether there is such a customer (and it was not deleted)."""
        try:
            found = self._call(lambda api, options: api.v1.customers.retrieve(customer_id, {}, options))
        except MissingError:
            return False
        return not getattr(found, "deleted", False)

    def ensure_invoice(self, order: Order, customer_id: str) -> Invoice:
        """Return the order's invoice, made at the first call and open for payment."""
        found = self._find_invoice(order.id, customer_id)
        if found is None:
            if self.played:
                self._stand_in_subscription(customer_id, order.total.currency.lower())
            self._ensure_items(order, customer_id)
            if self.played:
                self._stand_in_credit(order, customer_id)
            params: Any = {
                "customer": customer_id,
                "description": DESCRIPTION + order.id,
                "metadata": {"order": order.id},
                "pending_invoice_items_behavior": "include",
            }
            found = self._call(lambda api, options: api.v1.invoices.create(params, options), f"inv-{order.id}")
        if self.played and found.status == "draft" and not found.total:
            # nothing is left to pay
            covered = str(found.id)
            found = self._call(lambda api, options: api.v1.invoices.pay(covered, {}, options), f"pay-{covered}")
        if not self.played and found.status == "draft":
            invoice_id = found.id
            found = self._call(
                lambda api, options: api.v1.invoices.finalize_invoice(invoice_id, {"auto_advance": False}, options),
                f"fin-{order.id}",
            )
        return self._snapshots.of(found)

    def pay(self, invoice_id: str, customer_id: str, payment_method: str, key: str) -> Invoice:
        """Attach the payment method, make it the customer's default and pay the invoice with it.

        Raises:
            PaymentDeclinedError: the payment method was refused, or there is none of that id.
            ConflictError: the invoice is void.
        """
        try:
            self._attach(customer_id, payment_method, key)
        except (MissingError, RefusedError) as error:
            code = error.code if isinstance(error, RefusedError) else "no_such_payment_method"
            raise PaymentDeclinedError(code) from error
        try:
            paid = self._call(lambda api, options: api.v1.invoices.pay(invoice_id, {}, options), f"pay-{key}")
        except RefusedError as error:
            paid = self._retrieved(invoice_id)
            if paid.status != "paid":  # else it was paid meanwhile, on the hosted page perhaps
                raise ConflictError("This invoice cannot be paid any more.") from error
        if paid.status != "paid" and self.played:
            # localstripe answers 200 with an open invoice where Stripe answers 402
            raise PaymentDeclinedError("card_declined")
        return self._snapshots.of(paid)

    def void(self, invoice_id: str) -> Invoice:
        """Void an invoice that is open or uncollectible; return it as it is then: one paid meanwhile stays paid."""
        found = self._retrieved(invoice_id)
        if self.played and found.status == "draft":
            self._stand_in_attempt(str(found.customer), invoice_id)
        if found.status in ("draft", "open", "uncollectible"):
            with suppress(RefusedError):  # it was paid or voided meanwhile
                self._call(
                    lambda api, options: api.v1.invoices.void_invoice(invoice_id, {}, options), f"void-{invoice_id}"
                )
            found = self._retrieved(invoice_id)
        snapshot = self._snapshots.of(found)
        if self.played and found.status == "void" and snapshot.credit_applied:
            self._stand_in_balance(snapshot.customer_id, snapshot.credit_applied, f"void_{invoice_id}")
        return snapshot

    def refund(self, invoice_id: str, amount: int, key: str) -> Invoice:
        """Send `amount` minor units of what was paid back; `key` makes a repetition harmless.

        Raises:
            ConflictError: the invoice has not so much left to send back.
        """
        found = self._retrieved(invoice_id)
        before = self._snapshots.of(found)
        payments, _ = self._snapshots.payments(found)
        sent = {one.id: self._snapshots.refunds(one) for one in payments}
        rest = amount - sum(
            int(refund.amount)
            for refunds in sent.values()
            for refund in refunds
            if refund.status != "failed" and metadata(refund).get("command") == key
        )
        withdrawn = sum(one.amount for one in before.disputes if one.status is not DisputeStatus.WON)
        if rest > before.amount_paid - before.amount_refunded - withdrawn:
            raise ConflictError(NOT_SO_MUCH)
        for one in payments:
            gone = sum(int(refund.amount) for refund in sent[one.id] if refund.status != "failed")
            part = min(rest, one.amount - gone) if one.intent else 0
            if part > 0:
                self._refund(one, part, key)
                rest -= part
        if rest > 0:
            raise ConflictError("Part of it came in another way and has to be sent back by hand.")
        return self._snapshots.of(self._retrieved(invoice_id))

    def credit(self, customer_id: str, amount: int, currency: str, key: str) -> None:
        """Give a customer `amount` minor units for its next invoices; `key` makes a repetition harmless."""
        if self.played:
            self._stand_in_balance(customer_id, amount, f"credit_{key}")
        elif not self._has_transaction(customer_id, key):
            self._change_balance(customer_id, -amount, currency, key)

    def withdraw_credit(self, customer_id: str, amount: int, currency: str, key: str) -> None:
        """Take `amount` minor units of a customer's credit back; `key` makes a repetition harmless.

        Raises:
            ConflictError: so much is not left: an invoice has used it.
        """
        found = self._call(lambda api, options: api.v1.customers.retrieve(customer_id, {}, options))
        known = metadata(found)
        if f"credit_{key}" in known if self.played else self._has_transaction(customer_id, key):
            return
        # what we owe is below zero there; a customer that was deleted has none
        left = int(known.get("credit", "0")) if self.played else -int(getattr(found, "balance", 0))
        if left < amount:
            raise ConflictError("So much credit is not left.")
        if self.played:
            self._stand_in_balance(customer_id, -amount, f"credit_{key}")
        else:
            self._change_balance(customer_id, amount, currency, key)

    def invoice(self, invoice_id: str) -> Invoice | None:
        """Return the invoice as it is now with its payments, refunds and disputes, or None."""
        try:
            return self._snapshots.of(self._retrieved(invoice_id))
        except MissingError:
            return None

    def invoices(self, since: datetime) -> Iterator[tuple[str, str]]:
        """Yield id and order of every invoice made since an instant, newest first."""
        # localstripe knows no `created`, and has its invoices in the same order
        made: dict[str, Any] = {} if self.played else {"created": {"gte": int(since.timestamp())}}
        for found in self._call.listed(lambda api, params, options: api.v1.invoices.list(params, options), **made):
            if instant(found.created) >= since:
                yield str(found.id), order_of(found)

    def invoice_of(self, object_id: str) -> str:
        """Return the id of the invoice that a charge, payment, refund or dispute belongs to; empty when none does."""
        return self._snapshots.invoice_of(object_id)

    def _has_transaction(self, customer_id: str, key: str) -> bool:
        """Whether a customer's balance was changed for this cause already."""
        there = self._call.listed(
            lambda api, params, options: api.v1.customers.balance_transactions.list(customer_id, params, options)
        )
        return any(metadata(one).get("command") == key for one in there)

    def _change_balance(self, customer_id: str, amount: int, currency: str, key: str) -> None:
        """Change a customer's balance: below zero is what we owe."""
        params: Any = {"amount": amount, "currency": currency.lower(), "metadata": {"command": key}}
        self._call(
            lambda api, options: api.v1.customers.balance_transactions.create(customer_id, params, options),
            f"credit-{key}",
        )

    def _retrieved(self, invoice_id: str) -> Any:
        return self._call(lambda api, options: api.v1.invoices.retrieve(invoice_id, {}, options))

    def _attach(self, customer_id: str, payment_method: str, key: str) -> None:
        attached = self._call(
            lambda api, options: api.v1.payment_methods.attach(payment_method, {"customer": customer_id}, options),
            f"att-{key}",
        )
        default: Any = {"invoice_settings": {"default_payment_method": attached.id}}
        self._call(lambda api, options: api.v1.customers.update(customer_id, default, options), f"def-{key}")

    def _refund(self, paid: Paid, amount: int, key: str) -> None:
        params: Any = {"payment_intent": paid.intent, "amount": amount, "metadata": {"command": key}}
        try:
            self._call(lambda api, options: api.v1.refunds.create(params, options), f"refund-{key}-{paid.id}")
        except RefusedError as error:
            raise ConflictError(NOT_SO_MUCH) from error

    def _find_invoice(self, order_id: str, customer_id: str) -> Any:
        params: Any = {"customer": customer_id, "limit": PAGE}
        page = self._call(lambda api, options: api.v1.invoices.list(params, options))
        return next((one for one in page.data if order_of(one) == order_id), None)

    def _stand_in_subscription(self, customer_id: str, currency: str) -> None:
        # localstripe makes invoices only for a customer with a subscription; one that costs nothing satisfies it
        there: Any = {"customer": customer_id, "limit": 1}
        if self._call(lambda api, options: api.v1.subscriptions.list(there, options)).data:
            return
        plan_id = f"quietline-nothing-{currency}"
        try:
            self._call(lambda api, options: api.v1.plans.retrieve(plan_id, {}, options))
        except MissingError:
            plan: Any = {"id": plan_id, "amount": 0, "currency": currency, "interval": "year"}
            plan["product"] = {"name": "Nothing"}
            self._call(lambda api, options: api.v1.plans.create(plan, options))
        # with a trial no invoice is made at once
        wanted: Any = {"customer": customer_id, "items": [{"plan": plan_id}], "trial_period_days": 1}
        self._call(lambda api, options: api.v1.subscriptions.create(wanted, options))

    def _stand_in_balance(self, customer_id: str, change: int, cause: str) -> dict[str, str]:
        """Change what we owe a localstripe customer, once for each cause; return its metadata."""
        found = self._call(lambda api, options: api.v1.customers.retrieve(customer_id, {}, options))
        known = metadata(found)
        if cause not in known:
            known |= {"credit": str(int(known.get("credit", "0")) + change), cause: str(change)}
            params: Any = {"metadata": known}
            self._call(lambda api, options: api.v1.customers.update(customer_id, params, options))
        return known

    def _stand_in_credit(self, order: Order, customer_id: str) -> None:
        """Let a line of the order's invoice use what we owe a localstripe customer."""
        cause, name = f"used_{order.id}", f"{order.id}-credit"
        known = self._stand_in_balance(customer_id, 0, "begun")
        used = -int(known[cause]) if cause in known else min(int(known["credit"]), order.total.minor)
        if not used:
            return
        self._stand_in_balance(customer_id, -used, cause)
        if name not in self._pending(customer_id):
            item: Any = {
                "customer": customer_id,
                "amount": -used,
                "currency": order.total.currency.lower(),
                "description": CREDIT_LINE,
                "metadata": {"order": order.id, "line": name},
            }
            self._call(lambda api, options: api.v1.invoice_items.create(item, options), f"item-{name}")

    def _stand_in_attempt(self, customer_id: str, invoice_id: str) -> None:
        # localstripe voids an invoice by cancelling its payment, which exists only after somebody tried to pay
        self._attach(customer_id, "pm_card_chargeCustomerFail", f"void-{invoice_id}")
        self._call(lambda api, options: api.v1.invoices.pay(invoice_id, {}, options))

    def _pending(self, customer_id: str) -> set[str]:
        """Return the names of the lines that a customer's items were made for."""
        params: Any = {"customer": customer_id, "limit": PAGE}
        page = self._call(lambda api, options: api.v1.invoice_items.list(params, options))
        return {metadata(one).get("line", "") for one in page.data}

    def _ensure_items(self, order: Order, customer_id: str) -> None:
        there = self._pending(customer_id)
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

            def create(api: Any, options: Any, item: Any = item) -> Any:
                return api.v1.invoice_items.create(item, options)

            self._call(create, f"item-{name}")


def _description(line: QuoteLine) -> str:
    return DESCRIPTIONS[line.kind].format(count=line.count, unit=line.unit.text())
