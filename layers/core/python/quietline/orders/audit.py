"""The proof that states, entitlements and ledger belong together: every order's stored history is replayed.

Two ways that share nothing lead to what an order must be: its events, through the same projection that billing uses,
and the ledger's entries alone. Both must end at what is stored.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Protocol

from quietline.ledger.model import (
    BAD_DEBT,
    CHARGEBACKS,
    DISPUTED,
    FEES,
    PROCESSOR,
    REFUNDS,
    Entry,
    balances,
    credit,
    receivable,
)
from quietline.orders.billing import Outcome
from quietline.orders.bookkeeping import credit_entry, entries_of, missing
from quietline.orders.model import (
    PAYABLE,
    CommandKind,
    Entitlement,
    EventKind,
    Order,
    OrderEvent,
    OrderState,
    PaymentCommand,
)
from quietline.orders.projection import settled, standing_of
from quietline.profiles.profile import Profile


class Books(Protocol):
    """All that is stored, read once each."""

    def orders(self) -> Iterable[Order]:
        """Return every order."""
        ...

    def events(self) -> Mapping[str, list[OrderEvent]]:
        """Return every order's events by order, oldest first."""
        ...

    def entitlements(self) -> Mapping[str, Entitlement]:
        """Return every entitlement by order."""
        ...

    def credits(self) -> Iterable[PaymentCommand]:
        """Return every command that granted credit or took it back and was carried out."""
        ...

    def entries(self) -> Iterable[Entry]:
        """Return the whole ledger."""
        ...


@dataclass(frozen=True)
class Finding:
    """What does not fit (or, of an open problem, what waits for a person), as a sentence."""

    organization_id: str
    order_id: str
    sentence: str


@dataclass(frozen=True)
class Report:
    """What a check found: `balances` in minor units by currency and account, of all organizations together."""

    orders: int
    entries: int
    entitlements: int
    balances: dict[tuple[str, str], int]
    differences: tuple[Finding, ...]
    problems: tuple[Finding, ...]


@dataclass(frozen=True)
class Audit:
    """Checks one registry's books."""

    books: Books
    profile: Profile

    def check(self) -> Report:
        """Replay every order and compare."""
        entries = tuple(self.books.entries())
        by_order: dict[str, list[Entry]] = {}
        for one in entries:
            by_order.setdefault(one.order_id, []).append(one)
        orders, events, held = tuple(self.books.orders()), self.books.events(), self.books.entitlements()
        differences: list[Finding] = []
        for order in orders:
            found = compare(
                order, events.get(order.id, []), held.get(order.id), by_order.get(order.id, []), self.profile
            )
            differences += [Finding(order.organization_id, order.id, sentence) for sentence in found]
        differences += _credits(self.books.credits(), by_order.pop("", []), self.profile.currency)
        known = {order.id for order in orders}
        for order_id in sorted((set(by_order) | set(held)) - known):
            differences.append(Finding("", order_id, "entries or an entitlement, but no such order"))
        return Report(
            orders=len(orders),
            entries=len(entries),
            entitlements=len(held),
            balances=balances(entries),
            differences=(*differences, *_totals(orders, entries)),
            problems=tuple(Finding(one.organization_id, one.id, one.problem) for one in orders if one.problem),
        )


def compare(
    order: Order, events: list[OrderEvent], entitlement: Entitlement | None, entries: list[Entry], profile: Profile
) -> list[str]:
    """Return what does not fit of one order, as sentences."""
    if not events:
        return ["it has no history"]
    replayed, expected, found = replay(order, events, profile)
    for field in fields(Order):
        stored, wanted = getattr(order, field.name), getattr(replayed, field.name)
        if stored != wanted:
            found.append(f"{field.name} is {stored}, its history says {wanted}")
    if entitlement != standing_of(replayed).entitlement(replayed):
        found.append("its entitlement is not what its history says")
    if sorted(entries, key=lambda one: one.id) != sorted(expected, key=lambda one: one.id):
        found.append("its entries in the ledger are not what its history says")
    if not order.problem:
        found += _by_ledger(order, entitlement, entries)
    return found


def replay(order: Order, events: list[OrderEvent], profile: Profile) -> tuple[Order, list[Entry], list[str]]:
    """Return an order as its events make it, its entries, and what is wrong with the events."""
    first = events[0]
    free = first.state is OrderState.ACTIVE
    now = replace(
        order,
        state=first.state,
        version=first.number,
        paid_at=order.created_at if free else None,
        paying="",
        cancelling="",
        invoice=None,
        problem=None,
        released_after="",
    )
    entries: list[Entry] = []
    wrong = [] if (first.kind, first.number) == (EventKind.PLACED, 1) else ["its history does not begin with its order"]
    for event in events[1:]:
        if event.number != now.version + 1:
            wrong.append(f"its history has a gap before event {event.number}")
        if event.was is not now.state:
            wrong.append(f"event {event.number} began at {event.was}, the one before ended at {now.state}")
        before, now = now, _after(now, event, profile)
        if event.kind is EventKind.SETTLED:
            entries += missing(entries_of(before, before.invoice), entries_of(now, now.invoice), event.number)
        now = replace(now, version=event.number)
    return now, entries, wrong


def _after(order: Order, event: OrderEvent, profile: Profile) -> Order:
    command = event.cause.removeprefix("command:")
    match event.kind:
        case EventKind.PAYMENT_REQUESTED:
            return replace(order, state=OrderState.AWAITING_PAYMENT, paying=command)
        case EventKind.CANCELLATION_REQUESTED:
            return replace(order, cancelling=command)
        case EventKind.SETTLED if event.invoice:
            return settled(order, event.invoice, event.cause, event.last_order, profile)[0]
        case _:
            return order


def states_by(entries: Iterable[Entry], organization_id: str) -> frozenset[OrderState]:
    """Return the states that an order may have by its entries in the ledger alone."""
    held = {account: amount for (_, account), amount in balances(entries).items()}
    if held.get(receivable(organization_id), 0) > 0:
        return PAYABLE
    if held.get(BAD_DEBT, 0) > 0:
        return frozenset({OrderState.UNCOLLECTIBLE})
    if not held.get(FEES):
        return frozenset({OrderState.VOIDED})
    if held.get(DISPUTED, 0) > 0 or held.get(CHARGEBACKS, 0) > 0:
        return frozenset({OrderState.DISPUTED})
    if held.get(REFUNDS, 0) > 0 and held.get(PROCESSOR, 0) <= 0:
        return frozenset({OrderState.REFUNDED})
    return frozenset({OrderState.ACTIVE})


def _by_ledger(order: Order, entitlement: Entitlement | None, entries: list[Entry]) -> list[str]:
    if order.total.minor == 0:
        states = frozenset({OrderState.ACTIVE})
    elif not entries:
        states = frozenset({OrderState.AWAITING_INVOICE})
    else:
        states = states_by(entries, order.organization_id)
    found = []
    if order.state not in states:
        found.append(f"it is {order.state}, the ledger says {' or '.join(sorted(states))}")
    gives = entitlement is not None and entitlement.is_active
    if gives is not (states == {OrderState.ACTIVE}):
        found.append(f"its entitlement {'gives' if gives else 'gives nothing'}, against the ledger")
    return found


def _credits(commands: Iterable[PaymentCommand], entries: Iterable[Entry], currency: str) -> list[Finding]:
    """Compare the entries that belong to no order with the commands of operators that made them."""
    done, stored = tuple(commands), set(entries)
    wanted = {credit_entry(one, currency) for one in done}
    missing_ = [Finding(one.organization_id, "", f"{one.id} is not in the ledger") for one in wanted - stored]
    more = [Finding(one.organization_id, "", f"{one.id} is not what an operator granted") for one in stored - wanted]
    return sorted((*missing_, *more, *_withdrawals(done)), key=lambda one: one.sentence)


def _withdrawals(commands: tuple[PaymentCommand, ...]) -> list[Finding]:
    """Compare what was taken back with what was granted: the whole of it, once, of the same organization."""
    granted = {one.id: one for one in commands if one.kind is CommandKind.CREDIT}
    ended = {one.id for one in granted.values() if one.state == Outcome.WITHDRAWN}
    taken: set[str] = set()
    found = []
    for one in commands:
        if one.kind is not CommandKind.WITHDRAW_CREDIT:
            continue
        grant = granted.get(one.grant)
        same = grant and (grant.organization_id, grant.amount) == (one.organization_id, one.amount)
        if not same or one.grant in taken or one.grant not in ended:
            found.append(Finding(one.organization_id, "", f"{one.id} took back what was not granted"))
        taken.add(one.grant)
    return found + [
        Finding(granted[name].organization_id, "", f"{name} counts as taken back, and no command did it")
        for name in ended - taken
    ]


def _totals(orders: Iterable[Order], entries: Iterable[Entry]) -> list[Finding]:
    """Compare balances with orders; of an organization whose order waits for a person nothing is said."""
    held = balances(entries)
    unclear = {one.organization_id for one in orders if one.problem}
    owed: dict[tuple[str, str], int] = {}
    for order in orders:
        if order.organization_id not in unclear:
            name = (order.total.currency, order.organization_id)
            due = order.invoice.amount_due if order.invoice and order.state in PAYABLE else 0
            owed[name] = owed.get(name, 0) + due
    found = []
    for (currency, organization_id), due in owed.items():
        books = held.get((currency, receivable(organization_id)), 0)
        if books != due:
            found.append(Finding(organization_id, "", f"the ledger has {books} receivable, unpaid are {due}"))
        if held.get((currency, credit(organization_id)), 0) > 0:
            found.append(Finding(organization_id, "", "more credit was used than was given"))
    if sum(held.values()):
        found.append(Finding("", "", "the ledger does not sum to zero"))
    return found
