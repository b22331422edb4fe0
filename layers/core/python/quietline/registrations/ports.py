"""What registrations need from outside."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from quietline.kernel.phone import PhoneNumber
from quietline.registrations.model import NumberRecord, Registration


class NumberStore(Protocol):
    """The registry of record: one record per number."""

    def get(self, number: PhoneNumber) -> NumberRecord | None:
        """Return the number's record with a strongly consistent read, or None."""
        ...

    def get_many(self, numbers: Sequence[PhoneNumber]) -> dict[PhoneNumber, NumberRecord]:
        """Return the records that exist."""
        ...


class ChangedMeanwhileError(Exception):
    """Somebody else wrote between the read and the write; nothing was written: read again."""


class LimitReachedError(Exception):
    """The address has had its mails of the day; nothing was written."""


class RegistrationStore(Protocol):
    """Registrations, and the two transactions of their life."""

    def get(self, registration_id: str) -> Registration | None:
        """Return the registration with a strongly consistent read, or None."""
        ...

    def add(self, registration: Registration, day: date, limit: int) -> None:
        """Store a pending registration, its mail and the count of the address's mails on `day`: all or nothing.

        Raises:
            LimitReachedError: the address already had `limit` mails that day.
            ChangedMeanwhileError: two transactions met; try again.
        """
        ...

    def confirm(
        self,
        registration: Registration,
        before: dict[PhoneNumber, NumberRecord],
        after: Sequence[NumberRecord],
        at: datetime,
        facts: dict[str, str],
    ) -> None:
        """Note the confirmation, write the numbers and their changes, and ask for the mail: all or nothing.

        Args:
            registration: as it was read, pending.
            before: the records as they were read, by number.
            after: every number's record as it shall be; one that equals its `before` is only checked.
            at: the instant of the confirmation and of every change.
            facts: of the mail `registration-confirmed`.

        Raises:
            ChangedMeanwhileError: the registration is pending no longer, or a number's record changed.
        """
        ...
