"""What an operator does for somebody who has lost the authenticator app."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, NotFoundError
from quietline.sellers.accounts import Person
from quietline.sellers.suspension import checked_reason
from quietline.sellers.team import TeamChange, What


class FactorAccounts(Protocol):
    """The identity provider, with the rights of an operator."""

    def find(self, email: str) -> Person | None:
        """Return who signs in with an address, or None."""
        ...

    def take_off(self, sub: str) -> None:
        """Take a person's second factor off, and end every sign-in; a second time changes nothing."""
        ...


class FactorLog(Protocol):
    """Where it is written down."""

    def record(self, entry: TeamChange) -> None:
        """Keep the entry in the history of the person's organization and ask for a mail to its contact.

        For a person of no organization it is kept in the audit log of the investigators' desk.
        """
        ...


class Ends(Protocol):
    """A site's sessions."""

    def end_all(self, sub: str) -> None:
        """End every session of a user, in all browsers."""
        ...


@dataclass(frozen=True)
class FactorService:
    """Takes second factors off; the person sets up another one before they act again."""

    accounts: FactorAccounts
    log: FactorLog
    sessions: Sequence[Ends]
    clock: Clock

    def reset(self, email: str, reason: str, by: str) -> Person:
        """Take the second factor off an account, end its sessions, and tell the organization's contact.

        Who the person is was checked before, by another way than a mail to this address: see the how-to on people.

        Args:
            email: the address that they sign in with.
            reason: how they were known, in 10 to 500 characters, without personal data.
            by: who operates the registry.

        Raises:
            InvalidInputError: the reason is too short or too long.
            NotFoundError: no account has the address.
            ConflictError: the account has no second factor.
        """
        reason = checked_reason(reason)
        found = self.accounts.find(email.strip())
        if found is None:
            raise NotFoundError("No account has this address.")
        if not found.mfa:
            raise ConflictError("This account has no second factor.")
        # written first: where it breaks off after this, it was announced and is done with the next try
        self.log.record(TeamChange(self.clock.now(), What.FACTOR_RESET, by, found.sub, reason))
        self.accounts.take_off(found.sub)
        for site in self.sessions:
            site.end_all(found.sub)
        return found
