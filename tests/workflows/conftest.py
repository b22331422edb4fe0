"""Run the real state machines (infra/workflows/*.asl.json) on moto, their Lambdas answered by our real handlers.

`machines(cloud)` gives a factory:

    machine = machines("screen-complaint", {"screen_complaint": handler.lambda_handler}, FailureQueueUrl=url)
    run = machine.run({"pk": "COMPLAINT#1", "kind": "COMPLAINT"}, name="1")
    assert run.status == "SUCCEEDED"; run.states; run.output; run.error

`${SomeFunctionArn}` in the definition means the handler `some`; other substitutions are given by keyword. Retries keep
their number, but wait for no time.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from quietline.adapters import aws

from tests.helpers import LambdaContext

FOLDER = Path(__file__).parents[2] / "infra/workflows"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
DONE_WITHIN_SECONDS = 120.0

type Handler = Callable[[Any, Any], Any]
VISITED: dict[str, set[str]] = {}
"""Machine → every state that some test entered; the last test of a file compares it with the definition."""


RUN: set[str] = set()
"""The tests that this process has run."""


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Note that a test was run here."""
    RUN.add(item.nodeid)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs the other tests of its file where those run elsewhere (`--dist load`) or were not chosen."""
    if item.name.startswith("test_every_state_was_reached"):
        before = [one for one in item.session.items if one.path == item.path and one is not item]
        if not {one.nodeid for one in before} <= RUN:
            pytest.skip("needs the other tests of its file in the same process")


def definition_of(name: str) -> dict[str, Any]:
    """Return a machine's definition as it lies in the repository."""
    return dict(json.loads((FOLDER / f"{name}.asl.json").read_text(encoding="utf-8")))


def states_of(name: str) -> set[str]:
    """Return every state of a machine, those inside maps and branches too."""
    found: set[str] = set()

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            for key, value in part.items():
                if key == "States":
                    found.update(value)
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(definition_of(name))
    return found


@dataclass(frozen=True)
class Run:
    """How an execution ended (or where it stands): `states` are those entered, in order."""

    status: str
    output: Any
    error: str
    states: tuple[str, ...]


@dataclass(frozen=True)
class Machine:
    """A machine on moto."""

    name: str
    arn: str
    context: LambdaContext = field(default_factory=LambdaContext, repr=False)

    def start(self, given: Any, name: str) -> str:
        """Start an execution; return its ARN."""
        answer = aws.client("stepfunctions").start_execution(
            stateMachineArn=self.arn, name=name, input=json.dumps(given)
        )
        return str(answer["executionArn"])

    def look(self, execution: str) -> Run:
        """Return how an execution stands now: what moto has of it, since a history through its API takes long."""
        from moto.core import DEFAULT_ACCOUNT_ID
        from moto.stepfunctions.parser.models import stepfunctions_parser_backends

        kept = stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].describe_execution(execution)
        found = kept.to_describe_output()
        history = list(kept.exec_worker.env.event_manager._history_event_list) if kept.exec_worker.env else []
        entered = [event["stateEnteredEventDetails"] for event in history if "stateEnteredEventDetails" in event]
        states = tuple(str(state["name"]) for state in entered)
        VISITED.setdefault(self.name, set()).update(states)
        output = json.loads(found["output"]) if found.get("output") else None
        return Run(found["status"].value, output, str(found.get("error") or ""), states)

    def finish(self, execution: str) -> Run:
        """Wait until an execution has ended."""
        return self.until(execution, lambda run: run.status != "RUNNING")

    def until(self, execution: str, holds: Callable[[Run], bool]) -> Run:
        """Wait until something holds of an execution."""
        deadline = time.monotonic() + DONE_WITHIN_SECONDS
        while not holds(run := self.look(execution)):
            assert time.monotonic() < deadline, f"{self.name} stands at {run}"
            time.sleep(0.05)
        return run

    def run(self, given: Any, name: str) -> Run:
        """Start an execution and wait for its end."""
        return self.finish(self.start(given, name))


@cache
def parse_once() -> None:
    """Let moto parse a definition and a path once in a process: in pure Python a definition takes half a second."""
    from jsonpath_ng.ext import parse
    from moto.stepfunctions.parser.asl.parse import asl_parser
    from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
    from moto.stepfunctions.parser.asl.utils import json_path

    whole = asl_parser.AmazonStateLanguageParser.parse
    tree_of = cache(lambda definition: whole(definition)[1])

    def parsed(definition: str) -> tuple[Any, Any]:
        tree = tree_of(definition)
        return Preprocessor().visit(tree), tree

    asl_parser.AmazonStateLanguageParser.parse = staticmethod(parsed)  # type: ignore[method-assign]
    json_path.parse = cache(parse)


@pytest.fixture
def machines(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Machine]]:
    """Return the factory described above."""
    parse_once()
    from moto.core.config import default_user_config
    from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
    from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

    handlers: dict[str, Handler] = {}

    def invoke(parameters: dict[str, Any], *_more: Any, **_named: Any) -> dict[str, Any]:
        name = str(parameters["FunctionName"]).removeprefix(ARN)
        payload = parameters.get("Payload") or b"{}"
        try:
            # through JSON both ways, as between Step Functions and Lambda
            made = json.loads(json.dumps(handlers[name](json.loads(payload), LambdaContext())))
        except Exception as error:
            told = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": told}
        return {"StatusCode": 200, "Payload": made}

    class NoWait:
        """`time` for the retrier only."""

        @staticmethod
        def sleep(_seconds: float) -> None:
            return

    monkeypatch.setattr(lambda_eval_utils, "_invoke_lambda_function", invoke)
    monkeypatch.setattr(retrier_decl, "time", NoWait)
    monkeypatch.setitem(default_user_config, "stepfunctions", {"execute_state_machine": True})

    def make(name: str, functions: Mapping[str, Handler], **substitutions: str) -> Machine:
        handlers.update(functions)
        text = (FOLDER / f"{name}.asl.json").read_text(encoding="utf-8")

        def value(match: re.Match[str]) -> str:
            key = match.group(1)
            if key in substitutions:
                return substitutions[key]
            assert key.endswith("FunctionArn"), f"{name} needs a value for {key}"
            return ARN + re.sub(r"(?<!^)(?=[A-Z])", "_", key.removesuffix("FunctionArn")).lower()

        made = aws.client("stepfunctions").create_state_machine(
            name=name,
            definition=re.sub(r"\$\{(\w+)\}", value, text),
            roleArn="arn:aws:iam::123456789012:role/states",
        )
        return Machine(name, made["stateMachineArn"])

    yield make
