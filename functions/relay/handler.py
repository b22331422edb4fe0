"""Streams of the tables → queues and state machines; see the table in docs/architecture.md.

A message may arrive twice (streams repeat after a failure): consumers look at the item's state, and an execution is
named by the record's id, so that it starts once.
"""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline.adapters import queues, stepfunctions
from quietline.kernel.errors import log_fields
from quietline.kernel.settings.shared import RelaySettings

logger = Logger()

QUEUES = {
    "MAIL": "mail_queue_url",
    "ORDER": "payments_queue_url",
    "PAYMENT_COMMAND": "payments_queue_url",
    "PAYMENT_EVENT": "payments_queue_url",
    "PUBLISHED": "notices_queue_url",
    "STOP_TOLD": "notices_queue_url",
    "CLOSING": "notices_queue_url",
    "WEBHOOK_DELIVERY": "webhooks_queue_url",
    "EVIDENCE_REMOVED": "evidence_queue_url",
}
MACHINES = {
    "COMPLAINT": "screen_machine_arn",
    "SCREENING": "screen_machine_arn",
    "CASE": "investigate_machine_arn",
    "INVESTIGATION": "investigate_machine_arn",
}


@cache
def settings() -> RelaySettings:
    """Return the settings, read at the first call."""
    return RelaySettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Forward a batch in order; at the first failure name its record, from which the stream is read again."""
    for record in event["Records"]:
        try:
            kind = forward(record)
        except Exception as error:
            sequence = record["dynamodb"]["SequenceNumber"]
            logger.error("not_forwarded", sequence=sequence, **log_fields(error))  # noqa: TRY400  (a message could name somebody)
            return {"batchItemFailures": [{"itemIdentifier": sequence}]}
        if kind:
            logger.info("forwarded", kind=kind)
    return {"batchItemFailures": []}


def forward(record: dict[str, Any]) -> str:
    """Forward one stream record; return its kind, or nothing when no side effect follows from it."""
    if record["eventName"] != "INSERT":
        return ""
    key = record["dynamodb"]["Keys"]
    pk = str(key["pk"]["S"])
    kind, _, identifier = pk.partition("#")
    if key.get("sk", {}).get("S") != "META":
        return ""
    message = {"table": record["eventSourceARN"].split(":table/")[1].split("/")[0], "pk": pk, "kind": kind}
    if kind in QUEUES:
        queues.send(getattr(settings(), QUEUES[kind]), message)
    elif kind in MACHINES:
        stepfunctions.start_once(getattr(settings(), MACHINES[kind]), identifier, message)
    else:
        return ""
    return kind
