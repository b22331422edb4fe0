"""Complaints that change their case: merging two, splitting one, moving some; in batches that go on where they stopped.

A move is begun in one transaction: both cases name each other (`moving`), and what moves is written down. Then the
complaints change places, some in each transaction, so that each is in exactly one case at every instant. The last
transaction ends the move. Whoever works on one of the two cases next goes on with a move that was left unfinished.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from quietline.cases.counting import count
from quietline.cases.desk import must_be_open
from quietline.cases.find import find
from quietline.cases.model import Accusation, Action, Case, Event, Status
from quietline.cases.people import Person, must_change
from quietline.cases.ports import CaseStore, ChangedMeanwhileError, TaskAnswers
from quietline.cases.waking import wake
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, UnavailableError
from quietline.kernel.ids import new_ulid
from quietline.profiles.profile import Profile

ATTEMPTS = 5
BATCH = 30
"""Complaints that one transaction moves: three writes each, of 100."""
BATCHES = 40
"""Transactions of one request; more complaints go on with the next request."""
CHOSEN_AT_MOST = 500
CALLERS_AT_MOST = 40
"""Callers of one case: a merge writes two items for each in one transaction."""


@dataclass(frozen=True)
class Move:
    """What moves from one case to another; `complaints` empty means all."""

    origin: str
    target: str
    complaints: tuple[str, ...]
    by: str
    at: datetime


class MoveStore(Protocol):
    """Moves of complaints between cases."""

    def begin_merge(self, case: Case, into: Case, move: Move) -> None:
        """Let a case go on as another: status, callers, and the move; all or nothing.

        Raises:
            ChangedMeanwhileError: one of the two is not as it was read.
        """
        ...

    def begin_split(self, case: Case, new: Case, callers: Sequence[str], move: Move) -> None:
        """Keep a new case that some complaints go to; `callers` are those of the complaints.

        Raises:
            ChangedMeanwhileError: the case is not as it was read.
        """
        ...

    def begin_move(self, case: Case, into: Case, callers: Sequence[str], move: Move) -> None:
        """Write down that some complaints go from an open case to another.

        Raises:
            ChangedMeanwhileError: one of the two is not as it was read.
        """
        ...

    def unfinished(self, case: Case) -> Move | None:
        """Return the move that a case is in, or None."""
        ...

    def carry(self, move: Move, limit: int) -> bool:
        """Move at most `limit` complaints in one transaction; False when none is left.

        Raises:
            ChangedMeanwhileError: a complaint came or went meanwhile.
        """
        ...

    def finish(self, move: Move, at: datetime) -> None:
        """End the move; a second time changes nothing."""
        ...


@dataclass(frozen=True)
class MoveService:
    """Merging, splitting, moving."""

    store: CaseStore
    moves: MoveStore
    tasks: TaskAnswers
    clock: Clock
    profile: Profile

    def merge(self, case_id: str, into_id: str, person: Person) -> Case:
        """Let a case go on as another, which gets its complaints and its callers; return the other.

        Asked for again, it goes on where it stopped.

        Raises:
            InvalidInputError: the two are the same.
            NotFoundError: one of them is none.
            ConflictError: one is not open, or the two have too many callers.
            ForbiddenError: one is the other agency's.
        """
        if case_id == into_id:
            raise _wrong("/into", "A case is not merged with itself.", "same_case")
        for _attempt in range(ATTEMPTS):
            case, into = self._both(case_id, into_id, person)
            if case.status is Status.MERGED and case.merged_into == into_id:
                return self.resume(into_id)
            must_be_open(case)
            must_be_open(into)
            _must_be_undecided(case, into)
            if len(set(case.callers) | set(into.callers)) > CALLERS_AT_MOST:
                raise ConflictError(f"A case has at most {CALLERS_AT_MOST} callers. Link the two instead.")
            try:
                self.moves.begin_merge(case, into, self._move(case_id, into_id, (), person))
            except ChangedMeanwhileError:
                continue
            wake(self.store, self.tasks, case.id)  # there is nothing to wait for any more
            return self.resume(into_id)
        raise _busy()

    def split(self, case_id: str, complaints: Sequence[str], person: Person) -> Case:
        """Let chosen complaints be a new case; return it. The rest stays.

        Where the new case has all complaints of one of the callers, the caller's next ones join it too.

        Raises:
            InvalidInputError: a chosen complaint is not in the case, or all are chosen, or too many.
            ConflictError: the case is not open, or too many callers' complaints are chosen.
            ForbiddenError: it is the other agency's.
        """
        for _attempt in range(ATTEMPTS):
            case = self.resume(case_id)
            must_change(case, person)
            must_be_open(case)
            _must_be_undecided(case)
            chosen, rest = self._chosen(case_id, complaints)
            if not rest:
                raise _wrong("/complaints", "Leave at least one complaint in the case.", "all_chosen")
            own = {entry.caller_key for entry in chosen} - {entry.caller_key for entry in rest}
            leaving = tuple(key for key in case.callers if key in own)
            now, first = self.clock.now(), chosen[0]
            new = replace(
                case,
                id=new_ulid(now),
                caller_key=first.caller_key,
                caller_number=first.caller_number,
                caller_name=first.caller_name,
                callers=leaving,
                opened_at=now,
                complaints=0,
                trigger="split",
                referral=None,
                hold=None,
                moving=case_id,
                revision=0,
                token="",
                escalations=0,
                attempts=1,
                failure="",
            )
            move = self._move(case_id, new.id, tuple(entry.complaint_id for entry in chosen), person)
            try:
                self.moves.begin_split(case, new, _callers(chosen), move)
            except ChangedMeanwhileError:
                continue
            return self.resume(new.id)
        raise _busy()

    def move(self, case_id: str, into_id: str, complaints: Sequence[str], person: Person) -> Case:
        """Let chosen complaints go to another open case; return it. Those that moved already stay there.

        Raises:
            InvalidInputError: a chosen complaint is in neither case, or too many are chosen.
            ConflictError: one of the cases is not open.
            ForbiddenError: one is the other agency's.
        """
        if case_id == into_id:
            raise _wrong("/into", "The complaints are in this case already.", "same_case")
        for _attempt in range(ATTEMPTS):
            case, into = self._both(case_id, into_id, person)
            must_be_open(case)
            must_be_open(into)
            _must_be_undecided(case, into)
            there = {entry.complaint_id for entry in self.store.accusations(into_id)}
            left = [complaint for complaint in complaints if complaint not in there]
            if not left:
                return into
            chosen, _rest = self._chosen(case_id, left)
            move = self._move(case_id, into_id, tuple(entry.complaint_id for entry in chosen), person)
            try:
                self.moves.begin_move(case, into, _callers(chosen), move)
            except ChangedMeanwhileError:
                continue
            return self.resume(into_id)
        raise _busy()

    def resume(self, case_id: str) -> Case:
        """Go on with a move that a case is in, and return the case; one that nothing moves to or from stays as it is.

        A case that is still `moving` afterwards has so many complaints that the next request goes on.
        """
        case = find(self.store, case_id)
        move = self.moves.unfinished(case) if case.moving else None
        if move is None:
            return case
        for _batch in range(BATCHES):
            if not self._carry(move):
                self.moves.finish(move, self.clock.now())
                for one in (move.origin, move.target):
                    count(self.store, one, self.clock, self.profile)
                break
        return find(self.store, case_id)

    def _carry(self, move: Move) -> bool:
        for _attempt in range(ATTEMPTS):
            try:
                return self.moves.carry(move, BATCH)
            except ChangedMeanwhileError:
                continue
        raise _busy()

    def _both(self, case_id: str, into_id: str, person: Person) -> tuple[Case, Case]:
        """Return both cases with nothing moving between them any more."""
        case, into = self.resume(case_id), self.resume(into_id)
        must_change(case, person)
        must_change(into, person)
        return find(self.store, case.id), into

    def _chosen(self, case_id: str, complaints: Sequence[str]) -> tuple[list[Accusation], list[Accusation]]:
        wanted = dict.fromkeys(complaints)
        if not 1 <= len(wanted) <= CHOSEN_AT_MOST:
            raise _wrong("/complaints", f"Choose 1 to {CHOSEN_AT_MOST} complaints.", "chosen")
        here = self.store.accusations(case_id)
        known = {entry.complaint_id for entry in here}
        wrong = tuple(
            FieldError(f"/complaints/{number}", "This complaint is not in the case.", "not_in_case")
            for number, complaint in enumerate(wanted)
            if complaint not in known
        )
        if wrong:
            raise InvalidInputError("Choose complaints of this case.", wrong)
        return [e for e in here if e.complaint_id in wanted], [e for e in here if e.complaint_id not in wanted]

    def _move(self, origin: str, target: str, complaints: tuple[str, ...], person: Person) -> Move:
        return Move(origin, target, complaints, person.sub, self.clock.now())


def events_of(move: Move, origin: Action, target: Action) -> tuple[Event, Event]:
    """Return the audit entries of both cases of a move, each naming the other case."""
    return Event(move.at, origin, move.by, move.target), Event(move.at, target, move.by, move.origin)


def _callers(chosen: Sequence[Accusation]) -> tuple[str, ...]:
    callers = tuple(dict.fromkeys(entry.caller_key for entry in chosen))
    if len(callers) > CALLERS_AT_MOST:
        raise ConflictError(f"Choose complaints about at most {CALLERS_AT_MOST} callers at once.")
    return callers


def _must_be_undecided(*cases: Case) -> None:
    if any(case.decision is not None for case in cases):
        raise ConflictError("A decision was given for the case already.")


def _wrong(pointer: str, detail: str, code: str) -> InvalidInputError:
    return InvalidInputError(detail, (FieldError(pointer, detail, code),))


def _busy() -> UnavailableError:
    return UnavailableError("Others change these cases at the same time. Try again.")
