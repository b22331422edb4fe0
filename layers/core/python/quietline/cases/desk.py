"""What investigators do to a case: take and hand over, note, link, let rest, refer to the other agency."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from quietline.cases.desk_ports import DeskStore, People
from quietline.cases.find import find
from quietline.cases.model import Action, Case, Event, Hold, Link, Note, Referral, Status
from quietline.cases.people import Person, may_change, must_change, must_supervise
from quietline.cases.ports import CaseStore, ChangedMeanwhileError, TaskAnswers
from quietline.cases.texts import note_text, reason_text
from quietline.cases.waking import wake
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, ForbiddenError, InvalidInputError, UnavailableError
from quietline.kernel.ids import new_ulid
from quietline.profiles.profile import Profile

ATTEMPTS = 5
HOLD_DAYS = 366
"""The longest a case rests; it can be held again."""


@dataclass(frozen=True)
class DeskService:
    """Changes of open cases; each is one conditional transaction with its audit entry."""

    store: CaseStore
    desk: DeskStore
    people: People
    tasks: TaskAnswers
    clock: Clock
    profile: Profile

    def assign(self, case_id: str, assignee: str, person: Person) -> Case:
        """Give the case to an investigator, or to nobody.

        Everybody takes what nobody has and hands over what is theirs; a supervisor may do it with every case of the
        agency.

        Raises:
            InvalidInputError: the assignee has never been at the desk, or is of an agency that does not work the case.
            ForbiddenError: the case is another's, or the other agency's.
        """
        self.people.seen(person)
        whom = self.people.get(assignee) if assignee else None
        if assignee and whom is None:
            raise _wrong("/assignee", "Nobody with this id has been at the desk.", "assignee")

        def decide(case: Case) -> tuple[Case, Event] | None:
            if case.assignee not in ("", person.sub):
                must_supervise(person, "hand over a case that another investigator has")
            if whom is not None and not may_change(case, Person(whom.sub, whom.agency)):
                raise _wrong("/assignee", "This investigator is of an agency that does not work the case.", "assignee")
            if case.assignee == assignee:
                return None
            return replace(case, assignee=assignee), self._event(Action.ASSIGNED, person, assignee or "nobody")

        return self._change(case_id, person, decide)

    def note(self, case_id: str, text: str, person: Person) -> Note:
        """Write something down. Whoever reads the case may add a note, whatever its agency or status.

        Raises:
            InvalidInputError: it is empty or too long.
            NotFoundError: there is no such case.
        """
        find(self.store, case_id)
        text = note_text("/text", text)
        now = self.clock.now()
        note = Note(new_ulid(now), now, person.sub, text)
        self.desk.note(case_id, note, Event(now, Action.NOTED, person.sub, note.id))
        return note

    def link(self, case_id: str, other_id: str, reason: str, person: Person) -> Link:
        """Say that two cases have to do with each other.

        Raises:
            InvalidInputError: the two are the same, or there is no reason.
            NotFoundError: one of them is none.
            ForbiddenError: the case is the other agency's.
        """
        must_change(find(self.store, case_id), person)
        if case_id == other_id:
            raise _wrong("/case_id", "A case is not linked with itself.", "same_case")
        now = self.clock.now()
        link = Link(other_id, reason_text("/reason", reason), person.sub, now)
        self.desk.link(case_id, link, Event(now, Action.LINKED, person.sub))
        return link

    def unlink(self, case_id: str, other_id: str, person: Person) -> None:
        """End a link.

        Raises:
            NotFoundError: there is no such case or link.
            ForbiddenError: the case is the other agency's.
        """
        must_change(find(self.store, case_id), person)
        self.desk.unlink(case_id, other_id, self._event(Action.UNLINKED, person))

    def hold(self, case_id: str, reason: str, until: date, person: Person) -> Case:
        """Let a case rest until a local date; held again, reason and date are the new ones.

        Raises:
            InvalidInputError: the date is not within the next year, or there is no reason.
            ForbiddenError: the case is the other agency's.
        """
        now = self.clock.now()
        today = self.profile.local_date(now)
        if not today < until <= today + timedelta(days=HOLD_DAYS):
            raise _wrong("/until", f"Name a day within the next {HOLD_DAYS} days.", "hold_until")
        held = Hold(reason_text("/reason", reason), until, person.sub, now)

        def decide(case: Case) -> tuple[Case, Event]:
            # held again, or before the deadlines were moved: it has rested since then
            made = replace(held, at=case.hold.at) if case.hold else held
            return replace(case, hold=made), self._event(Action.HELD, person, until.isoformat())

        return self._change(case_id, person, decide)

    def release(self, case_id: str, person: Person) -> Case:
        """End a hold, so that the investigation goes on at once; a case that does not rest stays as it is.

        Raises:
            ForbiddenError: the case is the other agency's.
        """
        now = self.clock.now()

        def decide(case: Case) -> tuple[Case, Event] | None:
            if case.hold is None or not case.on_hold(self.profile.local_date(now)):
                return None
            return replace(case, hold=replace(case.hold, released_at=now)), self._event(Action.RELEASED, person)

        case = self._change(case_id, person, decide)
        wake(self.store, self.tasks, case_id)
        return case

    def refer(self, case_id: str, to: str, reason: str, person: Person, *, joint: bool) -> Case:
        """Offer the case to another agency, whole or to be worked together.

        Raises:
            InvalidInputError: the agency is none, or the case's own, or there is no reason.
            ConflictError: an offer waits for its answer already, or both work the case.
            ForbiddenError: the case is the other agency's.
        """
        if to not in self.profile.cases.agency_keys:
            known = ", ".join(self.profile.cases.agency_keys)
            raise _wrong("/to", f"Use one of {known}.", "agency")
        offered = Referral(to, joint, reason_text("/reason", reason), person.sub, self.clock.now())

        def decide(case: Case) -> tuple[Case, Event] | None:
            if case.referral is not None:
                raise ConflictError("The case is offered to an agency already, which has not answered yet.")
            if to == case.agency:
                raise _wrong("/to", "The case is this agency's already.", "agency")
            if joint and case.joint:
                raise ConflictError("Both agencies work this case already.")
            detail = f"{to} jointly" if joint else to
            return replace(case, referral=offered), self._event(Action.REFERRED, person, detail)

        return self._change(case_id, person, decide)

    def withdraw_referral(self, case_id: str, person: Person) -> Case:
        """Take an offer back that has not been answered.

        Raises:
            ForbiddenError: the case is the other agency's.
        """
        return self._change(
            case_id,
            person,
            lambda case: (
                (replace(case, referral=None), self._event(Action.REFERRAL_WITHDRAWN, person))
                if case.referral
                else None
            ),
        )

    def answer(self, case_id: str, reason: str, person: Person, *, accept: bool) -> Case:
        """Accept or refuse an offered case; accepted, nobody has it until somebody of the new agency takes it.

        Raises:
            InvalidInputError: a refusal has no reason, or the reason is too long.
            ConflictError: the case is not offered to anybody.
            ForbiddenError: it is offered to another agency, or the person is no supervisor.
        """
        # before the answer is kept: where the note were refused afterwards, it would be kept all the same
        if not accept:
            reason_text("/reason", reason)
        elif reason.strip():
            note_text("/reason", reason)
        must_supervise(person, "answer for the agency")

        def decide(case: Case) -> tuple[Case, Event] | None:
            offered = case.referral
            if offered is None:
                raise ConflictError("The case is not offered to anybody.")
            if offered.to != person.agency:
                raise ForbiddenError("The case is offered to the other agency.")
            if not accept:
                return replace(case, referral=None), self._event(Action.REFERRAL_REFUSED, person, case.agency)
            if offered.joint:
                taken = replace(case, referral=None, joint=True)
            else:
                taken = replace(case, referral=None, joint=False, agency=offered.to, assignee="")
            return taken, self._event(Action.REFERRAL_ACCEPTED, person, "jointly" if offered.joint else case.agency)

        kept = self._change(case_id, person, decide, own=False)
        if reason.strip():
            self.note(case_id, reason, person)
        return kept

    def _change(
        self, case_id: str, person: Person, decide: Callable[[Case], tuple[Case, Event] | None], *, own: bool = True
    ) -> Case:
        """Decide on the case as it is and keep that; what another changed meanwhile is decided on again."""
        for _attempt in range(ATTEMPTS):
            case = find(self.store, case_id)
            if own:
                must_change(case, person)
            must_be_open(case)
            decided = decide(case)
            if decided is None:
                return case
            try:
                return self.desk.change(case, *decided)
            except ChangedMeanwhileError:
                continue
        raise UnavailableError("Others change this case at the same time. Try again.")

    def _event(self, action: Action, person: Person, detail: str = "") -> Event:
        return Event(self.clock.now(), action, person.sub, detail)


def must_be_open(case: Case) -> None:
    """Check that a case is open.

    Raises:
        ConflictError: it is decided, or goes on as another.
    """
    if case.status is Status.MERGED:
        raise ConflictError(f"The case goes on as {case.merged_into}.")
    if case.status is not Status.OPEN:
        raise ConflictError("The case is decided already.")


def _wrong(pointer: str, detail: str, code: str) -> InvalidInputError:
    return InvalidInputError(detail, (FieldError(pointer, detail, code),))
