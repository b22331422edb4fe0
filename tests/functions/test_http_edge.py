"""What every API function does before and around its routes, shown on the public API."""

import base64
import json
from typing import Any

import pytest
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from quietline.adapters import aws
from quietline.http import idempotency, problems
from quietline.kernel.settings.functions import PublicApiSettings

from functions.public_api import handler, wiring
from tests.conftest import Cloud
from tests.helpers import LambdaContext, Tripwire, http_event

PATH = "/v1/registrations"
GOOD = {"numbers": ["(202) 555-0143"], "email": "alex@example.com", "language": "en"}


@pytest.fixture(autouse=True)
def environment(cloud: Cloud, tripwire: Tripwire) -> None:
    cloud.use(PublicApiSettings)


def answer(event: dict[str, Any]) -> dict[str, Any]:
    return handler.lambda_handler(event, LambdaContext())


def refused(event: dict[str, Any], status: int, slug: str) -> dict[str, Any]:
    """Check that the answer is that problem and return its body."""
    got = answer(event)
    assert got["statusCode"] == status, got
    headers = {
        **{name: values[0] for name, values in got.get("multiValueHeaders", {}).items()},
        **got.get("headers", {}),
    }
    assert headers["Content-Type"] == problems.PROBLEM
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Request-Id"] == event["requestContext"]["requestId"]
    body = json.loads(got["body"])
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == status
    assert body["request_id"] == event["requestContext"]["requestId"]
    assert body["title"] and body["detail"].endswith(".")
    return {**body, "headers": headers}


def stored(cloud: Cloud) -> int:
    return int(aws.client("dynamodb").scan(TableName=cloud.registry_table)["Count"])


@pytest.mark.parametrize(
    "body", ["{", "", "nonsense", "[" * 30_000, '{"numbers": ' + "1" * 5000 + "}", "\ud800"], ids=range(6)
)
def test_a_body_that_is_not_json(body: str, cloud: Cloud) -> None:
    refused(http_event("POST", PATH, body), 400, "invalid-input" if body == "" else "not-json")
    assert stored(cloud) == 0


@pytest.mark.parametrize("body", ["[]", '"text"', "null", "7"])
def test_json_that_is_no_object(body: str) -> None:
    refused(http_event("POST", PATH, body), 400, "invalid-input")


def test_a_body_that_is_not_utf8() -> None:
    event = http_event("POST", PATH, base64.b64encode(b'{"email": "\xff"}').decode())
    refused(event | {"isBase64Encoded": True}, 400, "not-utf-8")


def test_bytes_that_the_gateway_replaced_are_not_taken_for_what_was_sent(cloud: Cloud) -> None:
    broken = json.dumps(GOOD | {"email": "al\ufffdx@example.com"}, ensure_ascii=False)
    refused(http_event("POST", PATH, broken), 400, "not-utf-8")
    assert stored(cloud) == 0


def test_an_address_that_no_function_has_is_a_problem() -> None:
    refused(http_event("GET", "/v1/nothing"), 404, "no-such-address")


def test_a_body_in_base64_is_read() -> None:
    event = http_event("POST", PATH, base64.b64encode(json.dumps(GOOD).encode()).decode())
    assert answer(event | {"isBase64Encoded": True})["statusCode"] == 202


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_of_a_megabyte(encoded: bool) -> None:
    text = json.dumps(GOOD | {"email": "a" * 1_000_000})
    event = http_event("POST", PATH, base64.b64encode(text.encode()).decode() if encoded else text)
    refused(event | {"isBase64Encoded": encoded}, 413, "body-too-large")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD"])
def test_a_wrong_method_names_the_right_ones(method: str) -> None:
    problem = refused(http_event(method, PATH, "{"), 405, "method-not-allowed")
    assert problem["headers"]["Allow"] == "POST"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_wrong_content_type(kind: str, cloud: Cloud) -> None:
    event = http_event("POST", PATH, json.dumps(GOOD), headers={"content-type": kind})
    refused(event, 415, "unsupported-content-type")
    assert stored(cloud) == 0


def test_a_charset_beside_the_content_type_is_fine() -> None:
    event = http_event("POST", PATH, GOOD, headers={"content-type": "application/json; charset=utf-8"})
    assert answer(event)["statusCode"] == 202


@pytest.mark.parametrize("path", ["/v1/nothing", "/", "/v1/registrations/x/y", "/v1/registrations/%00"])
def test_an_unknown_path(path: str) -> None:
    refused(http_event("POST", path, GOOD), 404, "no-such-address")


def test_an_extra_field_is_named_and_its_value_is_not() -> None:
    problem = refused(http_event("POST", PATH, GOOD | {"surprise": "alex@example.com"}), 400, "invalid-input")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/surprise", "extra_forbidden")]
    assert "alex" not in json.dumps(problem)


def test_missing_and_wrongly_typed_fields_are_all_named() -> None:
    problem = refused(http_event("POST", PATH, {"numbers": "2025550143"}), 400, "invalid-input")
    assert {error["pointer"] for error in problem["errors"]} == {"/numbers", "/email"}
    assert "2025550143" not in json.dumps(problem)


def test_an_error_of_ours_says_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("alex@example.com")

    monkeypatch.setattr(wiring, "registrations", broken)
    problem = refused(http_event("POST", PATH, GOOD), 500, "internal-error")
    assert "alex" not in json.dumps(problem)


TOO_MUCH = ClientError(
    {"Error": {"Code": "ThrottlingException", "Message": "alex@example.com"}, "ResponseMetadata": {}}, "GetItem"
)
AWAY: tuple[Exception, ...] = (
    TOO_MUCH,
    ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}, "Query"),
    ClientError(
        {"Error": {"Code": "InternalServerError", "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 500}}, "Query"
    ),
    ReadTimeoutError(endpoint_url="https://dynamodb.example.com"),
    EndpointConnectionError(endpoint_url="https://dynamodb.example.com"),
)


@pytest.mark.parametrize("error", AWAY)
def test_a_service_that_is_busy_or_away_is_a_503(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken() -> None:
        raise error

    monkeypatch.setattr(wiring, "registrations", broken)
    problem = refused(http_event("POST", PATH, GOOD), 503, "unavailable")
    assert problem["headers"]["Retry-After"] == "5"
    assert "alex" not in json.dumps(problem)


def test_a_service_that_refuses_what_it_was_asked_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ClientError({"Error": {"Code": "ValidationException", "Message": ""}}, "Query")

    monkeypatch.setattr(wiring, "registrations", broken)
    refused(http_event("POST", PATH, GOOD), 500, "internal-error")


class Meeting:
    """DynamoDB for the records of keys, asked too much by one kind of request."""

    def __init__(self, operation: str) -> None:
        self.operation, self.real = operation, aws.client("dynamodb")

    def __getattr__(self, name: str) -> Any:
        if name == self.operation:
            return self._refuse
        return getattr(self.real, name)

    def _refuse(self, **_request: Any) -> None:
        raise TOO_MUCH


@pytest.fixture
def keys(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> None:
    store = DynamoDBPersistenceLayer(table_name=cloud.idempotency_table, boto3_client=Meeting(request.param))
    monkeypatch.setattr(idempotency, "_store", lambda _table: store)


@pytest.mark.parametrize("keys", ["put_item"], indirect=True)
@pytest.mark.usefixtures("keys")
def test_nothing_is_done_where_the_key_cannot_be_kept(cloud: Cloud) -> None:
    event = http_event("POST", PATH, GOOD, headers={"idempotency-key": "k1"})
    assert refused(event, 503, "unavailable")["headers"]["Retry-After"] == "5"
    assert stored(cloud) == 0


@pytest.mark.parametrize("keys", ["update_item"], indirect=True)
@pytest.mark.usefixtures("keys")
def test_what_is_done_is_answered_where_the_answer_cannot_be_kept(cloud: Cloud) -> None:
    event = http_event("POST", PATH, GOOD, headers={"idempotency-key": "k1"})
    assert answer(event)["statusCode"] == 202
    assert stored(cloud) == 3
    refused(event, 409, "conflict")


@pytest.mark.parametrize("keys", ["delete_item"], indirect=True)
@pytest.mark.usefixtures("keys")
def test_a_refusal_is_answered_where_its_key_cannot_be_freed() -> None:
    event = http_event("POST", PATH, GOOD | {"email": "alex"}, headers={"idempotency-key": "k1"})
    refused(event, 400, "invalid-input")


def test_an_answer_too_large_to_be_kept_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "sealed", lambda _key, text: text * 2000)
    event = http_event("POST", PATH, GOOD, headers={"idempotency-key": "k1"})
    assert answer(event)["statusCode"] == 202


def test_the_same_key_and_body_is_done_once(cloud: Cloud) -> None:
    event = http_event("POST", PATH, GOOD, headers={"Idempotency-Key": "k1"})
    first, again = answer(event), answer(event)

    assert (first["statusCode"], first["body"]) == (again["statusCode"], again["body"])
    assert again["headers"]["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first["headers"]
    assert stored(cloud) == 3


def test_the_same_key_with_another_body(cloud: Cloud) -> None:
    answer(http_event("POST", PATH, GOOD, headers={"idempotency-key": "k1"}))
    other = http_event("POST", PATH, GOOD | {"language": "es"}, headers={"idempotency-key": "k1"})
    refused(other, 422, "idempotency-key-reused")
    assert stored(cloud) == 3


def test_the_same_key_while_the_first_still_runs(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> None:
    event = http_event("POST", PATH, GOOD, headers={"idempotency-key": "k1"})
    real = wiring.registrations
    seen: list[Any] = []

    def meanwhile() -> Any:
        if not seen:
            seen.append(refused(event, 409, "conflict"))
        return real()

    monkeypatch.setattr(wiring, "registrations", meanwhile)
    assert answer(event)["statusCode"] == 202
    assert len(seen) == 1
    assert stored(cloud) == 3


def test_a_refused_request_may_be_tried_again_with_its_key() -> None:
    headers = {"idempotency-key": "k1"}
    refused(http_event("POST", PATH, GOOD | {"email": "alex"}, headers=headers), 400, "invalid-input")
    assert answer(http_event("POST", PATH, GOOD, headers=headers))["statusCode"] == 202


def test_a_key_that_is_too_long() -> None:
    key = "k" * (idempotency.MAX_KEY_LENGTH + 1)
    refused(http_event("POST", PATH, GOOD, headers={"idempotency-key": key}), 400, "invalid-input")


def test_the_idempotency_records_hold_no_personal_data(cloud: Cloud) -> None:
    answer(http_event("POST", PATH, GOOD, headers={"idempotency-key": "alex@example.com"}))
    kept = json.dumps(aws.client("dynamodb").scan(TableName=cloud.idempotency_table)["Items"], default=str)
    assert "alex" not in kept and "5550143" not in kept


def test_a_kept_answer_is_read_by_nobody_without_its_key_and_request(cloud: Cloud) -> None:
    headers = {"idempotency-key": "k1"}
    first = answer(http_event("POST", PATH, GOOD, headers=headers))
    [kept] = aws.client("dynamodb").scan(TableName=cloud.idempotency_table)["Items"]
    assert json.loads(first["body"])["waiting_token"] not in str(kept)
    assert list(json.loads(kept["data"]["S"])) == ["sealed"]

    changed = json.loads(kept["data"]["S"])["sealed"][:-4] + "AAA="
    kept["data"] = {"S": json.dumps({"sealed": changed})}
    aws.client("dynamodb").put_item(TableName=cloud.idempotency_table, Item=kept)
    with pytest.raises(ValueError, match="changed since"):
        answer(http_event("POST", PATH, GOOD, headers=headers))
