"""Webhooks queue → customers' endpoints.

A message is the relay's (`{"pk", …}`: a new delivery) or our own (`{"pk", "attempt"}`: so many attempts were made).
"""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.errors import log_fields
from quietline.kernel.settings.sellers import WebhookSenderSettings

logger = Logger(service="webhook_sender")
BATCH = 10
"""Messages of one batch, side by side: one slow receiver holds up nobody else."""


@cache
def settings() -> WebhookSenderSettings:
    """Return the settings, read at the first call."""
    return WebhookSenderSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Make an attempt for each message; what fails on our side comes again."""
    bootstrap.webhook_delivery(settings())  # before the threads, which would each make their own
    with ThreadPoolExecutor(BATCH) as pool:
        failed = [message_id for message_id in pool.map(attempt, event["Records"]) if message_id]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def attempt(record: dict[str, Any]) -> str:
    """Make one attempt; return the message's id when it must come again."""
    try:
        message = json.loads(record["body"])
        delivery_id = str(message["pk"]).removeprefix("WEBHOOK_DELIVERY#")
        made = bootstrap.webhook_delivery(settings()).deliver(delivery_id, int(message.get("attempt", 0)))
    except Exception as error:
        # a receiver's address may hold a credential: the type says enough
        logger.error("not_attempted", message_id=record["messageId"], **log_fields(error))  # noqa: TRY400
        return str(record["messageId"])
    if made is not None:
        last = made.attempts[-1] if made.attempts else None
        logger.info(
            "webhook",
            delivery=made.id,
            endpoint=made.endpoint_id,
            state=made.state.value,
            attempts=made.attempt_count,
            status=last.status if last else None,
            failure=str(last.failure) if last else None,
        )
    return ""
