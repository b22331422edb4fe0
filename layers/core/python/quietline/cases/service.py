"""Use cases of an investigation: the steps of `investigate-case`, the decision, starting lost executions again."""

from dataclasses import dataclass, replace
from datetime import timedelta

from quietline.cases.find import find
from quietline.cases.model import SYSTEM, Action, Case, Decision, Event, Status, Step
from quietline.cases.penalties import worksheet
from quietline.cases.ports import CaseStore, ChangedMeanwhileError, Executions, TaskAnswers
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.profiles.profile import Profile

PAGE = 50
TOLD_AT_ONCE = 200
"""Complaints told by one step, so that it ends well within a function's time."""
REASONS_AT_LEAST = 20
REASONS_AT_MOST = 4000
CITATION = "citation"


@dataclass(frozen=True)
class InvestigationService:
    """The steps of `investigate-case`; each may run again and changes nothing the second time."""

    store: CaseStore
    tasks: TaskAnswers
    clock: Clock
    profile: Profile

    def open(self, case_id: str) -> tuple[Step, int]:
        """Return where the execution goes on, and how many seconds a review may take."""
        case = find(self.store, case_id)
        seconds = int(timedelta(days=self.profile.cases.review_days).total_seconds())
        if case.status in (Status.CLOSED, Status.MERGED):
            return Step.DONE, seconds
        if case.status is Status.DECIDED:
            return Step.NOTIFY, seconds
        return (Step.RECORD if case.decision else Step.AWAIT), seconds

    def wait(self, case_id: str, token: str) -> None:
        """Keep the waiting task's token; a decision given while nothing waited wakes it at once."""
        now = self.clock.now()
        due = now + timedelta(days=self.profile.cases.review_days)
        self.store.wait(case_id, token, due, Event(now, Action.WAITING, SYSTEM))
        if find(self.store, case_id).decision is not None:
            self.tasks.answer(token)

    def escalate(self, case_id: str) -> None:
        """Count a deadline that passed without a decision; the queue shows it."""
        self.store.escalate(case_id, Event(self.clock.now(), Action.ESCALATED, SYSTEM))

    def record(self, case_id: str) -> Decision:
        """Make the given decision final; a citation gets its worksheet of penalties.

        Raises:
            ConflictError: no decision was given.
        """
        case = find(self.store, case_id)
        if case.decision is None:
            raise ConflictError("No decision was given for this case.")
        if case.status is not Status.OPEN:
            return case.decision
        decision = case.decision
        if decision.kind == CITATION:
            calls = [entry.called_at for entry in self.store.accusations(case_id)]
            decision = replace(decision, penalties=worksheet(calls, self.profile))
        self.store.decided(case, decision, Event(self.clock.now(), Action.DECIDED, decision.by, decision.kind))
        return decision

    def notify(self, case_id: str) -> int:
        """Tell complainants, a batch at a time; return how many are left. The last batch closes the case."""
        case = find(self.store, case_id)
        if case.decision is None:
            raise ConflictError("No decision was given for this case.")
        now = self.clock.now()
        left = self.store.tell(case_id, case.decision.kind, now, TOLD_AT_ONCE)
        if left == 0:
            self.store.closed(case_id, Event(now, Action.CLOSED, SYSTEM))
        return left

    def fail(self, case_id: str, error: str) -> None:
        """Note that the execution stopped by an error of that class."""
        self.store.failed(case_id, error, Event(self.clock.now(), Action.FAILED, SYSTEM, error))


@dataclass(frozen=True)
class DecisionService:
    """How an investigator decides."""

    store: CaseStore
    tasks: TaskAnswers
    clock: Clock
    profile: Profile

    def decide(self, case_id: str, kind: str, reasons: str, by: str) -> Case:
        """Give the decision and wake the case's execution; the same decision again wakes it again.

        Raises:
            InvalidInputError: the decision is not one of the profile's, or the reasons are too short or too long.
            NotFoundError: there is no such case.
            ConflictError: the case does not wait for a decision, or has another one.
        """
        reasons = reasons.strip()
        self._check(kind, reasons)
        case = find(self.store, case_id)
        given = case.decision
        if given is None:
            now = self.clock.now()
            event = Event(now, Action.DECISION_GIVEN, by, kind)
            try:
                self.store.give(case_id, Decision(kind, reasons, by, now), event)
            except ChangedMeanwhileError as error:
                raise ConflictError("The case does not wait for a decision now. Read it again.") from error
        elif (given.kind, given.reasons, given.by) != (kind, reasons, by) or case.status is not Status.OPEN:
            raise ConflictError("The case has been decided already.")
        # kept first, then woken: where the task waits no more, the next wait or a redrive finds the decision
        self.tasks.answer(case.token)
        return find(self.store, case_id)

    def _check(self, kind: str, reasons: str) -> None:
        wrong = []
        if kind not in self.profile.cases.decisions:
            known = ", ".join(self.profile.cases.decisions)
            wrong.append(FieldError("/decision", f"Use one of {known}.", "decision"))
        if not REASONS_AT_LEAST <= len(reasons) <= REASONS_AT_MOST:
            detail = f"Give the reasons in {REASONS_AT_LEAST} to {REASONS_AT_MOST} characters."
            wrong.append(FieldError("/reasons", detail, "reasons_length"))
        if wrong:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))


@dataclass(frozen=True)
class RedriveService:
    """Starts executions for cases that have none: after a failure, or after an emulator's restart."""

    store: CaseStore
    executions: Executions
    clock: Clock

    def redrive(self) -> list[str]:
        """Start a new execution for each case that is not closed and has none running; return the cases' ids.

        An execution is named by its case, and `<case>-<n>` when it was started again; it skips what is done.
        """
        running = {name.partition("-")[0] for name in self.executions.running()}
        started = []
        for status in (Status.OPEN, Status.DECIDED):
            cursor = ""
            while True:
                page = self.store.page(status, PAGE, cursor)
                for case in page.cases:
                    if case.id in running:
                        continue
                    event = Event(self.clock.now(), Action.REDRIVEN, SYSTEM)
                    attempt = self.store.next_attempt(case.id, event)
                    self.executions.start(f"{case.id}-{attempt}", case.id)
                    started.append(case.id)
                if not page.cursor:
                    break
                cursor = page.cursor
        return started
