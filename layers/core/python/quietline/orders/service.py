"""Use cases of sellers: quote, order, pay, and what an organization is entitled to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from quietline.fees import call_list as call_lists
from quietline.fees import service as fees
from quietline.fees.model import Coverage, Quote, Subscription, Term
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.kernel.ids import is_sandbox, new_ulid
from quietline.orders.history import requested
from quietline.orders.model import (
    PAYABLE,
    UNPAID,
    Account,
    Buyer,
    CommandKind,
    Entitlement,
    Order,
    OrderEvent,
    OrderState,
    PaymentCommand,
)
from quietline.orders.ports import ChangedMeanwhileError, Orders
from quietline.profiles.profile import Profile

TRIES = 3


@dataclass(frozen=True)
class Wanted:
    """What somebody wants a price of.

    `renew` buys the term after the one that runs; `months` chooses among the lengths that the profile offers. From a
    `call_list`, different numbers by area, follow the areas that are not named, and its coverage.
    """

    areas: tuple[str, ...] = ()
    renew: bool = False
    months: int | None = None
    call_list: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Offer:
    """A quote, the organization's language, and what a call list needs."""

    quote: Quote
    language: str
    coverage: Coverage | None = None


@dataclass(frozen=True)
class _Position:
    """Where an organization stands: what it holds in the term that it buys for, and the running one it renews."""

    account: Account
    held: Subscription | None
    on: date
    renews: Term | None = None


@dataclass(frozen=True)
class OrderService:
    """Orders of one registry."""

    orders: Orders
    clock: Clock
    profile: Profile

    def offer(self, buyer: Buyer, wanted: Wanted) -> Offer:
        """Price areas as an order placed now would be priced, with advice.

        Raises:
            InvalidInputError: an area is not served, or is not sold for so many months.
            ConflictError: the renewal window is not open.
        """
        position = self._position(buyer, renew=wanted.renew)
        if wanted.call_list is None:
            return Offer(self._quote(buyer, wanted, position), position.account.language)
        profile = self._profile(buyer)
        bought = fees.purchase(profile, position.held, position.on, renews=position.renews, months=wanted.months)
        owned = position.held.areas if position.held and position.held.term == bought.term else frozenset[str]()
        found = call_lists.coverage(profile, wanted.call_list, bought, owned, exempt=buyer.exempt)
        named = wanted.areas or tuple(row.area for row in found.rows)
        made = self._quote(buyer, Wanted(named, wanted.renew, wanted.months), position)
        quote = made if buyer.exempt else call_lists.advised(made, found)
        return Offer(quote, position.account.language, found)

    def quote(self, buyer: Buyer, areas: Iterable[str], *, renew: bool = False, months: int | None = None) -> Quote:
        """Price areas; see `offer`."""
        return self.offer(buyer, Wanted(tuple(areas), renew, months)).quote

    def order(self, buyer: Buyer, areas: Iterable[str], *, renew: bool = False, months: int | None = None) -> Order:
        """Order areas. A free order is active at once; any other awaits its invoice.

        Raises:
            ConflictError: the organization has not certified, has an unpaid order, changed meanwhile, or the renewal
                window is not open.
            InvalidInputError: an area is not served, all are held already, or they are not sold for so many months.
        """
        if not buyer.certified:
            raise ConflictError("Certify first: the organization needs its subscription account number.")
        wanted = Wanted(tuple(areas), renew, months)
        for _ in range(TRIES):
            position = self._position(buyer, renew=wanted.renew)
            account = position.account
            if account.open_order:
                # the free areas and the cap count what is paid: two unpaid orders would both claim them
                raise ConflictError(f"The order {account.open_order} is not paid yet; pay it first.")
            order = self._make(buyer, self._quote(buyer, wanted, position), begins=position.held is None)
            try:
                self.orders.place(order, account)
            except ChangedMeanwhileError:
                continue
            return order
        raise ConflictError("The organization's orders changed meanwhile; please try again.")

    def get(self, organization_id: str, order_id: str) -> Order:
        """Return an order of the organization.

        Raises:
            NotFoundError: there is none, or it is another organization's.
        """
        order = self.orders.get(order_id)
        if order is None or order.organization_id != organization_id:
            raise NotFoundError("There is no such order.")
        return order

    def all_of(self, organization_id: str) -> list[Order]:
        """Return the organization's orders, newest first."""
        return list(self.orders.of(organization_id))

    def pay(self, buyer: Buyer, order_id: str, payment_method: str) -> PaymentCommand:
        """Ask the worker to pay an order's invoice.

        Raises:
            NotFoundError: there is no such order of this organization.
            ConflictError: the order has no invoice yet, or is paid.
        """
        order = self.get(buyer.organization_id, order_id)
        if order.state is OrderState.AWAITING_INVOICE:
            raise ConflictError("The invoice is being made; try again in a few seconds.")
        if order.state not in PAYABLE:
            raise ConflictError(f"This order is {order.state}; there is nothing to pay.")
        if order.cancelling:
            raise ConflictError("This order is being cancelled.")
        now = self.clock.now()
        command = PaymentCommand(new_ulid(now), order.id, order.organization_id, payment_method, buyer.sub, now)
        try:
            self.orders.request(requested(order, command))
        except ChangedMeanwhileError as error:
            raise ConflictError("This order was paid or cancelled meanwhile; there is nothing to pay.") from error
        return command

    def cancel(self, buyer: Buyer, order_id: str) -> PaymentCommand:
        """Ask the worker to void an unpaid order's invoice, which frees the organization for another order.

        Raises:
            NotFoundError: there is no such order of this organization.
            ConflictError: the order is paid, over, or being cancelled.
        """
        order = self.get(buyer.organization_id, order_id)
        if order.state not in UNPAID:
            raise ConflictError(f"This order is {order.state}; only an unpaid order can be cancelled.")
        now = self.clock.now()
        kind = CommandKind.CANCEL
        command = PaymentCommand(new_ulid(now), order.id, order.organization_id, "", buyer.sub, now, kind)
        try:
            self.orders.request(requested(order, command))
        except ChangedMeanwhileError as error:
            raise ConflictError("This order was paid meanwhile, or is being cancelled.") from error
        return command

    def history(self, organization_id: str, order_id: str) -> list[OrderEvent]:
        """Return what happened to an order of the organization, oldest first.

        Raises:
            NotFoundError: there is none, or it is another organization's.
        """
        return list(self.orders.history(self.get(organization_id, order_id).id))

    def entitlements(self, organization_id: str) -> list[Entitlement]:
        """Return what the organization may download today; nothing while it is suspended or closed."""
        if not self.orders.is_active(organization_id):
            return []
        today = self.profile.local_date(self.clock.now())
        return [one for one in self.all_entitlements(organization_id) if one.is_active and one.term.holds(today)]

    def all_entitlements(self, organization_id: str) -> list[Entitlement]:
        """Return every entitlement the organization ever had, with its state and why it was stopped, newest first."""
        return sorted(self.orders.entitlements(organization_id), key=lambda one: one.order_id, reverse=True)

    def entitled_areas(self, organization_id: str) -> frozenset[str]:
        """Return the areas that the organization may download today."""
        return frozenset().union(*(one.areas for one in self.entitlements(organization_id)))

    def _position(self, buyer: Buyer, *, renew: bool) -> _Position:
        today = self.profile.local_date(self.clock.now())
        account = self._account(buyer.organization_id, today)
        if not renew:
            return _Position(account, account.held, today)
        if account.held is None:
            raise ConflictError("No term runs that could be renewed; order without `renew`.")
        term = account.held.term
        opens = term.end - timedelta(days=self.profile.sellers.renewal_window_days)
        if today < opens:
            raise ConflictError(f"The term ends on {term.end}; it can be renewed from {opens} on.")
        # read again, as of the next term: what was bought for it already counts for the free areas and the maximum
        following = self._account(buyer.organization_id, term.end)
        return _Position(following, following.held, today, term)

    def _profile(self, buyer: Buyer) -> Profile:
        return self.profile.sandboxed if is_sandbox(buyer.organization_id) else self.profile

    def _account(self, organization_id: str, on: date) -> Account:
        account = self.orders.account(organization_id, on)
        if account is None:
            raise NotFoundError("There is no such organization.")
        return account

    def _quote(self, buyer: Buyer, wanted: Wanted, position: _Position) -> Quote:
        return fees.quote(
            self._profile(buyer),
            wanted.areas,
            position.held,
            position.on,
            exempt=buyer.exempt,
            renews=position.renews,
            months=wanted.months,
        )

    def _make(self, buyer: Buyer, quote: Quote, *, begins: bool) -> Order:
        if not quote.areas:
            sentence = "The organization holds all these areas already."
            raise InvalidInputError(sentence, (FieldError("/areas", sentence, "areas_held"),))
        now = self.clock.now()
        free = quote.total.minor == 0
        return Order(
            id=new_ulid(now),
            organization_id=buyer.organization_id,
            areas=quote.areas,
            lines=quote.lines,
            total=quote.total,
            state=OrderState.ACTIVE if free else OrderState.AWAITING_INVOICE,
            term=quote.term,
            begins_term=begins,
            created_at=now,
            by=buyer.sub,
            paid_at=now if free else None,
        )
