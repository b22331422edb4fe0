"""Use cases of the registry's operators: suspend an organization and reinstate it."""

from dataclasses import dataclass

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.sellers.model import EventAction, Organization, OrganizationEvent, OrganizationStatus
from quietline.sellers.ports import Standings
from quietline.sellers.san import read

REASON_LENGTH = (10, 500)
TRIES = 3
"""How often an organization that somebody changes meanwhile is read again."""


@dataclass(frozen=True)
class SuspensionService:
    """Suspends and reinstates; it holds from the organization's next request on."""

    standings: Standings
    clock: Clock

    def suspend(self, san: str, reason: str, by: str) -> Organization:
        """Stop handing out lists to an organization; its members read this reason.

        Args:
            san: as people write it.
            reason: 10 to 500 characters, without personal data.
            by: who operates the registry.

        Raises:
            InvalidInputError: `san` is none, or the reason is too short or too long.
            NotFoundError: no organization has this SAN.
            ConflictError: the organization is not active.
        """
        return self._move(san, reason, by, OrganizationStatus.ACTIVE, OrganizationStatus.SUSPENDED)

    def reinstate(self, san: str, reason: str, by: str) -> Organization:
        """Hand out lists again; see `suspend`.

        Raises:
            InvalidInputError: `san` is none, or the reason is too short or too long.
            NotFoundError: no organization has this SAN.
            ConflictError: the organization is not suspended.
        """
        return self._move(san, reason, by, OrganizationStatus.SUSPENDED, OrganizationStatus.ACTIVE)

    def _move(
        self, san: str, reason: str, by: str, before: OrganizationStatus, after: OrganizationStatus
    ) -> Organization:
        self._find(san)
        reason = checked_reason(reason)
        suspends = after is OrganizationStatus.SUSPENDED
        action = EventAction.SUSPENDED if suspends else EventAction.REINSTATED
        event = OrganizationEvent(self.clock.now(), action, by, {"reason": reason})
        for _ in range(TRIES):
            organization = self._find(san)
            if organization.status is not before:
                raise ConflictError(f"The organization is {organization.status}, not {before}.")
            if self.standings.move(organization, before, after, reason if suspends else "", event):
                return self._find(san)
        raise ConflictError("The organization changes all the time; please try again.")

    def _find(self, san: str) -> Organization:
        found = self.standings.of_san(checked_san(san))
        if found is None:
            raise NotFoundError("No organization has this subscription account number.")
        return found


def checked_san(san: str) -> str:
    """Return a SAN as it is stored.

    Raises:
        InvalidInputError: `/san` is none.
    """
    known = read(san)
    if known is None:
        sentence = "This is no subscription account number; it looks like 123-456-7897."
        raise InvalidInputError(sentence, (FieldError("/san", sentence, "san_not_valid"),))
    return known


def checked_reason(reason: str) -> str:
    """Return an operator's reason without spaces around it.

    Raises:
        InvalidInputError: `/reason` is too short or too long.
    """
    reason = reason.strip()
    low, high = REASON_LENGTH
    if not low <= len(reason) <= high:
        sentence = f"Give the reason in {low} to {high} characters."
        raise InvalidInputError(sentence, (FieldError("/reason", sentence, "reason_length"),))
    return reason
