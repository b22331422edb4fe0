"""What investigators read: queue, case, search, statistics, audit log. Every view is logged."""

import base64
import binascii
import re
from dataclasses import asdict, dataclass
from datetime import UTC, date

from quietline.cases.audit import AuditPage
from quietline.cases.counting import count
from quietline.cases.desk_ports import AuditLog, DeskStore, People
from quietline.cases.facts import Facts
from quietline.cases.find import find
from quietline.cases.model import Accusation, Action, Case, CaseFile, CasePage, Event
from quietline.cases.penalties import maximum_penalty
from quietline.cases.people import Colleague, Person, may_change, must_supervise
from quietline.cases.ports import CaseStore
from quietline.cases.priority import facts_of
from quietline.cases.queue import PAGE, Filter, Reading, check, total
from quietline.kernel.callers import caller_key
from quietline.kernel.clock import Clock
from quietline.kernel.errors import FieldError, InvalidInputError, InvalidPhoneNumberError, NotFoundError
from quietline.kernel.ids import read_reference
from quietline.kernel.phone import parse_any
from quietline.profiles.profile import Profile

AUDIT_CURSOR = re.compile(r"[0-9TZ:.#A-Z-]{20,80}")
NAME_LENGTH = 80


@dataclass(frozen=True)
class Found:
    """What a search found: cases, newest first, and the complaint where its reference was searched for."""

    cases: tuple[Case, ...]
    complaint: Accusation | None = None


@dataclass(frozen=True)
class Statistics:
    """Counts over some cases, for pictures.

    Attributes:
        cases: how many there are.
        by_agency: agency → cases.
        complaints: complaints in them.
        states, areas, subjects, days: complaints by these; `days` are local dates of the calls.
    """

    cases: int
    by_agency: dict[str, int]
    complaints: int
    states: dict[str, int]
    areas: dict[str, int]
    subjects: dict[str, int]
    days: dict[str, int]


@dataclass(frozen=True)
class CaseReader:
    """What investigators of both agencies read: they share one queue."""

    store: CaseStore
    desk: DeskStore
    log: AuditLog
    people: People
    clock: Clock
    profile: Profile

    def page(self, wanted: Filter, limit: int, cursor: str, person: Person) -> CasePage:
        """Return one page of the cases asked for, at most 50.

        Raises:
            InvalidInputError: a value of the filter, or the cursor, is none of ours.
        """
        check(wanted, self.profile)
        page = self._reading(wanted).page(wanted, max(1, min(limit, PAGE)), cursor)
        self.people.seen(person)
        self._log(Action.LISTED, person, "queue", _told(wanted))
        return page

    def read(self, case_id: str, person: Person) -> CaseFile:
        """Return a case with everything about it; the view itself is logged.

        Raises:
            NotFoundError: there is no such case.
        """
        case = find(self.store, case_id)
        if case.facts.complaints != case.complaints:
            case = count(self.store, case_id, self.clock, self.profile) or case
        self.store.record_event(case_id, Event(self.clock.now(), Action.VIEWED, person.sub))
        accusations = self.store.accusations(case_id)
        earlier = {
            other.id
            for caller in case.callers or (case.caller_key,)
            for other in self.store.cases_of_caller(caller)
            if other.id != case_id
        }
        return CaseFile(
            case=case,
            accusations=accusations,
            events=self.store.events(case_id),
            penalties={entry.complaint_id: maximum_penalty(entry.called_at, self.profile) for entry in accusations},
            notes=self.desk.notes(case_id),
            links=self.desk.links(case_id),
            earlier=tuple(sorted(earlier, reverse=True)),
            may_change=may_change(case, person),
        )

    def complaint(self, case_id: str, complaint_id: str, person: Person) -> Accusation:
        """Return one complaint of a case in full; the view is logged.

        Raises:
            NotFoundError: there is no such case, or no such complaint in it.
        """
        find(self.store, case_id)
        entry = self.store.accusation(complaint_id)
        if entry is None or entry.case_id != case_id:
            raise NotFoundError("There is no such complaint in this case.")
        self.store.record_event(
            case_id, Event(self.clock.now(), Action.VIEWED, person.sub, f"complaint {entry.reference}")
        )
        return entry

    def events(self, case_id: str, person: Person) -> tuple[Event, ...]:
        """Return a case's timeline, oldest first; the view is logged.

        Raises:
            NotFoundError: there is no such case.
        """
        find(self.store, case_id)
        self.store.record_event(case_id, Event(self.clock.now(), Action.VIEWED, person.sub, "events"))
        return self.store.events(case_id)

    def search(self, reference: str, caller_number: str, caller_name: str, person: Person) -> Found:
        """Return the complaint of a reference with its case, or every case that a caller was ever in.

        Args:
            reference: as consumers read it out.
            caller_number: in any form.
            caller_name: case and signs do not matter.
            person: who searches; logged, without what was searched for.

        Raises:
            InvalidInputError: not just one of the three is given, or the number is none.
        """
        given = {"reference": reference, "caller_number": caller_number, "caller_name": caller_name}
        filled = [name for name, text in given.items() if text.strip()]
        if len(filled) != 1:
            detail = "Give a reference, a number or a name: one of them."
            raise InvalidInputError(detail, (FieldError(f"/{(filled or ['reference'])[-1]}", detail, "search"),))
        key = self.caller_key(caller_number, caller_name) if filled != ["reference"] else ""
        self._log(Action.SEARCHED, person, "search", filled[0])
        if key:
            return Found(self.store.cases_of_caller(key))
        complaint = self.store.by_reference(read_reference(reference))
        case = self.store.get(complaint.case_id) if complaint and complaint.case_id else None
        return Found((case,) if case else (), complaint)

    def caller_key(self, number: str, name: str) -> str:
        """Return what complaints about a caller share.

        Raises:
            InvalidInputError: the number is none.
        """
        try:
            return caller_key(parse_any(number, self.profile.rules).e164 if number.strip() else "", name)
        except InvalidPhoneNumberError as error:
            raise InvalidInputError(str(error), (FieldError("/caller_number", str(error), error.reason),)) from error

    def statistics(self, wanted: Filter, person: Person) -> Statistics:
        """Return counts over the cases asked for.

        Raises:
            InvalidInputError: a value of the filter is none of ours, or too many cases have its status.
        """
        check(wanted, self.profile)
        cases = self._reading(wanted).every(wanted, "/status")
        self._log(Action.LISTED, person, "statistics", _told(wanted))
        agencies = {key: sum(case.agency == key for case in cases) for key in self.profile.cases.agency_keys}
        return Statistics(len(cases), agencies, sum(case.facts.complaints for case in cases), **total(cases))

    def case_statistics(self, case_id: str, person: Person) -> Facts:
        """Return what is counted of one case, every day of it.

        Raises:
            NotFoundError: there is no such case.
        """
        case = find(self.store, case_id)
        self.store.record_event(case_id, Event(self.clock.now(), Action.VIEWED, person.sub, "statistics"))
        return facts_of(self.store.calls(case_id), case.facts.earlier_findings, self.profile, days_kept=None)

    def audit(self, day: date | None, limit: int, cursor: str, person: Person) -> AuditPage:
        """Return what people did at the desk on a UTC day, newest first; today where none is named.

        Raises:
            ForbiddenError: the person is no supervisor.
            InvalidInputError: the cursor is none of ours.
        """
        must_supervise(person, "read the audit log")
        day = day or self.clock.now().astimezone(UTC).date()
        entries, following = self.log.page(day, max(1, min(limit, PAGE)), _key_of(cursor))
        self._log(Action.AUDITED, person, "audit", day.isoformat())
        return AuditPage(entries, base64.urlsafe_b64encode(following.encode()).decode().rstrip("="))

    def colleagues(self, person: Person) -> tuple[Colleague, ...]:
        """Return everybody who works at the desk, by agency and name."""
        self.people.seen(person)
        return tuple(sorted(self.people.everybody(), key=lambda one: (one.agency, one.name.casefold(), one.sub)))

    def call_me(self, name: str, person: Person) -> Colleague:
        """Keep the name that colleagues see.

        Raises:
            InvalidInputError: it is empty or too long.
        """
        name = " ".join(name.split())
        if not 1 <= len(name) <= NAME_LENGTH:
            detail = f"Give a name of 1 to {NAME_LENGTH} characters."
            raise InvalidInputError(detail, (FieldError("/name", detail, "name_length"),))
        self.people.name(person, name)
        return Colleague(person.sub, person.agency, person.supervises, name)

    def _reading(self, wanted: Filter) -> Reading:
        return Reading(lambda after: self.store.queue(wanted.status, after), self.clock.now(), self.profile)

    def _log(self, action: Action, person: Person, subject: str, detail: str) -> None:
        self.log.append(Event(self.clock.now(), action, person.sub, detail), subject)


def _told(wanted: Filter) -> str:
    """Return a filter as the log keeps it: only what was asked."""
    plain = Filter()
    return " ".join(f"{name}={value}" for name, value in asdict(wanted).items() if value != getattr(plain, name))


def _key_of(cursor: str) -> str:
    if not cursor:
        return ""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if not AUDIT_CURSOR.fullmatch(text):
        detail = "Use the `next` of the page before."
        raise InvalidInputError("The cursor is not valid.", (FieldError("/cursor", detail, "cursor"),))
    return text
