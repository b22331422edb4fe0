"""A carrier's machine client reads what an investigation asks it, and answers."""

import json
from dataclasses import replace
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys
from quietline.cases.investigation.model import HopState, Way
from quietline.cases.model import SYSTEM, Action, Event
from quietline.kernel.clock import SystemClock, to_text
from quietline.kernel.settings.functions import CarrierApiSettings
from quietline.profiles.profile import Profile

from functions.carrier_api import handler
from tests.fakes.complaints import NOW, Desk
from tests.fakes.investigations import SAN, SELLER, Awake, Scene
from tests.helpers import LambdaContext, Tripwire, http_event

CALLER = "+13055550188"


class Asked:
    """A case whose caller's number the carrier AAA holds; BBB can be asked, too."""

    def __init__(self, cloud: Any, profile: Profile) -> None:
        clock = SystemClock()
        self.desk, self.scene = Desk(cloud, clock, profile), Scene(cloud, clock, profile, tasks=Awake())
        self.scene.carrier("AAA", "+1305")
        self.scene.carrier("BBB")
        self.case_id = self.desk.accuse(caller_number="(305) 555-0188")
        self.scene.run(self.case_id, until="await_carrier")

    def __call__(self, method: str, path: str = "", body: Any = None, carrier: str = "AAA") -> tuple[int, Any]:
        who = {"sub": "", "client_id": f"client-{carrier}", "groups": "", "scopes": "quietline/carriers"}
        answer = handler.lambda_handler(
            http_event(method, f"/v1/carriers/tracebacks{path}", body, **who), LambdaContext()
        )
        return answer["statusCode"], json.loads(answer["body"])

    def answer(self, number: int = 1, carrier: str = "AAA", **said: str) -> tuple[int, Any]:
        return self("POST", f"/{self.case_id}-{number}", said, carrier)


@pytest.fixture
def asked(cloud: Any, profile: Profile) -> Asked:
    cloud.use(CarrierApiSettings)
    return Asked(cloud, profile)


def test_a_carrier_reads_its_own_questions_with_the_calls_to_look_for(asked: Asked, tripwire: Tripwire) -> None:
    tripwire.watch(CALLER, "+12025550143")
    status, read = asked("GET")

    [question] = read["tracebacks"]
    assert (status, question["state"], question["caller_number"]) == (200, "asked", CALLER)
    assert question["id"] == f"{asked.case_id}-1"
    [call] = question["calls"]
    assert set(call) == {"called_number", "called_at", "kind"}
    assert asked("GET", carrier="BBB") == (200, {"tracebacks": []})


def test_calls_are_followed_to_the_carrier_they_began_with(asked: Asked) -> None:
    asked.scene.seller()

    status, forwarded = asked("POST", f"/{asked.case_id}-1", {"carrier": "bbb"})
    assert (status, forwarded["state"], forwarded["calls"]) == (200, "forwarded", [])
    asked.scene.run(asked.case_id, until="await_carrier")
    status, origin = asked.answer(2, "BBB", origin=SAN)

    assert (status, origin["state"]) == (200, "origin")
    found = asked.scene.store.get(asked.case_id).attribution
    assert found is not None and (found.way, found.organization_id) == (Way.TRACED, SELLER)
    assert [hop.state for hop in asked.scene.store.hops(asked.case_id)] == [HopState.FORWARDED, HopState.ORIGIN]


def test_the_same_answer_again_changes_nothing_and_another_one_is_refused(asked: Asked) -> None:
    first = asked.answer(refusal="We keep no records that old.")

    assert first[0] == 200
    assert asked.answer(refusal="We keep no records that old.") == first
    status, problem = asked.answer(origin="Harbor Roofing LLC")
    assert (status, problem["status"]) == (409, 409)
    events = [event.action.value for event in asked.desk.cases.events(asked.case_id)]
    assert events.count("carrier_answered") == 1


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({}, "/origin"),
        ({"origin": " "}, "/origin"),
        ({"origin": "Harbor Roofing LLC", "refusal": "No."}, "/origin"),
        ({"origin": "x" * 201}, "/origin"),
        ({"carrier": "x" * 21}, "/carrier"),
        ({"source": "x"}, "/source"),
    ],
)
def test_exactly_one_answer_is_taken(asked: Asked, said: dict[str, str], pointer: str) -> None:
    status, problem = asked("POST", f"/{asked.case_id}-1", said)

    assert status in (400, 422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    [hop] = asked.scene.store.hops(asked.case_id)
    assert hop.state is HopState.ASKED


@pytest.mark.parametrize("number", ["2", "x", ""])
def test_a_question_that_was_not_asked_does_not_exist(asked: Asked, number: str) -> None:
    assert asked("POST", f"/{asked.case_id}-{number}", {"refusal": "No."})[0] == 404
    # another carrier's does not exist either
    assert asked.answer(1, "BBB", refusal="No.")[0] == 404


def test_a_disabled_carrier_and_a_stranger_are_not_heard(asked: Asked) -> None:
    item = asked.scene.registry.get(keys.carrier("client-AAA"))
    asked.scene.registry.write(
        asked.scene.registry.put(keys.carrier("client-AAA"), {**item, "disabled_at": to_text(NOW)})
    )

    assert asked("GET")[0] == asked.answer(refusal="No.")[0] == asked("GET", carrier="CCC")[0] == 403


def test_an_answer_after_the_deadline_was_recorded_is_refused(asked: Asked) -> None:
    [hop] = asked.scene.store.hops(asked.case_id)
    silent = replace(hop, state=HopState.SILENT, answered_at=hop.due_at)
    asked.scene.store.close_hop(silent, Event(hop.due_at, Action.SILENCE, SYSTEM, hop.carrier))

    assert asked.answer(origin="Harbor Roofing LLC")[0] == 409
