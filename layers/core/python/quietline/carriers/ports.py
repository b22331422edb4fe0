"""What carriers' reports need of the world."""

from collections.abc import Sequence
from typing import Protocol

from quietline.carriers.model import Line
from quietline.kernel.phone import PhoneNumber
from quietline.mails.outbox import Template
from quietline.registrations.model import NumberRecord, Registration


class NumberReader(Protocol):
    """The registry of record."""

    def get_many(self, numbers: Sequence[PhoneNumber]) -> dict[PhoneNumber, NumberRecord]:
        """Return the records that exist, with strongly consistent reads."""
        ...


class RegistrationReader(Protocol):
    """Registrations by id."""

    def get(self, registration_id: str) -> Registration | None:
        """Return the registration, or None."""
        ...


class Lines(Protocol):
    """What carriers said, and the one transaction that acts on it."""

    def get_many(self, numbers: Sequence[PhoneNumber]) -> dict[PhoneNumber, Line]:
        """Return the lines that somebody reported before."""
        ...

    def write(
        self, line: Line, before: NumberRecord, after: NumberRecord, mail: tuple[Template, Registration] | None
    ) -> None:
        """Write a line's next version, the number's record and its change, and ask for the mail: all or nothing.

        Args:
            line: as it shall be; its version is one more than the one that was read.
            before: the number's record as it was read.
            after: as it shall be; when equal to `before` it is only checked.
            mail: which mail goes to the address of which registration.

        Raises:
            ChangedMeanwhileError: somebody else wrote between; nothing was written.
        """
        ...


class HygieneMetrics(Protocol):
    """What operations watch."""

    def removed(self, numbers: int) -> None:
        """Report how many numbers left the list because of carriers' reports."""
        ...
