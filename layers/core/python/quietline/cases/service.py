"""Use cases of the decision, and of lost executions again."""

from dataclasses import dataclass

from quietline.cases.find import find
from quietline.cases.model import SYSTEM, Action, Case, Decision, Event, Status
from quietline.cases.people import Person, must_change
from quietline.cases.ports import CaseStore, ChangedMeanwhileError, Executions, Hearings, TaskAnswers
from quietline.cases.waking import wake
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.profiles.profile import Profile

PAGE = 50
REASONS_AT_LEAST = 20
REASONS_AT_MOST = 4000


@dataclass(frozen=True)
class DecisionService:
    """How an investigator decides."""

    store: CaseStore
    tasks: TaskAnswers
    clock: Clock
    profile: Profile
    hearings: Hearings | None = None

    def decide(self, case_id: str, kind: str, reasons: str, person: Person) -> Case:
        """Give the decision and wake the case's execution; the same decision again wakes it again.

        Raises:
            InvalidInputError: the decision is not one of the profile's, or the reasons are too short or too long.
            NotFoundError: there is no such case.
            ForbiddenError: it is the other agency's.
            ConflictError: the case does not wait for a decision, has another one, or complaints move from or to it.
        """
        reasons = reasons.strip()
        self._check(kind, reasons)
        case = find(self.store, case_id)
        must_change(case, person)
        given, by = case.decision, person.sub
        if given is None:
            objection = self.hearings.objection(case, kind) if self.hearings else ""
            if objection:
                raise ConflictError(objection)
            now = self.clock.now()
            event = Event(now, Action.DECISION_GIVEN, by, kind)
            try:
                self.store.give(case_id, Decision(kind, reasons, by, now), event)
            except ChangedMeanwhileError as error:
                raise ConflictError("The case does not wait for a decision now. Read it again.") from error
        elif (given.kind, given.reasons, given.by) != (kind, reasons, by) or case.status is not Status.OPEN:
            raise ConflictError("The case has been decided already.")
        # kept first, then woken: where the task waits no more, the next wait or a redrive finds the decision
        wake(self.store, self.tasks, case_id)
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
