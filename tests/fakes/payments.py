"""A payment server in memory: what Stripe would know."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from quietline.kernel.clock import Clock, FixedClock
from quietline.kernel.errors import ConflictError, UnavailableError
from quietline.orders.model import Dispute, DisputeStatus, Invoice, InvoiceStatus, Order, Payment, Refund
from quietline.orders.ports import PaymentDeclinedError

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@dataclass
class FakePaymentServer:
    """`orders.ports.PaymentServer`; `down` makes every call fail, `pm_declined` is refused.

    What happens at the server without us (a card fails, a bank disputes, support refunds) are the methods below the
    port's: `refuse`, `receive`, `give_up`, `fail_refund`, `dispute`, `close_dispute`, `delete_customer`, `mark`.
    """

    clock: Clock = field(default_factory=lambda: FixedClock(NOW))
    stored: dict[str, Invoice] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)
    known_as: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    balances: dict[str, int] = field(default_factory=dict)
    granted: int = 0
    made: int = 0
    down: bool = False

    def ensure_customer(self, organization_id: str, name: str) -> str:
        self._called("customer")
        if self.customers.get(organization_id, "") in self.deleted | {""}:
            self.customers[organization_id] = f"cus_{self.made}"
            self.made += 1
        return self.customers[organization_id]

    def update_customer(self, customer_id: str, name: str, address: Mapping[str, str]) -> None:
        self._called("customer")
        self.known_as[customer_id] = (name, dict(address))

    def has_customer(self, customer_id: str) -> bool:
        self._called("read")
        return customer_id in self.customers.values() and customer_id not in self.deleted

    def ensure_invoice(self, order: Order, customer_id: str) -> Invoice:
        self._called("invoice")
        made = Invoice(
            f"in_{order.id}",
            order.id,
            customer_id,
            InvoiceStatus.OPEN,
            order.total.minor,
            order.total.currency.lower(),
            f"https://pay.example/in_{order.id}",
            self.clock.now(),
        )
        if made.id not in self.stored:
            used = min(made.total, self.balances.get(customer_id, 0))
            self.balances[customer_id] = self.balances.get(customer_id, 0) - used
            self.stored[made.id] = replace(made, credit_applied=used)
            if used == made.total:
                self.mark(made.id, status=InvoiceStatus.PAID, paid_at=self.clock.now())
        return self.stored[made.id]

    def pay(self, invoice_id: str, customer_id: str, payment_method: str, key: str) -> Invoice:
        self._called("pay")
        if self.stored[invoice_id].status is InvoiceStatus.PAID:
            return self.stored[invoice_id]
        if self.stored[invoice_id].status is InvoiceStatus.VOID:
            raise ConflictError("This invoice cannot be paid any more.")
        if payment_method == "pm_declined":
            self.refuse(invoice_id)
            raise PaymentDeclinedError("card_declined")
        return self.receive(invoice_id)

    def void(self, invoice_id: str) -> Invoice:
        self._called("void")
        if self.stored[invoice_id].status not in (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE):
            return self.stored[invoice_id]
        found = self.mark(invoice_id, status=InvoiceStatus.VOID, voided_at=self.clock.now())
        self.balances[found.customer_id] = self.balances.get(found.customer_id, 0) + found.credit_applied
        return found

    def credit(self, customer_id: str, amount: int, currency: str, key: str) -> None:
        self._called("credit")
        if key not in self.keys:
            self.keys.add(key)
            self.granted += amount
            self.balances[customer_id] = self.balances.get(customer_id, 0) + amount

    def withdraw_credit(self, customer_id: str, amount: int, currency: str, key: str) -> None:
        self._called("credit")
        if key in self.keys:
            return
        if self.balances.get(customer_id, 0) < amount:
            raise ConflictError("So much credit is not left.")
        self.keys.add(key)
        self.granted -= amount
        self.balances[customer_id] -= amount

    def refund(self, invoice_id: str, amount: int, key: str) -> Invoice:
        self._called("refund")
        found = self.stored[invoice_id]
        if key in self.keys:
            return found
        withdrawn = sum(one.amount for one in found.disputes if one.status is not DisputeStatus.WON)
        if amount > found.amount_paid - found.amount_refunded - withdrawn:
            raise ConflictError("There is not so much left to send back.")
        self.keys.add(key)
        made = Refund(f"re_{invoice_id[3:]}_{len(found.refunds)}", amount, self.clock.now())
        return self.mark(invoice_id, refunds=(*found.refunds, made))

    def invoice(self, invoice_id: str) -> Invoice | None:
        self._called("read")
        return self.stored.get(invoice_id)

    def invoices(self, since: datetime) -> Iterator[tuple[str, str]]:
        self._called("list")
        yield from [(one.id, one.order_id) for one in self.stored.values() if one.issued_at >= since]

    def invoice_of(self, object_id: str) -> str:
        self._called("read")
        for found in self.stored.values():
            parts = (*found.payments, *found.refunds, *found.disputes)
            if object_id == found.id or any(part.id == object_id for part in parts):
                return found.id
        return ""

    def refuse(self, invoice_id: str) -> Invoice:
        """Refuse an attempt to pay."""
        return self.mark(invoice_id, refused=True)

    def receive(self, invoice_id: str, amount: int | None = None) -> Invoice:
        """Take a payment: the whole amount, or another."""
        found = self.stored[invoice_id]
        due = found.total - found.credit_applied - found.amount_paid
        made = Payment(
            f"ch_{invoice_id[3:]}_{len(found.payments)}", due if amount is None else amount, self.clock.now()
        )
        changed = replace(found, payments=(*found.payments, made), refused=False)
        if changed.amount_paid + changed.credit_applied >= changed.total:
            changed = replace(changed, status=InvoiceStatus.PAID, paid_at=self.clock.now())
        self.stored[invoice_id] = changed
        return changed

    def give_up(self, invoice_id: str) -> Invoice:
        """Mark an open invoice as uncollectible."""
        return self.mark(invoice_id, status=InvoiceStatus.UNCOLLECTIBLE, uncollectible_at=self.clock.now())

    def fail_refund(self, invoice_id: str) -> Invoice:
        """Get the newest refund back: it could not be delivered."""
        *before, newest = self.stored[invoice_id].refunds
        return self.mark(invoice_id, refunds=(*before, replace(newest, failed=True)))

    def dispute(self, invoice_id: str, amount: int | None = None) -> Invoice:
        """Let the payer's bank claim a payment back."""
        found = self.stored[invoice_id]
        wanted = found.amount_paid - found.amount_refunded if amount is None else amount
        made = Dispute(f"dp_{invoice_id[3:]}_{len(found.disputes)}", wanted, DisputeStatus.OPEN, self.clock.now())
        return self.mark(invoice_id, disputes=(*found.disputes, made))

    def close_dispute(self, invoice_id: str, status: DisputeStatus) -> Invoice:
        """Decide the newest dispute."""
        *before, newest = self.stored[invoice_id].disputes
        return self.mark(invoice_id, disputes=(*before, replace(newest, status=status)))

    def delete_customer(self, customer_id: str) -> None:
        """Delete a customer."""
        self.deleted.add(customer_id)

    def mark(self, invoice_id: str, **changes: object) -> Invoice:
        """Change an invoice as the payment server might."""
        self.stored[invoice_id] = replace(self.stored[invoice_id], **changes)  # type: ignore[arg-type]
        return self.stored[invoice_id]

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.down:
            raise UnavailableError("down")
