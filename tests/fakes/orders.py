"""Orders in memory, with the conditions that the table's transactions have."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from quietline.fees.model import Subscription
from quietline.ledger.model import Entry, granted_left
from quietline.mails.outbox import Template
from quietline.orders.history import placed
from quietline.orders.model import Account, CommandKind, Entitlement, Order, OrderEvent, PaymentCommand
from quietline.orders.ports import ChangedMeanwhileError, Crediting, Request, Settlement
from quietline.orders.projection import standing_of


class CrashedError(Exception):
    """The process died where `crash_at` said."""


@dataclass
class MemoryOrders:
    """`orders.ports.Orders`; `crash_at` lets the process die after so many more writes, 0 before the next one."""

    accounts: dict[str, Account] = field(default_factory=dict)
    stored: dict[str, Order] = field(default_factory=dict)
    told: dict[str, list[OrderEvent]] = field(default_factory=dict)
    held: dict[str, dict[str, Entitlement]] = field(default_factory=dict)
    ledger: dict[str, Entry] = field(default_factory=dict)
    commands: dict[str, PaymentCommand] = field(default_factory=dict)
    webhooks: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)
    mails: list[tuple[Template, str]] = field(default_factory=list)
    suspended: set[str] = field(default_factory=set)
    crash_at: int | None = None

    def add(self, organization_id: str) -> None:
        """Register an organization."""
        self.accounts[organization_id] = Account(organization_id, organization_id, "en", "-", 0, "", "", None)

    def account(self, organization_id: str, on: date) -> Account | None:
        found = self.accounts.get(organization_id)
        if found is None:
            return None
        running = [one for one in self.entitlements(organization_id) if one.is_held and one.term.holds(on)]
        if not running:
            return found
        newest = max((one.term for one in running), key=lambda term: term.start)
        same = [one for one in running if one.term == newest]
        areas = frozenset[str]().union(*(one.areas for one in same))
        return replace(found, held=Subscription(newest, areas, sum(one.amount - one.refunded for one in same)))

    def is_active(self, organization_id: str) -> bool:
        return organization_id not in self.suspended

    def place(self, order: Order, account: Account) -> None:
        self._same_account(account)
        if self.accounts[order.organization_id].open_order:
            raise ChangedMeanwhileError
        entitlement = standing_of(order).entitlement(order)
        with _Crash(self):
            self.stored[order.id] = order
            self.told[order.id] = [placed(order)]
            if entitlement:
                self.held.setdefault(order.organization_id, {})[order.id] = entitlement
            current = self.accounts[order.organization_id]
            self.accounts[order.organization_id] = replace(
                current,
                version=current.version + 1,
                open_order="" if entitlement else order.id,
                last_order=order.id,
            )

    def get(self, order_id: str) -> Order | None:
        return self.stored.get(order_id)

    def of(self, organization_id: str) -> Iterator[Order]:
        found = [one for one in self.stored.values() if one.organization_id == organization_id]
        yield from sorted(found, key=lambda one: one.created_at, reverse=True)

    def history(self, order_id: str) -> list[OrderEvent]:
        return self.told[order_id]

    def entitlements(self, organization_id: str = "") -> list[Entitlement]:
        return list(self.held.get(organization_id, {}).values())

    def set_customer(self, organization_id: str, customer_id: str) -> None:
        self.customers[customer_id] = organization_id
        self.accounts[organization_id] = replace(self.accounts[organization_id], customer_id=customer_id)

    def organization_of(self, customer_id: str) -> str:
        return self.customers.get(customer_id, "")

    def forget_customer(self, organization_id: str, customer_id: str) -> None:
        if self.accounts[organization_id].customer_id == customer_id:
            self.accounts[organization_id] = replace(self.accounts[organization_id], customer_id="")

    def settle(self, settlement: Settlement) -> None:
        after = settlement.after
        self._same(settlement.before)
        self._same_account(settlement.account)
        if any(one.id in self.ledger for one in settlement.entries):
            raise ChangedMeanwhileError
        with _Crash(self):
            self.stored[after.id] = after
            self.told[after.id].append(settlement.event)
            self.ledger |= {one.id: one for one in settlement.entries}
            if settlement.entitlement:
                self.held.setdefault(after.organization_id, {})[after.id] = settlement.entitlement
            if settlement.mail:
                once = settlement.mail != "order-stopped"
                assert not (once and (settlement.mail, after.id) in self.mails), "a mail is asked for once"
                self.mails.append((settlement.mail, after.id))
            current = self.accounts[after.organization_id]
            open_order = "" if settlement.frees else current.open_order
            self.accounts[after.organization_id] = replace(current, version=current.version + 1, open_order=open_order)

    def request(self, request: Request) -> None:
        self._same(request.before)
        with _Crash(self):
            self.stored[request.after.id] = request.after
            self.told[request.after.id].append(request.event)
            self.commands[request.command.id] = request.command

    def granted_left(self, organization_id: str) -> int:
        found = [one for one in self.ledger.values() if one.organization_id == organization_id]
        return granted_left(found, organization_id)

    def request_credit(self, command: PaymentCommand) -> None:
        with _Crash(self):
            self.commands[command.id] = command

    def credited(self, crediting: Crediting) -> None:
        ended = [one for one in (crediting.command, crediting.grant) if one]
        if any(self.commands[one.id].state != one.state for one in ended) or crediting.entry.id in self.ledger:
            raise ChangedMeanwhileError
        with _Crash(self):
            self.commands |= {one.id: replace(one, state=crediting.state) for one in ended}
            self.ledger[crediting.entry.id] = crediting.entry
            assert (crediting.mail, crediting.command.id) not in self.mails, "a mail is asked for once"
            self.mails.append((crediting.mail, crediting.command.id))

    def command(self, command_id: str) -> PaymentCommand | None:
        return self.commands.get(command_id)

    def command_done(self, command_id: str, state: str) -> None:
        with _Crash(self):
            self.commands[command_id] = replace(self.commands[command_id], state=state)

    def event(self, event_id: str) -> tuple[str, str, str] | None:
        return self.webhooks.get(event_id)

    def event_done(self, event_id: str, state: str) -> None:
        with _Crash(self):
            kind, about, _ = self.webhooks[event_id]
            self.webhooks[event_id] = (kind, about, state)

    def _same(self, order: Order) -> None:
        if self.stored[order.id].version != order.version:
            raise ChangedMeanwhileError

    def _same_account(self, account: Account) -> None:
        if self.accounts[account.organization_id].version != account.version:
            raise ChangedMeanwhileError


@dataclass
class MemoryBooks:
    """`orders.audit.Books` of a `MemoryOrders`."""

    store: MemoryOrders

    def orders(self) -> list[Order]:
        return list(self.store.stored.values())

    def events(self) -> dict[str, list[OrderEvent]]:
        return self.store.told

    def entitlements(self) -> dict[str, Entitlement]:
        return {name: one for held in self.store.held.values() for name, one in held.items()}

    def credits(self) -> list[PaymentCommand]:
        found = self.store.commands.values()
        about_credit = (CommandKind.CREDIT, CommandKind.WITHDRAW_CREDIT)
        return [one for one in found if one.kind in about_credit and one.state in ("granted", "withdrawn")]

    def entries(self) -> list[Entry]:
        return list(self.store.ledger.values())


@dataclass
class _Crash:
    """Dies before or after the write inside, when it is this one's turn."""

    store: MemoryOrders

    def __enter__(self) -> None:
        if self.store.crash_at == 0:
            self.store.crash_at = None
            raise CrashedError

    def __exit__(self, *_: object) -> None:
        if self.store.crash_at is None:
            return
        self.store.crash_at -= 1
        if self.store.crash_at == 0:
            self.store.crash_at = None
            raise CrashedError
