"""When a case opens, what is counted of it, how urgent that makes it."""

from datetime import UTC, datetime, timedelta

import pytest
from quietline.cases.facts import Call
from quietline.cases.model import Accusation
from quietline.cases.priority import facts_of, priority_of
from quietline.cases.triggers import triggered
from quietline.profiles.casework import Trigger
from quietline.profiles.profile import Profile

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
INDIA = Trigger(code="india", complainants=5, days=10, source="TCCCPR, 2025")
KOREA = Trigger(code="korea", complainants=1, days=365, after_stop_request=True, source="KCC")


def call(last: int, *, days: int = 1, robocall: bool = False, stop: bool | None = None, hour: int = 15) -> Call:
    at = (NOW - timedelta(days=days)).replace(hour=hour)
    return Call(called=f"+1202555{last:04}", called_at=at, robocall=robocall, subject=3, asked_to_stop=stop)


def complaint(last: int, *, days: int = 1, robocall: bool = False, stop: bool | None = None) -> Accusation:
    return Accusation(
        complaint_id=f"{last}-{days}",
        reference="QL-AAAA-AAAA",
        received_at=NOW - timedelta(days=days),
        called=f"+1202555{last:04}",
        called_at=NOW - timedelta(days=days),
        kind="call",
        robocall=robocall,
        subject=3,
        outcome="robocall",
        assignable=True,
        caller_key="+13055550187",
        caller_number="+13055550187",
        caller_name="",
        done_business=None,
        asked_to_stop=stop,
        consumer={},
        comments="",
        case_id="",
        has_mailbox=False,
    )


def test_the_weights_of_the_profile_add_up_to_a_hundred(profile: Profile) -> None:
    weights = profile.cases.priority
    parts = (
        weights.complainants,
        weights.robocalls,
        weights.stop_ignored,
        weights.odd_hours,
        weights.earlier_findings,
        weights.recent,
    )
    assert sum(weight.most for weight in parts) == 100


def test_no_calls_are_no_priority(profile: Profile) -> None:
    assert priority_of(facts_of((), 0, profile), NOW, profile).points == 0


def test_each_part_of_a_priority_has_its_sentence(profile: Profile) -> None:
    calls = [call(100, robocall=True, stop=True), call(100), call(101, days=9, robocall=True, hour=4)]

    found = priority_of(facts_of(calls, 1, profile), NOW, profile)

    assert {addend.code: addend.points for addend in found.addends} == {
        "complainants": 6,
        "robocalls": 12,
        "stop_ignored": 4,
        "odd_hours": 2,
        "earlier_findings": 8,
        "recent": 10,
    }
    assert found.points == 42
    assert found.addends[0].sentence == "2 different people complained of this caller."
    assert found.addends[1].sentence == "2 of 3 complaints are of a recorded message."


def test_a_priority_never_passes_a_hundred_and_fades_with_the_newest_call(profile: Profile) -> None:
    worst = [call(100 + n, robocall=True, stop=True, hour=4) for n in range(60)]
    assert priority_of(facts_of(worst, 9, profile), NOW, profile).points == 100

    points = [
        priority_of(facts_of([call(100, days=days)], 0, profile), NOW, profile).points for days in (7, 8, 21, 22, 400)
    ]
    assert points == [13, 8, 8, 3, 3]


def test_the_hours_are_those_on_the_consumer_s_clock(profile: Profile) -> None:
    # 8:00 to 20:59 in the registry's zone, five hours behind in November
    hours = {hour: facts_of([call(100, hour=hour)], 0, profile).odd_hours for hour in (12, 13, 1, 2)}
    assert hours == {12: 1, 13: 0, 1: 0, 2: 1}


def test_facts_are_counted_by_area_state_subject_and_day(profile: Profile) -> None:
    facts = facts_of([call(100), call(101), call(101, days=3)], 0, profile)

    assert (facts.complaints, facts.complainants) == (3, 2)
    assert (facts.areas, facts.states, facts.subjects) == ({"202": 3}, {"District of Columbia": 3}, {3: 3})
    assert facts.days == {"2026-11-21": 1, "2026-11-23": 2}


def test_only_the_newest_days_are_kept_with_a_case(profile: Profile) -> None:
    calls = [call(100, days=days) for days in range(1, 101)]

    assert len(facts_of(calls, 0, profile).days) == 60
    assert len(facts_of(calls, 0, profile, days_kept=None).days) == 100


@pytest.mark.parametrize(
    ("complaints", "opens"),
    [
        ([complaint(n) for n in range(100, 104)], ""),
        ([complaint(100, days=n) for n in range(1, 9)], ""),  # one person, many times
        ([complaint(n, days=n - 90) for n in range(100, 105)], ""),  # not within ten days
        ([complaint(n) for n in range(100, 105)], "india"),
        ([complaint(100, stop=True)], "korea"),
        ([complaint(100, stop=False)], ""),
    ],
)
def test_triggers_of_other_countries_are_data(complaints: list[Accusation], opens: str) -> None:
    found = triggered(complaints, NOW, (INDIA, KOREA))

    assert (found.code if found else "") == opens


def test_a_trigger_may_count_robocalls_only() -> None:
    robocalls = INDIA.model_copy(update={"complainants": 2, "robocalls_only": True})

    assert triggered([complaint(100), complaint(101)], NOW, (robocalls,)) is None
    assert triggered([complaint(100, robocall=True), complaint(101, robocall=True)], NOW, (robocalls,)) is robocalls
