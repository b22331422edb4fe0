"""Complaints and cases on DynamoDB: one open case per caller, nothing twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.complaints import DynamoNumberHistory
from quietline.adapters.dynamodb.numbers import number_writes
from quietline.cases.assignment import AssignmentService
from quietline.cases.model import SYSTEM, Action, Case, Decision, Event, Status
from quietline.cases.people import Person
from quietline.cases.ports import ChangedMeanwhileError
from quietline.cases.service import DecisionService
from quietline.complaints.model import Outcome, Stage
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, UnavailableError
from quietline.kernel.phone import PhoneNumber
from quietline.profiles.profile import Profile
from quietline.registrations.model import HistoryEntry, NumberRecord

from tests.fakes.complaints import CALLED, CALLER, NOW, Desk, list_number
from tests.fakes.investigations import Scene

REASONS = "Recorded messages without anybody's consent."


class Tasks:
    """Remembers the tokens it was asked to wake."""

    def __init__(self) -> None:
        self.woken: list[str] = []

    def answer(self, token: str) -> bool:
        self.woken.append(token)
        return True


def case_of(desk: Desk, case_id: str) -> Case:
    case = desk.cases.get(case_id)
    assert case is not None
    return case


def threshold(profile: Profile, people: int) -> Profile:
    trigger = profile.cases.triggers[0].model_copy(update={"complainants": people})
    return profile.model_copy(update={"cases": profile.cases.model_copy(update={"triggers": (trigger,)})})


def test_a_complaint_comes_back_as_it_was_kept(desk: Desk) -> None:
    made = desk.complain(caller_name="Sunny", done_business=False, first_name="Alex", comments="Twice a day.")

    kept = desk.complaints.get(made.id)

    assert kept is not None
    assert kept == desk.complaints.by_reference(made.reference)
    assert (kept.called, kept.caller_number, kept.stage, kept.outcome) == (CALLED, CALLER, Stage.RECEIVED, None)
    assert (kept.done_business, kept.asked_to_stop, kept.consumer) == (False, None, {"first_name": "Alex"})
    item = desk.table.get(keys.complaint(made.id))
    assert "alex@example.com" not in str(item) and made.status_code.replace("-", "") not in str(item)


def test_a_reference_is_given_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from quietline.complaints import service

    monkeypatch.setattr(service, "new_code", lambda length=8: "A" * length)
    assert desk.complain().reference == "QL-AAAA-AAAA"

    with pytest.raises(UnavailableError):
        desk.complain()
    assert len(desk.mails()) == 1


def test_the_status_opens_only_with_its_code(desk: Desk) -> None:
    made, other = desk.complain(), desk.complain()

    assert desk.intake.status(made.reference.lower(), made.status_code.lower()).reference == made.reference
    told = set()
    for reference, code in [(made.reference, other.status_code), ("QL-0000-0000", made.status_code), ("", "")]:
        with pytest.raises(NotFoundError) as refused:
            desk.intake.status(reference, code)
        told.add(str(refused.value))
    assert len(told) == 1


def test_screening_looks_at_the_registry_of_the_call_s_time(desk: Desk, clock: FixedClock, profile: Profile) -> None:
    history = (
        HistoryEntry(NOW - timedelta(days=900), "A", "registration:1"),
        HistoryEntry(NOW - timedelta(days=500), "D", "removal:1"),
        HistoryEntry(NOW - timedelta(days=100), "A", "registration:2"),
    )
    record = NumberRecord(PhoneNumber(CALLED), "202", history, 1)
    desk.registry.write(*number_writes(desk.registry, None, record))
    past = DynamoNumberHistory(desk.registry)

    assert past.listed_since(CALLED, NOW - timedelta(days=901)) is None
    assert past.listed_since(CALLED, NOW - timedelta(days=600)) == NOW - timedelta(days=900)
    assert past.listed_since(CALLED, NOW - timedelta(days=300)) is None
    assert past.listed_since(CALLED, NOW) == NOW - timedelta(days=100)
    assert past.listed_since("+12025550199", NOW) is None


def test_screening_twice_keeps_the_first_outcome(desk: Desk, clock: FixedClock, profile: Profile) -> None:
    made = desk.complain()
    assert desk.screening.screen(made.id).outcome is Outcome.NOT_REGISTERED

    list_number(desk.registry)

    assert desk.screening.screen(made.id).outcome is Outcome.NOT_REGISTERED


def test_one_open_case_for_each_caller_however_many_come_at_once(desk: Desk) -> None:
    made = [desk.complain(robocall=True, called_number=f"(202) 555-01{last}") for last in range(10, 18)]
    for complaint in made:
        desk.screening.screen(complaint.id)

    def assign(complaint_id: str) -> str:
        while True:
            try:
                return desk.assignment.assign(complaint_id).case_id
            except UnavailableError:
                continue

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(assign, [complaint.id for complaint in made]))

    assert len(found) == 1
    (case_id,) = found
    assert case_of(desk, case_id).complaints == len(made) == len(desk.cases.accusations(case_id))
    assert [case.id for case in desk.cases.page(Status.OPEN, 50, "").cases] == [case_id]


def test_two_callers_have_two_cases_and_a_name_is_a_caller_too(desk: Desk) -> None:
    first, second = desk.accuse(), desk.accuse(caller_number="+44 20 7946 0018")
    named = desk.accuse(caller_number="", caller_name="Sunny, Inc.")

    assert len({first, second, named}) == 3
    assert desk.accuse(caller_number="", caller_name="SUNNY INC") == named


def test_assigning_again_changes_nothing(desk: Desk) -> None:
    made = desk.complain(robocall=True)
    desk.screening.screen(made.id)
    first = desk.assignment.assign(made.id)

    second = desk.assignment.assign(made.id)

    assert (first.opened, second.opened, second.case_id) == (True, False, first.case_id)
    assert case_of(desk, first.case_id).complaints == 1


def test_only_a_possible_violation_joins_a_case(desk: Desk) -> None:
    made = desk.complain()
    with pytest.raises(ConflictError):
        desk.assignment.assign(made.id)
    desk.screening.screen(made.id)
    with pytest.raises(ConflictError):
        desk.assignment.assign(made.id)
    with pytest.raises(NotFoundError):
        desk.assignment.assign("01UNKNOWN")


def test_a_case_opens_when_enough_people_complained_and_takes_the_earlier_ones(
    desk: Desk, clock: FixedClock, profile: Profile
) -> None:
    assignment = AssignmentService(desk.cases, clock, threshold(profile, 3))

    def accuse(number: str) -> tuple[str, str]:
        desk.accused += 1
        made = desk.complain(robocall=True, called_number=number, call_time=f"18:{desk.accused:02}")
        desk.screening.screen(made.id)
        case = assignment.assign(made.id).case_id
        desk.screening.close(made.id)
        return made.id, case

    first, none = accuse("(202) 555-0141")
    assert none == ""
    assert accuse("(202) 555-0141")[1] == ""  # the same person again
    assert accuse("(202) 555-0142")[1] == ""
    kept = desk.complaints.get(first)
    assert kept is not None and kept.stage is Stage.RECORDED

    _, case_id = accuse("(202) 555-0143")

    assert case_id and case_of(desk, case_id).complaints == 4
    kept = desk.complaints.get(first)
    assert kept is not None and (kept.stage, kept.case_id) == (Stage.IN_CASE, case_id)


def test_people_outside_the_window_do_not_count(desk: Desk, clock: FixedClock, profile: Profile) -> None:
    assignment = AssignmentService(desk.cases, clock, threshold(profile, 2))
    for day, number in ((0, "(202) 555-0141"), (31, "(202) 555-0142")):
        clock.instant = NOW + timedelta(days=day)
        made = desk.complain(robocall=True, called_number=number)
        desk.screening.screen(made.id)
        assert assignment.assign(made.id).case_id == ""


def test_a_complaint_that_joins_while_the_decision_is_recorded_is_not_left_out(desk: Desk, profile: Profile) -> None:
    case_id = desk.accuse()
    before = case_of(desk, case_id)
    desk.accuse(called_number="(202) 555-0144")

    with pytest.raises(ChangedMeanwhileError):
        desk.cases.decided(before, Decision("warning", REASONS, "u", NOW), Event(NOW, Action.DECIDED, "u"))
    assert case_of(desk, case_id).status is Status.OPEN


def test_a_decision_needs_a_waiting_case_and_is_given_once(
    cloud: Any, desk: Desk, clock: FixedClock, profile: Profile
) -> None:
    tasks = Tasks()
    investigator = DecisionService(desk.cases, tasks, clock, profile)
    steps = Scene(cloud, clock, profile, tasks=tasks).steps
    case_id = desk.accuse()
    with pytest.raises(ConflictError):
        investigator.decide(case_id, "warning", REASONS, Person("user-1", "trade"))

    steps.wait(case_id, "token-1", "await_decision")
    investigator.decide(case_id, "warning", REASONS, Person("user-1", "trade"))
    investigator.decide(case_id, "warning", REASONS, Person("user-1", "trade"))
    with pytest.raises(ConflictError):
        investigator.decide(case_id, "citation", REASONS, Person("user-2", "trade"))

    assert tasks.woken.count("token-1") >= 2
    steps.record(case_id)
    with pytest.raises(ConflictError):
        investigator.decide(case_id, "warning", REASONS, Person("user-1", "trade"))


@pytest.mark.parametrize(
    ("kind", "reasons", "pointers"),
    [("fine", REASONS, ["/decision"]), ("warning", "x" * 19, ["/reasons"]), ("", " " * 40, ["/decision", "/reasons"])],
)
def test_a_decision_is_one_of_the_profile_s_with_reasons(
    kind: str, reasons: str, pointers: list[str], desk: Desk, clock: FixedClock, profile: Profile
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        DecisionService(desk.cases, Tasks(), clock, profile).decide("any", kind, reasons, Person("user-1", "trade"))
    assert [field.pointer for field in refused.value.fields] == pointers


def test_the_other_agency_decides_nothing(cloud: Any, desk: Desk, clock: FixedClock, profile: Profile) -> None:
    case_id = desk.accuse()
    review = Scene(cloud, clock, profile).review
    stranger = Person("user-9", "telecom")
    before = case_of(desk, case_id)

    for act in (
        lambda: DecisionService(desk.cases, Tasks(), clock, profile).decide(case_id, "dismissal", REASONS, stranger),
        lambda: review.confirm(case_id, stranger),
        lambda: review.give_back(case_id, REASONS, stranger),
        lambda: review.reopen(case_id, REASONS, stranger),
        lambda: review.name_caller(case_id, "Sunny Roofs LLC", stranger),
        lambda: review.ask_carrier(case_id, "4321", stranger),
    ):
        with pytest.raises(ForbiddenError):
            act()

    assert case_of(desk, case_id) == before


def test_steps_done_twice_change_nothing(cloud: Any, desk: Desk, clock: FixedClock, profile: Profile) -> None:
    scene = Scene(cloud, clock, profile, tasks=Tasks())
    steps = scene.steps
    case_id = desk.accuse()
    steps.attribute(case_id)
    steps.examine(case_id)
    steps.wait(case_id, "token-1", "await_decision")
    DecisionService(desk.cases, Tasks(), clock, profile).decide(case_id, "citation", REASONS, Person("user-1", "trade"))
    with pytest.raises(ConflictError):
        steps.record(case_id)
    scene.review.confirm(case_id, Person("user-2", "trade"))
    assert steps.record(case_id) == steps.record(case_id)
    assert steps.notify(case_id) == 0
    events, mails = desk.cases.events(case_id), desk.mails()

    steps.notify(case_id)
    steps.record(case_id)
    steps.escalate(case_id)
    steps.wait(case_id, "token-2", "await_decision")

    assert desk.cases.events(case_id) == events
    assert len(desk.mails()) == len(mails)
    assert case_of(desk, case_id).token == "token-1"


def test_a_failed_case_that_does_not_exist_makes_no_item(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        desk.cases.failed("01UNKNOWN", "Boom", Event(NOW, Action.FAILED, SYSTEM, "Boom"))
    with pytest.raises(NotFoundError):
        desk.complaints.failed("01UNKNOWN", "Boom", NOW)
    assert desk.cases.get("01UNKNOWN") is None and desk.complaints.get("01UNKNOWN") is None


def test_stages_never_go_back(cloud: Any, desk: Desk, clock: FixedClock, profile: Profile) -> None:
    # the investigator was faster than the last step of the screening
    made = desk.complain(robocall=True)
    desk.screening.screen(made.id)
    case_id = desk.assignment.assign(made.id).case_id
    scene = Scene(cloud, clock, profile, tasks=Tasks())
    steps = scene.steps
    steps.wait(case_id, "token-1", "await_decision")
    DecisionService(desk.cases, Tasks(), clock, profile).decide(case_id, "warning", REASONS, Person("user-1", "trade"))
    steps.record(case_id)
    steps.notify(case_id)

    assert desk.screening.close(made.id).stage is Stage.DECIDED


def test_the_pointer_names_the_open_case(desk: Desk) -> None:
    case_id = desk.accuse()

    assert desk.cases.open_case_of(CALLER) == case_id
    assert desk.cases.open_case_of("+12025550100") == ""


def test_who_could_not_be_told_is_left_and_not_taken_for_told(desk: Desk, clock: FixedClock) -> None:
    case_id = desk.accuse()
    complaint_id = desk.cases.accusations(case_id)[0].complaint_id
    in_the_way = keys.mail(f"{complaint_id}-{case_id}-decided")
    desk.table.write(desk.table.put(in_the_way, {}))

    assert desk.cases.tell(case_id, "dismissal", clock.now(), 10) == 1
    desk.table.write(desk.table.delete(in_the_way))
    assert desk.cases.tell(case_id, "dismissal", clock.now(), 10) == 0
    assert desk.cases.tell(case_id, "dismissal", clock.now(), 10) == 0


def test_a_complaint_that_came_into_another_case_is_told_of_that_decision_too(desk: Desk, clock: FixedClock) -> None:
    case_id, other = desk.accuse(), desk.accuse(caller_number="(305) 555-0111")
    complaint_id = desk.cases.accusations(case_id)[0].complaint_id
    assert desk.cases.tell(case_id, "dismissal", clock.now(), 10) == 0
    moved = {"complaint_id": complaint_id, "told": False}
    desk.table.write(desk.table.put(keys.case_complaint(other, complaint_id), moved))

    assert desk.cases.tell(other, "citation", clock.now(), 10) == 0
    told = [mail["facts"]["outcome"] for mail in desk.mails() if mail["template"] == "complaint-decided"]
    assert sorted(told) == ["citation", "citation", "dismissal"]
