"""`investigate-case` with our real handler: findings, deadlines, decisions, failures, going on anywhere."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_desk import DynamoDeskStore
from quietline.adapters.dynamodb.case_people import DynamoPeople
from quietline.adapters.executions import StepFunctionsExecutions
from quietline.cases.desk import DeskService
from quietline.cases.investigation import service
from quietline.cases.investigation.model import HopState, ReplyState
from quietline.cases.model import SYSTEM, Action, Event, Status
from quietline.cases.people import Person
from quietline.cases.replies import AnswerInput
from quietline.cases.service import RedriveService
from quietline.complaints.model import Stage
from quietline.kernel.clock import FixedClock, SystemClock
from quietline.kernel.errors import ConflictError
from quietline.kernel.settings.functions import InvestigateCaseSettings
from quietline.profiles.profile import Profile

from functions.investigate_case.handler import lambda_handler
from tests.fakes.complaints import CALLER, NOW, Desk
from tests.fakes.investigations import SAN, Scene, WaitedClock
from tests.workflows.conftest import VISITED, Machine, states_of
from tests.workflows.investigating import actions, broken, given, messages, start, token, way, when

MACHINE = "investigate-case"
ANA = Person("user-7", "trade")
REASONS = "Recorded messages without anybody's consent."
WAY = ("Attribute", "Examine", "AwaitDecision", "RecordDecision", "Notify", "Done")


@pytest.fixture
def desk(cloud: Any, clock: FixedClock, profile: Profile) -> Desk:
    cloud.use(InvestigateCaseSettings)
    return Desk(cloud, clock, profile)


@pytest.fixture
def scene(cloud: Any, desk: Desk, profile: Profile) -> Scene:
    return Scene(cloud, SystemClock(), profile)


@pytest.fixture
def queue(cloud: Any) -> str:
    return str(aws.client("sqs").create_queue(QueueName="failures")["QueueUrl"])


@pytest.fixture
def machine(machines: Callable[..., Machine], queue: str) -> Machine:
    return machines(MACHINE, {"investigate_case": lambda_handler}, FailureQueueUrl=queue)


@pytest.fixture
def days() -> WaitedClock:
    return WaitedClock(SystemClock().now())


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch, cloud: Any, desk: Desk, days: WaitedClock, profile: Profile) -> Scene:
    """A day of every deadline is a second for which the state machine waits."""
    made = Scene(cloud, days, profile)
    monkeypatch.setattr(bootstrap, "investigation", lambda _settings: made.steps)
    return made


def test_a_case_waits_is_cited_confirmed_and_everybody_hears(desk: Desk, scene: Scene, machine: Machine) -> None:
    case_id = desk.accuse()
    assert desk.accuse(called_number="(202) 555-0144", email="") == case_id
    execution = start(machine, desk, case_id)

    scene.decisions.decide(case_id, "citation", REASONS, ANA)
    machine.until(execution, lambda run: run.states[-1:] == ("AwaitConfirmation",))
    scene.review.confirm(case_id, Person("user-8", "trade"))
    run = machine.finish(execution)

    assert run.status == "SUCCEEDED"
    assert way(run) == ("Attribute", "Examine", "AwaitDecision", "AwaitConfirmation", *WAY[3:])
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
    assert {Action.ATTRIBUTED, Action.EXAMINED, Action.CONFIRMED, Action.DECIDED} < set(actions(desk, case_id))


def test_a_seller_is_heard_reminded_and_its_silence_recorded(
    desk: Desk, hasty: Scene, days: WaitedClock, machine: Machine
) -> None:
    hasty.seller(declares=CALLER)
    days.held = True
    case_id = desk.accuse()
    execution = machine.start(given(case_id), case_id)
    machine.until(execution, lambda run: "AwaitReply" in run.states)
    with pytest.raises(ConflictError, match="not been heard"):
        hasty.decisions.decide(case_id, "warning", REASONS, ANA)

    days.held = False
    machine.until(execution, lambda run: "AwaitDecision" in run.states)
    when(lambda: hasty.decisions.decide(case_id, "warning", REASONS, ANA))
    run = machine.finish(execution)

    done = [state for state in way(run) if not state.startswith("Await")]
    assert [state for state in done if state != "Escalate"] == [
        "Attribute",
        "Examine",
        "AskSeller",
        "RemindSeller",
        "RecordSilence",
        "RecordDecision",
        "Notify",
        "Done",
    ]
    (reply,) = hasty.replies.all(hasty.seller())
    assert (reply.state, reply.decision) == (ReplyState.SILENT, "warning")
    assert [mail["template"] for mail in desk.mails() if mail["template"].startswith("accusation")].count(
        "accusation-reminder"
    ) == 1


def test_an_answer_ends_the_wait_and_is_examined(desk: Desk, scene: Scene, machine: Machine) -> None:
    seller = scene.seller(declares=CALLER)
    case_id = desk.accuse()
    execution = start(machine, desk, case_id)
    machine.until(execution, lambda run: run.states[-1:] == ("AwaitReply",))
    (accusation,) = scene.replies.all(seller)

    signed = scene.upload(seller, case_id)
    answer = AnswerInput(accusation.complaints[0], "agreement", "2026-05-01", "Signed.", (signed,))
    scene.replies.answer(seller, case_id, [answer], "", "user-1")
    machine.until(execution, lambda run: run.states[-1:] == ("AwaitDecision",))

    file = scene.review.read(case_id)
    assert [finding.verdict for finding in file.findings] == ["excused"]
    assert file.suggestion == "dismissal"


def test_silence_of_reviewers_escalates_and_the_wait_goes_on(desk: Desk, hasty: Scene, machine: Machine) -> None:
    case_id = desk.accuse()
    execution = machine.start(given(case_id), case_id)
    machine.until(execution, lambda run: run.states.count("AwaitDecision") >= 2)

    when(lambda: hasty.decisions.decide(case_id, "warning", REASONS, ANA))
    run = machine.finish(execution)
    case = desk.cases.get(case_id)
    assert case is not None and case.escalations >= 1
    assert run.status == "SUCCEEDED"
    assert "Escalate" in run.states and run.states[-1:] == ("Done",)
    assert Action.ESCALATED in actions(desk, case_id)


def test_a_spoofed_number_is_traced_hop_by_hop_until_its_origin(desk: Desk, scene: Scene, machine: Machine) -> None:
    first, second = scene.carrier("AAA", "+1305"), scene.carrier("BBB")
    seller = scene.seller()
    case_id = desk.accuse()
    execution = start(machine, desk, case_id)

    (asked,) = scene.tracebacks.asked(first)
    assert [call.called_at for call in asked.calls] == [entry.called_at for entry in desk.cases.accusations(case_id)]
    scene.tracebacks.answer(first, asked.id, "", "bbb", "")
    machine.until(execution, lambda run: run.states.count("AwaitCarrier") == 2)
    when(lambda: scene.tracebacks.answer(second, f"{case_id}-2", SAN, "", ""))
    run = machine.until(execution, lambda run: "AwaitReply" in run.states)

    assert way(run)[:6] == ("Attribute", "AskCarrier", "AwaitCarrier", "AskCarrier", "AwaitCarrier", "Examine")
    file = scene.review.read(case_id)
    assert file.investigation.attribution is not None
    assert (file.investigation.attribution.organization_id, file.investigation.attribution.way) == (seller, "traced")
    assert [hop.state for hop in file.hops] == [HopState.FORWARDED, HopState.ORIGIN]


def test_a_carrier_that_is_silent_ends_the_traceback(desk: Desk, hasty: Scene, machine: Machine) -> None:
    hasty.carrier("AAA", "+1305")
    case_id = desk.accuse()
    execution = machine.start(given(case_id), case_id)
    machine.until(execution, lambda run: "AwaitDecision" in run.states)

    (hop,) = hasty.review.read(case_id).hops
    assert hop.state is HopState.SILENT
    when(lambda: hasty.decisions.decide(case_id, "referral", REASONS, ANA))
    assert machine.finish(execution).status == "SUCCEEDED"


def test_deadlines_do_not_run_on_hold(desk: Desk, scene: Scene, machine: Machine, profile: Profile) -> None:
    case_id, clock = desk.accuse(), SystemClock()
    work = DeskService(desk.cases, DynamoDeskStore(desk.table), DynamoPeople(desk.table), scene.tasks, clock, profile)
    work.hold(case_id, "A court looks at it.", profile.local_date(clock.now()) + timedelta(days=3), ANA)
    execution = start(machine, desk, case_id)
    machine.until(execution, lambda run: run.states[-1:] == ("AwaitRelease",))

    work.release(case_id, ANA)
    assert way(machine.until(execution, lambda run: run.states[-1:] == ("AwaitDecision",))) == (
        "AwaitRelease",
        "Resume",
        "Attribute",
        "Examine",
        "AwaitDecision",
    )


def test_a_new_execution_takes_over_before_the_limits(
    cloud: Any, desk: Desk, profile: Profile, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Scene(cloud, SystemClock(), profile, max_rounds=2)
    monkeypatch.setattr(bootstrap, "investigation", lambda _settings: made.steps)
    case_id = desk.accuse()

    run = machine.run(given(case_id), case_id)

    assert way(run) == ("Attribute", "Examine", "Again", "Done")
    item = desk.table.get(keys.execution(case_id, 2))
    assert item is not None
    # as the relay starts it: named by what follows the kind
    execution = machine.start({"pk": f"INVESTIGATION#{case_id}-2", "kind": "INVESTIGATION"}, f"{case_id}-2")
    machine.until(execution, lambda run: run.states[-1:] == ("AwaitDecision",))
    when(lambda: made.decisions.decide(case_id, "referral", REASONS, ANA))
    assert way(machine.finish(execution)) == ("AwaitDecision", "RecordDecision", "Again", "Done")
    last = machine.run({"pk": f"INVESTIGATION#{case_id}-3", "kind": "INVESTIGATION"}, f"{case_id}-3")
    assert way(last) == ("Notify", "Done")
    case = desk.cases.get(case_id)
    assert case is not None and (case.status, case.attempts) == (Status.CLOSED, 3)


def test_after_a_decision_the_callers_next_complaint_opens_a_new_case(
    desk: Desk, scene: Scene, machine: Machine
) -> None:
    first = desk.accuse()
    execution = start(machine, desk, first)
    scene.decisions.decide(first, "dismissal", REASONS, ANA)
    machine.finish(execution)

    assert desk.accuse(called_number="(202) 555-0144") != first


def test_a_closed_case_is_opened_again_and_everybody_hears_again(desk: Desk, scene: Scene, machine: Machine) -> None:
    case_id = desk.accuse()
    execution = start(machine, desk, case_id)
    scene.decisions.decide(case_id, "dismissal", REASONS, ANA)
    machine.finish(execution)

    scene.review.reopen(case_id, "A recording came that names the caller.", Person("user-8", "trade"))
    with pytest.raises(ConflictError):
        scene.review.reopen(case_id, "A recording came that names the caller.", Person("user-8", "trade"))
    execution = start(machine, desk, case_id, f"{case_id}-2")
    scene.decisions.decide(case_id, "warning", REASONS, ANA)
    run = machine.finish(execution)

    assert way(run) == ("Examine", *WAY[2:])
    outcomes = [mail["facts"]["outcome"] for mail in desk.mails() if mail["template"] == "complaint-decided"]
    assert sorted(outcomes) == ["dismissal", "warning"]
    assert [decision.kind for decision in scene.store.get(case_id).earlier] == ["dismissal"]


def test_a_decision_on_a_used_up_token_is_found_by_the_next_look(desk: Desk, scene: Scene, machine: Machine) -> None:
    # as after an emulator's restart: the case waits with a token that no execution holds
    case_id = desk.accuse()
    desk.cases.wait(case_id, "of an execution that is gone", NOW, Event(NOW, Action.WAITING, SYSTEM))

    assert scene.decisions.decide(case_id, "referral", REASONS, ANA).status is Status.OPEN
    run = machine.run(given(case_id), f"{case_id}-2")

    assert way(run) == ("Attribute", "Examine", "RecordDecision", "Notify", "Done")
    case = desk.cases.get(case_id)
    assert case is not None and case.status is Status.CLOSED


def test_a_decision_given_between_the_look_and_the_wait_wakes_it_at_once(
    desk: Desk, scene: Scene, machines: Callable[..., Machine], queue: str
) -> None:
    case_id = desk.accuse()
    waits: list[str] = []

    def late(event: Any, context: Any) -> Any:
        if event["step"] == "wait":
            waits.append(event["token"])
            # an older token of a run that is gone; the decision arrives before this wait is kept
            desk.cases.wait(case_id, "gone", NOW, Event(NOW, Action.WAITING, SYSTEM))
            scene.decisions.decide(case_id, "warning", REASONS, ANA)
        return lambda_handler(event, context)

    machine = machines(MACHINE, {"investigate_case": late}, FailureQueueUrl=queue)

    assert way(machine.run(given(case_id), case_id)) == WAY
    assert len(waits) == 1


def test_starting_again_goes_on_where_the_case_stands(
    desk: Desk, scene: Scene, machines: Callable[..., Machine], queue: str
) -> None:
    case_id = desk.accuse()
    machine = machines(MACHINE, {"investigate_case": broken("notify")}, FailureQueueUrl=queue)
    execution = start(machine, desk, case_id)
    scene.decisions.decide(case_id, "warning", REASONS, ANA)
    assert machine.finish(execution).status == "FAILED"

    machine = machines(MACHINE, {"investigate_case": lambda_handler}, FailureQueueUrl=queue)
    assert way(machine.run(given(case_id), f"{case_id}-2")) == ("Notify", "Done")
    assert way(machine.run(given(case_id), f"{case_id}-3")) == ("Done",)
    assert len([mail for mail in desk.mails() if mail["template"] == "complaint-decided"]) == 1


def test_many_complainants_are_told_a_batch_at_a_time(
    desk: Desk, scene: Scene, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "TOLD_AT_ONCE", 2)
    for last in range(40, 45):
        case_id = desk.accuse(called_number=f"(202) 555-01{last}")
    execution = start(machine, desk, case_id)
    scene.decisions.decide(case_id, "warning", REASONS, ANA)

    assert machine.finish(execution).states.count("Notify") == 3
    assert len([mail for mail in desk.mails() if mail["template"] == "complaint-decided"]) == 5


@pytest.mark.parametrize("step", ["open", "attribute", "examine", "wait", "escalate", "record", "notify"])
def test_a_step_that_keeps_failing_becomes_visible(
    step: str,
    desk: Desk,
    scene: Scene,
    machines: Callable[..., Machine],
    queue: str,
    request: pytest.FixtureRequest,
) -> None:
    case_id = desk.accuse()
    machine = machines(MACHINE, {"investigate_case": broken(step)}, FailureQueueUrl=queue)
    if step == "escalate":
        request.getfixturevalue("hasty")
    if step in ("record", "notify"):
        execution = start(machine, desk, case_id)
        scene.decisions.decide(case_id, "warning", REASONS, ANA)
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
    run = machine.run(given("01UNKNOWN"), "one")
    assert run.states == ("Begin", "Open", "RecordFailure", "TellOperators", "Failed")
    assert [message["error"] for message in messages(queue)] == ["NotFoundError"]


def test_redrive_starts_the_cases_that_do_not_run(
    desk: Desk, scene: Scene, machine: Machine, clock: FixedClock
) -> None:
    runs, lost = desk.accuse(), desk.accuse(caller_number="(305) 555-0188")
    start(machine, desk, runs)
    operator = RedriveService(desk.cases, StepFunctionsExecutions(machine.arn), clock)

    assert operator.redrive() == [lost]
    assert operator.redrive() == []
    execution = machine.arn.replace(":stateMachine:", ":execution:") + f":{lost}-2"
    machine.until(execution, lambda _run: token(desk, lost) != "")
    scene.decisions.decide(lost, "warning", REASONS, ANA)
    assert machine.finish(execution).status == "SUCCEEDED"
    assert Action.REDRIVEN in actions(desk, lost)


def test_every_state_was_reached_above() -> None:
    assert VISITED[MACHINE] == states_of(MACHINE)
