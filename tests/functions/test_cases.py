"""Complaint and case routes, from the API event to the tables and back; every file of `events/` among them."""

import json
from pathlib import Path
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.clock import SystemClock
from quietline.kernel.errors import QuietlineError, TooManyRequestsError, UnavailableError
from quietline.kernel.settings.functions import (
    CaseApiSettings,
    InvestigateCaseSettings,
    PublicApiSettings,
    ScreenComplaintSettings,
)
from quietline.profiles.profile import Profile

from functions.case_api import handler as case_api
from functions.investigate_case import handler as investigate_case
from functions.public_api import handler as public_api
from functions.screen_complaint import handler as screen_complaint
from tests.conftest import Cloud
from tests.fakes.complaints import Desk
from tests.fakes.staff import Staff
from tests.helpers import EVENTS, LambdaContext, Tripwire, http_event, load_event
from tools import openapi

INVESTIGATOR = {"sub": "user-7", "client_id": "console", "groups": "investigator"}
REASONS = "Recorded messages without anybody's consent."
FORM = json.loads(load_event("public_api/complain")["body"])


@pytest.fixture
def desk(cloud: Cloud, profile: Profile, tripwire: Tripwire, staff: Staff) -> Desk:
    for model in (PublicApiSettings, CaseApiSettings, ScreenComplaintSettings, InvestigateCaseSettings):
        cloud.use(model)
    tripwire.watch("+12025550143", "+13055550187", "alex@example.com")
    return Desk(cloud, SystemClock(), profile)


def public(path: str, body: Any, **headers: str) -> tuple[int, Any]:
    answer = public_api.lambda_handler(http_event("POST", path, body, headers=headers), LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def cases(method: str, path: str, body: Any = None, query: dict[str, str] | None = None, **who: str) -> tuple[int, Any]:
    event = http_event(method, path, body, **(who or INVESTIGATOR))
    if query:
        event["queryStringParameters"] = query
    answer = case_api.lambda_handler(event, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def step(handler: Any, name: str, key: tuple[str, str], **more: str) -> Any:
    return handler.lambda_handler({"step": name, "pk": key[0], **more}, LambdaContext())


def test_whoever_has_no_second_factor_or_left_the_desk_reads_no_case(desk: Desk, staff: Staff) -> None:
    case_id = desk.accuse()
    assert cases("GET", f"/v1/cases/{case_id}")[0] == 200

    staff.mfa = False
    code, problem = cases("GET", f"/v1/cases/{case_id}")
    assert (code, problem["type"]) == (403, "/problems/mfa-required")
    assert cases("POST", f"/v1/cases/{case_id}/notes", {"text": "Seen."})[0] == 403

    staff.mfa, staff.left = True, frozenset({"investigator"})
    assert cases("GET", "/v1/cases")[0] == 403

    staff.left, staff.gone = frozenset(), True
    assert cases("GET", "/v1/cases")[0] == 401


@pytest.mark.parametrize("error", [TooManyRequestsError("Wait.", 300), UnavailableError("Away.")])
@pytest.mark.usefixtures("desk")
def test_the_reference_says_so_where_the_user_pool_wants_a_pause_or_is_away(
    staff: Staff, monkeypatch: pytest.MonkeyPatch, error: QuietlineError
) -> None:
    def ask(_sub: str) -> None:
        raise error

    monkeypatch.setattr(staff, "person", ask)
    for route in ("/v1/cases", "/v1/cases/statistics", "/v1/cases/{case_id}", "/v1/investigators", "/v1/views"):
        code, _problem = cases("GET", route.replace("{case_id}", "01KB3Q6W5N8Y2C4D6E8F0G1H2J"))
        assert code == error.status
    for path, operations in openapi.document()["paths"].items():
        for method, operation in operations.items():
            if operation["x-quietline-auth"] in ("investigator", "supervisor"):
                assert {"429", "503"} <= set(operation["responses"]), (method, path)


def test_a_complaint_goes_all_the_way_to_its_decision(desk: Desk, tripwire: Tripwire) -> None:
    code, made = public("/v1/complaints", FORM)
    assert (code, made["status"], made["next"]) == (201, "received", "/v1/complaints/status")
    tripwire.watch(made["status_code"])
    secret = {"reference": made["reference"], "status_code": made["status_code"]}

    key = keys.complaint(made["id"])
    assert step(screen_complaint, "screen", key) == {"outcome": "robocall", "seconds": 0}
    case_id = step(screen_complaint, "assign", key)["case_id"]
    assert step(screen_complaint, "close", key) == {"stage": "in_case"}
    assert step(investigate_case, "open", keys.case(case_id)) == {"next": "attribute", "seconds": 0, "rounds": 1}
    for name in ("attribute", "examine"):
        step(investigate_case, name, keys.case(case_id))
    assert step(investigate_case, "open", keys.case(case_id))["next"] == "await_decision"
    assert cases("POST", f"/v1/cases/{case_id}/decision", {"decision": "warning", "reasons": REASONS})[0] == 409
    step(investigate_case, "wait", keys.case(case_id), token="a-token", kind="await_decision")
    tripwire.watch("a-token")

    code, queue = cases("GET", "/v1/cases", query={"status": "open"})
    assert (code, [case["id"] for case in queue["cases"]], queue["next"]) == (200, [case_id], "")
    assert queue["cases"][0]["waiting"] is True
    code, file = cases("GET", f"/v1/cases/{case_id}")
    assert code == 200
    assert [entry["called_number"] for entry in file["complaints"]] == ["+12025550143"]
    assert file["complaints"][0]["maximum_penalty"] == {"minor": 5308800, "currency": "USD"}
    assert "a-token" not in json.dumps(file)
    code, decided = cases("POST", f"/v1/cases/{case_id}/decision", {"decision": "citation", "reasons": REASONS})
    assert (code, decided["decision"]["by"], decided["waiting"]) == (202, "user-7", False)
    assert cases("POST", f"/v1/cases/{case_id}/confirmation", {"confirmed": True})[0] == 403
    code, seen = cases(
        "POST", f"/v1/cases/{case_id}/confirmation", {"confirmed": True}, **(INVESTIGATOR | {"sub": "user-8"})
    )
    assert (code, seen["confirmed_by"], seen["phase"]) == (200, "user-8", "record")
    assert [finding["verdict"] for finding in seen["findings"]] == ["unclear"]
    assert seen["suggestion"] == "referral"
    step(investigate_case, "record", keys.case(case_id))
    assert step(investigate_case, "notify", keys.case(case_id)) == {"left": 0}

    code, status = public("/v1/complaints/status", secret)
    assert (code, status["status"], status["outcome"], status["decision"]) == (200, "decided", "robocall", "citation")
    assert [entry["status"] for entry in status["timeline"]] == ["received", "in_case", "decided"]
    answers = {reason["rule"]: reason["answer"] for reason in status["reasons"]}
    assert (answers["robocall"], answers["past_grace_period"], answers["duplicate"]) == ("yes", "skipped", "no")
    assert REASONS not in json.dumps(status)
    case = cases("GET", f"/v1/cases/{case_id}")[1]["case"]
    assert case["decision"]["penalties"][0]["total"] == {"minor": 5308800, "currency": "USD"}


def test_the_same_idempotency_key_makes_one_complaint(desk: Desk, cloud: Cloud) -> None:
    headers = {"idempotency-key": "11111111-2222"}
    first, again = public("/v1/complaints", FORM, **headers), public("/v1/complaints", FORM, **headers)

    assert first == again
    assert len(desk.mails()) == 1
    kept = str(aws.client("dynamodb").scan(TableName=cloud.idempotency_table)["Items"])
    assert not [text for text in (first[1]["status_code"], first[1]["reference"]) if text in kept]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"subject": 8}, "/subject", "diverted"),
        ({"called_number": "+44 20 7946 0018"}, "/called_number", "other_country"),
        ({"kind": "fax"}, "/kind", "literal_error"),
        ({"robocall": None}, "/robocall", "bool_type"),
        ({"called_number": "2" * 1001}, "/called_number", "string_too_long"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], pointer: str, code: str, desk: Desk) -> None:
    status, problem = public("/v1/complaints", FORM | changes)

    assert (status, [(e["pointer"], e["code"]) for e in problem["errors"]]) == (400, [(pointer, code)])


def test_an_unknown_reference_and_a_wrong_code_are_the_same(desk: Desk) -> None:
    made = public("/v1/complaints", FORM)[1]
    wrong = public("/v1/complaints/status", {"reference": made["reference"], "status_code": "AAAA"})
    unknown = public("/v1/complaints/status", {"reference": "QL-0000-0000", "status_code": "AAAA"})

    assert wrong[0] == unknown[0] == 404
    assert {k: v for k, v in wrong[1].items() if k != "request_id"} == {
        k: v for k, v in unknown[1].items() if k != "request_id"
    }


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ({"sub": "user-1", "client_id": "cli", "groups": "", "scopes": ""}, 403),
        ({"sub": "", "client_id": "machine", "groups": "investigator", "scopes": ""}, 403),
        ({"sub": "", "client_id": ""}, 401),
        ({"sub": "user-2", "client_id": "cli", "groups": "supervisor"}, 404),
    ],
)
def test_only_investigators_see_cases(who: dict[str, str], status: int, desk: Desk) -> None:
    assert cases("GET", "/v1/cases/01UNKNOWN", **who)[0] == status
    body = {"decision": "warning", "reasons": REASONS}
    assert cases("POST", "/v1/cases/01UNKNOWN/decision", body, **who)[0] == status


@pytest.mark.parametrize("query", [{"limit": "51"}, {"limit": "0"}, {"cursor": "x"}, {"status": "lost"}])
def test_a_page_that_cannot_be_is_refused(query: dict[str, str], desk: Desk) -> None:
    assert cases("GET", "/v1/cases", query=query)[0] == 400


def test_short_reasons_are_refused(desk: Desk) -> None:
    status, problem = cases("POST", "/v1/cases/01X/decision", {"decision": "warning", "reasons": "too short"})

    assert (status, problem["errors"][0]["pointer"]) == (400, "/reasons")


EXPECTED = {
    "public_api/complain": 201,
    "public_api/complaint-status": 404,
    "case_api/list": 200,
    "case_api/read": 404,
    "case_api/decide": 404,
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_http_event_is_answered(name: str, desk: Desk) -> None:
    handler = public_api if name.startswith("public_api") else case_api

    assert handler.lambda_handler(load_event(name), LambdaContext())["statusCode"] == EXPECTED[name]


@pytest.mark.parametrize(
    "name",
    sorted(
        f"{path.parent.name}/{path.stem}"
        for folder in ("screen_complaint", "investigate_case")
        for path in Path(EVENTS / folder).glob("*.json")
    ),
)
def test_each_step_event_reaches_its_step(name: str, desk: Desk) -> None:
    handler = screen_complaint if name.startswith("screen") else investigate_case
    event = load_event(name)
    if name.startswith("screen"):
        made = desk.complain(robocall=True)
        if event["step"] in ("assign", "close"):
            desk.screening.screen(made.id)
        event["pk"] = keys.complaint(made.id)[0]
    else:
        case_id = desk.accuse()
        event["pk"] = keys.case(case_id)[0]
        if event["step"] in ("record", "notify"):
            step(investigate_case, "wait", keys.case(case_id), token="a-token", kind="await_decision")
            assert cases("POST", f"/v1/cases/{case_id}/decision", {"decision": "warning", "reasons": REASONS})[0] == 202
        if event["step"] == "notify":
            step(investigate_case, "record", keys.case(case_id))
    before = Table(desk.table.name).get((event["pk"], "META"))

    handler.lambda_handler(event, LambdaContext())

    after = Table(desk.table.name).get((event["pk"], "META"))
    assert (before == after) is (event["step"] in ("open", "escalate"))


@pytest.mark.parametrize("handler", [screen_complaint, investigate_case])
def test_a_step_nobody_knows_is_refused(handler: Any, desk: Desk) -> None:
    with pytest.raises(ValueError, match="no step"):
        handler.lambda_handler({"step": "dance", "pk": "X#1"}, LambdaContext())
