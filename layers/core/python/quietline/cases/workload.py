"""Who has how much to do: what supervisors look at to hand cases over in time."""

from dataclasses import dataclass
from datetime import datetime

from quietline.cases.desk_ports import AuditLog
from quietline.cases.model import Action, Case, Event
from quietline.cases.people import Person, must_supervise
from quietline.cases.ports import CaseStore
from quietline.cases.queue import Filter, Reading
from quietline.kernel.clock import Clock
from quietline.profiles.profile import Profile


@dataclass(frozen=True)
class Load:
    """The open cases of one investigator, or of nobody (`sub` empty).

    Attributes:
        resting: cases on hold, which nobody is expected to work on.
        overdue: cases whose review is late, without those on hold.
        urgent: points of the most urgent one.
        next_due: when the next review is due.
    """

    sub: str
    cases: int
    resting: int
    overdue: int
    urgent: int
    next_due: datetime


@dataclass(frozen=True)
class WorkloadService:
    """Counts the open cases of an agency."""

    store: CaseStore
    log: AuditLog
    clock: Clock
    profile: Profile

    def of(self, person: Person) -> tuple[Load, ...]:
        """Return what each investigator of the supervisor's agency has, the most overdue first; the view is logged.

        Raises:
            ForbiddenError: the person is no supervisor.
            InvalidInputError: too many cases are open.
        """
        must_supervise(person, "read who has how much to do")
        now = self.clock.now()
        wanted = Filter(agency=person.agency)
        reading = Reading(lambda after: self.store.queue(wanted.status, after), now, self.profile)
        by_person: dict[str, list[Case]] = {}
        for case in reading.every(wanted, "/status"):
            by_person.setdefault(case.assignee, []).append(case)
        self.log.append(Event(now, Action.LISTED, person.sub, f"workload {person.agency}"), "queue")
        loads = [self._load(sub, cases, now) for sub, cases in by_person.items()]
        return tuple(sorted(loads, key=lambda load: (-load.overdue, -load.cases, load.sub)))

    def _load(self, sub: str, cases: list[Case], now: datetime) -> Load:
        today = self.profile.local_date(now)
        working = [case for case in cases if not case.on_hold(today)]
        return Load(
            sub=sub,
            cases=len(cases),
            resting=len(cases) - len(working),
            overdue=sum(case.due_at < now for case in working),
            urgent=max(case.priority.points for case in cases),
            next_due=min(case.due_at for case in working or cases),
        )
