"""Putting complaints into cases: one open case per caller."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from quietline.cases.counting import count, is_due
from quietline.cases.model import SYSTEM, Accusation, Action, Assignment, Case, Event, Status
from quietline.cases.ports import CaseStore, ChangedMeanwhileError
from quietline.cases.triggers import triggered
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, NotFoundError, UnavailableError
from quietline.kernel.ids import new_ulid
from quietline.profiles.profile import Profile

ATTEMPTS = 8
"""Rounds of a race for one caller's case: each lost round means that somebody else got on."""
OPENED_WITH = 25
"""Complaints a case opens with; the others join one by one (a transaction holds 100 writes)."""


@dataclass(frozen=True)
class AssignmentService:
    """Puts complaints into cases."""

    store: CaseStore
    clock: Clock
    profile: Profile

    def assign(self, complaint_id: str) -> Assignment:
        """Let a complaint join its caller's open case, or open one when a trigger of the profile is met.

        Raises:
            NotFoundError: there is no such complaint.
            ConflictError: screening did not find a possible violation.
            UnavailableError: too many complaints about the caller at once; try again.
        """
        for _attempt in range(ATTEMPTS):
            accusation = self.store.accusation(complaint_id)
            if accusation is None:
                raise NotFoundError("There is no such complaint.")
            if accusation.case_id:
                # a corrected complaint stays in its case and is counted as it says now
                if self.store.recorded(accusation):
                    count(self.store, accusation.case_id, self.clock, self.profile)
                return Assignment(accusation.case_id, opened=False)
            if not accusation.assignable:
                raise ConflictError("Only a complaint about a possible violation belongs to a case.")
            try:
                case_id = self.store.open_case_of(accusation.caller_key)
                if case_id:
                    self._join(case_id, accusation)
                    case = self.store.get(case_id)
                    if case is not None and is_due(case):
                        count(self.store, case_id, self.clock, self.profile)
                    return Assignment(case_id, opened=False)
                return self._open(accusation)
            except ChangedMeanwhileError:
                continue
        raise UnavailableError("Too many complaints about this caller came at once.")

    def _open(self, accusation: Accusation) -> Assignment:
        now = self.clock.now()
        rules = self.profile.cases
        others = self.store.unassigned(accusation.caller_key, now - timedelta(days=rules.window_days))
        # the index may not know this complaint yet
        first = {accusation.complaint_id: accusation} | {other.complaint_id: other for other in others}
        chosen = list(first.values())
        trigger = triggered(chosen, now, rules.triggers)
        if trigger is None:
            return Assignment("", opened=False)
        case = new_case(chosen, self.clock, self.profile, trigger.code)
        self.store.open(case, chosen[:OPENED_WITH], Event(now, Action.OPENED, SYSTEM, accusation.complaint_id))
        for other in chosen[OPENED_WITH:]:
            # somebody else may have put it into the case meanwhile
            with suppress(ChangedMeanwhileError):
                self._join(case.id, other)
        count(self.store, case.id, self.clock, self.profile)
        return Assignment(case.id, opened=True)

    def _join(self, case_id: str, accusation: Accusation) -> None:
        event = Event(self.clock.now(), Action.JOINED, SYSTEM, accusation.complaint_id)
        self.store.join(case_id, accusation, event)


def new_case(complaints: list[Accusation], clock: Clock, profile: Profile, trigger: str) -> Case:
    """Return the case that some complaints open: of the first one's caller, and for the callers of all of them."""
    now = clock.now()
    first = complaints[0]
    return Case(
        id=new_ulid(now),
        caller_key=first.caller_key,
        caller_number=first.caller_number,
        caller_name=first.caller_name,
        callers=tuple(dict.fromkeys(entry.caller_key for entry in complaints)),
        status=Status.OPEN,
        opened_at=now,
        due_at=now + timedelta(days=profile.cases.review_days),
        complaints=len(complaints[:OPENED_WITH]),
        trigger=trigger,
        agency=profile.cases.agency_keys[0],
    )
