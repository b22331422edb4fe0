"""Notices queue → mails and webhook deliveries: a published list, a stop request, or the day's reminders."""

import json
from datetime import date
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.errors import log_fields
from quietline.kernel.settings.sellers import NotifySettings

logger = Logger(service="notify")


@cache
def settings() -> NotifySettings:
    """Return the settings, read at the first call."""
    return NotifySettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do what each message asks for; a message whose work is not whole comes again."""
    failures = []
    for record in event["Records"]:
        try:
            handle(json.loads(record["body"]))
        except Exception as error:
            cause = log_fields(error.__cause__) if error.__cause__ else {}
            logger.error("not_notified", message_id=record["messageId"], cause=cause, **log_fields(error))  # noqa: TRY400
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def handle(message: dict[str, Any]) -> None:
    """Tell a seller of a stop request, clear away what a closed organization had open, or tell of a published list.

    The relay's messages ask for these; after a list the day's reminders follow, for which alone the schedule asks.
    """
    if message["kind"] == "STOP_TOLD":
        feed = bootstrap.stop_feed(settings().sellers_table, settings().profile)
        logger.info("told_of_stop_request", count=feed.tell(message["pk"].removeprefix("STOP_TOLD#")))
        return
    if message["kind"] == "CLOSING":
        organization_id = message["pk"].removeprefix("CLOSING#")
        logger.info("cleared", count=bootstrap.clearing(settings()).clear(organization_id))
        return
    notifier = bootstrap.notifier(settings())
    if message["kind"] == "PUBLISHED":
        day = date.fromisoformat(message["pk"].removeprefix("PUBLISHED#"))
        logger.info("told_of_list", date=day.isoformat(), count=notifier.published(day))
    logger.info("reminded", count=notifier.daily())
    if message["kind"] == "DAILY":
        logger.info("reminded_of_renewal", count=bootstrap.renewal_reminders(settings()).daily())
