"""What the payment worker does: invoices, payments, and what a webhook event means.

Each step may run again: the queue delivers at least once, in any order. An event is only a hint; what the payment
server says *now* decides, so a late, repeated or overtaken event cannot give or take anything away wrongly.
"""

from dataclasses import dataclass
from enum import StrEnum

from quietline.fees import service as fees
from quietline.kernel.clock import Clock
from quietline.kernel.errors import NotFoundError
from quietline.orders.model import PAYABLE, Account, Invoice, Order, OrderState
from quietline.orders.ports import Orders, PaymentDeclinedError, PaymentServer
from quietline.profiles.profile import Profile

INVOICE_EVENTS = frozenset({"invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed"})


class Outcome(StrEnum):
    """What came of one message; stored with the command or event, logged and counted."""

    INVOICED = "invoiced"
    ACTIVATED = "activated"
    REQUESTED = "payment_requested"
    DECLINED = "declined"
    MISMATCH = "amount_mismatch"
    """The invoice's amount or currency is not the order's: somebody must look; nothing was activated."""
    NOTHING = "nothing_to_do"
    IGNORED = "ignored"
    """An event of a type, or about an invoice, that does not concern us."""


@dataclass(frozen=True)
class Billing:
    """Carries orders to the payment server and its answers back."""

    orders: Orders
    server: PaymentServer
    clock: Clock
    profile: Profile

    def invoice(self, order_id: str) -> Outcome:
        """Make the invoice of an order that awaits it.

        Raises:
            NotFoundError: there is no such order.
            UnavailableError: the payment server does not answer; the queue tries again.
        """
        order = self._order(order_id)
        if order.state is not OrderState.AWAITING_INVOICE:
            return Outcome.NOTHING
        account = self._account(order)
        invoice = self.server.ensure_invoice(order, self._customer(account))
        if not _matches(invoice, order):
            return Outcome.MISMATCH
        self.orders.invoiced(order, account, invoice, self.clock.now())
        return Outcome.INVOICED

    def pay(self, command_id: str) -> Outcome:
        """Carry out a payment command. The webhook then activates the order.

        Raises:
            NotFoundError: there is no such command.
            UnavailableError: the payment server does not answer; the queue tries again.
        """
        command = self.orders.command(command_id)
        if command is None:
            raise NotFoundError("There is no such payment command.")
        order = self._order(command.order_id)
        if command.state != "requested" or order.state not in PAYABLE:
            return Outcome.NOTHING
        outcome = Outcome.REQUESTED
        current = self.server.invoice(order.invoice_id)
        if current is not None and not current.is_paid:
            customer = self._customer(self._account(order))
            try:
                self.server.pay(order.invoice_id, customer, command.payment_method, command.id)
            except PaymentDeclinedError:
                self.orders.payment_failed(order.id)
                outcome = Outcome.DECLINED
        self.orders.command_done(command.id, outcome)
        return outcome

    def event(self, event_id: str) -> Outcome:
        """Do what a stored webhook event hints at.

        Raises:
            NotFoundError: there is no such event.
            UnavailableError: the payment server does not answer; the queue tries again.
        """
        found = self.orders.event(event_id)
        if found is None:
            raise NotFoundError("There is no such event.")
        kind, object_id, state = found
        if state != "received":
            return Outcome.NOTHING
        outcome = self._about_invoice(kind, object_id) if kind in INVOICE_EVENTS else Outcome.IGNORED
        self.orders.event_done(event_id, outcome)
        return outcome

    def _about_invoice(self, kind: str, invoice_id: str) -> Outcome:
        invoice = self.server.invoice(invoice_id)
        order = self.orders.get(invoice.order_id) if invoice is not None and invoice.order_id else None
        if invoice is None or order is None:
            return Outcome.IGNORED
        if order.state is OrderState.ACTIVE:
            return Outcome.NOTHING
        if invoice.is_paid:
            return self._activate(order, invoice)
        if kind == "invoice.payment_failed":
            self.orders.payment_failed(order.id)
            return Outcome.DECLINED
        return Outcome.NOTHING

    def _activate(self, order: Order, invoice: Invoice) -> Outcome:
        if not _matches(invoice, order):
            return Outcome.MISMATCH
        now = self.clock.now()
        paid_on = self.profile.local_date(now)
        # the term starts on the first of the month in which the fee is paid (15 U.S.C. 6152), not ordered
        term = fees.term_when_paid(order.term, paid_on) if order.begins_term else order.term
        done = self.orders.activate(order, term, self._account(order), invoice, now)
        return Outcome.ACTIVATED if done else Outcome.NOTHING

    def _order(self, order_id: str) -> Order:
        order = self.orders.get(order_id)
        if order is None:
            raise NotFoundError("There is no such order.")
        return order

    def _account(self, order: Order) -> Account:
        account = self.orders.account(order.organization_id, self.profile.local_date(self.clock.now()))
        if account is None:
            raise NotFoundError("There is no such organization.")
        return account

    def _customer(self, account: Account) -> str:
        if account.customer_id:
            return account.customer_id
        customer = self.server.ensure_customer(account.organization_id, account.name)
        self.orders.set_customer(account.organization_id, customer)
        return customer


def _matches(invoice: Invoice, order: Order) -> bool:
    same_currency = invoice.currency.upper() == order.total.currency
    return same_currency and invoice.total == order.total.minor and invoice.order_id == order.id
