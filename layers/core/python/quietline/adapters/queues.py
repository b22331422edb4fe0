"""SQS: hand a message over."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quietline.adapters.aws import client

HELD_SECONDS = 20
"""How long a dead letter that was read is hidden from others."""


def send(queue_url: str, message: Mapping[str, Any], delay_seconds: int = 0) -> None:
    """Put one message, as JSON, onto the queue; it is seen after `delay_seconds` (at most 900)."""
    body = json.dumps(message, separators=(",", ":"))
    client("sqs").send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=delay_seconds)


@dataclass(frozen=True)
class RedrivenQueue:
    """A queue and its dead letters, for an operator: `payments.replay.PaymentsQueue`."""

    url: str
    dead_letters_url: str

    def send(self, message: Mapping[str, Any]) -> None:
        """Put one message onto the queue."""
        send(self.url, message)

    def dead(self) -> list[dict[str, Any]]:
        """Return the dead letters, which stay where they are; those that somebody reads just now are left out."""
        return [json.loads(text) for text, _ in self._received()]

    def revive(self) -> list[dict[str, Any]]:
        """Put every dead letter back onto the queue and return them; one may come twice when this is interrupted."""
        moved = []
        for text, handle in self._received():
            client("sqs").send_message(QueueUrl=self.url, MessageBody=text)
            client("sqs").delete_message(QueueUrl=self.dead_letters_url, ReceiptHandle=handle)
            moved.append(json.loads(text))
        return moved

    def _received(self) -> Iterator[tuple[str, str]]:
        return _each(self.dead_letters_url)


@dataclass(frozen=True)
class FailedExecutions:
    """The queue into which state machines put what failed: `complaints.redrive.Failures`."""

    url: str

    def each(self, machine: str, work: Callable[[str, str], None]) -> int:
        """Do `work(pk, execution)` for every failure of a machine and return how many; one is forgotten after it."""
        count = 0
        for text, handle in _each(self.url):
            failure = json.loads(text)
            if failure["machine"] == machine:
                work(failure["pk"], failure["execution"])
                client("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=handle)
                count += 1
        return count


def _each(url: str) -> Iterator[tuple[str, str]]:
    """Yield text and handle of each message; those not deleted are seen again after `HELD_SECONDS`."""
    seen: set[str] = set()
    while True:
        answer = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=HELD_SECONDS)
        fresh = [one for one in answer.get("Messages", []) if one["MessageId"] not in seen]
        if not fresh:
            return
        for one in fresh:
            seen.add(one["MessageId"])
            yield one["Body"], one["ReceiptHandle"]
