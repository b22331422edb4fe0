"""Use cases of sellers: quote, order, pay, and what an organization is entitled to."""

from collections.abc import Iterable
from dataclasses import dataclass

from quietline.fees import service as fees
from quietline.fees.model import Quote
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.kernel.ids import new_ulid
from quietline.orders.model import PAYABLE, Account, Buyer, Entitlement, Order, OrderState, PaymentCommand
from quietline.orders.ports import ChangedMeanwhileError, Orders
from quietline.profiles.profile import Profile

TRIES = 3


@dataclass(frozen=True)
class OrderService:
    """Orders of one registry."""

    orders: Orders
    clock: Clock
    profile: Profile

    def quote(self, buyer: Buyer, areas: Iterable[str]) -> Quote:
        """Price areas as an order placed now would be priced.

        Raises:
            InvalidInputError: an area is not served.
        """
        return self._quote(buyer, areas, self._account(buyer.organization_id))

    def order(self, buyer: Buyer, areas: Iterable[str]) -> Order:
        """Order areas. A free order is active at once; any other awaits its invoice.

        Raises:
            ConflictError: the organization has not certified, has an unpaid order, or changed meanwhile.
            InvalidInputError: an area is not served, or all are held already.
        """
        if not buyer.certified:
            raise ConflictError("Certify first: the organization needs its subscription account number.")
        wanted = tuple(areas)
        for _ in range(TRIES):
            account = self._account(buyer.organization_id)
            if account.open_order:
                # the free areas and the cap count what is paid: two unpaid orders would both claim them
                raise ConflictError(f"The order {account.open_order} is not paid yet; pay it first.")
            order = self._make(buyer, self._quote(buyer, wanted, account), account)
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
        if order.state is OrderState.ACTIVE:
            raise ConflictError("This order is active; there is nothing to pay.")
        if order.state not in PAYABLE:
            raise ConflictError("The invoice is being made; try again in a few seconds.")
        now = self.clock.now()
        command = PaymentCommand(new_ulid(now), order.id, order.organization_id, payment_method, buyer.sub, now)
        try:
            self.orders.request_payment(command)
        except ChangedMeanwhileError as error:
            raise ConflictError("This order was paid meanwhile; there is nothing to pay.") from error
        return command

    def entitlements(self, organization_id: str) -> list[Entitlement]:
        """Return what the organization may download today."""
        today = self.profile.local_date(self.clock.now())
        return [one for one in self.orders.entitlements(organization_id) if one.term.holds(today)]

    def entitled_areas(self, organization_id: str) -> frozenset[str]:
        """Return the areas that the organization may download today."""
        return frozenset().union(*(one.areas for one in self.entitlements(organization_id)))

    def _account(self, organization_id: str) -> Account:
        account = self.orders.account(organization_id, self.profile.local_date(self.clock.now()))
        if account is None:
            raise NotFoundError("There is no such organization.")
        return account

    def _quote(self, buyer: Buyer, areas: Iterable[str], account: Account) -> Quote:
        today = self.profile.local_date(self.clock.now())
        return fees.quote(self.profile, areas, account.held, today, exempt=buyer.exempt)

    def _make(self, buyer: Buyer, quote: Quote, account: Account) -> Order:
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
            begins_term=account.held is None,
            created_at=now,
            by=buyer.sub,
            paid_at=now if free else None,
        )
