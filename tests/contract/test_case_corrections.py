"""A complaint whose correction makes it no violation leaves its open case, which is examined anew without it."""

from datetime import timedelta
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys
from quietline.cases.investigation.model import ReplyState
from quietline.cases.model import Action, Case
from quietline.complaints.changes import ChangeService
from quietline.complaints.model import Complaint, Outcome, Stage
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError
from quietline.mails.links import LinkSigner
from quietline.profiles.profile import Profile

from tests.fakes.complaints import CALLER, NOW, SECRET, Desk
from tests.fakes.investigations import SELLER, Awake, Scene


@pytest.fixture
def scene(cloud: Any, desk: Desk, clock: FixedClock, profile: Profile) -> Scene:
    return Scene(cloud, clock, profile, tasks=Awake())


@pytest.fixture
def changes(desk: Desk, clock: FixedClock, profile: Profile) -> ChangeService:
    return ChangeService(desk.complaints, LinkSigner(SECRET), SECRET, clock, profile)


def case_of(desk: Desk, case_id: str) -> Case:
    case = desk.cases.get(case_id)
    assert case is not None
    return case


def newest(desk: Desk, case_id: str) -> Complaint:
    complaint = desk.complaints.get(desk.cases.accusations(case_id)[-1].complaint_id)
    assert complaint is not None
    return complaint


def correct(desk: Desk, changes: ChangeService, complaint: Complaint, **said: Any) -> Complaint:
    """Correct a complaint and let `screen-complaint` run."""
    changes.correct(complaint, said)
    screened = desk.screening.screen(complaint.id)
    if screened.outcome is not None and screened.outcome.is_violation:
        desk.assignment.assign(complaint.id)
    return desk.screening.close(complaint.id)


def test_no_violation_any_more_leaves_the_case_and_comes_back_when_it_is_one_again(
    desk: Desk, scene: Scene, changes: ChangeService
) -> None:
    case_id = desk.accuse()
    assert desk.accuse(called_number="(202) 555-0144") == case_id
    scene.run(case_id, until="await_decision")
    second = newest(desk, case_id)

    # a person called, and the number is not on the list
    left = correct(desk, changes, second, robocall=False)

    assert (left.case_id, left.outcome, left.stage) == ("", Outcome.NOT_REGISTERED, Stage.CLOSED)
    assert case_of(desk, case_id).complaints == len(desk.cases.accusations(case_id)) == 1
    assert [event.action for event in desk.cases.events(case_id)].count(Action.LEFT) == 1
    told = [mail["facts"].get("status") for mail in desk.mails() if mail["facts"].get("reference") == second.reference]
    assert told.count("closed") == 1
    assert desk.screening.close(second.id) == left
    assert scene.review.read(case_id).stale
    scene.run(case_id, until="await_decision")
    assert len(scene.review.read(case_id).findings) == 1

    again = correct(desk, changes, left, robocall=True)
    assert (again.case_id, again.stage) == (case_id, Stage.IN_CASE)
    assert case_of(desk, case_id).complaints == 2


def test_the_report_of_a_call_that_counts_already_counts_once(
    desk: Desk, scene: Scene, changes: ChangeService, clock: FixedClock
) -> None:
    case_id = desk.accuse()
    clock.instant = NOW + timedelta(hours=1)
    assert desk.accuse(call_date="2026-11-10") == case_id

    # it was the same call: the date was wrong
    merged = correct(desk, changes, newest(desk, case_id), call_date="2026-11-20")

    assert (merged.case_id, merged.outcome, merged.stage) == ("", Outcome.DUPLICATE, Stage.MERGED)
    scene.run(case_id, until="await_decision")
    assert len(scene.review.read(case_id).findings) == 1


def test_a_decided_case_keeps_its_complaints(desk: Desk, scene: Scene, changes: ChangeService) -> None:
    case_id = desk.accuse()
    complaint = newest(desk, case_id)
    changes.correct(complaint, {"robocall": False})
    desk.screening.screen(complaint.id)
    desk.table.write(
        desk.table.update(
            keys.case(case_id), "SET #status = :decided", names={"#status": "status"}, values={":decided": "decided"}
        )
    )

    kept = desk.screening.close(complaint.id)

    assert (kept.case_id, kept.stage) == (case_id, Stage.IN_CASE)
    assert case_of(desk, case_id).complaints == 1


@pytest.mark.parametrize("status", ["decided", "closed"])
def test_before_its_consumer_is_told_a_complaint_of_a_decided_case_is_neither_corrected_nor_withdrawn(
    desk: Desk, changes: ChangeService, status: str
) -> None:
    case_id = desk.accuse()
    complaint, calls = newest(desk, case_id), desk.cases.accusations(case_id)
    desk.table.write(
        desk.table.update(
            keys.case(case_id), "SET #status = :status", names={"#status": "status"}, values={":status": status}
        )
    )

    with pytest.raises(ConflictError, match="decided"):
        changes.withdraw(complaint)
    with pytest.raises(ConflictError, match="decided"):
        changes.correct(complaint, {"robocall": False})

    assert newest(desk, case_id) == complaint
    assert (case_of(desk, case_id).complaints, desk.cases.accusations(case_id)) == (1, calls)


def test_a_case_that_all_left_is_dismissed_and_no_carrier_is_asked(
    desk: Desk, scene: Scene, changes: ChangeService
) -> None:
    scene.carrier("AAA", "+1305")
    case_id = desk.accuse()
    scene.steps.attribute(case_id)
    changes.withdraw(newest(desk, case_id))

    scene.run(case_id, until="await_decision")

    file = scene.review.read(case_id)
    assert (file.hops, file.findings, file.suggestion) == ((), (), "dismissal")


def test_the_sellers_silence_is_recorded_where_the_calls_have_left(
    desk: Desk, scene: Scene, changes: ChangeService, clock: FixedClock, profile: Profile
) -> None:
    scene.seller(declares=CALLER)
    case_id = desk.accuse()
    scene.run(case_id, until="await_reply")
    changes.withdraw(newest(desk, case_id))
    scene.run(case_id, until="await_decision")

    clock.instant = NOW + timedelta(days=profile.investigations.reply_days + 1)
    scene.run(case_id, until="await_decision")

    [reply] = scene.replies.all(SELLER)
    assert (reply.state, reply.reminded) == (ReplyState.SILENT, 0)
