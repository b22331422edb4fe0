"""Any step of `investigate-case` may fail for good: it is seen, the case goes on again, and nobody is told twice."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.executions import StepFunctionsExecutions
from quietline.cases.model import Action, Status
from quietline.cases.people import Person
from quietline.cases.service import RedriveService
from quietline.kernel.clock import FixedClock, SystemClock
from quietline.kernel.errors import ConflictError
from quietline.kernel.settings.functions import InvestigateCaseSettings
from quietline.profiles.profile import Profile

from functions.investigate_case.handler import lambda_handler
from tests.fakes.complaints import CALLER, Desk
from tests.fakes.investigations import Scene, WaitedClock
from tests.workflows.conftest import Machine, Run
from tests.workflows.investigating import broken, given

MACHINE = "investigate-case"
REASONS = "Recorded messages without anybody's consent."
TRACED = ("attribute", "trace", "silence", "examine", "wait", "record", "notify")
BEFORE = (("traced", "trace"), ("traced", "notify"), ("heard", "hear"))
"""Steps that also die before they did anything, which is the easier half: those that ask or tell somebody."""
HEARD = ("hear", "remind", "silence", "wait", "escalate", "again")


class Boom(Exception):
    """A function that died."""


@pytest.fixture
def desk(cloud: Any, clock: FixedClock, profile: Profile) -> Desk:
    cloud.use(InvestigateCaseSettings)
    return Desk(cloud, clock, profile)


@pytest.fixture
def queue() -> str:
    return str(aws.client("sqs").create_queue(QueueName="failures")["QueueUrl"])


def dying(step: str, *, done: bool, mended: list[bool]) -> Callable[[Any, Any], Any]:
    """Return our handler, dying in one step until it is mended: before it did anything, or when all was `done`."""

    def handler(event: Any, context: Any) -> Any:
        if event["step"] != step or mended:
            return lambda_handler(event, context)
        if done:
            lambda_handler(event, context)
        raise Boom

    return handler


def decide(machine: Machine, scene: Scene, execution: str, case_id: str) -> Run:
    """Warn as soon as the case takes a decision; return how the execution ended."""

    def ended(run: Run) -> bool:
        case = scene.cases.get(case_id)
        waits = run.status == "RUNNING" and run.states[-1:] and run.states[-1].startswith("Await")
        if waits and case is not None and case.decision is None:
            try:
                scene.decisions.decide(case_id, "warning", REASONS, Person("user-7", "trade"))
            except ConflictError:
                return False
        return run.status != "RUNNING"

    return machine.until(execution, ended)


@pytest.mark.parametrize(
    ("way", "step", "done"),
    [
        *(("traced", one, True) for one in TRACED),
        *(("heard", one, True) for one in HEARD),
        *((way, one, False) for way, one in BEFORE),
    ],
)
def test_a_step_that_fails_is_seen_and_the_case_goes_on_with_nobody_told_twice(
    way: str,
    step: str,
    done: bool,
    cloud: Any,
    desk: Desk,
    profile: Profile,
    queue: str,
    machines: Callable[..., Machine],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds = {"max_rounds": 4} if step == "again" else {}
    scene = Scene(cloud, WaitedClock(SystemClock().now()), profile, **rounds)
    monkeypatch.setattr(bootstrap, "investigation", lambda _settings: scene.steps)
    if way == "traced":
        scene.carrier("AAA", "+1305")
    else:
        scene.seller(declares=CALLER)
    case_id = desk.accuse()
    mended: list[bool] = []
    known: list[str] = []
    handler = dying(step, done=done, mended=mended)
    machine = machines(MACHINE, {"investigate_case": handler}, FailureQueueUrl=queue)

    execution = machine.start({"pk": keys.case(case_id)[0], "kind": "CASE"}, case_id)
    late = step in ("record", "notify")
    run = decide(machine, scene, execution, case_id) if late else machine.finish(execution)

    assert (run.status, run.error) == ("FAILED", "InvestigationFailed")
    messages = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(one["Body"]) for one in messages] == [
        {"machine": MACHINE, "pk": f"CASE#{case_id}", "execution": case_id, "error": "Boom"}
    ]
    case = desk.cases.get(case_id)
    assert case is not None and case.failure == "Boom"

    mended.append(True)
    started = RedriveService(desk.cases, StepFunctionsExecutions(machine.arn), SystemClock()).redrive()
    if case.status is Status.CLOSED:
        # it died when the last had been told: there is nothing to go on with
        assert started == []
    else:
        assert started == [case_id]
        while True:
            case = desk.cases.get(case_id)
            assert case is not None
            name = f"{case_id}-{case.attempts}"
            if name in known:
                # the next execution took over, and the last one closed the case
                assert case.status is Status.CLOSED
                break
            known.append(name)
            if len(known) > 1:
                # as the relay starts it
                machine.start({"pk": f"INVESTIGATION#{name}", "kind": "INVESTIGATION"}, name)
            decide(machine, scene, machine.arn.replace(":stateMachine:", ":execution:") + f":{name}", case_id)

    told = Counter(mail["template"] for mail in desk.mails())
    assert told["complaint-decided"] == 1
    # a reminder is not sent any more where the failure lasted until the deadline
    heard = {"accusation": 1, "accusation-decided": 1} if way == "heard" else {}
    assert {name: told[name] for name in told if name in ("accusation", "accusation-decided")} == heard
    assert told["accusation-reminder"] <= len(heard) // 2
    actions = Counter(event.action for event in desk.cases.events(case_id))
    once = [Action.ATTRIBUTED, Action.DECISION_GIVEN, Action.DECIDED, Action.CLOSED, Action.SILENCE]
    assert [actions[one] for one in once] == [1] * len(once)


@pytest.mark.parametrize("told", [True, False], ids=["told", "the queue is gone"])
def test_a_failure_that_cannot_be_written_down_still_ends_the_execution_and_the_case_goes_on(
    told: bool, cloud: Any, desk: Desk, profile: Profile, queue: str, machines: Callable[..., Machine]
) -> None:
    scene = Scene(cloud, SystemClock(), profile)
    case_id = desk.accuse()
    machine = machines(MACHINE, {"investigate_case": broken("attribute", "fail")}, FailureQueueUrl=queue)
    if not told:
        aws.client("sqs").delete_queue(QueueUrl=queue)

    run = machine.run(given(case_id), case_id)

    assert run.status == "FAILED", "the alarm on failed executions sees it"
    assert run.states[-1] == ("Failed" if told else "TellOperators")
    case = desk.cases.get(case_id)
    assert case is not None and case.failure == ""
    machine = machines(MACHINE, {"investigate_case": lambda_handler}, FailureQueueUrl=queue)
    assert RedriveService(desk.cases, StepFunctionsExecutions(machine.arn), SystemClock()).redrive() == [case_id]
    execution = machine.arn.replace(":stateMachine:", ":execution:") + f":{case_id}-2"
    assert decide(machine, scene, execution, case_id).status == "SUCCEEDED"
