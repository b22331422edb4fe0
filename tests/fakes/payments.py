"""A payment server in memory: what Stripe would know."""

from dataclasses import dataclass, field, replace

from quietline.kernel.errors import UnavailableError
from quietline.orders.model import Invoice, Order
from quietline.orders.ports import PaymentDeclinedError


@dataclass
class FakePaymentServer:
    """`orders.ports.PaymentServer`; `down` makes every call fail, `pm_declined` is refused."""

    invoices: dict[str, Invoice] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    down: bool = False

    def ensure_customer(self, organization_id: str, name: str) -> str:
        self._called("customer")
        return self.customers.setdefault(organization_id, f"cus_{len(self.customers)}")

    def ensure_invoice(self, order: Order, customer_id: str) -> Invoice:
        self._called("invoice")
        made = Invoice(f"in_{order.id}", order.id, "open", order.total.minor, 0, order.total.currency.lower(), "")
        return self.invoices.setdefault(made.id, made)

    def pay(self, invoice_id: str, customer_id: str, payment_method: str, key: str) -> Invoice:
        self._called("pay")
        if payment_method == "pm_declined":
            raise PaymentDeclinedError("card_declined")
        return self.mark(invoice_id, status="paid", amount_paid=self.invoices[invoice_id].total)

    def invoice(self, invoice_id: str) -> Invoice | None:
        self._called("read")
        return self.invoices.get(invoice_id)

    def mark(self, invoice_id: str, **changes: object) -> Invoice:
        """Change an invoice as the payment server might."""
        self.invoices[invoice_id] = replace(self.invoices[invoice_id], **changes)  # type: ignore[arg-type]
        return self.invoices[invoice_id]

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.down:
            raise UnavailableError("down")
