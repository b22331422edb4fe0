"""What a carrier reports of a line, and where a listed line stands after all reports.

A number leaves the list only when it was reported disconnected **and**, later, reassigned to somebody else (Do-Not-Call
Improvement Act of 2007). Between the two it is in quarantine: still on the list, still protected. An earlier process
took off whatever looked disconnected, and one in six of its removals would have been wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from quietline.kernel.phone import PhoneNumber
from quietline.profiles.profile import Hygiene


class Event(StrEnum):
    """What happened to a line; the order is that of several events on one day."""

    DISCONNECTED = "disconnected"
    """The subscriber has the number no more."""
    RECONNECTED = "reconnected"
    """The same subscriber has it again, e.g. after a change of carrier or plan."""
    REASSIGNED = "reassigned"
    """Somebody else has it."""


ORDER = tuple(Event)


@dataclass(frozen=True)
class Report:
    """One carrier's word on one line.

    Attributes:
        event: what happened.
        on: the day it happened, in the registry's time zone.
        carrier: the reporting carrier's code.
        received_at: when the report first came.

    """

    event: Event
    on: date
    carrier: str
    received_at: datetime

    @property
    def says(self) -> tuple[Event, date]:
        """What makes two reports the same, whoever made them and whenever they came."""
        return self.event, self.on


class State(StrEnum):
    """Where a listed line stands."""

    IN_SERVICE = "in_service"
    QUARANTINE = "quarantine"
    """Reported disconnected: stays on the list until it is reported reassigned."""
    REASSIGNED = "reassigned"
    """Leaves the list."""


_LEADS_TO = {
    Event.DISCONNECTED: State.QUARANTINE,
    Event.RECONNECTED: State.IN_SERVICE,
    Event.REASSIGNED: State.REASSIGNED,
}


@dataclass(frozen=True)
class Standing:
    """The outcome of all reports on one registration: `since` is the day of the event that led to it."""

    state: State
    since: date | None = None


@dataclass(frozen=True)
class Line:
    """What carriers said of a listed number; `version` counts the writes, 0 before the first.

    One item holds it, so it is bounded: of what several carriers report of one day the first is kept, and of the time
    of which no report is taken any more (`hygiene.max_report_age_days`) those on which the standing rests. United
    States: at most 3 events on 401 days and two more, some 130 kB of the 400 that DynamoDB allows.

    Attributes:
        number: the number.
        reports: in the order they came, none twice.
        state: where the line stood after the last write.
        version: a write is conditional on the version it read.

    """

    number: PhoneNumber
    reports: tuple[Report, ...] = ()
    state: State = State.IN_SERVICE
    version: int = 0

    def with_reports(self, new: Iterable[Report]) -> "Line":
        """Return the line with the reports that it does not know yet."""
        known = {report.says for report in self.reports}
        added = {report.says: report for report in new if report.says not in known}
        return replace(self, reports=(*self.reports, *added.values())) if added else self

    def settled(self, oldest: date, registered_on: date, rules: Hygiene) -> "Line":
        """Return the line with no more reports of days before `oldest` than its standing rests on.

        As none of such a day is taken any more, the line stands where it stood, whatever else is reported.
        """
        old = [report for report in self.reports if report.on < oldest]
        young = [report for report in self.reports if report.on >= oldest]
        return replace(self, reports=(*_deciding(old, registered_on, rules), *young))


def standing(reports: Iterable[Report], registered_on: date, rules: Hygiene) -> Standing:
    """Return where a line stands after its reports, in whatever order they came.

    Reports of days before the present registration speak of an earlier subscriber and do not count. A reassignment
    counts only when the line was disconnected and has aged since then; one that comes too early is kept and changes
    nothing, for two carriers contradict each other.

    Args:
        reports: all that are known.
        registered_on: the day on which somebody last registered the number.
        rules: the profile's `hygiene`.
    """
    deciding = _deciding(reports, registered_on, rules)
    return Standing(_LEADS_TO[deciding[-1].event], deciding[-1].on) if deciding else Standing(State.IN_SERVICE)


def _deciding(reports: Iterable[Report], registered_on: date, rules: Hygiene) -> list[Report]:
    """Return the reports that a line's standing rests on: none, a disconnection, or one and what came after it."""
    deciding: list[Report] = []
    counted = [report for report in reports if report.on >= registered_on]
    for report in sorted(counted, key=lambda report: (report.on, ORDER.index(report.event), report.carrier)):
        disconnected = deciding[0] if len(deciding) == 1 else None
        if disconnected is None:
            deciding = [report] if report.event is Event.DISCONNECTED else deciding
        elif report.event is Event.RECONNECTED:
            deciding = [disconnected, report]
        elif report.event is Event.REASSIGNED and report.on >= disconnected.on + timedelta(days=rules.ageing_days):
            return [disconnected, report]
    return deciding


@dataclass(frozen=True)
class Entry:
    """One entry of a batch as it was sent; all are texts."""

    number: str
    event: str
    on: str


@dataclass(frozen=True)
class Refusal:
    """Why an entry was not taken: `index` in the batch, the field, a sentence and a stable code."""

    index: int
    field: str
    detail: str
    code: str
