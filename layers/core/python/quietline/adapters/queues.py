"""SQS: hand a message over."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quietline.adapters.aws import client

HELD_SECONDS = 900
"""How long a dead letter that was read is hidden from others, if whoever reads breaks off."""
WAIT_SECONDS = 2
"""A question that waits asks all of the queue's servers; one that does not may miss messages that are there."""
EMPTY_ANSWERS = 2
"""So many in a row end the reading: at most so many waits more than there is to read."""


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
        return [json.loads(text) for text, _ in dead_letters(self.dead_letters_url)]

    def revive(self) -> list[dict[str, Any]]:
        """Put every dead letter back onto the queue and return them; one may come twice when this is interrupted."""
        moved = []
        for text, delete in dead_letters(self.dead_letters_url):
            client("sqs").send_message(QueueUrl=self.url, MessageBody=text)
            delete()
            moved.append(json.loads(text))
        return moved


@dataclass(frozen=True)
class FailedExecutions:
    """The queue into which state machines put what failed: `complaints.redrive.Failures`."""

    url: str

    def each(self, machine: str, work: Callable[[str, str], None]) -> int:
        """Do `work(pk, execution)` for every failure of a machine and return how many; one is forgotten after it."""
        count = 0
        for text, delete in dead_letters(self.url):
            failure = json.loads(text)
            if failure["machine"] == machine:
                work(failure["pk"], failure["execution"])
                delete()
                count += 1
        return count


def dead_letters(url: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the text of each message that nobody reads just now, and what deletes it; the others are seen again after.

    Those that are not deleted are held for as long as the reading takes, at most `HELD_SECONDS` after they were read.
    """
    sqs, kept, empty = client("sqs"), {}, 0
    try:
        while empty < EMPTY_ANSWERS:
            answer = sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=HELD_SECONDS, WaitTimeSeconds=WAIT_SECONDS
            )
            fresh = {one["MessageId"]: one for one in answer.get("Messages", []) if one["MessageId"] not in kept}
            empty = 0 if fresh else empty + 1
            for key, one in fresh.items():
                kept[key] = handle = one["ReceiptHandle"]

                def delete(key: str = key, handle: str = handle) -> None:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
                    del kept[key]

                yield one["Body"], delete
    finally:
        for handle in kept.values():
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
