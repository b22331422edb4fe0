"""Carriers' reports from the terminal and the API to the published list's changes, on moto."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.lists import DynamoChangeReader
from quietline.adapters.dynamodb.numbers import DynamoNumbers, number_writes
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.phone import PhoneNumber
from quietline.kernel.settings.functions import CarrierApiSettings
from quietline.profiles import Profile
from quietline.registrations.model import NumberRecord
from typer.testing import CliRunner

from cli.main import app
from functions.carrier_api import handler
from tests.helpers import LambdaContext, Tripwire, http_event, load_event

NUMBER = PhoneNumber("+12025550143")
TODAY = datetime.now(UTC)


@pytest.fixture
def carrier(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """A carrier's client id, made by the operator's command."""
    cloud.use(CarrierApiSettings)
    pool = aws.client("cognito-idp").create_user_pool(PoolName="people")["UserPool"]["Id"]
    aws.client("cognito-idp").create_resource_server(
        UserPoolId=pool,
        Identifier="quietline",
        Name="quietline",
        Scopes=[{"ScopeName": "carriers", "ScopeDescription": "-"}],
    )
    monkeypatch.setenv("QUIETLINE_API", "https://registry.example.test")
    monkeypatch.setenv("QUIETLINE_REGISTRY_TABLE", cloud.registry_table)
    monkeypatch.setenv("QUIETLINE_USER_POOL", pool)
    made = CliRunner().invoke(app, ["ops", "carriers", "add", "4321", "Acme Telephone", "--json"])
    assert made.exit_code == 0, made.output
    shown = json.loads(made.output)
    found = aws.client("cognito-idp").describe_user_pool_client(UserPoolId=pool, ClientId=shown["client_id"])
    assert found["UserPoolClient"]["AllowedOAuthScopes"] == ["quietline/carriers"]
    assert found["UserPoolClient"]["ClientSecret"] == shown["client_secret"]
    return str(shown["client_id"])


def list_number(table: Table) -> None:
    at = from_text(to_text(TODAY - timedelta(days=200)))
    after = NumberRecord(NUMBER, "202", (), 0).changed("A", at, "registration:r1")
    table.write(*number_writes(table, None, after))
    registration = {"numbers": [NUMBER.e164], "email_ciphertext": "sealed", "email_hash": "h", "language": "en"}
    times = {"created_at": to_text(at), "expires_at": to_text(at), "confirmed_at": to_text(at)}
    table.write(table.put(keys.registration("r1"), {**registration, **times, "nonce": "n", "state": "confirmed"}))


def report(client_id: str, *reports: tuple[str, str, int], **headers: str) -> tuple[int, Any]:
    body = {
        "reports": [
            {"number": number, "event": event, "on": (TODAY - timedelta(days=ago)).date().isoformat()}
            for number, event, ago in reports
        ]
    }
    who = {"sub": "", "client_id": client_id, "groups": "", "scopes": "quietline/carriers"}
    event = http_event("POST", "/v1/carriers/disconnections", body, headers=headers, **who)
    answer = handler.lambda_handler(event, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def test_a_reassigned_number_is_in_the_next_lists_changes_and_its_owner_has_two_mails(
    cloud: Any, carrier: str, profile: Profile, tripwire: Tripwire
) -> None:
    tripwire.watch(NUMBER.e164)
    table = Table(cloud.registry_table)
    list_number(table)

    status, made = report(carrier, (NUMBER.e164, "disconnected", 60), ("nonsense", "disconnected", 60))
    assert (status, made["accepted"], [one["field"] for one in made["refused"]]) == (200, 1, ["number"])
    record = DynamoNumbers(table).get(NUMBER)
    assert record is not None
    assert record.is_listed

    assert report(carrier, ("(202) 555-0143", "reassigned", 1))[0] == 200
    record = DynamoNumbers(table).get(NUMBER)
    assert record is not None
    assert (record.is_listed, record.history[-1].by) == (False, "carrier:4321")
    changes = DynamoChangeReader(table, profile.rules).of_area(
        "202", TODAY - timedelta(minutes=5), datetime.now(UTC) + timedelta(minutes=5)
    )
    assert [(change.subscriber, change.added) for change in changes] == [(5550143, False)]
    sent = [item for item in table.client.scan(TableName=table.name)["Items"] if item["pk"]["S"].startswith("MAIL#")]
    assert {item["template"]["S"] for item in sent} == {"line-quarantined", "line-reassigned"}
    assert all(NUMBER.e164 not in json.dumps(item, default=str) for item in sent)


def test_a_batch_sent_again_changes_nothing(cloud: Any, carrier: str) -> None:
    table = Table(cloud.registry_table)
    list_number(table)
    first = report(carrier, (NUMBER.e164, "disconnected", 3), **{"Idempotency-Key": "one"})
    again = report(carrier, (NUMBER.e164, "disconnected", 3), **{"Idempotency-Key": "two"})

    assert first == again
    item = table.get(keys.line(NUMBER.e164))
    assert item is not None
    assert (item["version"], len(item["reports"])) == (1, 1)


def test_the_event_file(cloud: Any, carrier: str) -> None:
    event = load_event("carrier_api/report")
    event["requestContext"]["authorizer"]["lambda"]["client_id"] = carrier

    answer = handler.lambda_handler(event, LambdaContext())

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["accepted"] == 1


@pytest.mark.parametrize(
    ("body", "status"), [("{}", 400), ('{"reports": []}', 400), ('{"reports": [{"number": 1}]}', 400), ("[]", 400)]
)
def test_a_body_of_the_wrong_shape_is_a_problem(cloud: Any, carrier: str, body: str, status: int) -> None:
    who = {"sub": "", "client_id": carrier, "groups": "", "scopes": "quietline/carriers"}
    event = http_event("POST", "/v1/carriers/disconnections", body, **who)

    assert handler.lambda_handler(event, LambdaContext())["statusCode"] == status


def test_a_disabled_carrier_is_not_heard(cloud: Any, carrier: str) -> None:
    listed = CliRunner().invoke(app, ["ops", "carriers", "list"])
    assert "Acme Telephone" in listed.output
    assert CliRunner().invoke(app, ["ops", "carriers", "disable", carrier]).exit_code == 0

    status, made = report(carrier, (NUMBER.e164, "disconnected", 3))

    assert (status, made["type"]) == (403, "/problems/not-allowed")
    assert CliRunner().invoke(app, ["ops", "carriers", "disable", "nobody"]).exit_code == 4
    assert CliRunner().invoke(app, ["ops", "carriers", "add", "no code!", "Acme"]).exit_code == 2


def test_what_a_carrier_holds_is_said_and_listed(carrier: str) -> None:
    wrong = CliRunner().invoke(app, ["ops", "carriers", "hold", carrier, "--holds", "305"])
    assert (wrong.exit_code, "+1305555" in wrong.output) == (2, True)
    held = CliRunner().invoke(app, ["ops", "carriers", "hold", carrier, "--holds", "+1305", "--holds", "+1786"])
    assert "holds +1305, +1786" in held.output
    assert "+1305, +1786" in CliRunner().invoke(app, ["ops", "carriers", "list"]).output
