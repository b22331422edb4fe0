"""What investigators do to cases, on DynamoDB: two agencies, holds, links, merging and splitting."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from quietline.adapters.dynamodb.case_desk import DynamoDeskStore
from quietline.adapters.dynamodb.case_moves import DynamoMoveStore
from quietline.adapters.dynamodb.case_people import DynamoPeople, DynamoViews
from quietline.cases import moves as moving
from quietline.cases.desk import DeskService
from quietline.cases.model import Action, Case, Event, Status
from quietline.cases.moves import MoveService
from quietline.cases.opening import OpeningService
from quietline.cases.people import Person
from quietline.cases.ports import ChangedMeanwhileError
from quietline.cases.service import DecisionService
from quietline.cases.views import ViewService
from quietline.kernel.callers import caller_key
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from quietline.profiles.profile import Profile

from tests.fakes.complaints import CALLER, NOW, Desk

ANA, ANA_CHIEF = Person("user-ana", "trade"), Person("user-chief", "trade", supervises=True)
TOM, TOM_CHIEF = Person("user-tom", "telecom"), Person("user-boss", "telecom", supervises=True)
WHY = "It is the carriers' matter."


class Tasks:
    def __init__(self) -> None:
        self.woken: list[str] = []

    def answer(self, token: str) -> bool:
        self.woken.append(token)
        return True


@dataclass
class Office:
    desk: Desk
    work: DeskService
    moves: MoveService
    opening: OpeningService
    tasks: Tasks

    def case(self, case_id: str) -> Case:
        found = self.desk.cases.get(case_id)
        assert found is not None
        return found

    def inside(self, case_id: str) -> set[str]:
        return {entry.complaint_id for entry in self.desk.cases.accusations(case_id)}

    def actions(self, case_id: str) -> list[Action]:
        """What people did; at one instant in no order."""
        return sorted(event.action for event in self.desk.cases.events(case_id) if event.by != "system")

    def several(self, count: int, **changes: Any) -> str:
        made = ""
        for number in range(count):
            made = self.desk.accuse(called_number=f"(202) 555-01{number:02}", **changes)
        return made


@pytest.fixture
def office(cloud: Any, clock: FixedClock, profile: Profile) -> Office:
    desk, tasks = Desk(cloud, clock, profile), Tasks()
    people = DynamoPeople(desk.table)
    for person in (ANA, ANA_CHIEF, TOM, TOM_CHIEF):
        people.seen(person)
    return Office(
        desk,
        DeskService(desk.cases, DynamoDeskStore(desk.table), people, tasks, clock, profile),
        MoveService(desk.cases, DynamoMoveStore(desk.table), tasks, clock, profile),
        OpeningService(desk.cases, clock, profile),
        tasks,
    )


def test_a_case_is_taken_and_handed_over(office: Office) -> None:
    case_id, work = office.desk.accuse(), office.work

    assert work.assign(case_id, ANA.sub, ANA).assignee == ANA.sub
    work.assign(case_id, ANA.sub, ANA)
    other = Person("user-bea", "trade")
    with pytest.raises(ForbiddenError):
        work.assign(case_id, other.sub, other)
    with pytest.raises(InvalidInputError):
        work.assign(case_id, TOM.sub, ANA)
    with pytest.raises(InvalidInputError):
        work.assign(case_id, "user-nobody", ANA)
    with pytest.raises(ForbiddenError):
        work.assign(case_id, TOM.sub, TOM)
    assert work.assign(case_id, other.sub, ANA_CHIEF).assignee == other.sub
    assert work.assign(case_id, "", other).assignee == ""
    assert office.actions(case_id) == [Action.ASSIGNED] * 3


def test_a_referred_case_is_the_other_agency_s_once_its_supervisor_accepts(office: Office) -> None:
    case_id, work = office.desk.accuse(), office.work
    work.assign(case_id, ANA.sub, ANA)

    offered = work.refer(case_id, "telecom", WHY, ANA, joint=False)
    assert offered.referral is not None and offered.agency == "trade"
    with pytest.raises(ConflictError):
        work.refer(case_id, "telecom", WHY, ANA, joint=True)
    for wrong in (TOM, ANA_CHIEF):
        with pytest.raises(ForbiddenError):
            work.answer(case_id, "", wrong, accept=True)
    with pytest.raises(InvalidInputError):
        work.answer(case_id, " ", TOM_CHIEF, accept=False)
    taken = work.answer(case_id, "", TOM_CHIEF, accept=True)

    assert (taken.agency, taken.assignee, taken.referral) == ("telecom", "", None)
    with pytest.raises(ForbiddenError):
        work.hold(case_id, WHY, NOW.date() + timedelta(days=9), ANA)
    assert work.assign(case_id, TOM.sub, TOM).assignee == TOM.sub
    with pytest.raises(InvalidInputError):
        work.refer(case_id, "telecom", WHY, TOM, joint=False)


def test_a_refusal_has_a_reason_and_a_joint_case_is_everybody_s(office: Office) -> None:
    case_id, work = office.desk.accuse(), office.work
    work.refer(case_id, "telecom", WHY, ANA, joint=False)
    refused = work.answer(case_id, "Not ours.", TOM_CHIEF, accept=False)
    assert (refused.agency, refused.referral) == ("trade", None)
    assert [note.text for note in work.desk.notes(case_id)] == ["Not ours."]

    work.refer(case_id, "telecom", WHY, ANA, joint=True)
    work.withdraw_referral(case_id, ANA)
    with pytest.raises(ConflictError):
        work.answer(case_id, "", TOM_CHIEF, accept=True)
    work.refer(case_id, "telecom", WHY, ANA, joint=True)
    assert work.answer(case_id, "", TOM_CHIEF, accept=True).joint
    assert work.assign(case_id, TOM.sub, TOM).assignee == TOM.sub


def test_a_held_case_rests_until_its_day_or_its_release(office: Office) -> None:
    case_id, work = office.desk.accuse(), office.work
    today = NOW.date()
    for wrong in (today, today + timedelta(days=400)):
        with pytest.raises(InvalidInputError):
            work.hold(case_id, "Court.", wrong, ANA)

    held = work.hold(case_id, "Court.", today + timedelta(days=3), ANA)

    assert (held.on_hold(today + timedelta(days=2)), held.on_hold(today + timedelta(days=3))) == (True, False)
    office.desk.cases.wait(case_id, "token", NOW, Event(NOW, Action.WAITING, "system"))
    assert work.release(case_id, ANA).standing_hold is None
    assert office.tasks.woken == ["token"]
    work.release(case_id, ANA)
    assert office.actions(case_id) == [Action.HELD, Action.RELEASED]


def test_notes_and_links_stand_on_both_sides(office: Office) -> None:
    work = office.work
    first, second = office.desk.accuse(), office.desk.accuse(caller_number="(305) 555-0101")

    work.note(first, "  Called back. ", TOM)
    work.link(first, second, "Same script.", ANA)
    work.link(first, second, "Same script.", ANA)

    assert [note.text for note in work.desk.notes(first)] == ["Called back."]
    assert [link.case_id for link in work.desk.links(first)] == [second]
    assert [link.case_id for link in work.desk.links(second)] == [first]
    work.unlink(second, first, ANA)
    assert work.desk.links(first) == ()
    for refused in (
        lambda: work.unlink(first, second, ANA),
        lambda: work.link(first, "01UNKNOWN", "Why.", ANA),
        lambda: work.note("01UNKNOWN", "Text", ANA),
    ):
        with pytest.raises(NotFoundError):
            refused()
    for wrong in (lambda: work.link(first, first, "Why.", ANA), lambda: work.note(first, " ", ANA)):
        with pytest.raises(InvalidInputError):
            wrong()


def test_a_change_of_what_another_changed_is_decided_anew(office: Office) -> None:
    case_id = office.desk.accuse()
    stale = office.case(case_id)
    office.work.assign(case_id, ANA.sub, ANA)

    with pytest.raises(ChangedMeanwhileError):
        office.work.desk.change(stale, replace(stale, assignee="x"), Event(NOW, Action.ASSIGNED, "x"))


def test_a_merged_case_goes_on_as_the_other(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "BATCH", 2)
    first, second = office.several(5), office.several(2, caller_number="(305) 555-0101")
    both = office.inside(first) | office.inside(second)
    office.desk.cases.wait(first, "token-1", NOW, Event(NOW, Action.WAITING, "system"))

    whole = office.moves.merge(first, second, ANA)

    assert (whole.id, whole.complaints, whole.moving, whole.facts.complaints) == (second, 7, "", 7)
    assert office.inside(second) == both and office.inside(first) == set()
    gone = office.case(first)
    assert (gone.status, gone.merged_into, gone.complaints, gone.callers) == (Status.MERGED, second, 0, ())
    assert office.tasks.woken == ["token-1"]
    assert office.actions(first) == [Action.MERGED, Action.MOVED]
    assert office.actions(second) == [Action.MOVED, Action.TOOK_OVER]
    assert office.desk.accuse(called_number="(202) 555-0150") == second
    assert office.moves.merge(first, second, ANA).id == second
    for wrong in (
        lambda: office.moves.merge(first, office.desk.accuse(caller_number="(305) 555-0102"), ANA),
        lambda: office.work.assign(first, ANA.sub, ANA),
    ):
        with pytest.raises(ConflictError):
            wrong()
    with pytest.raises(ForbiddenError):
        office.moves.merge(second, office.desk.accuse(caller_number="(305) 555-0102"), TOM)


def test_a_move_that_stopped_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "BATCH", 1)
    first, second = office.several(3), office.several(1, caller_number="(305) 555-0101")
    carry: Callable[..., bool] = DynamoMoveStore.carry
    crashes = iter([False, True])

    def crash(self: DynamoMoveStore, move: moving.Move, limit: int) -> bool:
        if next(crashes, False):
            raise RuntimeError("crash")
        return carry(self, move, limit)

    monkeypatch.setattr(DynamoMoveStore, "carry", crash)
    with pytest.raises(RuntimeError):
        office.moves.merge(first, second, ANA)
    assert (office.case(first).moving, office.case(second).moving) == (second, first)
    decisions = DecisionService(office.desk.cases, office.tasks, office.work.clock, office.work.profile)
    office.desk.cases.wait(second, "token", NOW, Event(NOW, Action.WAITING, "system"))
    with pytest.raises(ConflictError):
        decisions.decide(second, "dismissal", "The complaints are not all here yet.", ANA)
    assert (len(office.inside(first)), len(office.inside(second))) == (2, 2)

    assert office.moves.resume(second).moving == ""
    assert len(office.inside(second)) == 4


def test_complaints_are_split_off_and_their_caller_goes_with_them(office: Office) -> None:
    case_id = office.several(2)
    other = office.several(2, caller_number="(305) 555-0101")
    theirs = office.inside(other)
    office.moves.merge(other, case_id, ANA)

    new = office.moves.split(case_id, sorted(theirs), ANA)

    assert (new.trigger, new.complaints, new.moving) == ("split", 2, "")
    assert office.inside(new.id) == theirs and len(office.inside(case_id)) == 2
    assert office.desk.accuse(caller_number="(305) 555-0101", called_number="(202) 555-0150") == new.id
    assert office.desk.accuse(called_number="(202) 555-0150") == case_id
    one, *rest = sorted(office.inside(case_id))
    part = office.moves.split(case_id, [one], ANA)
    assert (part.callers, office.case(case_id).callers) == ((), (CALLER,))
    for wrong in ([], rest, ["01UNKNOWN"]):
        with pytest.raises(InvalidInputError):
            office.moves.split(case_id, wrong, ANA)
    assert office.moves.move(case_id, part.id, rest[:1], ANA).complaints == 2
    assert office.moves.move(case_id, part.id, rest[:1], ANA).complaints == 2


def test_an_investigator_opens_a_case_below_the_threshold(office: Office, clock: FixedClock, profile: Profile) -> None:
    made = []
    for number in range(8):
        one = office.desk.complain(
            robocall=True, caller_number="", caller_name=f"Caller {number}", called_number=f"(202) 555-01{number:02}"
        )
        office.desk.screening.screen(one.id)
        made.append(one)

    case = office.opening.open([one.reference for one in made], "", ANA)

    assert (case.complaints, case.trigger, case.agency, case.assignee) == (8, "investigator", "trade", ANA.sub)
    assert office.desk.accuse(caller_number="", caller_name="CALLER 7") == case.id
    for references, key, refused in (
        ([made[0].reference], "", InvalidInputError),
        (["QL-0000-0000"], "", InvalidInputError),
        ([], "", InvalidInputError),
        ([], caller_key("", "Nobody"), InvalidInputError),
    ):
        with pytest.raises(refused):
            office.opening.open(references, key, ANA)
    late = office.desk.complain(robocall=True, caller_number="", caller_name="Caller 3")
    office.desk.screening.screen(late.id)
    with pytest.raises(ConflictError):
        office.opening.open([late.reference], "", ANA)


def test_a_corrected_complaint_is_counted_as_it_says_now(office: Office) -> None:
    case_id = office.desk.accuse(subject=3)
    (complaint,) = office.inside(case_id)
    table = office.desk.table
    table.write(table.update((f"COMPLAINT#{complaint}", "META"), "SET subject = :s", values={":s": 5}))

    office.desk.assignment.assign(complaint)

    assert office.case(case_id).facts.subjects == {5: 1}


def test_views_are_a_person_s_own(office: Office, clock: FixedClock) -> None:
    views = ViewService(DynamoViews(office.desk.table), clock)
    first = views.save("Mine", {"assignee": "me"}, ANA)
    again = views.save(" mine ", {"assignee": "me", "overdue": True}, ANA)

    assert again.id == first.id
    assert [view.wanted for view in views.mine(ANA)] == [{"assignee": "me", "overdue": True}]
    assert views.mine(TOM) == ()
    with pytest.raises(NotFoundError):
        views.delete(first.id, TOM)
    views.delete(first.id, ANA)
    with pytest.raises(InvalidInputError):
        views.save("", {}, ANA)
