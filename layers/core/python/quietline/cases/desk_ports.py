"""What the desk needs from outside, besides the cases themselves."""

from datetime import date
from typing import Protocol

from quietline.cases.audit import AuditEntry
from quietline.cases.model import Case, Event, Link, Note
from quietline.cases.people import Colleague, Person


class DeskStore(Protocol):
    """What investigators do to cases. Every change is one conditional transaction with its audit entry."""

    def change(self, read: Case, wanted: Case, event: Event) -> Case:
        """Keep agency, assignee, referral and hold of an open case as they are in `wanted`; return it as kept.

        Raises:
            ChangedMeanwhileError: the case is not as it was read.
        """
        ...

    def note(self, case_id: str, note: Note, event: Event) -> None:
        """Append a note."""
        ...

    def notes(self, case_id: str) -> tuple[Note, ...]:
        """Return a case's notes, oldest first."""
        ...

    def link(self, case_id: str, link: Link, action: Event) -> None:
        """Link two cases with each other; linked already, nothing changes.

        Raises:
            NotFoundError: one of them is none.
        """
        ...

    def unlink(self, case_id: str, other_id: str, event: Event) -> None:
        """End a link, on both sides.

        Raises:
            NotFoundError: the two are not linked.
        """
        ...

    def links(self, case_id: str) -> tuple[Link, ...]:
        """Return the cases that one is linked with."""
        ...


class AuditLog(Protocol):
    """Who read and did what at the desk; append-only."""

    def append(self, event: Event, subject: str) -> None:
        """Keep what a person read that is no single case."""
        ...

    def page(self, day: date, limit: int, after: str) -> tuple[tuple[AuditEntry, ...], str]:
        """Return entries of a UTC day, newest first, and the key after which the next page begins; empty at the end."""
        ...


class People(Protocol):
    """Who has been at the desk."""

    def seen(self, person: Person) -> None:
        """Keep that a person is at the desk; what is known already is not written again."""
        ...

    def name(self, person: Person, name: str) -> None:
        """Keep what a person wants to be called."""
        ...

    def get(self, sub: str) -> Colleague | None:
        """Return somebody, or None."""
        ...

    def everybody(self) -> tuple[Colleague, ...]:
        """Return everybody who was ever at the desk."""
        ...
