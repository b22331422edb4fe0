"""Screening on the tables: duplicates, corrections, and that nothing is counted twice."""

from datetime import timedelta
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys
from quietline.complaints.model import Complaint, Outcome, Screening, Stage
from quietline.complaints.ports import ChangedMeanwhileError
from quietline.kernel.clock import FixedClock
from quietline.profiles.profile import Profile

from tests.fakes.complaints import NOW, Desk, list_number


@pytest.fixture
def desk(cloud: Any, clock: FixedClock, profile: Profile) -> Desk:
    made = Desk(cloud, clock, profile)
    list_number(made.registry, at=NOW - timedelta(days=400))
    return made


def read(desk: Desk, complaint_id: str) -> Complaint:
    found = desk.complaints.get(complaint_id)
    assert found is not None
    return found


def correct(desk: Desk, complaint_id: str, **changes: Any) -> None:
    """Change what was told of the call, as a correction does."""
    expression = ", ".join(f"#{name} = :{name}" for name in changes)
    values = {f":{name}": value for name, value in changes.items()} | {":one": 1}
    update = f"SET {expression}, version = version + :one"
    names = {f"#{name}": name for name in changes}
    desk.table.write(desk.table.update(keys.complaint(complaint_id), update, values=values, names=names))


def asked_again(desk: Desk) -> list[str]:
    return sorted(item["pk"].removeprefix("SCREENING#").partition("-")[0] for item in desk.table.scan("SCREENING#"))


def test_the_later_report_points_at_the_first(desk: Desk, clock: FixedClock) -> None:
    first = desk.complain().id
    clock.instant += timedelta(minutes=5)
    second = desk.complain(call_time="20:10").id

    assert desk.screening.screen(first).outcome is Outcome.ACCEPTED
    later = desk.screening.screen(second)

    assert (later.outcome, later.duplicate_of) == (Outcome.DUPLICATE, first)
    assert desk.screening.close(second).stage is Stage.MERGED
    told = [mail["facts"].get("status") for mail in desk.mails() if mail["template"] == "complaint-update"]
    assert told == ["merged"]


def test_screened_at_once_one_of_two_is_first(desk: Desk) -> None:
    first, second = read(desk, desk.complain().id), read(desk, desk.complain().id)
    seen = desk.complaints.reports(first)
    desk.screening.screen(first.id)

    with pytest.raises(ChangedMeanwhileError):
        desk.complaints.screened(second, Screening(Outcome.ACCEPTED, ()), seen)
    assert read(desk, second.id).outcome is None
    assert desk.screening.screen(second.id).outcome is Outcome.DUPLICATE


def test_a_corrected_complaint_is_screened_anew(desk: Desk) -> None:
    made = desk.complain(called_number="(202) 555-0101").id
    assert desk.screening.screen(made).outcome is Outcome.NOT_REGISTERED
    assert desk.screening.close(made).stage is Stage.CLOSED

    correct(desk, made, called="+12025550143")

    assert desk.screening.screen(made).outcome is Outcome.ACCEPTED
    after = desk.screening.close(made)
    assert [entry.stage for entry in after.timeline] == [Stage.RECEIVED, Stage.CLOSED, Stage.RECORDED]
    told = [mail["facts"]["status"] for mail in desk.mails() if mail["template"] == "complaint-update"]
    assert sorted(told) == ["accepted", "closed"]


def test_a_correction_without_consequence_tells_nothing_twice(desk: Desk) -> None:
    made = desk.complain().id
    desk.screening.screen(made)
    before = desk.screening.close(made)
    correct(desk, made, comments="He said his name was Sam.")

    assert desk.screening.screen(made).screened_version == 2
    assert desk.screening.close(made).timeline == before.timeline
    assert len([mail for mail in desk.mails() if mail["template"] == "complaint-update"]) == 1
    assert [call.complaint_id for call in desk.complaints.reports(read(desk, made)).calls] == [made]


def test_what_a_corrected_complaint_stood_for_is_screened_again(desk: Desk) -> None:
    first, second = desk.complain().id, desk.complain().id
    desk.screening.screen(first)
    desk.screening.screen(second)
    old = desk.complaints.reports(read(desk, first))
    correct(desk, first, caller_number="+13055550111", caller_key="+13055550111")

    assert desk.screening.screen(first).outcome is Outcome.ACCEPTED

    assert asked_again(desk) == [second]
    assert [call.complaint_id for call in old.calls] == [first, second]
    assert desk.screening.screen(second).outcome is Outcome.ACCEPTED
    assert [call.complaint_id for call in desk.complaints.reports(read(desk, second)).calls] == [second]
    assert [call.complaint_id for call in desk.complaints.reports(read(desk, first)).calls] == [first]


def test_a_report_that_is_no_violation_any_more_is_counted_nowhere(desk: Desk) -> None:
    first = desk.complain(robocall=True, called_number="(202) 555-0101").id
    second = desk.complain(robocall=True, called_number="(202) 555-0101").id
    desk.screening.screen(first)
    desk.screening.screen(second)
    correct(desk, first, robocall=False)

    assert desk.screening.screen(first).outcome is Outcome.NOT_REGISTERED
    assert asked_again(desk) == [second]
    assert desk.screening.screen(second).outcome is Outcome.ROBOCALL


def test_a_complaint_that_a_case_took_while_it_was_closed_is_told_all_the_same(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = desk.complain(robocall=True).id
    desk.screening.screen(made)
    before = read(desk, made)
    desk.assignment.assign(made)

    with pytest.raises(ChangedMeanwhileError):
        desk.complaints.closed(before, clock.now())

    found = [before]
    real = desk.complaints.get
    monkeypatch.setattr(type(desk.complaints), "get", lambda _store, key: found.pop() if found else real(key))
    assert desk.screening.close(made).told == Stage.IN_CASE
    desk.screening.close(made)
    told = [mail["facts"]["status"] for mail in desk.mails() if mail["template"] == "complaint-update"]
    assert told == ["investigating"]
