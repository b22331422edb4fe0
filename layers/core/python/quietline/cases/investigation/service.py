"""The steps of `investigate-case`; each may run again and changes nothing the second time."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from quietline.cases.find import find
from quietline.cases.investigation.attribution import accuse, attributed, changed
from quietline.cases.investigation.course import Pace, Stand, fingerprint, following, is_unheard, unheard
from quietline.cases.investigation.findings import CallFacts, examine
from quietline.cases.investigation.model import (
    Attribution,
    Hop,
    HopState,
    Next,
    Reply,
    ReplyState,
    Verdict,
)
from quietline.cases.investigation.ports import (
    Callers,
    Carriers,
    InvestigationStore,
    Scrubs,
    StopRequests,
)
from quietline.cases.investigation.resting import Rest, is_on_hold
from quietline.cases.model import SYSTEM, Accusation, Action, Decision, Event, Status
from quietline.cases.penalties import worksheet
from quietline.cases.ports import CaseStore, ChangedMeanwhileError, TaskAnswers
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, NotFoundError
from quietline.profiles.profile import Profile

TOLD_AT_ONCE = 200
"""Complaints told by one step, so that it ends well within a function's time."""
CITATION = "citation"


@dataclass(frozen=True)
class InvestigationService:
    """The steps of `investigate-case`.

    Attributes:
        pace: how long a deadline's day is.
        max_rounds: looks of one execution before another one takes over (25,000 events, one year at most).
    """

    cases: CaseStore
    store: InvestigationStore
    callers: Callers
    scrubs: Scrubs
    stops: StopRequests
    carriers: Carriers
    tasks: TaskAnswers
    clock: Clock
    profile: Profile
    pace: Pace = field(default_factory=Pace)
    max_rounds: int = 1_000

    def open(self, case_id: str, rounds: int = 0) -> tuple[Next, int]:
        """Return what the execution does next, and how many seconds a wait may take.

        Args:
            case_id: the case.
            rounds: how often this execution has asked.
        """
        step, seconds = following(self._stand(case_id), self.clock.now(), self.profile.investigations, self.pace)
        if rounds >= self.max_rounds and step is not Next.DONE:
            return Next.AGAIN, 0
        return step, seconds

    def wait(self, case_id: str, token: str, kind: str) -> None:
        """Keep the waiting task's token; what happened between the look and this wakes it at once."""
        now = self.clock.now()
        kept = self.store.get(case_id)
        due = kept.review_due_at
        if kind == Next.AWAIT_DECISION and due is None:
            due = now + self.pace.days(self.profile.cases.review_days)
            with suppress(ChangedMeanwhileError):
                self.store.save(replace(kept, review_due_at=due))
        fallback = now + self.pace.days(self.profile.cases.review_days)
        self.cases.wait(case_id, token, due or fallback, Event(now, Action.WAITING, SYSTEM, kind))
        if self.open(case_id)[0] != kind:
            self.tasks.answer(token)

    def attribute(self, case_id: str) -> Attribution:
        """Find who called: the organization that had declared the number, or that has the name the consumers gave."""
        kept = self.store.get(case_id)
        if kept.attribution is not None:
            return kept.attribution
        made = attributed(self.callers, self.profile, find(self.cases, case_id), self.cases.accusations(case_id))
        # who was faster did the same, or changed the facts: the next look sees
        with suppress(ChangedMeanwhileError):
            accuse(self.store, self.callers, kept, made, self._attributed(made))
        return made

    def trace(self, case_id: str) -> None:
        """Ask the next carrier where the calls came from."""
        case, hops = find(self.cases, case_id), self.store.hops(case_id)
        if hops and hops[-1].state is HopState.ASKED:
            return
        carrier = hops[-1].following if hops else self.carriers.holder(case.caller_number)
        now = self.clock.now()
        made = Hop(
            case_id=case_id,
            number=len(hops) + 1,
            carrier=carrier,
            caller_number=case.caller_number,
            asked_at=now,
            due_at=now + self.pace.days(self.profile.investigations.traceback_days),
        )
        with suppress(ChangedMeanwhileError):
            self.store.ask_carrier(made, Event(now, Action.CARRIER_ASKED, SYSTEM, carrier))
        if not self.carriers.exists(carrier):
            # named by the carrier before it, and nobody we could ask
            silent = replace(made, state=HopState.SILENT, answered_at=now, reason="not_registered")
            with suppress(ChangedMeanwhileError):
                self.store.close_hop(silent, Event(now, Action.SILENCE, SYSTEM, carrier))

    def silence(self, case_id: str) -> None:
        """Record that a carrier or the seller did not answer in time."""
        now = self.clock.now()
        hops = self.store.hops(case_id)
        if hops and hops[-1].state is HopState.ASKED and now >= hops[-1].due_at:
            silent = replace(hops[-1], state=HopState.SILENT, answered_at=now)
            with suppress(ChangedMeanwhileError):
                self.store.close_hop(silent, Event(now, Action.SILENCE, SYSTEM, silent.carrier))
        reply = self._reply(case_id)
        if reply and reply.is_asked and now >= reply.due_at:
            with suppress(ChangedMeanwhileError):
                self.store.change_reply(
                    replace(reply, state=ReplyState.SILENT, answered_at=now),
                    Event(now, Action.SILENCE, SYSTEM, reply.organization_id),
                )

    def examine(self, case_id: str) -> None:
        """Make the findings of every call from the evidence as it is now.

        Where changed calls point to somebody else, that is kept first; the next look examines them again.
        """
        kept = self.store.get(case_id)
        calls, reply = self.cases.accusations(case_id), self._reply(case_id)
        facts = fingerprint(calls, kept, reply)
        if kept.examined == facts or kept.attribution is None:
            return
        made = attributed(self.callers, self.profile, find(self.cases, case_id), calls)
        if changed(kept.attribution, made):
            with suppress(ChangedMeanwhileError):
                accuse(self.store, self.callers, kept, made, self._attributed(made))
            return
        findings = [examine(one, self.profile) for one in self._facts(calls, kept.attribution, reply)]
        violations = sum(finding.verdict is Verdict.VIOLATION for finding in findings)
        event = Event(self.clock.now(), Action.EXAMINED, SYSTEM, f"{len(findings)} calls, {violations} violations")
        with suppress(ChangedMeanwhileError):
            self.store.examined(replace(kept, examined=facts), findings, event)

    def hear(self, case_id: str) -> None:
        """Give the accused organization its right of reply: a notice by mail, and a deadline."""
        kept = self.store.get(case_id)
        if kept.attribution is None or not kept.attribution.is_known:
            return
        accused = self.callers.get(kept.attribution.organization_id)
        if accused is None:
            raise NotFoundError("There is no such organization.")
        now = self.clock.now()
        asked = tuple(f.complaint_id for f in self.store.findings(case_id) if f.verdict is not Verdict.EXCUSED)
        before = self.store.reply(case_id, accused.id)
        decision = find(self.cases, case_id).decision
        if decision is not None and is_unheard(decision.kind, kept, before, frozenset(asked)):
            with suppress(ChangedMeanwhileError):
                self.store.give_back(kept, decision, Event(now, Action.RETURNED, SYSTEM, "The seller was not heard."))
        due = now + self.pace.days(self.profile.investigations.reply_days)
        event = Event(now, Action.SELLER_ASKED, SYSTEM, accused.id)
        if before is not None:
            more = before.state is ReplyState.CLEARED or unheard(frozenset(asked), before, self.profile.investigations)
            if before.is_asked or not more:
                return
            again = replace(
                before,
                state=ReplyState.ASKED,
                due_at=due,
                complaints=tuple(dict.fromkeys((*before.complaints, *asked))),
                extended=False,
                reminded=0,
                hearings=before.hearings + 1,
            )
            with suppress(ChangedMeanwhileError):
                self.store.hear(again, accused, event)
            return
        made = Reply(
            case_id=case_id,
            organization_id=accused.id,
            state=ReplyState.ASKED,
            notice_at=now,
            due_at=due,
            complaints=asked,
        )
        with suppress(ChangedMeanwhileError):
            self.store.hear(made, accused, event)

    def remind(self, case_id: str) -> None:
        """Remind the organization of its deadline; each reminder once."""
        reply = self._reply(case_id)
        step, _ = self.open(case_id)
        if reply is None or step is not Next.REMIND:
            return
        now = self.clock.now()
        with suppress(ChangedMeanwhileError):
            self.store.change_reply(
                replace(reply, reminded=reply.reminded + 1),
                Event(now, Action.SELLER_REMINDED, SYSTEM, reply.organization_id),
                self.callers.get(reply.organization_id),
            )

    def escalate(self, case_id: str) -> None:
        """Count a review whose deadline passed; supervisors see it first, and the next deadline runs."""
        kept = self.store.get(case_id)
        now = self.clock.now()
        if kept.review_due_at is None or now < kept.review_due_at:
            return
        following_due = now + self.pace.days(self.profile.cases.review_days)
        # who was faster did the same, or changed the facts: the next look sees
        with suppress(ChangedMeanwhileError):
            self.store.escalated(replace(kept, review_due_at=following_due), Event(now, Action.ESCALATED, SYSTEM))

    def resume(self, case_id: str) -> None:
        """Let the deadlines run again after a hold: each ends later by as long as the case rested; a seller is told."""
        case, kept = find(self.cases, case_id), self.store.get(case_id)
        if case.hold is None or is_on_hold(case, self.profile, self.clock):
            return
        rest = Rest.of(case.hold, self.profile)
        reply = rest.moved_reply(self._reply(case_id))
        with suppress(ChangedMeanwhileError):
            self.store.resumed(
                case,
                replace(kept, review_due_at=kept.review_due_at and rest.moved(kept.review_due_at)),
                Event(self.clock.now(), Action.RESUMED, SYSTEM),
                hop=rest.moved_hop(self.store.hops(case_id)),
                reply=reply,
                told=self.callers.get(reply.organization_id) if reply else None,
            )

    def record(self, case_id: str) -> Decision:
        """Make the given decision final; a citation gets its worksheet of penalties.

        Raises:
            ConflictError: no decision was given, or nobody confirmed a citation.
        """
        case, kept = find(self.cases, case_id), self.store.get(case_id)
        if case.decision is None:
            raise ConflictError("No decision was given for this case.")
        if case.status is not Status.OPEN:
            return case.decision
        decision = case.decision
        if decision.kind == CITATION:
            if kept.confirmed is None:
                raise ConflictError("A second person has to confirm the citation.")
            cited = self._cited(case_id)
            calls = [entry.called_at for entry in self.cases.accusations(case_id) if entry.complaint_id in cited]
            decision = replace(decision, penalties=worksheet(calls, self.profile))
        self.cases.decided(case, decision, Event(self.clock.now(), Action.DECIDED, decision.by, decision.kind))
        return decision

    def notify(self, case_id: str) -> int:
        """Tell complainants, a batch at a time, then the seller; return how many are left. The last closes the case."""
        case = find(self.cases, case_id)
        if case.decision is None:
            raise ConflictError("No decision was given for this case.")
        now = self.clock.now()
        left = self.cases.tell(case_id, case.decision.kind, now, TOLD_AT_ONCE)
        if left == 0:
            self._tell_seller(case_id, case.decision)
            self.cases.closed(case_id, Event(now, Action.CLOSED, SYSTEM))
        return left

    def again(self, case_id: str, execution: str) -> None:
        """Let a new execution take over before this one meets the service's limits; `execution` is this one's name."""
        number = int(execution.partition("-")[2] or 1) + 1
        self.store.again(case_id, number, Event(self.clock.now(), Action.CONTINUED, SYSTEM, str(number)))

    def fail(self, case_id: str, error: str) -> None:
        """Note that the execution stopped by an error of that class."""
        self.cases.failed(case_id, error, Event(self.clock.now(), Action.FAILED, SYSTEM, error))

    def _stand(self, case_id: str) -> Stand:
        case, kept = find(self.cases, case_id), self.store.get(case_id)
        if case.status is not Status.OPEN:
            return Stand(case, kept, (), None, "", frozenset(), "")
        hops, reply = self.store.hops(case_id), self._reply(case_id)
        calls = self.cases.accusations(case_id)
        findings = self.store.findings(case_id)
        unknown = kept.attribution is not None and not kept.attribution.is_known
        return Stand(
            case=case,
            investigation=kept,
            hops=hops,
            reply=reply,
            facts=fingerprint(calls, kept, reply),
            violations=frozenset(one.complaint_id for one in findings if one.verdict is not Verdict.EXCUSED),
            holder=self.carriers.holder(case.caller_number) if unknown and not hops and case.caller_number else "",
            on_hold=is_on_hold(case, self.profile, self.clock),
        )

    def _cited(self, case_id: str) -> set[str]:
        """Return the calls of a citation: not excused, and the seller, where one is known, was heard on them."""
        found = {one.complaint_id for one in self.store.findings(case_id) if one.verdict is not Verdict.EXCUSED}
        reply = self._reply(case_id)
        return found & set(reply.complaints) if reply else found

    def _reply(self, case_id: str) -> Reply | None:
        attribution = self.store.get(case_id).attribution
        if attribution is None or not attribution.is_known:
            return None
        return self.store.reply(case_id, attribution.organization_id)

    def _facts(
        self, calls: tuple[Accusation, ...], attribution: Attribution, reply: Reply | None
    ) -> Iterator[CallFacts]:
        organization_id = attribution.organization_id
        if not organization_id:
            yield from (CallFacts(call, attribution, None, None, None, None) for call in calls)
            return
        holdings = self.scrubs.holdings(organization_id, calls)
        entitled = frozenset() if attribution.exempt else self.scrubs.entitled(organization_id, calls)
        for call in calls:
            yield CallFacts(
                call=call,
                attribution=attribution,
                holding=holdings.get(call.complaint_id),
                entitled=attribution.exempt or call.complaint_id in entitled,
                stopped_at=self.stops.before(organization_id, call.called, call.called_at),
                answer=reply.answers.get(call.complaint_id) if reply else None,
            )

    def _tell_seller(self, case_id: str, decision: Decision) -> None:
        reply = self._reply(case_id)
        accused = self.callers.get(reply.organization_id) if reply else None
        if reply and accused:
            self.store.tell_seller(reply, accused, decision, self.clock.now())

    def _attributed(self, made: Attribution) -> Event:
        return Event(self.clock.now(), Action.ATTRIBUTED, SYSTEM, made.way.value)
