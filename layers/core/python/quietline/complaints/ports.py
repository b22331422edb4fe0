"""What complaints need from outside."""

from datetime import datetime
from typing import Protocol

from quietline.complaints.model import Complaint, Reports, Screening


class ChangedMeanwhileError(Exception):
    """A condition did not hold any more: read again."""


class ComplaintStore(Protocol):
    """The complaints. Every change is one conditional transaction."""

    def add(self, complaint: Complaint) -> bool:
        """Keep a new complaint and ask for its first mail; False when its reference is taken already."""
        ...

    def get(self, complaint_id: str) -> Complaint | None:
        """Return a complaint, or None."""
        ...

    def by_reference(self, reference: str) -> Complaint | None:
        """Return the complaint of a reference, or None."""
        ...

    def reports(self, complaint: Complaint) -> Reports:
        """Return the violations by the complaint's caller to its number that are kept."""
        ...

    def screened(self, complaint: Complaint, screening: Screening, reports: Reports) -> None:
        """Keep what screening found of this version, and count the call or count it no more.

        Where it is counted no more, the complaints that it stood for are screened again.

        Raises:
            ChangedMeanwhileError: the complaint or `reports` changed after it was read.
        """
        ...

    def closed(self, complaint: Complaint, at: datetime) -> None:
        """End the screening: where no case took the complaint, set its last stage and ask for the mail, once."""
        ...

    def failed(self, complaint_id: str, error: str, at: datetime) -> None:
        """Note that screening stopped; `error` is the error's class."""
        ...


class NumberHistory(Protocol):
    """What the registry knew of a number at an instant."""

    def listed_since(self, e164: str, at: datetime) -> datetime | None:
        """Return since when the number was on the list at `at` without a break, or None when it was not."""
        ...
