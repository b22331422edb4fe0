"""Erasing who an organization's people were, when its records need not be kept any more. See ADR 0026."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, NotFoundError
from quietline.profiles.profile import Profile
from quietline.sellers.model import EventAction, OrganizationEvent, OrganizationStatus
from quietline.sellers.suspension import checked_reason, checked_san


@dataclass(frozen=True)
class Kept:
    """A closed organization whose records are kept.

    Attributes:
        until: the last day on which they must be.
        erased: whether its people were erased already.

    """

    id: str
    san: str
    name: str
    status: OrganizationStatus
    until: date | None
    erased: bool


class Erasures(Protocol):
    """Where organizations are erased."""

    def of_san(self, san: str) -> Kept | None:
        """Return an organization."""
        ...

    def closed(self) -> list[Kept]:
        """Return all that are closed; reads the whole table."""
        ...

    def erase(self, organization_id: str, event: OrganizationEvent) -> int:
        """Erase its people, and last what is on its own record, with the entry; return how many items went."""
        ...


@dataclass(frozen=True)
class ErasureService:
    """What an operator erases with. Nothing is erased by itself: a case may still need it."""

    erasures: Erasures
    clock: Clock
    profile: Profile

    def due(self) -> list[Kept]:
        """Return the closed organizations whose records need not be kept any more, the longest due first."""
        today = self.profile.local_date(self.clock.now())
        found = [one for one in self.erasures.closed() if not one.erased and one.until and one.until < today]
        return sorted(found, key=lambda one: (one.until or today, one.id))

    def erase(self, san: str, reason: str, by: str) -> int:
        """Erase members, invitations, contact, address, tax id, declared numbers, receipts, washes and usage.

        Name, SAN, orders, invoices, ledger and the history of what happened when stay: the books must still prove
        themselves. Interrupted, it goes on when it is asked again.

        Args:
            san: as people write it.
            reason: 10 to 500 characters, without personal data.
            by: who operates the registry.

        Returns:
            How many items were deleted.

        Raises:
            InvalidInputError: `san` is none, or the reason is too short or too long.
            NotFoundError: no organization has this SAN.
            ConflictError: it is not closed, its records must be kept, or it was erased before.
        """
        known, reason = checked_san(san), checked_reason(reason)
        found = self.erasures.of_san(known)
        if found is None:
            raise NotFoundError("No organization has this subscription account number.")
        now = self.clock.now()
        if found.status is not OrganizationStatus.CLOSED or found.until is None:
            raise ConflictError(f"The organization is {found.status}; only a closed one is erased.")
        if found.erased:
            raise ConflictError("The organization was erased before.")
        if found.until >= self.profile.local_date(now):
            raise ConflictError(f"The organization's records must be kept until {found.until.isoformat()}.")
        return self.erasures.erase(found.id, OrganizationEvent(now, EventAction.ERASED, by, {"reason": reason}))
