"""Closing an organization, for good: what its representative asks, and what is cleared away after it. See ADR 0026."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from quietline.directory.model import CallerNumbers
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.profiles.profile import Profile
from quietline.sellers.model import EventAction, Organization, OrganizationEvent, OrganizationStatus
from quietline.sellers.ports import Caller, IdentityProvider
from quietline.sellers.service import OrganizationService


@dataclass(frozen=True)
class Affairs:
    """What must be settled before closing, as read at `orders_version`."""

    unpaid_order: str
    disputed_orders: tuple[str, ...]
    orders_version: int


class Closings(Protocol):
    """Where organizations are closed."""

    def get(self, organization_id: str) -> Organization | None:
        """Return an organization."""
        ...

    def affairs(self, organization_id: str) -> Affairs:
        """Return what is not settled."""
        ...

    def numbers(self, organization_id: str) -> CallerNumbers:
        """Return the numbers that it declares."""
        ...

    def close(
        self,
        before: Organization,
        after: Organization,
        event: OrganizationEvent,
        orders_version: int,
        numbers: tuple[CallerNumbers, CallerNumbers],
    ) -> bool:
        """Close it in one transaction that also asks for the clearing; False when something is not as read."""
        ...

    def clients(self, organization_id: str) -> list[str]:
        """Return the ids of its machine clients."""
        ...

    def forget_client(self, organization_id: str, client_id: str) -> None:
        """Forget a machine client; one that is gone is fine."""
        ...

    def clear(self, organization_id: str) -> int:
        """Withdraw invitations and authorizations, and end webhooks, feeds and mails; return how many there were."""
        ...


@dataclass(frozen=True)
class CloseService:
    """Closes organizations."""

    service: OrganizationService
    closings: Closings
    clock: Clock
    profile: Profile

    def close(self, caller: Caller, organization_id: str, name: str, version: int) -> Organization:
        """Close the caller's organization.

        It gets no lists from its next request on, and can do nothing any more; its members read its records, which are
        kept as long as the law says. What is paid is not refunded.

        Args:
            caller: an authorized representative.
            organization_id: theirs.
            name: the organization's, typed again.
            version: of the organization that was read.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            OrganizationClosedError: it was closed before.
            NotFoundError: it is another organization.
            InvalidInputError: `/name` is another.
            ConflictError: it is suspended, an order is unpaid or disputed, or something changed since it was read.
        """
        acts = self.service.representative(caller)
        found = self.closings.get(organization_id) if acts.organization_id == organization_id else None
        if found is None:
            raise NotFoundError("There is no such organization.")
        if " ".join(name.split()).casefold() != " ".join(found.name.split()).casefold():
            sentence = "Type the organization's name as it is on record, to confirm."
            raise InvalidInputError(sentence, (FieldError("/name", sentence, "close_name"),))
        affairs = self.closings.affairs(organization_id)
        self._settled(found, affairs)
        numbers = self.closings.numbers(organization_id)
        now = self.clock.now()
        today = self.profile.local_date(now)
        event = OrganizationEvent(
            now, EventAction.CLOSED, caller.sub, {"kept_until": self.kept_until(today).isoformat()}
        )
        after = replace(found, status=OrganizationStatus.CLOSED, status_at=now, version=version + 1)
        ended = numbers.replaced((), today, date.min) if numbers.current else numbers
        as_read = found.version == version
        if not (as_read and self.closings.close(found, after, event, affairs.orders_version, (numbers, ended))):
            raise ConflictError("The organization or its orders have changed since you read it; read it again.")
        return after

    def kept_until(self, today: date) -> date:
        """Return until when the records of an organization are kept that is closed today."""
        months = self.profile.retention(today).months
        index = today.year * 12 + today.month - 1 + months
        return date(index // 12, index % 12 + 1, min(today.day, 28))

    @staticmethod
    def _settled(found: Organization, affairs: Affairs) -> None:
        if found.status is OrganizationStatus.SUSPENDED:
            raise ConflictError("While the registry suspends an organization, it cannot be closed.")
        if affairs.unpaid_order:
            raise ConflictError(f"The order {affairs.unpaid_order} is not paid; pay or cancel it first.")
        if affairs.disputed_orders:
            raise ConflictError(f"The payment of the order {affairs.disputed_orders[0]} is disputed; wait for its end.")


@dataclass(frozen=True)
class ClearingService:
    """Clears away what a closed organization had open; done again it does nothing."""

    closings: Closings
    identity: IdentityProvider

    def clear(self, organization_id: str) -> int:
        """Delete machine clients, withdraw invitations and authorizations, end webhooks, feeds and mails.

        Returns:
            How many things were cleared away; 0 as well for an organization that is not closed.
        """
        found = self.closings.get(organization_id)
        if found is None or found.status is not OrganizationStatus.CLOSED:
            return 0
        clients = self.closings.clients(organization_id)
        for client_id in clients:
            # the credential first: without the record nobody would know of it
            self.identity.delete_client(client_id)
            self.closings.forget_client(organization_id, client_id)
        return len(clients) + self.closings.clear(organization_id)
