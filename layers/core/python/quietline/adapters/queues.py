"""SQS: hand a message over."""

import json
from collections.abc import Mapping

from quietline.adapters.aws import client


def send(queue_url: str, message: Mapping[str, str | int], delay_seconds: int = 0) -> None:
    """Put one message, as JSON, onto the queue; it is seen after `delay_seconds` (at most 900)."""
    body = json.dumps(message, separators=(",", ":"))
    client("sqs").send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=delay_seconds)
