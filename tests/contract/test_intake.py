"""Intake on the tables: several calls, unusual days, additions, corrections, withdrawal, mailed links."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from quietline.complaints.changes import ChangeService
from quietline.complaints.model import Complaint, OtherCall, Outcome, Stage
from quietline.complaints.ports import ChangedMeanwhileError
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError, InvalidInputError, LinkError, NotFoundError
from quietline.mails.links import OPEN_COMPLAINT, LinkSigner
from quietline.profiles.profile import Profile

from tests.fakes.complaints import NOW, SECRET, Desk, list_number

TWO_MORE = (OtherCall("2026-11-21", "09:00"), OtherCall("2026-11-22", "10:30", robocall=True, kind="text"))


@pytest.fixture
def desk(cloud: Any, clock: FixedClock, profile: Profile) -> Desk:
    made = Desk(cloud, clock, profile)
    list_number(made.registry, at=NOW - timedelta(days=400))
    return made


@pytest.fixture
def changes(desk: Desk, clock: FixedClock, profile: Profile) -> ChangeService:
    return ChangeService(desk.complaints, LinkSigner(SECRET), SECRET, clock, profile)


def read(desk: Desk, complaint_id: str) -> Complaint:
    found = desk.complaints.get(complaint_id)
    assert found is not None
    return found


def screened(desk: Desk, complaint_id: str) -> Complaint:
    desk.screening.screen(complaint_id)
    if read(desk, complaint_id).outcome in (Outcome.ACCEPTED, Outcome.ROBOCALL):
        desk.assignment.assign(complaint_id)
    return desk.screening.close(complaint_id)


def asked_again(desk: Desk) -> list[str]:
    return [item["pk"] for item in desk.table.scan("SCREENING#")]


def test_each_call_of_a_submission_is_a_complaint_of_its_own(desk: Desk) -> None:
    made = desk.complain(more_calls=TWO_MORE)

    found = [desk.intake.opened(reference, made.status_code) for reference in made.references]
    assert len({one.id for one in found}) == 3
    assert [(one.robocall, one.kind) for one in found] == [(False, "call"), (False, "call"), (True, "text")]
    assert all(one.submission == made.references for one in found)
    assert [mail["template"] for mail in desk.mails()] == ["complaint-received"]
    assert [screened(desk, one.id).stage for one in found] == [Stage.IN_CASE] * 3


def test_a_call_named_twice_is_one_and_wrong_ones_are_all_named(desk: Desk, profile: Profile) -> None:
    assert len(desk.complain(more_calls=(OtherCall("2026-11-20", "18:30"),)).references) == 1

    with pytest.raises(InvalidInputError) as refused:
        desk.complain(
            more_calls=(OtherCall("x", "09:00"), OtherCall("2026-11-22", "25:00"), OtherCall("2027-01-01", "09:00"))
        )
    assert [(error.pointer, error.code) for error in refused.value.fields] == [
        ("/more_calls/0/call_date", "call_date"),
        ("/more_calls/1/call_time", "call_time"),
        ("/more_calls/2/call_date", "in_future"),
    ]
    many = tuple(OtherCall("2026-11-20", f"10:{minute:02}") for minute in range(profile.complaints.max_calls))
    with pytest.raises(InvalidInputError) as refused:
        desk.complain(more_calls=many)
    assert refused.value.fields[0].code == "too_many_calls"


def test_an_unusual_day_is_taken_and_screened_later(desk: Desk, clock: FixedClock, profile: Profile) -> None:
    usual = [desk.complain(call_time=f"10:{minute:02}").id for minute in range(profile.complaints.usual_per_day)]
    more = desk.complain(call_time="11:00").id
    other = desk.complain(called_number="(202) 555-0144", email="").id

    assert not any(desk.screening.early_by(one) for one in (*usual, other))
    assert desk.screening.early_by(more)
    clock.instant += timedelta(hours=profile.complaints.slow_hours)
    assert not desk.screening.early_by(more)
    assert desk.screening.screen(more).outcome is not None


def test_a_correction_keeps_what_stood_there_and_is_screened_anew(desk: Desk, changes: ChangeService) -> None:
    made = desk.complain(robocall=True, called_number="(202) 555-0144")
    assert screened(desk, made.id).outcome is Outcome.ROBOCALL
    before = read(desk, made.id)

    after = changes.correct(before, {"robocall": False, "call_time": "19:05"})

    assert (after.robocall, after.version) == (False, 2)
    [history] = after.corrections
    assert set(history.before) == {"robocall", "called_at"}
    assert asked_again(desk) == [f"SCREENING#{made.id}-corrected2"]
    assert desk.screening.screen(made.id).outcome is Outcome.NOT_REGISTERED
    assert changes.correct(after, {"robocall": False}).version == 2, "nothing changed"
    with pytest.raises(ConflictError, match="caller"):
        changes.correct(after, {"caller_number": "(305) 555-0188"})
    with pytest.raises(InvalidInputError):
        changes.correct(after, {"called_number": "12"})
    with pytest.raises(ChangedMeanwhileError):
        desk.complaints.corrected(replace(before, robocall=False, version=2), before, NOW)


def test_another_caller_moves_a_complaint_that_is_in_no_case(desk: Desk, changes: ChangeService) -> None:
    made = desk.complain()

    changes.correct(read(desk, made.id), {"caller_number": "(305) 555-0188"})

    assert desk.cases.unassigned("+13055550187", NOW - timedelta(days=1)) == ()
    assert screened(desk, made.id).stage is Stage.IN_CASE
    assert desk.cases.open_case_of("+13055550188")


def test_a_withdrawn_complaint_leaves_its_case_and_counts_nowhere(desk: Desk, changes: ChangeService) -> None:
    kept = desk.accuse()
    made = desk.complain(call_time="20:00", robocall=True)
    case_id = screened(desk, made.id).case_id
    assert case_id == kept

    withdrawn = changes.withdraw(read(desk, made.id))
    again = changes.withdraw(withdrawn)

    assert (again.stage, again.case_id, again.version) == (Stage.WITHDRAWN, "", 2)
    case = desk.cases.get(case_id)
    assert case is not None
    assert (case.complaints, len(desk.cases.accusations(case_id))) == (1, 1)
    assert "withdrawn" in [event.action for event in desk.cases.events(case_id)]
    assert screened(desk, made.id).outcome is Outcome.WITHDRAWN
    assert read(desk, made.id).stage is Stage.WITHDRAWN
    assert made.id not in {call.complaint_id for call in desk.complaints.reports(withdrawn).calls}
    assert desk.assignment.store.unassigned("+13055550187", NOW - timedelta(days=9)) == ()
    told = [mail["facts"].get("status") for mail in desk.mails() if mail["template"] == "complaint-update"]
    assert told.count("withdrawn") == 1
    with pytest.raises(ConflictError):
        changes.comment(again, "too late")
    with pytest.raises(ConflictError):
        changes.correct(again, {"robocall": False})


def test_comments_are_added_until_there_are_enough(desk: Desk, changes: ChangeService, profile: Profile) -> None:
    found = read(desk, desk.complain().id)
    for number in range(profile.complaints.max_additions):
        found = changes.comment(found, f" comment {number} ")
    assert (found.additions[0].text, found.version) == ("comment 0", 1)
    with pytest.raises(ConflictError):
        changes.comment(found, "one more")
    for wrong in ("  ", "x" * 2001):
        with pytest.raises(InvalidInputError):
            changes.comment(found, wrong)


def test_a_mailed_link_works_once_and_leaves_a_code_besides_the_first(desk: Desk, changes: ChangeService) -> None:
    made = desk.complain()
    [mail] = desk.mails()
    link = mail["link"]
    token = LinkSigner(SECRET).token(OPEN_COMPLAINT, link["id"], link["nonce"])

    found, code = changes.use_link(token)

    assert found.id == made.id
    for right in (made.status_code, code):
        assert desk.intake.opened(made.reference, right).id == made.id
    for wrong in ("", "0000-0000-0000-0000"):
        with pytest.raises(NotFoundError):
            desk.intake.opened(made.reference, wrong)
    for used in (token, token[:-2] + "xx", "nonsense"):
        with pytest.raises(LinkError):
            changes.use_link(used)
    screened(desk, made.id)
    newer = next(mail for mail in desk.mails() if mail["template"] == "complaint-update")["link"]
    assert changes.use_link(LinkSigner(SECRET).token(OPEN_COMPLAINT, newer["id"], newer["nonce"]))[0].id == made.id


def test_the_mail_of_the_decision_opens_the_complaint_once(desk: Desk, changes: ChangeService) -> None:
    case_id = desk.accuse()

    desk.cases.tell(case_id, "warning", NOW, 10)

    [mail] = [mail for mail in desk.mails() if mail["template"] == "complaint-decided"]
    token = LinkSigner(SECRET).token(OPEN_COMPLAINT, mail["link"]["id"], mail["link"]["nonce"])
    assert changes.use_link(token)[0].decision == "warning"
    with pytest.raises(LinkError):
        changes.use_link(token)


def test_a_link_is_used_once_however_many_use_it_together(desk: Desk, changes: ChangeService) -> None:
    found = read(desk, desk.complain().id)
    desk.complaints.link_used(found, "next", "hash")

    with pytest.raises(ChangedMeanwhileError):
        desk.complaints.link_used(found, "other", "hash")
