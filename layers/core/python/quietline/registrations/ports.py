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
    """Registrations, and the transactions of their life."""

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

    def add_silent(self, registration: Registration) -> None:
        """Store a pending registration whose address gets no mail."""
        ...

    def correct(self, before: Registration, after: Registration, at: datetime, day: date, limit: int) -> None:
        """Write a pending registration anew and ask for its mail; the address's mails on `day` count.

        Raises:
            LimitReachedError: the address already had `limit` mails that day; nothing was written.
            ChangedMeanwhileError: the registration is not as it was read.
        """
        ...

    def correct_silent(self, before: Registration, after: Registration) -> None:
        """Write a pending registration anew; its address gets no mail.

        Raises:
            ChangedMeanwhileError: the registration is not as it was read.
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
            registration: as it was read, pending, but with those of its numbers that are confirmed.
            before: the records as they were read, by number.
            after: every number's record as it shall be; one that equals its `before` is only checked.
            at: the instant of the confirmation and of every change.
            facts: of the mail `registration-confirmed`.

        Raises:
            ChangedMeanwhileError: the registration is pending no longer, or a number's record changed.
        """
        ...
