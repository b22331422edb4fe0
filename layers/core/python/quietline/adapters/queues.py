"""SQS: hand a message over."""

import json

from quietline.adapters.aws import client


def send(queue_url: str, message: dict[str, str]) -> None:
    """Put one message, as JSON, onto the queue."""
    client("sqs").send_message(QueueUrl=queue_url, MessageBody=json.dumps(message, separators=(",", ":")))
