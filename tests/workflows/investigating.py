"""Executions of `investigate-case` in tests: how they begin, what they did, our handler failing."""

import json
import time
from collections.abc import Callable
from typing import Any

from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.cases.model import Action
from quietline.kernel.errors import ConflictError

from functions.investigate_case.handler import lambda_handler
from tests.fakes.complaints import Desk
from tests.workflows.conftest import Machine

LOOKS = ("Begin", "Open", "WhereToGoOn")


def way(run: Any) -> tuple[str, ...]:
    """Return the states of a run without the looks between them."""
    return tuple(state for state in run.states if state not in LOOKS)


def messages(queue: str) -> list[dict[str, Any]]:
    answer = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def broken(*steps: str) -> Callable[[Any, Any], Any]:
    """Return our handler, failing in the given steps."""

    class Boom(Exception):
        pass

    def handler(event: Any, context: Any) -> Any:
        if event["step"] in steps:
            raise Boom("on purpose")
        return lambda_handler(event, context)

    return handler


def given(case_id: str) -> dict[str, str]:
    return {"pk": keys.case(case_id)[0], "kind": "CASE"}


def start(machine: Machine, desk: Desk, case_id: str, name: str = "") -> str:
    """Start and wait until the case holds a new token."""
    before = token(desk, case_id)
    execution = machine.start(given(case_id), name or case_id)
    machine.until(execution, lambda _run: token(desk, case_id) != before)
    return execution


def token(desk: Desk, case_id: str) -> str:
    case = desk.cases.get(case_id)
    return case.token if case else ""


def actions(desk: Desk, case_id: str) -> list[Action]:
    return [event.action for event in desk.cases.events(case_id)]


def when(act: Callable[[], Any]) -> None:
    """Do something as soon as the case waits for it."""
    deadline = time.monotonic() + 15
    while True:
        try:
            act()
        except ConflictError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
