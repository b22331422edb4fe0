"""The public API's registrations, from the API event to the tables, and on through relay and mailer."""

import json
import re
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.kernel.settings.functions import MailerSettings, PublicApiSettings, RelaySettings

from functions.mailer import handler as mailer
from functions.public_api import handler as public_api
from functions.relay import handler as relay
from tests.conftest import Cloud
from tests.helpers import LambdaContext, Tripwire, http_event

EMAIL = "alex@example.com"


@pytest.fixture(autouse=True)
def environment(cloud: Cloud, tripwire: Tripwire) -> None:
    cloud.use(PublicApiSettings)
    cloud.use(RelaySettings)
    cloud.use(MailerSettings)
    tripwire.watch(EMAIL)


def call(path: str, body: Any, **headers: str) -> tuple[int, Any]:
    answer = public_api.lambda_handler(http_event("POST", path, body, headers=headers), LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def items(table: str, prefix: str = "") -> list[dict[str, Any]]:
    from quietline.adapters.dynamodb.table import decode_item

    found = aws.client("dynamodb").scan(TableName=table)["Items"]
    return [item for item in map(decode_item, found) if str(item["pk"]).startswith(prefix)]


def drain(cloud: Cloud, seen: set[str], table: str = "") -> list[dict[str, Any]]:
    """Run relay and mailer over every outbox item of a table (the registry's) not seen yet; return all mails sent."""
    table = table or cloud.registry_table
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.ses.models import ses_backends

    new = [item["pk"] for item in items(table, "MAIL#") if item["pk"] not in seen]
    seen.update(new)
    records = [
        {
            "eventName": "INSERT",
            "eventSourceARN": f"arn:aws:dynamodb:us-east-1:1:table/{table}/stream/x",
            "dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": "META"}}, "SequenceNumber": str(number)},
        }
        for number, pk in enumerate(new)
    ]
    assert relay.lambda_handler({"Records": records}, LambdaContext()) == {"batchItemFailures": []}
    sqs = aws.client("sqs")
    messages = sqs.receive_message(QueueUrl=cloud.mail_queue_url, MaxNumberOfMessages=10).get("Messages", [])
    batch = {"Records": [{"messageId": m["MessageId"], "body": m["Body"]} for m in messages]}
    assert mailer.lambda_handler(batch, LambdaContext()) == {"batchItemFailures": []}
    for message in messages:
        sqs.delete_message(QueueUrl=cloud.mail_queue_url, ReceiptHandle=message["ReceiptHandle"])
    return [vars(message) for message in ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages]


def test_a_number_goes_from_the_form_to_the_list(cloud: Cloud, tripwire: Tripwire) -> None:
    seen: set[str] = set()
    status, receipt = call(
        "/v1/registrations", {"numbers": ["(202) 555-0143", "+1 202-555-0143"], "email": EMAIL, "language": "es"}
    )
    assert status == 202
    (first,) = drain(cloud, seen)
    text = str(first)
    assert EMAIL in text
    token = re.search(r"https://registry\.example\.test/forms/confirm\?lang=es&(?:amp;)?token=([\w.-]+)", text)[1]  # type: ignore[index]
    tripwire.watch(token)
    assert token.startswith(receipt["id"])
    assert not items(cloud.registry_table, "NUMBER#")

    status, confirmed = call("/v1/registrations/confirm", {"token": token})

    assert status == 200
    assert confirmed["numbers"] == ["+•••••••••43"]
    (record,) = items(cloud.registry_table, "NUMBER#")
    assert (record["pk"], record["state"], record["area"]) == ("NUMBER#+12025550143", "listed", "202")
    (change,) = items(cloud.registry_table, "CHANGES#202#")
    assert (change["change"], change["e164"]) == ("A", "+12025550143")
    assert len(drain(cloud, seen)) == 2

    status, problem = call("/v1/registrations/confirm", {"token": token})
    assert (status, problem["type"]) == (400, "/problems/link-not-usable")
    assert "already registered" in problem["detail"]
    assert len(items(cloud.registry_table, "CHANGES#")) == 1
