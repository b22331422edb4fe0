"""What cases need from outside."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from quietline.cases.facts import Call, Facts, Priority
from quietline.cases.model import Accusation, Case, CasePage, Decision, Event, Status


class ChangedMeanwhileError(Exception):
    """A condition did not hold any more: read again."""


class CaseStore(Protocol):
    """The cases. Every change is one conditional transaction with its audit entry."""

    def get(self, case_id: str) -> Case | None:
        """Return a case, or None."""
        ...

    def page(self, status: Status, limit: int, cursor: str) -> CasePage:
        """Return cases of a status, the most urgent first.

        Raises:
            InvalidInputError: the cursor is none of ours.
        """
        ...

    def queue(self, status: Status, after: str) -> Iterator[Case]:
        """Yield cases of a status, the most urgent first, after a key of `queue.SORTS["priority"]`."""
        ...

    def open_case_of(self, caller_key: str) -> str:
        """Return the id of the caller's one open case, or empty."""
        ...

    def accusation(self, complaint_id: str) -> Accusation | None:
        """Return a complaint, or None."""
        ...

    def by_reference(self, reference: str) -> Accusation | None:
        """Return the complaint of a reference as it is kept, or None."""
        ...

    def unassigned(self, caller_key: str, since: datetime) -> tuple[Accusation, ...]:
        """Return a caller's assignable complaints since an instant that are in no case, oldest first (eventually)."""
        ...

    def open(self, case: Case, accusations: Sequence[Accusation], event: Event) -> None:
        """Keep a new case with its first complaints, at most 25.

        Raises:
            ChangedMeanwhileError: a caller has an open case already, or a complaint is in one.
        """
        ...

    def join(self, case_id: str, accusation: Accusation, event: Event) -> None:
        """Add a complaint to an open case.

        Raises:
            ChangedMeanwhileError: the case is open no more, or the complaint is in one.
        """
        ...

    def recorded(self, accusation: Accusation) -> bool:
        """Keep with its place what counting needs of a complaint in a case; False when it says what it said before."""
        ...

    def calls(self, case_id: str) -> tuple[Call, ...]:
        """Return what counting needs of each of a case's complaints."""
        ...

    def cases_of_caller(self, caller_key: str) -> tuple[Case, ...]:
        """Return every case that a caller ever was in, newest first."""
        ...

    def counted(self, case: Case, facts: Facts, priority: Priority) -> bool:
        """Keep what was counted; False when a complaint came or went meanwhile, so that it has to be counted again."""
        ...

    def record_event(self, case_id: str, event: Event) -> None:
        """Append to the audit log."""
        ...

    def accusations(self, case_id: str) -> tuple[Accusation, ...]:
        """Return a case's complaints, oldest first."""
        ...

    def events(self, case_id: str) -> tuple[Event, ...]:
        """Return a case's audit log, oldest first."""
        ...

    def wait(self, case_id: str, token: str, due_at: datetime, event: Event) -> None:
        """Keep the token of the waiting task."""
        ...

    def give(self, case_id: str, decision: Decision, event: Event) -> None:
        """Keep what the investigator decided.

        Raises:
            ChangedMeanwhileError: the case does not wait, has a decision, or complaints move from or to it.
        """
        ...

    def decided(self, case: Case, decision: Decision, event: Event) -> None:
        """Make the decision final: status, worksheet, and the caller's next complaint opens a new case. Once."""
        ...

    def tell(self, case_id: str, kind: str, at: datetime, limit: int) -> int:
        """Set at most `limit` complaints to decided, asking for their mails; return how many are left."""
        ...

    def closed(self, case_id: str, event: Event) -> None:
        """Set a decided case closed; a second time changes nothing."""
        ...

    def failed(self, case_id: str, error: str, event: Event) -> None:
        """Note that the case's execution stopped; `error` is the error's class."""
        ...

    def next_attempt(self, case_id: str, event: Event) -> int:
        """Count one more execution and return its number, 2 for the first restart."""
        ...


class Hearings(Protocol):
    """Whether the accused were heard."""

    def objection(self, case: Case, kind: str) -> str:
        """Say why a decision cannot be given yet; empty if it can."""
        ...


class TaskAnswers(Protocol):
    """Answers of waiting tasks."""

    def answer(self, token: str) -> bool:
        """Wake the waiting task; False when it waits no more."""
        ...


class Executions(Protocol):
    """The running executions of `investigate-case`."""

    def running(self) -> set[str]:
        """Return the names of those that run."""
        ...

    def start(self, name: str, case_id: str) -> None:
        """Start one; a name used before changes nothing."""
        ...
