"""Deadlines do not run while a case rests; whoever is accused no more is told."""

from datetime import timedelta
from typing import Any

import pytest
from quietline.adapters.dynamodb.case_desk import DynamoDeskStore
from quietline.adapters.dynamodb.case_people import DynamoPeople
from quietline.cases.desk import DeskService
from quietline.cases.investigation.model import ReplyState, Way
from quietline.cases.model import Action
from quietline.cases.people import Person
from quietline.cases.replies import AnswerInput
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError
from quietline.profiles.profile import Profile

from tests.crashing import Crash, CrashingClient
from tests.fakes.complaints import CALLER, NOW, Desk
from tests.fakes.investigations import SAN, SELLER, Awake, Scene

REASONS = "Recorded messages without anybody's consent."
ANA = Person("user-7", "trade")
OTHER_SAN = "100-000-0016"
OTHER = "(305) 555-0188"
"""A number that nobody declared; the carrier AAA holds it."""


@pytest.fixture
def scene(cloud: Any, desk: Desk, clock: FixedClock, profile: Profile) -> Scene:
    return Scene(cloud, clock, profile, tasks=Awake())


@pytest.fixture
def work(desk: Desk, scene: Scene, clock: FixedClock, profile: Profile) -> DeskService:
    return DeskService(desk.cases, DynamoDeskStore(desk.table), DynamoPeople(desk.table), scene.tasks, clock, profile)


def told(desk: Desk, template: str) -> list[dict[str, Any]]:
    return [mail["facts"] for mail in desk.mails() if mail["template"] == template]


def test_a_seller_has_as_much_time_as_without_the_hold(
    desk: Desk, scene: Scene, work: DeskService, clock: FixedClock
) -> None:
    scene.seller(declares=CALLER)
    case_id = desk.accuse()
    scene.run(case_id, until="await_reply")
    due = scene.replies.find(SELLER, case_id).due_at
    work.hold(case_id, "A court looks at it.", (due + timedelta(days=30)).date(), ANA)

    clock.instant = due + timedelta(days=2)
    scene.run(case_id, until="await_release")
    assert scene.replies.read(SELLER, case_id).rests
    work.release(case_id, ANA)
    scene.run(case_id, until="await_reply")

    moved = scene.replies.find(SELLER, case_id)
    assert (moved.state, moved.due_at) == (ReplyState.ASKED, due + (clock.instant - NOW))
    assert not scene.replies.read(SELLER, case_id).rests
    [mail] = told(desk, "accusation-resumed")
    assert mail["due_at"].startswith(moved.due_at.date().isoformat())
    [reminder] = scene.profile.investigations.reminder_days_before[:1]
    clock.instant = moved.due_at - timedelta(days=reminder)
    scene.run(case_id, until="await_reply")
    assert len(told(desk, "accusation-reminder")) == 1
    clock.instant = moved.due_at
    scene.run(case_id, until="await_decision")
    assert scene.replies.find(SELLER, case_id).state is ReplyState.SILENT


def test_a_seller_may_answer_while_the_case_rests_and_after_its_day(
    desk: Desk, scene: Scene, work: DeskService, clock: FixedClock
) -> None:
    scene.seller(declares=CALLER)
    case_id = desk.accuse()
    scene.run(case_id, until="await_reply")
    reply = scene.replies.find(SELLER, case_id)
    work.hold(case_id, "A court looks at it.", (reply.due_at + timedelta(days=3)).date(), ANA)
    # the hold has ended by itself, and no step has run since
    clock.instant = reply.due_at + timedelta(days=5)

    scene.replies.answer(SELLER, case_id, [AnswerInput(reply.complaints[0], "error")], "", "seller")

    scene.run(case_id, until="await_decision")
    assert scene.replies.find(SELLER, case_id).state is ReplyState.ANSWERED
    assert not told(desk, "accusation-resumed")


def test_a_hold_ended_by_its_date_counts_until_its_midnight(
    desk: Desk, scene: Scene, work: DeskService, clock: FixedClock, profile: Profile
) -> None:
    case_id = desk.accuse()
    scene.run(case_id, until="await_decision")
    before = scene.store.get(case_id).review_due_at
    assert before is not None
    ends = profile.local_date(NOW) + timedelta(days=3)
    work.hold(case_id, "A court looks at it.", ends - timedelta(days=1), ANA)
    clock.instant += timedelta(days=1)
    # held again, the case has rested since the first time
    work.hold(case_id, "The court wants more time.", ends, ANA)

    clock.instant = profile.end_of(ends)
    scene.run(case_id, until="await_decision")

    rested = profile.end_of(ends - timedelta(days=1)) - NOW
    assert scene.store.get(case_id).review_due_at == before + rested
    kept = desk.cases.get(case_id)
    assert kept is not None and kept.hold is None and kept.escalations == 0


def test_a_carrier_has_as_much_time_as_without_the_hold(
    desk: Desk, scene: Scene, work: DeskService, clock: FixedClock
) -> None:
    scene.carrier("AAA", "+1305")
    case_id = desk.accuse(caller_number=OTHER)
    scene.run(case_id, until="await_carrier")
    [asked] = scene.store.hops(case_id)
    work.hold(case_id, "A court looks at it.", (NOW + timedelta(days=20)).date(), ANA)
    clock.instant += timedelta(days=10)
    work.release(case_id, ANA)

    scene.run(case_id, until="await_carrier")

    [moved] = scene.store.hops(case_id)
    assert moved.due_at == asked.due_at + timedelta(days=10)


def test_a_rest_is_added_once_though_its_step_died(
    desk: Desk, scene: Scene, work: DeskService, clock: FixedClock
) -> None:
    scene.seller(declares=CALLER)
    case_id = desk.accuse()
    scene.run(case_id, until="await_reply")
    due = scene.replies.find(SELLER, case_id).due_at
    work.hold(case_id, "A court looks at it.", (NOW + timedelta(days=20)).date(), ANA)
    clock.instant += timedelta(days=4)
    work.release(case_id, ANA)
    client = CrashingClient(scene.cases_table.client)
    scene.cases_table._client = client

    for left in (0, 1, None):
        client.arm(left)
        try:
            scene.steps.resume(case_id)
        except Crash:
            continue

    assert scene.replies.find(SELLER, case_id).due_at == due + timedelta(days=4)
    assert len(told(desk, "accusation-resumed")) == 1


def test_whoever_is_accused_no_more_is_told_and_may_be_accused_again(desk: Desk, scene: Scene) -> None:
    scene.seller(declares=CALLER)
    scene.seller(id="01KB3Q6W5N8Y2C4D6E8F0G1H2K", san=OTHER_SAN, name="Bay Windows Inc")
    case_id = desk.accuse()
    scene.run(case_id, until="await_reply")

    scene.review.name_caller(case_id, OTHER_SAN, ANA)
    scene.run(case_id, until="await_reply")

    assert scene.replies.find(SELLER, case_id).state is ReplyState.CLEARED
    assert [mail["case"] for mail in told(desk, "accusation-cleared")] == [case_id]
    with pytest.raises(ConflictError, match="not accused"):
        scene.replies.answer(SELLER, case_id, [], "It was not us.", "seller")
    with pytest.raises(ConflictError, match="not accused"):
        scene.replies.extend(SELLER, case_id, "seller")

    scene.review.name_caller(case_id, SAN, ANA)
    scene.run(case_id, until="await_reply")

    again = scene.replies.find(SELLER, case_id)
    assert (again.state, again.hearings) == (ReplyState.ASKED, 2)
    assert len(told(desk, "accusation")) == 3
    actions = [event.action for event in desk.cases.events(case_id)]
    assert actions.count(Action.SELLER_CLEARED) == 2


def test_calls_that_change_point_to_somebody_else(desk: Desk, scene: Scene) -> None:
    case_id = desk.accuse(caller_number=OTHER)
    scene.run(case_id, until="await_decision")
    unknown = scene.store.get(case_id).attribution
    assert unknown is not None and unknown.way is Way.UNKNOWN

    scene.seller()
    desk.accuse(caller_number=OTHER, caller_name=SAN, called_number="(202) 555-0177")
    scene.run(case_id, until="await_reply")

    found = scene.store.get(case_id).attribution
    assert found is not None and (found.way, found.organization_id) == (Way.NAME, SELLER)


def test_calls_that_change_clear_nobody_and_overrule_no_investigator(desk: Desk, scene: Scene) -> None:
    scene.seller()
    case_id = desk.accuse(caller_number=OTHER)
    scene.run(case_id, until="await_decision")
    scene.review.name_caller(case_id, SAN, ANA)

    desk.accuse(caller_number=OTHER, called_number="(202) 555-0177")
    scene.run(case_id, until="await_reply")

    found = scene.store.get(case_id).attribution
    assert found is not None and (found.way, found.organization_id) == (Way.NAMED, SELLER)
