"""Nobody's word waits a day because it came in the moment in which the case's execution began to wait."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from quietline.adapters.dynamodb.investigations import DynamoInvestigations
from quietline.adapters.dynamodb.table import Table
from quietline.cases.investigation.model import HopState
from quietline.cases.model import SYSTEM, Action, Event
from quietline.cases.people import Person
from quietline.cases.replies import AnswerInput
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import UnavailableError
from quietline.profiles.profile import Profile

from tests.fakes.complaints import CALLER, NOW, Desk
from tests.fakes.investigations import SAN, SELLER, Awake, Scene

ANA, BEN = Person("user-ana", "trade"), Person("user-ben", "trade")
REASONS = "Twelve people complained, and no list was held."


@pytest.fixture
def awake() -> Awake:
    return Awake()


@pytest.fixture
def scene(cloud: Any, desk: Desk, clock: FixedClock, profile: Profile, awake: Awake) -> Scene:
    return Scene(cloud, clock, profile, tasks=awake)


@contextmanager
def a_wait_that_begins_first(desk: Desk, case_id: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The first write that follows comes just after the execution's next wait was kept, which saw nothing of it."""
    write = Table.write
    first = [True]

    def late(table: Table, *writes: Any) -> Any:
        if first:
            first.clear()
            desk.cases.wait(case_id, "the new token", NOW, Event(NOW, Action.WAITING, SYSTEM))
        return write(table, *writes)

    with monkeypatch.context() as patch:
        patch.setattr(Table, "write", late)
        yield


def accused(desk: Desk, scene: Scene, until: str, **seller: str) -> str:
    scene.seller(**seller)
    case_id = desk.accuse()
    scene.run(case_id, until=until)
    return case_id


def decide(scene: Scene, case_id: str) -> None:
    scene.decisions.decide(case_id, "referral", REASONS, ANA)


def name_caller(scene: Scene, case_id: str) -> None:
    scene.review.name_caller(case_id, SAN, ANA)


def ask_carrier(scene: Scene, case_id: str) -> None:
    scene.carrier("BBB")
    scene.review.ask_carrier(case_id, "BBB", ANA)


@pytest.mark.parametrize("act", [decide, name_caller, ask_carrier])
def test_the_wait_that_began_meanwhile_is_woken(
    act: Callable[[Scene, str], None], desk: Desk, scene: Scene, awake: Awake, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = accused(desk, scene, "await_decision")

    with a_wait_that_begins_first(desk, case_id, monkeypatch):
        act(scene, case_id)

    assert awake.woken[-1:] == ["the new token"]


@pytest.mark.parametrize("confirms", [True, False])
def test_a_second_persons_word_wakes_the_wait_that_began_meanwhile(
    confirms: bool, desk: Desk, scene: Scene, awake: Awake, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = accused(desk, scene, "await_decision")
    scene.decisions.decide(case_id, "citation", REASONS, ANA)
    scene.run(case_id, until="await_confirmation")

    with a_wait_that_begins_first(desk, case_id, monkeypatch):
        if confirms:
            scene.review.confirm(case_id, BEN)
        else:
            scene.review.give_back(case_id, REASONS, BEN)

    assert awake.woken[-1:] == ["the new token"]


def test_a_sellers_answer_wakes_the_wait_that_began_meanwhile(
    desk: Desk, scene: Scene, awake: Awake, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = accused(desk, scene, "await_reply", declares=CALLER)
    [reply] = scene.replies.all(SELLER)

    with a_wait_that_begins_first(desk, case_id, monkeypatch):
        scene.replies.answer(SELLER, case_id, [AnswerInput(reply.complaints[0], "error")], "", "user-1")

    assert awake.woken[-1:] == ["the new token"]


@pytest.mark.parametrize("times", [1, 99])
def test_the_origin_that_a_carrier_names_is_not_lost_when_others_write(
    times: int, desk: Desk, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = scene.carrier("AAA", "+1305")
    case_id = accused(desk, scene, "await_carrier")
    accuse, left = DynamoInvestigations.accuse, [None] * times

    def contested(store: DynamoInvestigations, *what: Any) -> None:
        if left:
            left.pop()
            store.save(store.get(case_id))
        accuse(store, *what)

    monkeypatch.setattr(DynamoInvestigations, "accuse", contested)

    if times > 1:
        # it answers again, as it would on any 503: the question still waits
        with pytest.raises(UnavailableError):
            scene.tracebacks.answer(client, f"{case_id}-1", SAN, "", "")
        left.clear()
    made = scene.tracebacks.answer(client, f"{case_id}-1", SAN, "", "")

    attribution = scene.store.get(case_id).attribution
    assert attribution is not None
    assert (made.hop.state, attribution.organization_id) == (HopState.ORIGIN, SELLER)


def test_the_origin_named_by_its_san_is_accused(desk: Desk, scene: Scene) -> None:
    for typed in (SAN, SAN.replace("-", ""), f" {SAN} "):
        scene.seller()
        assert scene.callers.named(typed) == SELLER
    assert scene.callers.named("100-000-0009") == ""
