"""What people do with an investigation: read it, name the caller, ask a carrier, confirm a citation, open again."""

from dataclasses import dataclass, replace

from quietline.cases.find import find
from quietline.cases.investigation.attribution import accuse, attribution_of
from quietline.cases.investigation.course import Pace, Stand, fingerprint, following, is_unheard, suggestion
from quietline.cases.investigation.model import (
    Attribution,
    Confirmation,
    Finding,
    Hop,
    HopState,
    Investigation,
    InvestigationFile,
    Reply,
    Total,
    Verdict,
    Way,
)
from quietline.cases.investigation.ports import Callers, Carriers, InvestigationStore
from quietline.cases.investigation.resting import is_on_hold
from quietline.cases.model import Action, Case, Event, Status
from quietline.cases.people import Person, must_change
from quietline.cases.ports import CaseStore, ChangedMeanwhileError, TaskAnswers
from quietline.cases.waking import wake
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, ForbiddenError, InvalidInputError
from quietline.kernel.money import Money
from quietline.profiles.profile import Profile

REASONS_AT_LEAST = 20
REASONS_AT_MOST = 4000


@dataclass(frozen=True)
class Heard:
    """See `cases.ports.Hearings`."""

    store: InvestigationStore

    def objection(self, case: Case, kind: str) -> str:
        """Say why a decision cannot be given yet: nobody is warned or cited before they were heard. Empty if it can."""
        kept = self.store.get(case.id)
        known = kept.attribution
        reply = self.store.reply(case.id, known.organization_id) if known and known.is_known else None
        findings = self.store.findings(case.id)
        violations = frozenset(one.complaint_id for one in findings if one.verdict is not Verdict.EXCUSED)
        if is_unheard(kind, kept, reply, violations):
            return "The seller has not been heard yet. Wait for its answer or its deadline."
        return ""


@dataclass(frozen=True)
class ReviewService:
    """What investigators do; `pace` is that of the machine."""

    cases: CaseStore
    store: InvestigationStore
    callers: Callers
    carriers: Carriers
    tasks: TaskAnswers
    clock: Clock
    profile: Profile
    pace: Pace

    def read(self, case_id: str) -> InvestigationFile:
        """Return what the investigation of a case knows.

        Raises:
            NotFoundError: there is no such case.
        """
        case, kept = find(self.cases, case_id), self.store.get(case_id)
        findings, hops = self.store.findings(case_id), self.store.hops(case_id)
        known = kept.attribution is not None and kept.attribution.is_known
        reply, facts = self._reply(kept), self._facts(kept)
        stand = Stand(
            case=case,
            investigation=kept,
            hops=hops,
            reply=reply,
            facts=facts,
            violations=frozenset(one.complaint_id for one in findings if one.verdict is not Verdict.EXCUSED),
            holder="",
            on_hold=is_on_hold(case, self.profile, self.clock),
        )
        phase, _ = following(stand, self.clock.now(), self.profile.investigations, self.pace)
        verdicts = [finding.verdict for finding in findings]
        total = total_of(findings, self.profile.currency)
        return InvestigationFile(
            investigation=kept,
            phase=phase.value,
            stale=kept.examined != facts,
            hops=hops,
            findings=findings,
            reply=reply,
            total=total,
            suggestion=suggestion(known, verdicts, total.proposed.minor) if kept.examined else "",
        )

    def confirm(self, case_id: str, person: Person) -> None:
        """Confirm a citation that somebody else decided; the case goes on. The same person again changes nothing.

        Raises:
            NotFoundError: there is no such case.
            ConflictError: no citation waits for a confirmation, or its calls have changed and are examined again.
            ForbiddenError: the decision is their own, or the case is the other agency's.
        """
        self._waiting(case_id, person)
        kept = self.store.get(case_id)
        if kept.examined != self._facts(kept):
            raise ConflictError("The calls have changed and are examined again. Look at the findings in a minute.")
        if kept.confirmed is None:
            now = self.clock.now()
            confirmed = replace(kept, confirmation=Confirmation(person.sub, now, kept.examined))
            try:
                self.store.confirm(confirmed, Event(now, Action.CONFIRMED, person.sub))
            except ChangedMeanwhileError as error:
                raise ConflictError("The case changed meanwhile. Read it again.") from error
        wake(self.cases, self.tasks, case_id)

    def give_back(self, case_id: str, reasons: str, person: Person) -> None:
        """Give a citation back to be decided again.

        Raises:
            InvalidInputError: the reasons are too short or too long.
            NotFoundError: there is no such case.
            ConflictError: no citation waits for a confirmation.
            ForbiddenError: the decision is their own, or the case is the other agency's.
        """
        reasons = checked_reasons(reasons)
        case = self._waiting(case_id, person)
        assert case.decision is not None
        kept, now = self.store.get(case_id), self.clock.now()
        try:
            self.store.give_back(kept, case.decision, Event(now, Action.RETURNED, person.sub, reasons))
        except ChangedMeanwhileError as error:
            raise ConflictError("The case changed meanwhile. Read it again.") from error
        wake(self.cases, self.tasks, case_id)

    def reopen(self, case_id: str, reasons: str, person: Person) -> None:
        """Open a closed case again because of new facts; everybody is told of the new decision too.

        Raises:
            InvalidInputError: the reasons are too short or too long.
            NotFoundError: there is no such case.
            ForbiddenError: it is the other agency's.
            ConflictError: the case is not closed, or its caller has an open case: the facts belong there.
        """
        reasons = checked_reasons(reasons)
        case, kept = self._theirs(case_id, person), self.store.get(case_id)
        if case.status is not Status.CLOSED or case.decision is None:
            raise ConflictError("Only a closed case is opened again.")
        again = replace(
            kept,
            examined="",
            review_due_at=None,
            confirmation=None,
            earlier=(*kept.earlier, case.decision),
            reopened=kept.reopened + 1,
        )
        reply, callers = self._reply(kept), case.callers
        event = Event(self.clock.now(), Action.REOPENED, person.sub, reasons)
        try:
            self.store.reopen(again, case.attempts + 1, callers, reply, event)
        except ChangedMeanwhileError as error:
            raise ConflictError("The caller has an open case, or this one changed. Read it again.") from error

    def name_caller(self, case_id: str, organization: str, person: Person) -> Attribution:
        """Say which registered organization called, by its SAN, its exact name or its id.

        Raises:
            NotFoundError: there is no such case.
            ForbiddenError: it is the other agency's.
            InvalidInputError: no registered organization, or several, are meant.
            ConflictError: the case was decided.
        """
        case, kept = self._theirs(case_id, person), self.store.get(case_id)
        if case.status is not Status.OPEN or case.decision is not None:
            raise ConflictError("The case has been decided already.")
        named = organization.strip()
        found = named if self.callers.get(named) else self.callers.named(organization)
        if not found:
            detail = "Give the SAN or the exact name of one registered organization."
            raise InvalidInputError(detail, (FieldError("/organization", detail, "organization_unknown"),))
        signs = kept.attribution.signs if kept.attribution else ()
        made = attribution_of(self.callers, found, Way.NAMED, signs)
        event = Event(self.clock.now(), Action.ATTRIBUTED, person.sub, made.way.value)
        try:
            accuse(self.store, self.callers, kept, made, event)
        except ChangedMeanwhileError as error:
            raise ConflictError("The case changed meanwhile. Read it again.") from error
        wake(self.cases, self.tasks, case_id)
        return made

    def ask_carrier(self, case_id: str, carrier: str, person: Person) -> Hop:
        """Ask a carrier where the case's calls came from.

        Raises:
            NotFoundError: there is no such case.
            ForbiddenError: it is the other agency's.
            InvalidInputError: there is no such carrier, or it was asked.
            ConflictError: the case was decided, has no number, or another carrier has not answered yet.
        """
        case, hops = self._theirs(case_id, person), self.store.hops(case_id)
        code = carrier.strip().upper()
        if case.status is not Status.OPEN or not case.caller_number:
            raise ConflictError("Only the number of an open case is traced.")
        if hops and hops[-1].state is HopState.ASKED:
            raise ConflictError("A carrier has not answered yet. Wait for its answer or its deadline.")
        if not self.carriers.exists(code) or code in {hop.carrier for hop in hops}:
            detail = "Give the code of a carrier that was not asked yet."
            raise InvalidInputError(detail, (FieldError("/carrier", detail, "carrier_unknown"),))
        now = self.clock.now()
        made = Hop(
            case_id=case_id,
            number=len(hops) + 1,
            carrier=code,
            caller_number=case.caller_number,
            asked_at=now,
            due_at=now + self.pace.days(self.profile.investigations.traceback_days),
        )
        try:
            self.store.ask_carrier(made, Event(now, Action.CARRIER_ASKED, person.sub, code))
        except ChangedMeanwhileError as error:
            raise ConflictError("The case changed meanwhile. Read it again.") from error
        wake(self.cases, self.tasks, case_id)
        return made

    def _reply(self, kept: Investigation) -> Reply | None:
        known = kept.attribution
        return self.store.reply(kept.case_id, known.organization_id) if known and known.is_known else None

    def _facts(self, kept: Investigation) -> str:
        return fingerprint(self.cases.accusations(kept.case_id), kept, self._reply(kept))

    def _theirs(self, case_id: str, person: Person) -> Case:
        case = find(self.cases, case_id)
        must_change(case, person)
        return case

    def _waiting(self, case_id: str, person: Person) -> Case:
        case = self._theirs(case_id, person)
        if case.status is not Status.OPEN or case.decision is None or case.decision.kind != "citation":
            raise ConflictError("No citation waits for a second person here.")
        if case.decision.by == person.sub:
            raise ForbiddenError("Another person than the one who decided has to look at a citation.")
        return case


def total_of(findings: tuple[Finding, ...], currency: str) -> Total:
    """Return a worksheet's totals; the maximum is that of the violations."""
    calls = {verdict.value: 0 for verdict in Verdict}
    maximum = proposed = Money(0, currency)
    for finding in findings:
        calls[finding.verdict] += 1
        if finding.verdict is Verdict.VIOLATION:
            maximum, proposed = maximum + finding.maximum, proposed + finding.proposed
    return Total(calls, maximum, proposed)


def checked_reasons(text: str) -> str:
    """Return reasons without blanks around them.

    Raises:
        InvalidInputError: they are too short or too long.
    """
    text = text.strip()
    if not REASONS_AT_LEAST <= len(text) <= REASONS_AT_MOST:
        detail = f"Give the reasons in {REASONS_AT_LEAST} to {REASONS_AT_MOST} characters."
        raise InvalidInputError(detail, (FieldError("/reasons", detail, "reasons_length"),))
    return text
