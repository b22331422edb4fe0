"""`screen-complaint` with our real handler: every outcome, every failure."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.complaints.model import Outcome, Stage
from quietline.kernel.clock import FixedClock
from quietline.kernel.settings.functions import ScreenComplaintSettings
from quietline.profiles.profile import Profile

from functions.screen_complaint.handler import lambda_handler
from tests.fakes.complaints import NOW, Desk, list_number
from tests.workflows.conftest import VISITED, states_of

MACHINE = "screen-complaint"


@pytest.fixture
def desk(cloud: Any, clock: FixedClock, profile: Profile, monkeypatch: pytest.MonkeyPatch) -> Desk:
    cloud.use(ScreenComplaintSettings)
    # complaints are screened on the day on which the tests hand them in
    monkeypatch.setattr("quietline.kernel.clock.SystemClock", lambda: clock)
    return Desk(cloud, clock, profile)


@pytest.fixture
def queue(cloud: Any) -> str:
    return str(aws.client("sqs").create_queue(QueueName="failures")["QueueUrl"])


def messages(queue: str) -> list[dict[str, Any]]:
    answer = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def broken(*steps: str, times: int = 99, name: str = "Boom") -> Callable[[Any, Any], Any]:
    """Return our handler, failing the given steps so many times with an error of that class."""
    left = dict.fromkeys(steps, times)
    error = type(name, (Exception,), {})

    def handler(event: Any, context: Any) -> Any:
        if left.get(event["step"], 0) > 0:
            left[event["step"]] -= 1
            raise error("on purpose")
        return lambda_handler(event, context)

    return handler


def given(complaint_id: str) -> dict[str, str]:
    return {"pk": keys.complaint(complaint_id)[0], "kind": "COMPLAINT", "table": "cases"}


@pytest.mark.parametrize(
    ("robocall", "listed_days", "outcome", "stage", "states"),
    [
        (False, None, Outcome.NOT_REGISTERED, Stage.CLOSED, ("Screen", "Outcome", "Close", "Screened")),
        (False, 10, Outcome.IN_GRACE_PERIOD, Stage.CLOSED, ("Screen", "Outcome", "Close", "Screened")),
        (False, 400, Outcome.ACCEPTED, Stage.IN_CASE, ("Screen", "Outcome", "Assign", "Close", "Screened")),
        (True, None, Outcome.ROBOCALL, Stage.IN_CASE, ("Screen", "Outcome", "Assign", "Close", "Screened")),
    ],
)
def test_each_outcome_takes_its_arm(
    robocall: bool,
    listed_days: int | None,
    outcome: Outcome,
    stage: Stage,
    states: Any,
    desk: Desk,
    machines: Any,
    queue: str,
) -> None:
    if listed_days is not None:
        list_number(desk.registry, at=NOW - timedelta(days=listed_days))
    made = desk.complain(robocall=robocall)
    machine = machines(MACHINE, {"screen_complaint": lambda_handler}, FailureQueueUrl=queue)

    run = machine.run(given(made.id), made.id)

    assert (run.status, run.states) == ("SUCCEEDED", states)
    status = desk.intake.status(made.reference, made.status_code)
    assert (status.outcome, status.stage) == (outcome, stage)
    assert [entry.stage for entry in status.timeline] == [Stage.RECEIVED, stage]
    assert sorted(mail["template"] for mail in desk.mails()) == ["complaint-received", "complaint-update"]
    assert messages(queue) == []


def test_outcomes_that_no_complaint_of_the_form_has_are_closed(desk: Desk, machines: Any, queue: str) -> None:
    list_number(desk.registry, at=NOW - timedelta(days=400))
    machine = machines(MACHINE, {"screen_complaint": lambda_handler}, FailureQueueUrl=queue)
    ids = [desk.complain().id for _ in range(4)]
    # what corrections and other ways in may bring
    for complaint_id, name, value in ((ids[2], "subject", 15), (ids[3], "called_at", "2020-01-01T12:00:00.000Z")):
        change = desk.table.update(
            keys.complaint(complaint_id), "SET #n = :v", names={"#n": name}, values={":v": value}
        )
        desk.table.write(change)

    runs = [machine.run(given(complaint_id), complaint_id) for complaint_id in ids]

    assert [run.states for run in runs[1:]] == [("Screen", "Outcome", "Close", "Screened")] * 3
    kept = [desk.complaints.get(complaint_id) for complaint_id in ids]
    assert [one.outcome for one in kept if one] == [
        Outcome.ACCEPTED,
        Outcome.DUPLICATE,
        Outcome.DIVERTED,
        Outcome.TOO_LATE,
    ]
    assert [one.stage for one in kept if one] == [Stage.IN_CASE, Stage.MERGED, Stage.CLOSED, Stage.CLOSED]
    case = desk.cases.get(kept[0].case_id) if kept[0] else None
    assert case is not None and case.complaints == 1


def test_a_corrected_complaint_goes_through_again(desk: Desk, machines: Any, queue: str) -> None:
    made = desk.complain()
    machine = machines(MACHINE, {"screen_complaint": lambda_handler}, FailureQueueUrl=queue)
    machine.run(given(made.id), made.id)
    change = desk.table.update(
        keys.complaint(made.id), "SET robocall = :yes, version = :two", values={":yes": True, ":two": 2}
    )
    desk.table.write(change, desk.table.put_new(keys.screening(made.id, "v2"), {}))

    run = machine.run({"pk": keys.screening(made.id, "v2")[0], "kind": "SCREENING", "table": "cases"}, f"{made.id}-v2")

    assert run.states == ("Screen", "Outcome", "Assign", "Close", "Screened")
    status = desk.intake.status(made.reference, made.status_code)
    assert (status.outcome, status.stage) == (Outcome.ROBOCALL, Stage.IN_CASE)


def test_a_second_execution_changes_nothing(desk: Desk, machines: Any, queue: str) -> None:
    made = desk.complain(robocall=True)
    machine = machines(MACHINE, {"screen_complaint": lambda_handler}, FailureQueueUrl=queue)
    machine.run(given(made.id), made.id)
    before = (desk.complaints.get(made.id), len(desk.mails()))

    assert machine.run(given(made.id), f"{made.id}-2").status == "SUCCEEDED"
    assert (desk.complaints.get(made.id), len(desk.mails())) == before


def test_a_step_that_fails_for_a_while_is_done_again(desk: Desk, machines: Any, queue: str) -> None:
    made = desk.complain(robocall=True)
    handler = broken("screen", "assign", "close", times=2)
    machine = machines(MACHINE, {"screen_complaint": handler}, FailureQueueUrl=queue)

    assert machine.run(given(made.id), made.id).status == "SUCCEEDED"
    assert desk.intake.status(made.reference, made.status_code).stage is Stage.IN_CASE


@pytest.mark.parametrize(
    ("step", "stage"), [("screen", Stage.DELAYED), ("assign", Stage.DELAYED), ("close", Stage.IN_CASE)]
)
def test_a_step_that_keeps_failing_becomes_visible(
    step: str, stage: Stage, desk: Desk, machines: Any, queue: str
) -> None:
    made = desk.complain(robocall=True)
    machine = machines(MACHINE, {"screen_complaint": broken(step)}, FailureQueueUrl=queue)

    run = machine.run(given(made.id), made.id)

    assert (run.status, run.error) == ("FAILED", "ScreeningFailed")
    assert run.states[-3:] == ("RecordFailure", "TellOperators", "Failed")
    kept = desk.complaints.get(made.id)
    assert kept is not None
    assert (kept.failure, kept.stage) == ("Boom", stage)
    told = {"machine": MACHINE, "pk": f"COMPLAINT#{made.id}", "execution": made.id, "error": "Boom"}
    assert messages(queue) == [told]


def test_a_failed_complaint_is_screened_by_the_next_execution(desk: Desk, machines: Any, queue: str) -> None:
    made = desk.complain(robocall=True)
    machine = machines(MACHINE, {"screen_complaint": broken("assign", times=9)}, FailureQueueUrl=queue)
    assert machine.run(given(made.id), made.id).status == "FAILED"

    assert machine.run(given(made.id), f"{made.id}-2").status == "SUCCEEDED"
    kept = desk.complaints.get(made.id)
    assert kept is not None
    assert (kept.failure, kept.stage) == ("", Stage.IN_CASE)


def test_operators_are_told_even_when_the_complaint_cannot_be_written(desk: Desk, machines: Any, queue: str) -> None:
    machine = machines(MACHINE, {"screen_complaint": broken("screen", "fail")}, FailureQueueUrl=queue)

    assert machine.run(given("01UNKNOWN"), "one").states[-3:] == ("RecordFailure", "TellOperators", "Failed")
    assert [message["error"] for message in messages(queue)] == ["Boom"]


def test_a_complaint_that_does_not_exist_is_not_tried_again(desk: Desk, machines: Any, queue: str) -> None:
    calls: list[str] = []

    def counted(event: Any, context: Any) -> Any:
        calls.append(event["step"])
        return lambda_handler(event, context)

    machine = machines(MACHINE, {"screen_complaint": counted}, FailureQueueUrl=queue)

    assert machine.run(given("01UNKNOWN"), "one").status == "FAILED"
    assert calls == ["screen", "fail"]
    assert [message["error"] for message in messages(queue)] == ["NotFoundError"]


def test_an_outcome_nobody_knows_stops_where_operators_see_it(desk: Desk, machines: Any, queue: str) -> None:
    made = desk.complain()

    def newer(event: Any, context: Any) -> Any:
        return {"outcome": "brand_new", "seconds": 0} if event["step"] == "screen" else lambda_handler(event, context)

    machine = machines(MACHINE, {"screen_complaint": newer}, FailureQueueUrl=queue)

    assert "UnknownOutcome" in machine.run(given(made.id), made.id).states
    assert [message["error"] for message in messages(queue)] == ["UnknownOutcome"]


def test_one_of_an_unusual_day_waits_and_is_screened_then(desk: Desk, machines: Any, queue: str) -> None:
    made = desk.complain(robocall=True)
    answers = ["slow"]

    def handler(event: Any, context: Any) -> Any:
        if event["step"] == "screen" and answers:
            return {"outcome": answers.pop(), "seconds": 1}
        return lambda_handler(event, context)

    run = machines(MACHINE, {"screen_complaint": handler}, FailureQueueUrl=queue).run(given(made.id), made.id)

    assert run.states == ("Screen", "Outcome", "Slow", "Screen", "Outcome", "Assign", "Close", "Screened")


def test_every_state_was_reached_above() -> None:
    assert VISITED[MACHINE] == states_of(MACHINE)
