"""While the payment server does not answer, messages wait in their queue; none is lost or becomes a dead letter."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from quietline.adapters import queues
from quietline.adapters.aws import client
from quietline.kernel.errors import UnavailableError
from quietline.kernel.settings.functions import PaymentWorkerSettings
from quietline.orders.billing import Outcome

from functions.payment_worker import handler as worker
from tests.helpers import LambdaContext


@dataclass
class Server:
    """A use case whose payment server is down until `up`."""

    up: bool = False
    carried_out: list[str] = field(default_factory=list)

    def invoice(self, order_id: str) -> Outcome:
        if not self.up:
            raise UnavailableError("The payment server does not answer; nothing was lost.")
        self.carried_out.append(order_id)
        return Outcome.INVOICED


@dataclass
class Queue:
    """The payments queue; `sent` are messages with the pause after which each is seen."""

    server: Server
    sent: list[tuple[dict[str, Any], int]]

    def deliver(self, *messages: dict[str, Any], left: int = 170_000) -> dict[str, Any]:
        records = [{"messageId": str(index), "body": json.dumps(each)} for index, each in enumerate(messages)]
        context = LambdaContext()
        context.get_remaining_time_in_millis = lambda: left  # type: ignore[method-assign]
        return worker.lambda_handler({"Records": records}, context)


@pytest.fixture
def queue(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Queue:
    cloud.use(PaymentWorkerSettings)
    server, sent = Server(), []
    real = queues.send

    def send(url: str, message: dict[str, Any], delay_seconds: int = 0) -> None:
        sent.append((dict(message), delay_seconds))
        real(url, message, delay_seconds)

    monkeypatch.setattr(worker, "worker", lambda: server)
    monkeypatch.setattr(queues, "send", send)
    return Queue(server, sent)


ORDER = {"pk": "ORDER#01A", "kind": "ORDER", "table": "quietline-sellers"}


def test_an_outage_of_hours_sends_nothing_to_the_dead_letters(queue: Queue) -> None:
    message: dict[str, Any] = ORDER
    for _ in range(40):
        assert queue.deliver(message) == {"batchItemFailures": []}
        message, _ = queue.sent[-1]

    pauses = [pause for _, pause in queue.sent]
    assert sum(pauses) > 6 * 3600
    assert pauses[0] <= 30
    assert max(pauses) <= 900  # as long as SQS delays
    assert message == ORDER | {"waits": 40}

    queue.server.up = True
    queue.deliver(message)
    assert queue.server.carried_out == ["01A"]
    assert len(queue.sent) == 40


def test_pauses_grow_and_differ_from_message_to_message(queue: Queue) -> None:
    for waits in (0, 3):
        queue.deliver(*[ORDER | {"waits": waits}] * 10)

    early, late = ({pause for _, pause in queue.sent[start : start + 10]} for start in (0, 10))
    assert max(early) < min(late)
    assert len(early) > 1
    assert len(late) > 1


def test_what_is_put_off_lies_in_the_queue_and_is_counted(
    queue: Queue, cloud: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.use(PaymentWorkerSettings, retry_seconds="0")
    worker.settings.cache_clear()

    queue.deliver(ORDER)

    found = client("sqs").receive_message(QueueUrl=cloud.payments_queue_url)["Messages"]
    assert [json.loads(each["Body"]) for each in found] == [ORDER | {"waits": 1}]
    assert '"PaymentsPutOff"' in capsys.readouterr().out


def test_a_message_that_cannot_be_put_off_fails_alone(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the queue takes nothing")

    monkeypatch.setattr(queues, "send", refuse)

    assert queue.deliver(ORDER) == {"batchItemFailures": [{"itemIdentifier": "0"}]}


def test_what_there_is_no_time_for_waits_without_being_counted(queue: Queue) -> None:
    queue.server.up = True

    assert queue.deliver(ORDER, left=30_000) == {"batchItemFailures": []}

    assert queue.server.carried_out == []
    assert queue.sent == [(ORDER, 0)]
