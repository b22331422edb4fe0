"""The relay forwards what the table in docs/architecture.md says, and nothing else."""

import json
from typing import Any

import pytest
from quietline.adapters import aws, queues
from quietline.kernel.settings.functions import MailerSettings, RelaySettings

from functions.mailer import handler as mailer
from functions.relay import handler as relay
from tests.conftest import Cloud
from tests.helpers import LambdaContext, load_event


@pytest.fixture(autouse=True)
def environment(cloud: Cloud) -> None:
    cloud.use(RelaySettings)
    cloud.use(MailerSettings)


def received(url: str) -> list[dict[str, str]]:
    messages = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def executions(arn: str) -> list[str]:
    return [run["name"] for run in aws.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"]]


def test_each_kind_goes_where_it_belongs(cloud: Cloud) -> None:
    for _ in range(2):  # streams repeat
        assert relay.lambda_handler(load_event("relay/outbox"), LambdaContext()) == {"batchItemFailures": []}

    mails = received(cloud.mail_queue_url)
    assert mails[0] == {"table": "quietline-registry", "pk": "MAIL#01KB3Q6W5N8Y2C4D6E8F0G1H2J", "kind": "MAIL"}
    assert len(mails) == 2
    payments = received(cloud.payments_queue_url)
    assert sorted(message["kind"] for message in payments) == sorted(["ORDER", "PAYMENT_COMMAND", "PAYMENT_EVENT"] * 2)
    assert {message["pk"] for message in received(cloud.notices_queue_url)} == {"PUBLISHED#2026-11-24"}
    webhooks = received(cloud.webhooks_queue_url)
    assert {message["pk"] for message in webhooks} == {"WEBHOOK_DELIVERY#01KB3Q6W5N8Y2C4D6E8F0G1H2P"}
    removed = received(cloud.evidence_queue_url)
    assert {message["pk"].partition("#")[0] for message in removed} == {"EVIDENCE_REMOVED"}
    assert executions(cloud.screen_machine_arn) == ["01KB3Q6W5N8Y2C4D6E8F0G1H2M"]
    assert executions(cloud.investigate_machine_arn) == ["01KB3Q6W5N8Y2C4D6E8F0G1H2N"]


def test_the_first_failure_is_where_the_stream_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    event = load_event("relay/outbox")
    real = queues.send

    def broken(url: str, message: dict[str, str]) -> None:
        if message["kind"] == "PAYMENT_COMMAND":
            raise ConnectionError
        real(url, message)

    monkeypatch.setattr(queues, "send", broken)
    failed: dict[str, Any] = relay.lambda_handler(event, LambdaContext())

    assert failed == {"batchItemFailures": [{"itemIdentifier": event["Records"][3]["dynamodb"]["SequenceNumber"]}]}


def test_a_mail_that_does_not_exist_is_nothing_to_send() -> None:
    assert mailer.lambda_handler(load_event("mailer/registration"), LambdaContext()) == {"batchItemFailures": []}


def test_a_message_that_fails_comes_back_alone() -> None:
    good = load_event("mailer/registration")["Records"][0]
    bad = good | {"messageId": "2", "body": json.dumps({"table": "not-ours", "pk": "MAIL#1", "kind": "MAIL"})}
    garbled = good | {"messageId": "3", "body": "{"}
    answer = mailer.lambda_handler({"Records": [bad, good, garbled]}, LambdaContext())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}, {"itemIdentifier": "3"}]}
