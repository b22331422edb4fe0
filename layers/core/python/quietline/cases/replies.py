"""A seller's right of reply: its accusations, its answer for each call, the one extension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from quietline.cases.exhibits import reply_of
from quietline.cases.investigation.course import Pace
from quietline.cases.investigation.model import CallAnswer, Claim, Finding, Reply, ReplyState
from quietline.cases.investigation.ports import InvestigationStore
from quietline.cases.model import Action, Event
from quietline.cases.ports import CaseStore, ChangedMeanwhileError, TaskAnswers
from quietline.cases.waking import wake
from quietline.evidence.model import Evidence, Offered, State
from quietline.evidence.service import EvidenceService
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.profiles.profile import Profile

TEXT_AT_MOST = 4000
EVIDENCE_AT_MOST = 20


@dataclass(frozen=True)
class AnswerInput:
    """What a seller says of one call, as typed; `on` is `YYYY-MM-DD` or empty."""

    complaint_id: str
    claim: str
    on: str = ""
    text: str = ""
    evidence: Sequence[str] = ()


@dataclass(frozen=True)
class AccusedCall:
    """A call as the accused organization may know it: the number called, never who has it nor what they wrote.

    Attributes:
        finding: what the evidence shows so far; None before it was examined.
    """

    complaint_id: str
    called: str
    called_at: datetime
    kind: str
    robocall: bool
    subject: int
    finding: Finding | None
    answer: CallAnswer | None


@dataclass(frozen=True)
class AccusationFile:
    """An accusation with its calls and what was uploaded for its answer, both oldest first.

    Attributes:
        rests: whether the case is on hold, so that the deadline does not run and is moved when it ends.
    """

    reply: Reply
    caller_number: str
    calls: tuple[AccusedCall, ...]
    evidence: tuple[Evidence, ...] = ()
    rests: bool = False


@dataclass(frozen=True)
class ReplyService:
    """What an accused organization does; whether somebody may act for it is checked before."""

    cases: CaseStore
    store: InvestigationStore
    tasks: TaskAnswers
    clock: Clock
    profile: Profile
    pace: Pace
    evidence: EvidenceService

    def all(self, organization_id: str) -> tuple[Reply, ...]:
        """Return an organization's accusations, newest first."""
        return self.store.accusations_of(organization_id)

    def read(self, organization_id: str, case_id: str) -> AccusationFile:
        """Return one accusation with its calls.

        Raises:
            NotFoundError: the organization is not accused in such a case.
        """
        reply = self.find(organization_id, case_id)
        case = self.cases.get(case_id)
        findings = {one.complaint_id: one for one in self.store.findings(case_id)}
        calls = tuple(
            AccusedCall(
                complaint_id=one.complaint_id,
                called=one.called,
                called_at=one.called_at,
                kind=one.kind,
                robocall=one.robocall,
                subject=one.subject,
                finding=findings.get(one.complaint_id),
                answer=reply.answers.get(one.complaint_id),
            )
            for one in sorted(self.cases.accusations(case_id), key=lambda one: one.called_at)
            if one.complaint_id in reply.complaints
        )
        return AccusationFile(
            reply,
            case.caller_number if case else "",
            calls,
            tuple(self._uploaded(reply)),
            case is not None and case.hold is not None and reply.is_asked,
        )

    def find(self, organization_id: str, case_id: str) -> Reply:
        """Return an organization's right of reply in a case.

        Raises:
            NotFoundError: the organization is not accused in such a case.
        """
        found = self.store.reply(case_id, organization_id)
        if found is None:
            raise NotFoundError("Your organization is not accused in such a case.")
        return found

    def answer(
        self, organization_id: str, case_id: str, answers: Sequence[AnswerInput], statement: str, by: str
    ) -> Reply:
        """Take the answer; it is final, and the same answer again changes nothing.

        Raises:
            NotFoundError: the organization is not accused in such a case.
            InvalidInputError: a call, a claim or a file is unknown, a file was refused or has not come, a day is
                missing or wrong, or nothing is said.
            ConflictError: it was answered, the deadline passed, or another person answers now.
        """
        reply = self.find(organization_id, case_id)
        taken = self._checked(reply, answers, statement.strip())
        said = {**reply.answers, **taken}
        if reply.state is ReplyState.ANSWERED and (dict(reply.answers), reply.statement) == (said, statement.strip()):
            return reply
        self._open(reply)
        now = self.clock.now()
        made = replace(reply, state=ReplyState.ANSWERED, answers=said, statement=statement.strip(), answered_at=now)
        self._change(made, Event(now, Action.SELLER_ANSWERED, by, organization_id))
        return self.find(organization_id, case_id)

    def offer(
        self,
        organization_id: str,
        case_id: str,
        kind: str,
        content_type: str = "",
        size: int = 0,
        *,
        back: str = "",
    ) -> Offered:
        """Make a place for a file that supports an answer, and say how to upload it; see `EvidenceService.offer`.

        Raises:
            NotFoundError: the organization is not accused in such a case.
            InvalidInputError: kind, type or size is refused.
            ConflictError: it was answered, the deadline passed, or there are as many files as there may be.
            UnavailableError: too many offers at once; nothing was kept.
        """
        self._open(self.find(organization_id, case_id))
        return self.evidence.offer(reply_of(case_id, organization_id), kind, content_type, size, back)

    def _uploaded(self, reply: Reply) -> list[Evidence]:
        return self.evidence.of(reply_of(reply.case_id, reply.organization_id))

    def extend(self, organization_id: str, case_id: str, by: str) -> Reply:
        """Extend the deadline, once; asking again changes nothing.

        Raises:
            NotFoundError: the organization is not accused in such a case.
            ConflictError: it was answered, or the deadline passed.
        """
        reply = self.find(organization_id, case_id)
        self._open(reply)
        if reply.extended:
            return reply
        due = reply.due_at + self.pace.days(self.profile.investigations.extension_days)
        made = replace(reply, due_at=due, extended=True, reminded=0)
        self._change(made, Event(self.clock.now(), Action.EXTENDED, by, organization_id))
        return self.find(organization_id, case_id)

    def _open(self, reply: Reply) -> None:
        if reply.state is ReplyState.ANSWERED:
            raise ConflictError("Your organization has answered already.")
        if reply.state is ReplyState.CLEARED:
            raise ConflictError("Your organization is not accused in this case any more.")
        if reply.state is ReplyState.SILENT or (self.clock.now() >= reply.due_at and not self._rests(reply)):
            raise ConflictError("The deadline for an answer has passed.")

    def _rests(self, reply: Reply) -> bool:
        """Tell whether the deadline does not run, or was not moved yet after it did not."""
        case = self.cases.get(reply.case_id)
        return case is not None and case.hold is not None

    def _change(self, reply: Reply, event: Event) -> None:
        try:
            self.store.change_reply(reply, event)
        except ChangedMeanwhileError as error:
            raise ConflictError("Somebody of your organization answers now, too. Read it again.") from error
        # kept first, then woken: where the task waits no more, the next look finds the answer
        wake(self.cases, self.tasks, reply.case_id)

    def _checked(self, reply: Reply, answers: Sequence[AnswerInput], statement: str) -> dict[str, CallAnswer]:
        wrong: list[FieldError] = []
        made: dict[str, CallAnswer] = {}
        if not answers and not statement:
            wrong.append(FieldError("/answers", "Answer for at least one call, or give a statement.", "answer_missing"))
        if len(statement) > TEXT_AT_MOST:
            wrong.append(FieldError("/statement", f"Use at most {TEXT_AT_MOST} characters.", "text_long"))
        named = any(one.evidence for one in answers)
        states = {one.id: one.state for one in self._uploaded(reply)} if named else {}
        for index, one in enumerate(answers):
            found = self._call(reply, one, f"/answers/{index}", wrong)
            wrong += _files(one, states, f"/answers/{index}/evidence")
            if found is not None:
                made[found.complaint_id] = found
        if wrong:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
        return made

    def _call(self, reply: Reply, one: AnswerInput, at: str, wrong: list[FieldError]) -> CallAnswer | None:
        before, on = len(wrong), None
        if one.complaint_id not in reply.complaints:
            wrong.append(FieldError(f"{at}/call", "There is no such call in this case.", "call_unknown"))
        if one.claim not in {claim.value for claim in Claim}:
            known = ", ".join(claim.value for claim in Claim)
            wrong.append(FieldError(f"{at}/claim", f"Use one of {known}.", "claim_unknown"))
        try:
            on = date.fromisoformat(one.on) if one.on else None
        except ValueError:
            wrong.append(FieldError(f"{at}/on", "Use a day as YYYY-MM-DD.", "day_wrong"))
        if not one.on and one.claim in (Claim.RELATIONSHIP, Claim.INQUIRY, Claim.AGREEMENT):
            wrong.append(FieldError(f"{at}/on", "Say on which day it was.", "day_missing"))
        if len(one.text) > TEXT_AT_MOST or len(one.evidence) > EVIDENCE_AT_MOST:
            detail = f"Use at most {TEXT_AT_MOST} characters and {EVIDENCE_AT_MOST} pieces of evidence."
            wrong.append(FieldError(f"{at}/text", detail, "text_long"))
        if len(wrong) > before:
            return None
        return CallAnswer(one.complaint_id, Claim(one.claim), on, one.text.strip(), tuple(one.evidence))


def _files(one: AnswerInput, states: Mapping[str, State], at: str) -> list[FieldError]:
    """Say what is wrong with the files that an answer names: only clean ones support it."""
    wrong = []
    for index, evidence_id in enumerate(one.evidence[:EVIDENCE_AT_MOST]):
        state = states.get(evidence_id)
        if state is None:
            wrong.append(FieldError(f"{at}/{index}", "No such file was uploaded for this case.", "evidence_unknown"))
        elif state is State.WAITING:
            detail = "This file has not come or is not scanned yet; try again in a minute."
            wrong.append(FieldError(f"{at}/{index}", detail, "evidence_waiting"))
        elif state is State.REFUSED:
            wrong.append(FieldError(f"{at}/{index}", "This file was refused; upload another.", "evidence_refused"))
    return wrong
