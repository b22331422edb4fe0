"""Executions from the terminal: started once, joined while they run, followed to their end."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from cli import machines
from cli.errors import RefusedError, UnreachableError

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:import"
RUNNING = "arn:aws:states:us-east-1:123456789012:execution:import"


class Steps:
    """Step Functions with executions by name; each look at one takes the next of its states."""

    def __init__(self, **states: list[str]) -> None:
        self.states = states
        self.error, self.cause = "", ""
        self.runs: list[dict[str, Any]] = []

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> dict[str, str]:
        if stateMachineArn != MACHINE:
            raise ClientError({"Error": {"Code": "StateMachineDoesNotExist", "Message": "no machine"}}, "Start")
        if name.replace("-", "_") in self.states:
            raise ClientError({"Error": {"Code": "ExecutionAlreadyExists", "Message": "it is"}}, "Start")
        return {"executionArn": f"{RUNNING}:{name}"}

    def describe_execution(self, *, executionArn: str) -> dict[str, str]:
        states = self.states[executionArn.rpartition(":")[2].replace("-", "_")]
        state = states.pop(0) if len(states) > 1 else states[0]
        return {"status": state, "output": json.dumps({"done": True}), "error": self.error, "cause": self.cause}

    def list_map_runs(self, *, executionArn: str) -> dict[str, Any]:
        return {"mapRuns": self.runs}

    def describe_map_run(self, *, mapRunArn: str) -> dict[str, Any]:
        return {"itemCounts": {"succeeded": 3, "total": 7} if mapRunArn == "newest" else {}}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "POLL_SECONDS", 0)


@pytest.mark.parametrize(
    ("states", "joined"),
    [
        ({}, "x-1"),
        ({"x_1": ["RUNNING"]}, "x-1"),
        ({"x_1": ["FAILED"]}, "x-2"),
        ({"x_1": ["FAILED"], "x_2": ["RUNNING"]}, "x-2"),
        ({"x_1": ["FAILED"], "x_2": ["SUCCEEDED"]}, "x-3"),
    ],
)
def test_the_same_work_never_runs_twice_at_once(states: dict[str, list[str]], joined: str) -> None:
    assert machines.start_or_join(Steps(**states), MACHINE, "x", {}) == f"{RUNNING}:{joined}"


def test_a_machine_that_is_not_there_is_said() -> None:
    with pytest.raises(RefusedError, match="no machine"):
        machines.start_or_join(Steps(), "arn:other", "x", {})


def test_the_stages_are_shown_until_the_end() -> None:
    steps = Steps(x_1=["RUNNING", "RUNNING", "SUCCEEDED"])
    steps.runs = [{"mapRunArn": "newest", "startDate": "2026-11-25"}, {"mapRunArn": "old", "startDate": "2026-11-24"}]
    shown: list[tuple[str, int, int]] = []

    made = machines.follow(steps, f"{RUNNING}:x-1", "It", ("first", "second"), lambda *seen: shown.append(seen))

    assert made == {"done": True}
    assert shown == [("second", 3, 7)] * 2


def test_before_the_first_map_nothing_is_shown() -> None:
    shown: list[Any] = []

    machines.follow(Steps(x_1=["RUNNING", "SUCCEEDED"]), f"{RUNNING}:x-1", "It", ("first",), lambda *s: shown.append(s))

    assert shown == []


@pytest.mark.parametrize(
    ("error", "cause", "kind", "said"),
    [
        (
            "InvalidInputError",
            '{"errorMessage": "There is no import of this id."}',
            RefusedError,
            "no import of this id",
        ),
        ("States.Timeout", "", UnreachableError, "The import failed: States.Timeout. Run the command again"),
        ("", "plain words", UnreachableError, "The import failed: FAILED"),
    ],
)
def test_a_failure_says_what_to_do(error: str, cause: str, kind: type[Exception], said: str) -> None:
    steps = Steps(x_1=["FAILED"])
    steps.error, steps.cause = error, cause

    with pytest.raises(kind, match=said):
        machines.follow(steps, f"{RUNNING}:x-1", "The import", ("first",), lambda *_seen: None)


def test_without_a_network_it_can_be_tried_again() -> None:
    def unreachable() -> None:
        raise EndpointConnectionError(endpoint_url="https://states.example")

    with pytest.raises(UnreachableError, match="cannot be reached"):
        machines.call(unreachable)
