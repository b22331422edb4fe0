"""A registry, its payment server and everything that can go wrong between them, in memory."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from quietline.fees.model import LineKind
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from quietline.ledger.model import ALLOWANCES, PROCESSOR, balances
from quietline.orders.audit import Audit, compare
from quietline.orders.billing import Billing
from quietline.orders.credits import Credits
from quietline.orders.model import (
    UNPAID,
    Buyer,
    CommandKind,
    DisputeStatus,
    Invoice,
    InvoiceStatus,
    Order,
    OrderState,
    Problem,
)
from quietline.orders.ports import ChangedMeanwhileError
from quietline.orders.refunds import Refunds
from quietline.orders.service import OrderService
from quietline.profiles.profile import Profile

from tests.fakes.orders import CrashedError, MemoryBooks, MemoryOrders
from tests.fakes.payments import FakePaymentServer

FREE = 5
"""Free areas of a term."""
AREAS = ("202", "212", "213", "214", "215", "216", "217", "301", "303", "305", "410", "703")


@dataclass
class World:
    """Each method is one step; `settle` lets everything arrive, and `check` compares with the truth.

    The payment server's clock only goes forward; ours is off by `skew` and steps.
    """

    profile: Profile
    random: Random
    start: datetime
    skew: timedelta = timedelta()
    queue: list[str] = field(default_factory=list)
    flying: list[tuple[str, str, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    events: int = 0

    def __post_init__(self) -> None:
        self.clock, self.servers_clock = FixedClock(self.start), FixedClock(self.start)
        self.store, self.server = MemoryOrders(), FakePaymentServer(self.servers_clock)
        self.service = OrderService(self.store, self.clock, self.profile)
        self.billing = Billing(self.store, self.server, self.clock, self.profile)
        self.buyers: list[Buyer] = []
        self.join()

    def step(self, name: str) -> None:
        """Do one of `STEPS`; what happens at the payment server happens there also while it does not answer us."""
        down = self.server.down
        if name.endswith("_there"):
            self.server.down = False
        getattr(self, name)()
        if name.endswith("_there"):
            self.server.down = down

    # what people do

    def join(self) -> None:
        """A new organization; every fifth is exempt."""
        name = f"ORG{len(self.buyers)}"
        self.store.add(name)
        self.buyers.append(Buyer(name, "anna", exempt=len(self.buyers) % 5 == 4, certified=True))

    def order(self) -> None:
        """Order some areas, or renew."""
        areas = self.random.sample(AREAS, self.random.randint(1, 9))
        with self._trouble():
            self.service.order(self._buyer(), areas, renew=self.random.random() < 0.2)

    def pay(self) -> None:
        """Ask to pay an order, also one that cannot be paid."""
        method = self.random.choice(("pm_card_visa", "pm_card_visa", "pm_declined"))
        with self._trouble():
            order = self._order(UNPAID)
            self.service.pay(Buyer(order.organization_id, "anna", exempt=False, certified=True), order.id, method)

    def cancel(self) -> None:
        """Ask to cancel an order."""
        with self._trouble():
            order = self._order(UNPAID)
            self.service.cancel(Buyer(order.organization_id, "anna", exempt=False, certified=True), order.id)

    def refund(self) -> None:
        """An operator asks for a refund, whole or in part."""
        with self._trouble():
            order = self._order({OrderState.ACTIVE, OrderState.UNCOLLECTIBLE})
            part = self.random.choice((None, 100, 4000))
            Refunds(self.store, self.clock).request(order.id, part, "olga", "asked for")

    def credit(self) -> None:
        """An operator grants credit, less or more than the next order costs."""
        with self._trouble():
            amount = self.random.choice((100, 4000, 17_000))
            Credits(self.store, self.clock).request(self._buyer().organization_id, amount, "olga", "our mistake")

    def withdraw_credit(self) -> None:
        """An operator takes credit back, whether it was used or not, or taken back already."""
        with self._trouble():
            grants = [one.id for one in self.store.commands.values() if one.kind is CommandKind.CREDIT][-10:]
            if grants:
                Credits(self.store, self.clock).withdraw(self.random.choice(grants), "olga", "the wrong organization")

    def suspend(self) -> None:
        """Suspend an organization, or let it go on."""
        self.store.suspended ^= {self._buyer().organization_id}

    # what happens at the payment server without us

    def paid_there(self) -> None:
        """Somebody pays on the hosted page: the whole, a part, or too much."""
        found = self._invoice(InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)
        if found:
            due = found.amount_due
            amount = self.random.choice((due, due, due, due // 2 + 1, due + 700))
            self._tell("invoice.paid", self.server.receive(found.id, amount).id)

    def refused_there(self) -> None:
        """A card is refused on the hosted page."""
        found = self._invoice(InvoiceStatus.OPEN)
        if found:
            self._tell("invoice.payment_failed", self.server.refuse(found.id).id)

    def voided_there(self) -> None:
        """Somebody voids an invoice in the payment server's dashboard; it does so only to one without payments."""
        found = self._invoice(InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)
        if found and not found.payments:
            self._tell("invoice.voided", self.server.void(found.id).id)

    def given_up_there(self) -> None:
        """An invoice is marked uncollectible."""
        found = self._invoice(InvoiceStatus.OPEN)
        if found:
            self._tell("invoice.marked_uncollectible", self.server.give_up(found.id).id)

    def refunded_there(self) -> None:
        """Support refunds in the dashboard."""
        found = self._invoice(InvoiceStatus.PAID)
        if found:
            left = found.amount_paid - found.amount_refunded - found.amount_disputed
            amount = self.random.choice((left, left, left // 3))
            if amount > 0:
                self.server.refund(found.id, amount, f"support-{self.events}")
                self._tell("charge.refunded", found.payments[0].id)

    def refund_failed_there(self) -> None:
        """A refund cannot be delivered and comes back."""
        found = self._invoice(InvoiceStatus.PAID)
        if found and found.refunds and not found.refunds[-1].failed:
            self._tell("refund.failed", self.server.fail_refund(found.id).refunds[-1].id)

    def disputed_there(self) -> None:
        """The payer's bank takes back what is left of a payment."""
        found = self._invoice(InvoiceStatus.PAID)
        if found and found.amount_paid > found.amount_refunded + found.amount_disputed:
            left = found.amount_paid - found.amount_refunded - found.amount_disputed
            self._tell("charge.dispute.created", self.server.dispute(found.id, left).disputes[-1].id)

    def dispute_decided_there(self) -> None:
        """The bank decides; now and then it changes its mind after the organization lost."""
        found = self._invoice(InvoiceStatus.PAID)
        if not found or not found.disputes or found.disputes[-1].status is DisputeStatus.WON:
            return
        status = DisputeStatus.WON
        if found.disputes[-1].status is DisputeStatus.OPEN and self.random.random() < 0.6:
            status = DisputeStatus.LOST
        if found.disputes[-1].status is DisputeStatus.LOST and self.random.random() < 0.8:
            return
        self._tell("charge.dispute.closed", self.server.close_dispute(found.id, status).disputes[-1].id)

    def customer_deleted_there(self) -> None:
        """A customer is deleted in the dashboard."""
        customers = sorted(set(self.server.customers.values()) - self.server.deleted)
        if customers and self.random.random() < 0.1:
            customer = self.random.choice(customers)
            self.server.delete_customer(customer)
            self._tell("customer.deleted", customer)

    # what goes wrong between

    def arrive(self) -> None:
        """A webhook arrives, whichever; often it comes again later."""
        if self.flying:
            at = self.random.randrange(len(self.flying))
            name, kind, about = self.flying[at] if self.random.random() < 0.3 else self.flying.pop(at)
            self.store.webhooks.setdefault(name, (kind, about, "received"))
            self.queue.append(f"PAYMENT_EVENT#{name}")

    def work(self) -> None:
        """The worker takes a message, whichever; often the queue delivers it again."""
        if self.queue:
            at = self.random.randrange(len(self.queue))
            self._work(self.queue[at] if self.random.random() < 0.2 else self.queue.pop(at))

    def lose(self) -> None:
        """A webhook is lost for good."""
        if self.flying:
            self.flying.pop(self.random.randrange(len(self.flying)))

    def crash(self) -> None:
        """The next process dies soon."""
        self.store.crash_at = self.random.randint(0, 2)

    def outage(self) -> None:
        """The payment server stops answering, or answers again."""
        self.server.down = not self.server.down

    def tick(self) -> None:
        """Time passes; our clock steps."""
        hours = self.random.choice((1, 5, 24, 24 * 3, 24 * 9, 24 * 40))
        self.servers_clock.instant += timedelta(hours=hours)
        self.skew = timedelta(minutes=self.random.randint(-10, 10))
        self.clock.instant = self.servers_clock.instant + self.skew

    # the end of a day

    def settle(self) -> None:
        """Let all that is under way arrive, and the nightly comparison find what was lost."""
        self.server.down, self.store.crash_at = False, None
        self._outbox()
        while self.queue:
            self._work(self.queue.pop())
        for invoice_id in sorted(self.touched):
            self.billing.reconcile(invoice_id, "reconciliation:today")

    def check(self) -> None:
        """Compare what is handed out, and the books, with the payment server's truth. Only after `settle`."""
        orders = {self.server.stored[name].order_id for name in self.touched}
        for order_id in orders:
            order = self.store.stored[order_id]
            entries = [one for one in self.store.ledger.values() if one.order_id == order_id]
            held = self.store.held.get(order.organization_id, {}).get(order_id)
            assert compare(order, self.store.told[order_id], held, entries, self.profile) == []
        for buyer in self.buyers:
            self._check_organization(buyer.organization_id)
        self.touched = set()

    def audit(self) -> None:
        """Check all books. Only after `settle`."""
        assert Audit(MemoryBooks(self.store), self.profile).check().differences == ()
        kept = sum(one.amount_paid - one.amount_refunded - one.amount_disputed for one in self.server.stored.values())
        assert balances(self.store.ledger.values()).get(("USD", PROCESSOR), 0) == kept
        assert balances(self.store.ledger.values()).get(("USD", ALLOWANCES), 0) == self.server.granted

    def _check_organization(self, organization_id: str) -> None:
        today = self.profile.local_date(self.clock.now())
        orders = [one for one in self.store.stored.values() if one.organization_id == organization_id]
        expected = [one for one in orders if one.term.holds(today) and self._gives(one)]
        areas = frozenset[str]().union(*(one.areas for one in expected))
        if organization_id in self.store.suspended:
            areas = frozenset()
        assert self.service.entitled_areas(organization_id) == areas
        unpaid = [one.id for one in orders if one.state in UNPAID]
        assert self.store.accounts[organization_id].open_order == "".join(unpaid), "one unpaid order at most"
        for term in {one.term for one in expected}:
            free = [
                line.count for one in expected if one.term == term for line in one.lines if line.kind is LineKind.FREE
            ]
            assert sum(free) <= FREE, "no free area is given twice"

    def _gives(self, order: Order) -> bool:
        """Whether the payment server's truth gives an order's areas: written without the code under test."""
        if order.total.minor == 0:
            return True
        invoice = self.server.stored[f"in_{order.id}"]
        received = sum(one.amount for one in invoice.payments)
        back = sum(one.amount for one in invoice.refunds if not one.failed)
        taken = any(one.status is not DisputeStatus.WON for one in invoice.disputes)
        covered = received + invoice.credit_applied >= order.total.minor and (back < received or not received)
        good = invoice.status is InvoiceStatus.PAID and covered and not taken
        if order.problem and good:
            assert self._may_wait(order, invoice)
            return False
        return good

    def _may_wait(self, order: Order, invoice: Invoice) -> bool:
        history = self.store.told[order.id]
        if order.problem is Problem.SUPERSEDED:
            newest = self.store.accounts[order.organization_id].last_order
            gone = {OrderState.REFUNDED, OrderState.DISPUTED, OrderState.UNCOLLECTIBLE}
            return newest != order.id and any(one.state in gone for one in history)
        assert invoice.paid_at is not None
        return order.problem is Problem.LATE and self.profile.local_date(invoice.paid_at) >= order.term.end

    def _work(self, message: str) -> None:
        kind, _, name = message.partition("#")
        act = {"ORDER": self.billing.invoice, "PAYMENT_COMMAND": self.billing.command}
        try:
            act.get(kind, self.billing.event)(name)
        except (UnavailableError, CrashedError, ChangedMeanwhileError):
            self.queue.append(message)
        self._outbox()

    def _outbox(self) -> None:
        """What the table's stream carries to the queue: each new order and command, at least once."""
        wanted = [f"ORDER#{one.id}" for one in self.store.stored.values() if one.total.minor]
        wanted += [f"PAYMENT_COMMAND#{name}" for name in self.store.commands]
        self.queue += [one for one in wanted if one not in self.seen]
        self.seen |= set(wanted)
        self.touched |= {f"in_{one.id}" for one in self.store.stored.values() if one.state in UNPAID} & set(
            self.server.stored
        )

    def _tell(self, kind: str, about: str) -> None:
        self.events += 1
        self.flying.append((f"evt_{self.events}", kind, about))
        self.touched |= {self.server.invoice_of(about)} - {""}

    def _buyer(self) -> Buyer:
        return self.random.choice(self.buyers[-4:])

    def _order(self, states: frozenset[OrderState] | set[OrderState]) -> Order:
        found = [one for one in list(self.store.stored.values())[-40:] if one.state in states]
        if not found:
            raise ConflictError("There is none.")
        return self.random.choice(found)

    def _invoice(self, *statuses: InvoiceStatus) -> Invoice | None:
        found = [one for one in list(self.server.stored.values())[-40:] if one.status in statuses]
        return self.random.choice(found) if found else None

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        with suppress(ConflictError, InvalidInputError, NotFoundError, CrashedError):
            yield
        self._outbox()


STEPS = {
    "order": 10,
    "pay": 6,
    "cancel": 2,
    "refund": 2,
    "credit": 2,
    "withdraw_credit": 2,
    "suspend": 1,
    "paid_there": 5,
    "refused_there": 2,
    "voided_there": 1,
    "given_up_there": 2,
    "refunded_there": 2,
    "refund_failed_there": 1,
    "disputed_there": 2,
    "dispute_decided_there": 3,
    "customer_deleted_there": 1,
    "arrive": 20,
    "work": 30,
    "lose": 2,
    "crash": 3,
    "outage": 2,
    "tick": 3,
}
"""What may happen next, and how often."""
