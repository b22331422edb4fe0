"""Where a line stands: nothing leaves the list on one carrier's word, whatever the order in which reports come."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.carriers.model import Event, Line, Report, Standing, State, standing
from quietline.kernel.phone import PhoneNumber
from quietline.profiles.profile import Hygiene

RULES = Hygiene(ageing_days=45, max_report_age_days=400, max_reports=500, alarm_removals=5000)
REGISTERED = date(2026, 1, 1)
AT = datetime(2026, 11, 1, tzinfo=UTC)
NUMBER = PhoneNumber("+12025550143")


def report(event: Event, day: int, carrier: str = "A1") -> Report:
    return Report(event, REGISTERED + timedelta(days=day), carrier, AT)


def stand(*reports: Report) -> Standing:
    return standing(reports, REGISTERED, RULES)


D, C, R = Event.DISCONNECTED, Event.RECONNECTED, Event.REASSIGNED
reports = st.lists(
    st.builds(report, st.sampled_from(list(Event)), st.integers(-30, 200), st.sampled_from(["A1", "B2"])), max_size=8
)


@pytest.mark.parametrize(
    ("events", "state", "since"),
    [
        ([], State.IN_SERVICE, None),
        ([(D, 10)], State.QUARANTINE, 10),
        ([(D, 10), (D, 20)], State.QUARANTINE, 10),
        ([(D, 10), (C, 12)], State.IN_SERVICE, 12),
        ([(D, 10), (C, 10)], State.IN_SERVICE, 10),
        ([(R, 90)], State.IN_SERVICE, None),
        ([(D, 10), (R, 54)], State.QUARANTINE, 10),
        ([(D, 10), (R, 55)], State.REASSIGNED, 55),
        ([(D, 10), (R, 20), (R, 80)], State.REASSIGNED, 80),
        ([(D, 10), (C, 12), (R, 90)], State.IN_SERVICE, 12),
        ([(D, 10), (C, 12), (D, 20), (R, 64)], State.QUARANTINE, 20),
        ([(D, 10), (C, 12), (D, 20), (R, 65)], State.REASSIGNED, 65),
        ([(D, -5), (R, 90)], State.IN_SERVICE, None),
        ([(D, 0), (R, 45)], State.REASSIGNED, 45),
    ],
)
def test_examples(events: list[tuple[Event, int]], state: State, since: int | None) -> None:
    day = None if since is None else REGISTERED + timedelta(days=since)

    assert stand(*(report(event, when) for event, when in events)) == Standing(state, day)


@given(reports, st.randoms())
def test_the_order_in_which_reports_come_does_not_matter(told: list[Report], random) -> None:
    shuffled = told.copy()
    random.shuffle(shuffled)

    assert stand(*told) == stand(*shuffled)


@given(reports)
def test_a_line_leaves_only_when_it_was_disconnected_and_aged_and_then_reassigned(told: list[Report]) -> None:
    reached = stand(*told)

    if reached.state is State.REASSIGNED:
        gone = [one.on for one in told if one.event is R and one.on == reached.since]
        before = [one.on for one in told if one.event is D and one.on >= REGISTERED]
        assert gone
        assert any(gone[0] - off >= timedelta(days=45) for off in before)
    if not any(one.event is R for one in told):
        assert reached.state is not State.REASSIGNED


@given(reports)
def test_reports_of_an_earlier_subscriber_do_not_count(told: list[Report]) -> None:
    later = [one for one in told if one.on >= REGISTERED]

    assert stand(*told) == stand(*later)


@given(reports, reports)
def test_the_same_report_is_kept_once(first: list[Report], second: list[Report]) -> None:
    line = Line(NUMBER).with_reports(first).with_reports(second).with_reports(first)

    assert len({one.says for one in line.reports}) == len(line.reports)
    assert {one.says for one in line.reports} == {one.says for one in [*first, *second]}
    assert line.with_reports(first) is line


@given(reports, reports, st.integers(-20, 190), st.integers(-10, 100))
def test_forgetting_what_decides_nothing_changes_nothing_that_comes(
    told: list[Report], later: list[Report], oldest: int, registered: int
) -> None:
    day, registered_on = REGISTERED + timedelta(days=oldest), REGISTERED + timedelta(days=registered)
    line = Line(NUMBER).with_reports(told)
    taken = [one for one in later if one.on >= day]

    settled = line.settled(day, registered_on, RULES)

    assert standing(settled.reports, registered_on, RULES) == standing(line.reports, registered_on, RULES)
    everything = standing([*told, *taken], registered_on, RULES)
    assert standing(settled.with_reports(taken).reports, registered_on, RULES) == everything


def test_a_line_is_bounded_however_long_and_however_many_report() -> None:
    line, days = Line(NUMBER), RULES.max_report_age_days
    for day in range(0, 3 * days, 50):
        said = [report(event, when, name) for event in (D, C) for when in range(day, day + 50) for name in ("A1", "B2")]
        oldest = REGISTERED + timedelta(days=day + 49 - days)
        line = line.with_reports(said).settled(oldest, REGISTERED, RULES)

        assert len(line.reports) <= len(Event) * (days + 1) + 2
    assert len(line.reports) == 2 * (days + 1) + 2
