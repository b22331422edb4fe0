"""`investigate-case` with our real handler: decisions, deadlines, failures, and starting again anywhere."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.executions import StepFunctionsExecutions, StepFunctionsTasks
from quietline.cases import service
from quietline.cases.model import SYSTEM, Action, Event, Status
from quietline.cases.service import DecisionService, RedriveService
from quietline.complaints.model import Stage
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError
from quietline.kernel.settings import InvestigateCaseSettings
from quietline.profiles.profile import Profile

from functions.investigate_case.handler import lambda_handler
from tests.fakes.complaints import NOW, Desk
from tests.workflows.conftest import VISITED, Machine, states_of

MACHINE = "investigate-case"
REASONS = "Recorded messages without anybody's consent."
WAY = ("Open", "WhereToGoOn", "AwaitDecision", "RecordDecision", "Notify", "EverybodyTold", "Done")


@pytest.fixture
def desk(cloud: Any, clock: FixedClock, profile: Profile) -> Desk:
    cloud.use(InvestigateCaseSettings)
    return Desk(cloud, clock, profile)


@pytest.fixture
def investigator(desk: Desk, clock: FixedClock, profile: Profile) -> DecisionService:
    return DecisionService(desk.cases, StepFunctionsTasks(), clock, profile)


@pytest.fixture
def queue(cloud: Any) -> str:
    return str(aws.client("sqs").create_queue(QueueName="failures")["QueueUrl"])


@pytest.fixture
def machine(machines: Callable[..., Machine], queue: str) -> Machine:
    return machines(MACHINE, {"investigate_case": lambda_handler}, FailureQueueUrl=queue)


@pytest.fixture
def short_reviews(monkeypatch: pytest.MonkeyPatch, desk: Desk, profile: Profile) -> None:
    """Reviews that are due at once: one second of the state machine's clock."""
    made = bootstrap.investigation(InvestigateCaseSettings.from_environment())

    class Hasty:
        def open(self, case_id: str) -> Any:
            return made.open(case_id)[0], 1

        def __getattr__(self, name: str) -> Any:
            return getattr(made, name)

    monkeypatch.setattr(bootstrap, "investigation", lambda _settings: Hasty())


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
    before = desk.cases.get(case_id)
    execution = machine.start(given(case_id), name or case_id)
    machine.until(execution, lambda _run: token(desk, case_id) != (before.token if before else ""))
    return execution


def token(desk: Desk, case_id: str) -> str:
    case = desk.cases.get(case_id)
    return case.token if case else ""


def actions(desk: Desk, case_id: str) -> list[Action]:
    return [event.action for event in desk.cases.events(case_id)]


def test_a_case_waits_is_decided_and_everybody_hears(
    desk: Desk, investigator: DecisionService, machine: Machine
) -> None:
    case_id = desk.accuse()
    assert desk.accuse(called_number="(202) 555-0144", email="") == case_id
    execution = start(machine, desk, case_id)

    given_ = investigator.decide(case_id, "citation", REASONS, "user-7")
    run = machine.finish(execution)

    assert given_.decision is not None
    assert (run.status, run.states) == ("SUCCEEDED", WAY)
    case = desk.cases.get(case_id)
    assert case is not None and case.decision is not None
    assert (case.status, case.decision.kind, case.decision.by) == (Status.CLOSED, "citation", "user-7")
    assert [(line.calls, line.maximum.minor) for line in case.decision.penalties] == [(2, 5308800)]
    for entry in desk.cases.accusations(case_id):
        complaint = desk.complaints.get(entry.complaint_id)
        assert complaint is not None
        assert (complaint.stage, complaint.decision) == (Stage.DECIDED, "citation")
    decided = [mail for mail in desk.mails() if mail["template"] == "complaint-decided"]
    assert [mail["facts"]["outcome"] for mail in decided] == ["citation"]
    assert sorted(actions(desk, case_id)) == sorted(
        [Action.OPENED, Action.JOINED, Action.WAITING, Action.DECISION_GIVEN, Action.DECIDED, Action.CLOSED]
    )


def test_after_a_decision_the_callers_next_complaint_opens_a_new_case(
    desk: Desk, investigator: DecisionService, machine: Machine
) -> None:
    first = desk.accuse()
    execution = start(machine, desk, first)
    investigator.decide(first, "dismissal", REASONS, "user-7")
    machine.finish(execution)

    assert desk.accuse(called_number="(202) 555-0144") != first


def test_silence_escalates_and_the_wait_goes_on(
    desk: Desk, investigator: DecisionService, machine: Machine, short_reviews: None
) -> None:
    case_id = desk.accuse()
    execution = machine.start(given(case_id), case_id)
    machine.until(execution, lambda run: run.states.count("AwaitDecision") >= 2)

    case = desk.cases.get(case_id)
    assert case is not None and case.escalations >= 1
    decide_when_waiting(investigator, case_id)
    run = machine.finish(execution)
    assert run.status == "SUCCEEDED"
    assert "Escalate" in run.states and run.states[-1] == "Done"
    assert Action.ESCALATED in actions(desk, case_id)


def decide_when_waiting(investigator: DecisionService, case_id: str) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            investigator.decide(case_id, "warning", REASONS, "user-7")
            return
        except ConflictError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_decision_on_a_used_up_token_is_found_by_the_next_wait(
    desk: Desk, investigator: DecisionService, machine: Machine
) -> None:
    # as after an emulator's restart: the case waits with a token that no execution holds
    case_id = desk.accuse()
    desk.cases.wait(case_id, "of an execution that is gone", NOW, Event(NOW, Action.WAITING, SYSTEM))

    assert investigator.decide(case_id, "referral", REASONS, "user-7").status is Status.OPEN
    run = machine.run(given(case_id), f"{case_id}-2")

    assert run.states == ("Open", "WhereToGoOn", "RecordDecision", "Notify", "EverybodyTold", "Done")
    case = desk.cases.get(case_id)
    assert case is not None and case.status is Status.CLOSED


def test_a_decision_given_between_two_waits_wakes_the_second_at_once(
    desk: Desk, investigator: DecisionService, machines: Callable[..., Machine], queue: str
) -> None:
    case_id = desk.accuse()
    waits: list[str] = []

    def late(event: Any, context: Any) -> Any:
        if event["step"] == "await":
            waits.append(event["token"])
            # an older token of a run that is gone; the decision arrives before this wait is kept
            desk.cases.wait(case_id, "gone", NOW, Event(NOW, Action.WAITING, SYSTEM))
            investigator.decide(case_id, "warning", REASONS, "user-7")
        return lambda_handler(event, context)

    machine = machines(MACHINE, {"investigate_case": late}, FailureQueueUrl=queue)

    assert machine.run(given(case_id), case_id).states == WAY
    assert len(waits) == 1


def test_starting_again_goes_on_where_the_case_stands(
    desk: Desk, investigator: DecisionService, machines: Callable[..., Machine], queue: str
) -> None:
    case_id = desk.accuse()
    machine = machines(MACHINE, {"investigate_case": broken("notify")}, FailureQueueUrl=queue)
    execution = start(machine, desk, case_id)
    investigator.decide(case_id, "warning", REASONS, "user-7")
    assert machine.finish(execution).status == "FAILED"

    machine = machines(MACHINE, {"investigate_case": lambda_handler}, FailureQueueUrl=queue)
    run = machine.run(given(case_id), f"{case_id}-2")
    assert run.states == ("Open", "WhereToGoOn", "Notify", "EverybodyTold", "Done")
    assert machine.run(given(case_id), f"{case_id}-3").states == ("Open", "WhereToGoOn", "Done")
    assert len([mail for mail in desk.mails() if mail["template"] == "complaint-decided"]) == 1


def test_many_complainants_are_told_a_batch_at_a_time(
    desk: Desk, investigator: DecisionService, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "TOLD_AT_ONCE", 2)
    for last in range(40, 45):
        case_id = desk.accuse(called_number=f"(202) 555-01{last}")
    execution = start(machine, desk, case_id)
    investigator.decide(case_id, "warning", REASONS, "user-7")

    assert machine.finish(execution).states.count("Notify") == 3
    assert len([mail for mail in desk.mails() if mail["template"] == "complaint-decided"]) == 5


@pytest.mark.parametrize("step", ["open", "await", "escalate", "record", "notify"])
def test_a_step_that_keeps_failing_becomes_visible(
    step: str,
    desk: Desk,
    investigator: DecisionService,
    machines: Callable[..., Machine],
    queue: str,
    request: pytest.FixtureRequest,
) -> None:
    case_id = desk.accuse()
    machine = machines(MACHINE, {"investigate_case": broken(step)}, FailureQueueUrl=queue)
    if step == "escalate":
        request.getfixturevalue("short_reviews")
    if step in ("record", "notify"):
        execution = start(machine, desk, case_id)
        investigator.decide(case_id, "warning", REASONS, "user-7")
        run = machine.finish(execution)
    else:
        run = machine.run(given(case_id), case_id)

    assert (run.status, run.error) == ("FAILED", "InvestigationFailed")
    assert run.states[-3:] == ("RecordFailure", "TellOperators", "Failed")
    case = desk.cases.get(case_id)
    assert case is not None and case.failure == "Boom"
    assert Action.FAILED in actions(desk, case_id)
    assert messages(queue) == [
        {"machine": MACHINE, "pk": f"CASE#{case_id}", "execution": case_id, "error": "Boom"},
    ]


def test_operators_are_told_of_a_case_that_does_not_exist(machine: Machine, queue: str, desk: Desk) -> None:
    assert machine.run(given("01UNKNOWN"), "one").states == ("Open", "RecordFailure", "TellOperators", "Failed")
    assert [message["error"] for message in messages(queue)] == ["NotFoundError"]


def test_redrive_starts_the_cases_that_do_not_run(
    desk: Desk, investigator: DecisionService, machine: Machine, clock: FixedClock
) -> None:
    runs, lost = desk.accuse(), desk.accuse(caller_number="(305) 555-0188")
    start(machine, desk, runs)
    operator = RedriveService(desk.cases, StepFunctionsExecutions(machine.arn), clock)

    assert operator.redrive() == [lost]
    assert operator.redrive() == []
    execution = machine.arn.replace(":stateMachine:", ":execution:") + f":{lost}-2"
    machine.until(execution, lambda _run: token(desk, lost) != "")
    investigator.decide(lost, "warning", REASONS, "user-7")
    assert machine.finish(execution).status == "SUCCEEDED"
    assert Action.REDRIVEN in actions(desk, lost)


def test_every_state_was_reached_above() -> None:
    assert VISITED[MACHINE] == states_of(MACHINE)
