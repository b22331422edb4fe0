"""Any order of opening, joining, merging, splitting, moving, holding, assigning, withdrawing, and any crash between.

No complaint is ever lost or in two cases, counts are right, and each caller's next complaint has one place to go.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_desk import DynamoDeskStore
from quietline.adapters.dynamodb.case_moves import DynamoMoveStore
from quietline.adapters.dynamodb.case_people import DynamoPeople
from quietline.cases import moves as moving
from quietline.cases.desk import DeskService
from quietline.cases.model import Case, Status
from quietline.cases.moves import Move, MoveService
from quietline.cases.opening import OpeningService
from quietline.cases.people import Person
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError, InvalidInputError
from quietline.profiles.profile import Profile

from tests.fakes.complaints import NOW, Desk

ANA = Person("user-ana", "trade", supervises=True)
REFUSED = (ConflictError, InvalidInputError)
PICK = st.integers(0, 1000)


class Crash(Exception):
    """The process died between two transactions."""


class CrashingMoves(DynamoMoveStore):
    """Dies in the middle of a move when told to."""

    left = 99

    def carry(self, move: Move, limit: int) -> bool:
        if CrashingMoves.left == 0:
            raise Crash
        CrashingMoves.left -= 1
        return super().carry(move, limit)


class DeskModel(RuleBasedStateMachine):
    """The desk under any order of what happens to it."""

    cloud: Any
    profile: Profile
    examples = 0

    @initialize()
    def empty(self) -> None:
        DeskModel.examples += 1
        clock = FixedClock(NOW)
        self.desk = Desk(self.cloud, clock, self.profile)
        table = self.desk.table
        people = DynamoPeople(table)
        self.work = DeskService(self.desk.cases, DynamoDeskStore(table), people, self, clock, self.profile)
        self.moves = MoveService(self.desk.cases, CrashingMoves(table), self, clock, self.profile)
        self.opening = OpeningService(self.desk.cases, clock, self.profile)
        self.complaints: list[str] = []
        self.cases: dict[str, None] = {}
        CrashingMoves.left = 99

    def answer(self, _token: str) -> bool:
        return False

    @rule(caller=st.integers(0, 3), called=st.integers(0, 9), assigned=st.sampled_from([True, True, False]))
    def complain(self, caller: int, called: int, assigned: bool) -> None:
        made = self.desk.complain(
            robocall=True,
            caller_number="",
            caller_name=f"Caller {caller} of {self.examples}",
            called_number=f"(202) 555-01{called:02}",
            call_time=f"{len(self.complaints) // 60:02}:{len(self.complaints) % 60:02}",
        )
        self.complaints.append(made.id)
        screened = self.desk.screening.screen(made.id)
        if assigned and screened.outcome is not None and screened.outcome.is_violation:
            self.desk.assignment.assign(made.id)
            self.know()

    @precondition(lambda self: self.complaints)
    @rule(picks=st.lists(PICK, min_size=1, max_size=4))
    def open_by_hand(self, picks: list[int]) -> None:
        chosen = {self.complaints[pick % len(self.complaints)] for pick in picks}
        references = [found.reference for one in chosen if (found := self.desk.complaints.get(one))]
        self.attempt(lambda: self.opening.open(references, "", ANA))

    @precondition(lambda self: self.cases)
    @rule(first=PICK, second=PICK, crash=st.integers(0, 3))
    def merge(self, first: int, second: int, crash: int) -> None:
        CrashingMoves.left = crash
        self.attempt(lambda: self.moves.merge(self.pick(first), self.pick(second), ANA))

    @precondition(lambda self: self.cases)
    @rule(case=PICK, picks=st.lists(PICK, min_size=1, max_size=3), crash=st.integers(0, 2))
    def split(self, case: int, picks: list[int], crash: int) -> None:
        CrashingMoves.left = crash
        case_id = self.pick(case)
        self.attempt(lambda: self.moves.split(case_id, self.some_of(case_id, picks), ANA))

    @precondition(lambda self: self.cases)
    @rule(case=PICK, into=PICK, picks=st.lists(PICK, min_size=1, max_size=3), crash=st.integers(0, 2))
    def move(self, case: int, into: int, picks: list[int], crash: int) -> None:
        CrashingMoves.left = crash
        case_id = self.pick(case)
        self.attempt(lambda: self.moves.move(case_id, self.pick(into), self.some_of(case_id, picks), ANA))

    @precondition(lambda self: self.cases)
    @rule(case=PICK, what=st.sampled_from(["hold", "release", "assign", "resume"]))
    def work_on(self, case: int, what: str) -> None:
        case_id = self.pick(case)
        match what:
            case "hold":
                self.attempt(lambda: self.work.hold(case_id, "Court.", NOW.date() + timedelta(days=5), ANA))
            case "release":
                self.attempt(lambda: self.work.release(case_id, ANA))
            case "assign":
                self.attempt(lambda: self.work.assign(case_id, ANA.sub, ANA))
            case _:
                self.attempt(lambda: self.moves.resume(case_id))

    def attempt(self, act: Any) -> None:
        try:
            act()
        except (*REFUSED, Crash):
            pass
        finally:
            CrashingMoves.left = 99
            self.know()

    def know(self) -> None:
        """Learn of new cases in an order that does not hang on their ids; a split that died has made its case."""
        table = self.desk.table
        found = [entry.case_id for one in self.complaints if (entry := self.desk.cases.accusation(one))]
        found += [str((table.get(keys.case(case_id)) or {}).get("moving", "")) for case_id in tuple(self.cases)]
        self.cases |= dict.fromkeys(case_id for case_id in found if case_id)

    def pick(self, number: int) -> str:
        return list(self.cases)[number % len(self.cases)]

    def some_of(self, case_id: str, picks: list[int]) -> list[str]:
        inside = {entry.complaint_id for entry in self.desk.cases.accusations(case_id)}
        here = [complaint for complaint in self.complaints if complaint in inside]
        return [here[pick % len(here)] for pick in picks] if here else ["01NONE"]

    def case(self, case_id: str) -> Case:
        found = self.desk.cases.get(case_id)
        assert found is not None
        return found

    @invariant()
    def every_complaint_is_in_the_one_case_it_names(self) -> None:
        table = self.desk.table
        places: dict[str, str] = {}
        cases = [self.case(case_id) for case_id in self.cases]
        for case in cases:
            inside = [str(item["complaint_id"]) for item in table.query(keys.case(case.id)[0], prefix="COMPLAINT#")]
            assert case.complaints == len(inside)
            assert not places.keys() & set(inside)
            places |= dict.fromkeys(inside, case.id)
        kept = table.get_many([keys.complaint(one) for one in self.complaints])
        assert len(kept) == len(self.complaints)
        assert places == {item["id"]: item["case_id"] for item in kept if item.get("case_id")}
        claimed: dict[str, str] = {}
        for case in cases:
            assert case.status is Status.OPEN or (case.merged_into and not case.callers)
            assert case.status is Status.OPEN or case.moving or case.complaints == 0
            assert not claimed.keys() & set(case.callers)
            claimed |= dict.fromkeys(case.callers, case.id)
        pointers = table.get_many([keys.caller(caller) for caller in claimed])
        assert {item["pk"].removeprefix("CALLER#"): item["case_id"] for item in pointers} == claimed

    def teardown(self) -> None:
        for case_id in getattr(self, "cases", ()):
            resumed = self.moves.resume(case_id)
            assert not resumed.moving
        if hasattr(self, "cases"):
            self.every_complaint_is_in_the_one_case_it_names()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(moving, "BATCH", 1)
    yield


@pytest.mark.timeout(300)
def test_no_order_of_events_loses_a_complaint(cloud: Any, profile: Profile, small: None) -> None:
    DeskModel.cloud, DeskModel.profile = cloud, profile
    run_state_machine_as_test(
        DeskModel,
        settings=settings(
            max_examples=5,
            stateful_step_count=16,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
