"""The investigators' and operators' commands, over our own case API and on Step Functions in memory."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from quietline.adapters import aws
from quietline.kernel.clock import FixedClock
from quietline.kernel.settings.functions import CaseApiSettings
from quietline.profiles.profile import Profile
from typer.testing import CliRunner

from cli import api, tokens
from cli.cases import group
from cli.main import app
from functions.case_api import handler
from tests.conftest import Cloud
from tests.fakes.complaints import NOW, Desk
from tests.fakes.investigations import SAN, Awake, Scene
from tests.fakes.staff import Staff
from tests.helpers import LambdaContext, http_event

REASONS = "Recorded messages without anybody's consent."
WHO = {"sub": "user-7", "client_id": "cli", "groups": "investigator"}


DESK = {"open", "assign", "note", "link", "hold", "refer", "answer", "merge", "split", "bundle"}


class Session:
    access_token = "token"


@pytest.fixture
def desk(cloud: Cloud, clock: FixedClock, profile: Profile, staff: Staff, monkeypatch: pytest.MonkeyPatch) -> Desk:
    cloud.use(CaseApiSettings)
    # the API answers on the day of what the tests put into the tables
    monkeypatch.setattr("quietline.kernel.clock.SystemClock", lambda: clock)
    monkeypatch.setenv("QUIETLINE_API", "https://registry.example.test")
    monkeypatch.setenv("QUIETLINE_CASES_TABLE", cloud.cases_table)
    monkeypatch.setenv("QUIETLINE_INVESTIGATE_MACHINE", cloud.investigate_machine_arn)

    def answer(request: httpx.Request) -> httpx.Response:
        body = request.content.decode() or None
        event = http_event(request.method, request.url.path, body, **WHO)
        event["queryStringParameters"] = dict(request.url.params) or None
        made = handler.lambda_handler(event, LambdaContext())
        return httpx.Response(made["statusCode"], text=made["body"])

    monkeypatch.setattr(api, "http_client", lambda: httpx.Client(transport=httpx.MockTransport(answer)))
    monkeypatch.setattr(tokens, "current", lambda *_given: Session())
    return Desk(cloud, clock, profile)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_an_investigator_reads_and_decides_from_the_terminal(desk: Desk) -> None:
    from quietline.cases.model import SYSTEM, Action, Event

    case_id = desk.accuse()
    desk.cases.wait(case_id, "token", NOW, Event(NOW, Action.WAITING, SYSTEM))

    assert case_id in run("cases", "list").output
    shown = run("cases", "show", case_id).output
    assert "53,088.00 USD" in shown and "opened" in shown
    decided = run("cases", "decide", case_id, "warning", "--reasons", REASONS, "--json")
    assert decided.exit_code == 0
    kept = desk.cases.get(case_id)
    assert kept is not None and kept.decision is not None and kept.decision.kind == "warning"


def test_an_investigation_is_led_from_the_terminal(
    desk: Desk, cloud: Cloud, clock: FixedClock, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(cloud, clock, profile, tasks=Awake())
    scene.carrier("BBB")
    case_id = desk.accuse()
    assert "not known yet" in run("cases", "findings", case_id).output
    scene.run(case_id, until="await_decision")

    shown = run("cases", "findings", case_id).output
    assert "stands at await_decision" in shown and "held no list" in shown
    assert "BBB" in run("cases", "trace", case_id, "bbb").output
    scene.tracebacks.answer("client-BBB", f"{case_id}-1", "", "", "No records.")
    scene.run(case_id, until="await_decision")
    assert run("cases", "decide", case_id, "citation", "--reasons", REASONS).exit_code == 0
    assert "Another person" in run("cases", "confirm", case_id).output
    monkeypatch.setitem(WHO, "sub", "user-8")
    assert "stands at await_decision" in run("cases", "give-back", case_id, "--reasons", REASONS).output
    assert run("cases", "decide", case_id, "citation", "--reasons", REASONS).exit_code == 0
    monkeypatch.setitem(WHO, "sub", "user-7")
    assert "Confirmed by user-7" in run("cases", "confirm", case_id).output
    scene.run(case_id, until="done")
    assert "stands at examine" in run("cases", "reopen", case_id, "--reasons", "A recording came.....").output
    scene.seller()
    assert "by named" in run("cases", "name-caller", case_id, SAN).output
    assert json.loads(run("cases", "findings", case_id, "--json").output)["attribution"]["san"] == SAN


def test_a_refusal_is_one_sentence_and_an_exit_code(desk: Desk) -> None:
    refused = run("cases", "decide", desk.accuse(), "warning", "--reasons", REASONS)

    assert refused.exit_code != 0
    assert "does not wait for a decision" in refused.output


def test_redrive_starts_lost_cases(desk: Desk, cloud: Cloud) -> None:
    case_id = desk.accuse()

    made = run("ops", "redrive-cases", "--json")

    assert json.loads(made.output) == {"started": [case_id]}
    found = aws.client("stepfunctions").list_executions(stateMachineArn=cloud.investigate_machine_arn)["executions"]
    assert [execution["name"] for execution in found] == [f"{case_id}-2"]


def test_redrive_says_what_it_needs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUIETLINE_CASES_TABLE")

    made = run("ops", "redrive-cases")

    assert made.exit_code != 0 and "QUIETLINE_CASES_TABLE" in made.output


def test_failed_screenings_are_started_again_and_leave_the_queue(
    desk: Desk, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName="failures")["QueueUrl"]
    for machine, pk, execution in (("screen-complaint", "COMPLAINT#1", "1"), ("investigate-case", "CASE#7", "7")):
        message = {"machine": machine, "pk": pk, "execution": execution, "error": "States.Timeout"}
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))
    monkeypatch.setenv("QUIETLINE_FAILURES_QUEUE", url)
    monkeypatch.setenv("QUIETLINE_SCREEN_MACHINE", cloud.screen_machine_arn)

    assert "1 screening started again" in run("ops", "redrive-complaints").output
    states = aws.client("stepfunctions")
    (execution,) = states.list_executions(stateMachineArn=cloud.screen_machine_arn)["executions"]
    given = states.describe_execution(executionArn=execution["executionArn"])["input"]
    assert (execution["name"], json.loads(given)) == ("1-again1", {"pk": "COMPLAINT#1", "kind": "COMPLAINT"})
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    assert sum(map(int, left.values())) == 1, "the case's failure stays"


def test_redrive_of_complaints_says_what_it_needs(desk: Desk) -> None:
    assert "QUIETLINE_FAILURES_QUEUE" in run("ops", "redrive-complaints").output


def test_redrive_of_records_says_what_it_needs_and_what_it_did(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "QUIETLINE_DEAD_LETTERS" in run("ops", "redrive-records").output

    monkeypatch.setenv("QUIETLINE_DEAD_LETTERS", aws.client("sqs").create_queue(QueueName="dead")["QueueUrl"])
    monkeypatch.setenv("QUIETLINE_RELAY", "relay")
    assert "0 records forwarded" in run("ops", "redrive-records").output


def test_the_group_is_on_the_command() -> None:
    assert {command.name for command in group.registered_commands} >= {"list", "show", "decide"} | DESK


def test_an_investigator_works_a_case_from_the_terminal(desk: Desk) -> None:
    first, second = desk.accuse(), desk.accuse(caller_number="(305) 555-0101")
    mine = desk.complain(robocall=True, caller_number="", caller_name="Sunny Ltd")
    desk.screening.screen(mine.id)

    assert "with user-7" in run("cases", "assign", first).output
    assert "Noted" in run("cases", "note", first, "Same voice.").output
    assert "linked" in run("cases", "link", first, second, "--reason", "Same voice.").output
    assert "rests until" in run("cases", "hold", first, "2026-12-24", "--reason", "Court.").output
    assert "goes on" in run("cases", "hold", first, "release").output
    assert "offered to telecom" in run("cases", "refer", first, "telecom", "--reason", "Spoofed.", "--joint").output
    refused = run("cases", "answer", first, "accept")
    assert refused.exit_code != 0 and "supervisors" in refused.output
    assert "with 2 complaints" in run("cases", "merge", second, first).output
    assert "has 1 complaints" in run("cases", "split", first, desk.cases.accusations(first)[0].complaint_id).output
    assert "is open with 1" in run("cases", "open", mine.reference, "--reason", "Same voice.").output
    assert run("cases", "answer", first, "perhaps").exit_code != 0


def test_a_bundle_that_takes_long_is_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        if request.url.path == "/.well-known/jwks.json":
            return httpx.Response(200, text='{"keys": []}')
        if request.url.path == "/stored.zip":
            return httpx.Response(200, content=b"zip")
        ready = "bundle=B" in str(request.url)
        url = "https://registry.example.test/stored.zip" if ready else ""
        return httpx.Response(200, json={"id": "B", "state": "ready" if ready else "making", "url": url})

    monkeypatch.setenv("QUIETLINE_API", "https://registry.example.test")
    monkeypatch.setattr(api, "http_client", lambda: httpx.Client(transport=httpx.MockTransport(answer)))
    monkeypatch.setattr(tokens, "current", lambda *_given: Session())

    made = run("cases", "bundle", "C", "--to", str(tmp_path / "case.zip"))

    assert made.exit_code == 0, made.output
    assert asked[:2] == ["/v1/cases/C/bundle", "/v1/cases/C/bundle?bundle=B"]
    assert (tmp_path / "case.zip").read_bytes() == b"zip"
    assert (tmp_path / "jwks.json").exists() and not list(tmp_path.glob("*.part"))
