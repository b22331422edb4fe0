"""What complaints need from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from quietline.complaints.model import Addition, Complaint, RemovedFile, Reports, Screening


class ChangedMeanwhileError(Exception):
    """A condition did not hold any more: read again."""


@dataclass(frozen=True)
class ContactChange:
    """A complaint whose consumer's name or address changes; the newest correction of `after` names the fields."""

    before: Complaint
    after: Complaint


class ComplaintStore(Protocol):
    """The complaints. Every change is one conditional transaction."""

    def add(self, *complaints: Complaint) -> bool:
        """Keep new complaints and ask for the first one's mail; False when a reference is taken already."""
        ...

    def count(self, whose: str, day: date, complaints: int) -> int:
        """Add to a number's or a mailbox's complaints of a day and return how many there are."""
        ...

    def commented(self, complaint: Complaint, addition: Addition) -> None:
        """Keep what a consumer added.

        Raises:
            ChangedMeanwhileError: somebody else added something after `complaint` was read.
        """
        ...

    def corrected(self, complaint: Complaint, before: Complaint, at: datetime) -> None:
        """Keep a corrected complaint with its history, as a new version, and ask for its screening.

        Raises:
            ChangedMeanwhileError: the complaint changed after `before` was read.
            ConflictError: its case is decided.
        """
        ...

    def contact_corrected(self, changes: Sequence[ContactChange]) -> None:
        """Keep corrected names and addresses of complaints that came together, and tell a new mailbox.

        Raises:
            ChangedMeanwhileError: one of the complaints was corrected or moved after it was read.
        """
        ...

    def file_removed(self, complaint: Complaint, file: RemovedFile) -> None:
        """Delete a file's record, keep that it was removed, and ask for the deletion of its bytes.

        Raises:
            ChangedMeanwhileError: the file is gone, a case relies on it, or the complaint changed after it was read.
            ConflictError: its case is decided.
        """
        ...

    def withdrawn(self, complaint: Complaint, at: datetime) -> None:
        """Keep that the consumer took the complaint back; it leaves its case, and is screened to count no more.

        Raises:
            ChangedMeanwhileError: the complaint changed after it was read.
            ConflictError: its case is decided.
        """
        ...

    def link_used(self, complaint: Complaint, nonce: str, status_hash: str) -> None:
        """End the mailed links of `complaint.link_nonce`: the next mails have `nonce`; keep a second code's hash.

        Raises:
            ChangedMeanwhileError: a link was used after the complaint was read.
        """
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

    def left(self, complaint: Complaint, at: datetime) -> None:
        """Take a complaint that is no violation any more out of its open case; of a decided case it stays a part.

        Raises:
            ChangedMeanwhileError: the complaint changed after it was read, or moves to another case.
        """
        ...

    def closed(self, complaint: Complaint, at: datetime) -> None:
        """End the screening: where no case took the complaint, set its last stage and ask for the mail, once.

        Raises:
            ChangedMeanwhileError: the complaint changed after it was read, and was not closed.
        """
        ...

    def failed(self, complaint_id: str, error: str, at: datetime) -> None:
        """Note that screening stopped; `error` is the error's class."""
        ...


class NumberHistory(Protocol):
    """What the registry knew of a number at an instant."""

    def listed_since(self, e164: str, at: datetime) -> datetime | None:
        """Return since when the number was on the list at `at` without a break, or None when it was not."""
        ...
