"""What the payment worker does: invoices, payments, cancellations, and what a webhook event means.

Each step may run again: the queue delivers at least once, in any order. An event is only a hint; what the payment
server says *now* decides, so a late, repeated or overtaken event cannot give or take anything away wrongly. The order
is read before the server is asked and written only if it is still the same: an answer that is older than what is
stored can never be written over it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, NotFoundError
from quietline.orders.bookkeeping import credit_entry, entries_of, missing
from quietline.orders.model import (
    PAYABLE,
    UNPAID,
    Account,
    CommandKind,
    EventKind,
    Invoice,
    InvoiceStatus,
    Order,
    OrderEvent,
    OrderState,
    PaymentCommand,
)
from quietline.orders.ports import (
    ChangedMeanwhileError,
    Crediting,
    Orders,
    PaymentDeclinedError,
    PaymentServer,
    Settlement,
)
from quietline.orders.projection import Standing, settled, standing_of
from quietline.profiles.profile import Profile

INVOICE_EVENTS = frozenset(
    {
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
        "invoice.voided",
        "invoice.marked_uncollectible",
        "invoice.overpaid",
    }
)
MONEY_EVENTS = frozenset(
    {
        "charge.refunded",
        "charge.refund.updated",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
"""Events about a payment's money: the invoice is found from their object."""
CUSTOMER_EVENTS = frozenset({"customer.updated", "customer.deleted"})
TRIES = 3


class Outcome(StrEnum):
    """What came of one message; stored with the command or event, logged and counted."""

    INVOICED = "invoiced"
    ACTIVATED = "activated"
    """The areas may be downloaded, for the first time or again."""
    STOPPED = "stopped"
    """The areas may not be downloaded any more: refunded or disputed."""
    CLOSED = "closed"
    """The order was never paid and is over: voided or uncollectible."""
    DECLINED = "declined"
    RECORDED = "recorded"
    """The ledger or what is known of the invoice changed, e.g. by a partial refund, and nothing else."""
    MISMATCH = "amount_mismatch"
    """Invoice and order do not fit together: somebody must look; nothing was given or taken away."""
    GRANTED = "granted"
    """An organization has credit for its next invoice."""
    WITHDRAWN = "withdrawn"
    """Credit was taken back; also the state of the command that had granted it."""
    REFUSED = "refused"
    """The payment server would not do it: there is not so much left to send back, or to take back."""
    FORGOTTEN = "customer_forgotten"
    """The payment server's customer is gone; the next invoice makes a new one."""
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
        if self._order(order_id).state is not OrderState.AWAITING_INVOICE:
            return Outcome.NOTHING
        return self._settle(order_id, "order", self._ensured)

    def command(self, command_id: str) -> Outcome:
        """Carry out a command: pay, cancel, refund, or about credit. What the server says then is what holds.

        Raises:
            NotFoundError: there is no such command.
            UnavailableError: the payment server does not answer; the queue tries again.
        """
        command = self.orders.command(command_id)
        if command is None:
            raise NotFoundError("There is no such command.")
        if command.state != "requested":
            return Outcome.NOTHING
        if command.kind in (CommandKind.CREDIT, CommandKind.WITHDRAW_CREDIT):
            return self._credit(command)
        act = {CommandKind.PAY: self._pay, CommandKind.CANCEL: self._cancel, CommandKind.REFUND: self._refund}
        cause = f"command:{command.id}"
        try:
            outcome = self._settle(command.order_id, cause, lambda order: act[command.kind](command, order), command)
        except ConflictError:
            # what the server will not send back: the order follows what it says of its invoice all the same
            self.reconcile(self._order(command.order_id).invoice_id, cause)
            return self._refused(command)
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
        outcome = self._about(kind, object_id, f"event:{event_id}")
        self.orders.event_done(event_id, outcome)
        return outcome

    def reconcile(self, invoice_id: str, cause: str) -> Outcome:
        """Ask the payment server about an invoice and let its order follow; what an event would have done.

        Args:
            invoice_id: the payment server's.
            cause: what led to it, for the order's history.

        Raises:
            UnavailableError: the payment server does not answer; nothing was lost.
        """
        invoice = self.server.invoice(invoice_id) if invoice_id else None
        if invoice is None or not invoice.order_id or self.orders.get(invoice.order_id) is None:
            return Outcome.IGNORED
        return self._settle(invoice.order_id, cause, lambda _order: self.server.invoice(invoice_id))

    def _about(self, kind: str, object_id: str, cause: str) -> Outcome:
        if kind in INVOICE_EVENTS:
            return self.reconcile(object_id, cause)
        if kind in MONEY_EVENTS:
            return self.reconcile(self.server.invoice_of(object_id), cause)
        if kind in CUSTOMER_EVENTS:
            organization_id = self.orders.organization_of(object_id)
            if organization_id and not self.server.has_customer(object_id):
                self.orders.forget_customer(organization_id, object_id)
                return Outcome.FORGOTTEN
            return Outcome.NOTHING if organization_id else Outcome.IGNORED
        return Outcome.IGNORED

    def _settle(
        self,
        order_id: str,
        cause: str,
        ask: Callable[[Order], Invoice | None],
        command: PaymentCommand | None = None,
    ) -> Outcome:
        """Ask the server, project, write what changed; again when the order changed meanwhile."""
        for _ in range(TRIES):
            order = self._order(order_id)
            # ask() may only ask again what it asked before: paying and voiding are safe to repeat
            invoice = ask(order)
            if invoice is None:
                return Outcome.IGNORED
            if order.invoice_id not in ("", invoice.id):
                return Outcome.IGNORED if invoice.status is InvoiceStatus.VOID else Outcome.MISMATCH
            try:
                return self._write(order, invoice, cause, command)
            except ChangedMeanwhileError:
                continue
        raise ChangedMeanwhileError

    def _write(self, order: Order, invoice: Invoice, cause: str, command: PaymentCommand | None) -> Outcome:
        if order.invoice and replace(invoice, url=order.invoice.url) == order.invoice:
            invoice = order.invoice  # a new address of the same page is no event
        account = self._account(order.organization_id)
        after, now = settled(order, invoice, cause, account.last_order, self.profile)
        if now.state in UNPAID and not now.problem and self._has_lapsed(order):
            invoice = self.server.void(invoice.id)
            after, now = settled(order, invoice, cause, account.last_order, self.profile)
        entries = missing(entries_of(order, order.invoice), entries_of(after, invoice), order.version + 1)
        if after == order:
            return Outcome.MISMATCH if now.problem else Outcome.NOTHING
        at = self.clock.now()
        after = replace(after, version=order.version + 1)
        event = OrderEvent(
            number=after.version,
            kind=EventKind.SETTLED,
            at=at,
            cause=cause,
            by=command.by if command else "",
            was=order.state,
            state=after.state,
            problem=after.problem,
            entries=tuple(one.id for one in entries),
            invoice=invoice,
            last_order=account.last_order,
        )
        self.orders.settle(Settlement(order, after, account, now.entitlement(after), entries, event))
        return _outcome(standing_of(order), now)

    def _pay(self, command: PaymentCommand, order: Order) -> Invoice | None:
        current = self.server.invoice(order.invoice_id)
        open_ = (InvoiceStatus.DRAFT, InvoiceStatus.OPEN)
        if current is None or order.state not in PAYABLE or current.status not in open_:
            return current
        try:
            return self.server.pay(
                order.invoice_id,
                self._customer(self._account(order.organization_id)),
                command.payment_method,
                command.id,
            )
        except (PaymentDeclinedError, ConflictError):
            return self.server.invoice(order.invoice_id)

    def _cancel(self, _command: PaymentCommand, order: Order) -> Invoice | None:
        if order.state not in UNPAID:
            return self.server.invoice(order.invoice_id)
        # one that never got its invoice gets it first: half of it may be there, and would go on the next order's
        return self.server.void((order.invoice or self._ensured(order)).id)

    def _refund(self, command: PaymentCommand, order: Order) -> Invoice | None:
        return self.server.refund(order.invoice_id, command.amount, command.id)

    def _credit(self, command: PaymentCommand) -> Outcome:
        account, currency = self._account(command.organization_id), self.profile.currency
        customer, entry = self._customer(account), credit_entry(command, currency)
        if command.kind is CommandKind.CREDIT:
            self.server.credit(customer, command.amount, currency, command.id)
            done = Crediting(command, Outcome.GRANTED, account, entry, "credit-granted")
        else:
            grant = self.orders.command(command.grant)
            left = self.orders.granted_left(command.organization_id)
            if grant is None or grant.state != Outcome.GRANTED or left < command.amount:
                return self._refused(command)
            try:
                # named after the grant: two commands that take it back at once take it back once
                self.server.withdraw_credit(customer, command.amount, currency, f"withdraw-{grant.id}")
            except ConflictError:
                return self._refused(command)
            done = Crediting(command, Outcome.WITHDRAWN, account, entry, "credit-withdrawn", grant)
        try:
            self.orders.credited(done)
        except ChangedMeanwhileError:
            return Outcome.NOTHING
        return Outcome(done.state)

    def _refused(self, command: PaymentCommand) -> Outcome:
        self.orders.command_done(command.id, Outcome.REFUSED)
        return Outcome.REFUSED

    def _ensured(self, order: Order) -> Invoice:
        account = self._account(order.organization_id)
        customer = self._customer(account)
        # the record may have changed since the last invoice, and a finished one keeps what it was made with
        self.server.update_customer(customer, account.name, account.address)
        return self.server.ensure_invoice(order, customer)

    def _has_lapsed(self, order: Order) -> bool:
        """Whether an unpaid addition's term is over: paying it would buy nothing."""
        return not order.begins_term and self.profile.local_date(self.clock.now()) >= order.term.end

    def _order(self, order_id: str) -> Order:
        order = self.orders.get(order_id)
        if order is None:
            raise NotFoundError("There is no such order.")
        return order

    def _account(self, organization_id: str) -> Account:
        account = self.orders.account(organization_id, self.profile.local_date(self.clock.now()))
        if account is None:
            raise NotFoundError("There is no such organization.")
        return account

    def _customer(self, account: Account) -> str:
        if account.customer_id:
            return account.customer_id
        customer = self.server.ensure_customer(account.organization_id, account.name)
        self.orders.set_customer(account.organization_id, customer)
        return customer


def _outcome(was: Standing, now: Standing) -> Outcome:
    if now.problem:
        return Outcome.MISMATCH
    if (now.state, now.reason) == (was.state, was.reason):
        return Outcome.RECORDED
    match now.state:
        case OrderState.ACTIVE:
            return Outcome.ACTIVATED
        case OrderState.REFUNDED | OrderState.DISPUTED:
            return Outcome.STOPPED
        case OrderState.VOIDED | OrderState.UNCOLLECTIBLE:
            return Outcome.CLOSED
        case OrderState.PAYMENT_FAILED:
            return Outcome.DECLINED
        case OrderState.AWAITING_INVOICE | OrderState.AWAITING_PAYMENT:
            return Outcome.INVOICED
