"""Tracebacks: what a carrier is asked, and its answer: the origin, the carrier before it, or a refusal."""

from dataclasses import dataclass, replace

from quietline.cases.investigation.attribution import accuse, attribution_of, declared_by
from quietline.cases.investigation.model import Hop, HopState, Way
from quietline.cases.investigation.ports import Callers, Carriers, InvestigationStore
from quietline.cases.model import Accusation, Action, Event
from quietline.cases.ports import CaseStore, ChangedMeanwhileError, TaskAnswers
from quietline.cases.waking import wake
from quietline.kernel.clock import Clock
from quietline.kernel.errors import (
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from quietline.profiles.profile import Profile

TEXT_AT_MOST = 200
ATTEMPTS = 5


@dataclass(frozen=True)
class TracebackRequest:
    """A hop with the calls to look for; `id` names it to the carrier."""

    hop: Hop
    calls: tuple[Accusation, ...]

    @property
    def id(self) -> str:
        """Case and place in the traceback."""
        return traceback_id(self.hop)


@dataclass(frozen=True)
class TracebackService:
    """What a carrier's machine client does."""

    cases: CaseStore
    store: InvestigationStore
    callers: Callers
    carriers: Carriers
    tasks: TaskAnswers
    clock: Clock
    profile: Profile

    def asked(self, client_id: str) -> list[TracebackRequest]:
        """Return what the carrier was asked, newest first; calls only of what still waits.

        Raises:
            ForbiddenError: the client is no carrier's, or was disabled.
        """
        return [self._request(hop) for hop in self.store.asked(self._code(client_id))]

    def answer(self, client_id: str, request_id: str, origin: str, following: str, refusal: str) -> TracebackRequest:
        """Take an answer: exactly one of origin (name, SAN or number), the carrier before it, or why it is refused.

        The same answer again changes nothing.

        Raises:
            ForbiddenError: the client is no carrier's, or was disabled.
            NotFoundError: the carrier was not asked that.
            InvalidInputError: none or several answers, or too long ones.
            ConflictError: it was answered otherwise, or its deadline passed.
            UnavailableError: others change the case at the same time; the carrier answers again.
        """
        code = self._code(client_id)
        hop = self._find(code, request_id)
        given = {
            HopState.ORIGIN: origin.strip(),
            HopState.FORWARDED: following.strip().upper(),
            HopState.REFUSED: refusal.strip(),
        }
        chosen = [state for state, text in given.items() if text]
        if len(chosen) != 1 or any(len(text) > TEXT_AT_MOST for text in given.values()):
            detail = f"Give one of `origin`, `carrier` and `refusal`, in at most {TEXT_AT_MOST} characters."
            raise InvalidInputError(detail, (FieldError("/origin", detail, "answer_one"),))
        now = self.clock.now()
        answered = replace(
            hop,
            state=chosen[0],
            origin=given[HopState.ORIGIN],
            following=given[HopState.FORWARDED],
            reason=given[HopState.REFUSED],
            answered_at=now,
        )
        if hop.state is not HopState.ASKED:
            if (hop.state, hop.origin, hop.following, hop.reason) != (
                answered.state,
                answered.origin,
                answered.following,
                answered.reason,
            ):
                raise ConflictError("This was answered already, or its deadline passed.")
            return self._request(hop)
        # the caller first: where it breaks off here, the carrier still waits and answers again
        self._attribute(answered)
        try:
            self.store.close_hop(answered, Event(now, Action.CARRIER_ANSWERED, f"carrier:{code}", answered.state))
        except ChangedMeanwhileError as error:
            raise ConflictError("This was answered already, or its deadline passed.") from error
        wake(self.cases, self.tasks, hop.case_id)
        return self._request(answered)

    def _attribute(self, hop: Hop) -> None:
        """Where the origin is one registered organization, it is the one accused; of a number, who had declared it."""
        if hop.state is not HopState.ORIGIN:
            return
        found = self.callers.named(hop.origin)
        if not found and hop.origin.startswith("+"):
            found = declared_by(self.callers, self.profile, hop.origin, self.cases.accusations(hop.case_id))
        if not found:
            return
        for _attempt in range(ATTEMPTS):
            kept = self.store.get(hop.case_id)
            if kept.attribution and kept.attribution.is_known:
                return
            signs = kept.attribution.signs if kept.attribution else ()
            # the number shown was another's: that is what made a traceback necessary
            made = replace(attribution_of(self.callers, found, Way.TRACED, signs), spoofed=True)
            event = Event(self.clock.now(), Action.ATTRIBUTED, f"carrier:{hop.carrier}", made.way.value)
            try:
                accuse(self.store, self.callers, kept, made, event)
            except ChangedMeanwhileError:
                continue
            return
        raise UnavailableError("Others change this case at the same time. Try again.")

    def _request(self, hop: Hop) -> TracebackRequest:
        calls = self.cases.accusations(hop.case_id) if hop.state is HopState.ASKED else ()
        return TracebackRequest(hop, calls)

    def _find(self, code: str, request_id: str) -> Hop:
        case_id, _, number = request_id.partition("-")
        for hop in self.store.hops(case_id):
            if hop.carrier == code and str(hop.number) == number:
                return hop
        raise NotFoundError("There is no such traceback.")

    def _code(self, client_id: str) -> str:
        code = self.carriers.code_of(client_id)
        if not code:
            raise ForbiddenError("This machine client is no carrier's, or was disabled.")
        return code


def traceback_id(hop: Hop) -> str:
    """Return what names a hop to its carrier."""
    return f"{hop.case_id}-{hop.number}"
