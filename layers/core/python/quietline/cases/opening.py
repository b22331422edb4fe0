"""Cases that an investigator opens by hand, whatever the triggers say."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from quietline.cases.assignment import new_case
from quietline.cases.counting import count
from quietline.cases.find import find
from quietline.cases.model import Accusation, Action, Case, Event
from quietline.cases.moves import CALLERS_AT_MOST
from quietline.cases.people import Person
from quietline.cases.ports import CaseStore, ChangedMeanwhileError
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, UnavailableError
from quietline.kernel.ids import read_reference
from quietline.profiles.profile import Profile

BY_HAND = "investigator"
"""The trigger of such a case."""
OPENED_WITH = 5
"""Complaints of the first transaction, which writes two items for each and two for each caller, 100 at most."""
CHOSEN_AT_MOST = 200
ATTEMPTS = 5


@dataclass(frozen=True)
class OpeningService:
    """Opens cases of chosen complaints, of one caller or of several."""

    store: CaseStore
    clock: Clock
    profile: Profile

    def open(self, references: Sequence[str], caller_key: str, person: Person) -> Case:
        """Open a case of chosen complaints, and of a caller's that are in no case.

        The case is for all callers of its complaints: their next ones join it.

        Args:
            references: of complaints, as consumers read them out.
            caller_key: E.164, or `name:` and the folded name; empty for only the chosen ones.
            person: who opens it; its agency works it.

        Raises:
            InvalidInputError: a complaint is unknown, in a case, or no possible violation; or there is none at all.
            ConflictError: one of the callers has an open case already.
        """
        for _attempt in range(ATTEMPTS):
            chosen = self._chosen(references, caller_key)
            callers = dict.fromkeys(entry.caller_key for entry in chosen)
            if len(callers) > CALLERS_AT_MOST:
                raise ConflictError(f"Choose complaints about at most {CALLERS_AT_MOST} callers.")
            busy = next((found for caller in callers if (found := self.store.open_case_of(caller))), "")
            if busy:
                raise ConflictError(f"One of the callers has an open case already: {busy}. Merge or link it instead.")
            first = chosen[:OPENED_WITH]
            case = new_case(first, self.clock, self.profile, BY_HAND)
            case = replace(case, callers=tuple(callers), agency=person.agency, assignee=person.sub)
            try:
                self.store.open(case, first, self._event(Action.OPENED, person, BY_HAND))
            except ChangedMeanwhileError:
                continue
            for other in chosen[OPENED_WITH:]:
                # somebody else may have put it into a case meanwhile
                with suppress(ChangedMeanwhileError):
                    self.store.join(case.id, other, self._event(Action.JOINED, person, other.complaint_id))
            count(self.store, case.id, self.clock, self.profile)
            return find(self.store, case.id)
        raise UnavailableError("Others work on these complaints at the same time. Try again.")

    def _chosen(self, references: Sequence[str], caller_key: str) -> list[Accusation]:
        if len(references) > CHOSEN_AT_MOST:
            detail = f"Choose at most {CHOSEN_AT_MOST} complaints; others are moved into the case later."
            raise InvalidInputError(detail, (FieldError("/complaints", detail, "chosen"),))
        found: dict[str, Accusation] = {}
        wrong = []
        for number, reference in enumerate(references):
            entry = self.store.by_reference(read_reference(reference))
            detail = _refusal(entry)
            if entry is None or detail:
                wrong.append(FieldError(f"/complaints/{number}", detail, "not_assignable"))
            else:
                found[entry.complaint_id] = entry
        if wrong:
            raise InvalidInputError("Some complaints cannot be in a new case.", tuple(wrong))
        if caller_key:
            since = self.clock.now() - timedelta(days=self.profile.complaints.window_days)
            found |= {entry.complaint_id: entry for entry in self.store.unassigned(caller_key, since)}
        if not found:
            detail = "There is no complaint that is in no case and about a possible violation."
            raise InvalidInputError(detail, (FieldError("/complaints", detail, "none"),))
        return list(found.values())[:CHOSEN_AT_MOST]

    def _event(self, action: Action, person: Person, detail: str) -> Event:
        return Event(self.clock.now(), action, person.sub, detail)


def _refusal(entry: Accusation | None) -> str:
    if entry is None:
        return "There is no complaint with this reference."
    if entry.case_id:
        return f"It is in the case {entry.case_id}; move it from there."
    return "" if entry.assignable else "Screening found no possible violation."
