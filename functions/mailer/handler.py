"""Mail queue → SES. A mail that fails is tried again alone; then the dead-letter queue has it."""

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.errors import log_fields
from quietline.kernel.settings.shared import MailerSettings

logger = Logger()


@cache
def settings() -> MailerSettings:
    """Return the settings, read at the first call."""
    return MailerSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Send a batch; return the messages that failed."""
    failures = []
    for record in event["Records"]:
        try:
            message = json.loads(record["body"])
            sent = bootstrap.mails(settings()).deliver(message["table"], message["pk"].removeprefix("MAIL#"))
            logger.info("delivered" if sent else "nothing_to_send", mail=message["pk"])
        except Exception as error:
            # the type is enough: SES names the address in its messages
            logger.error("not_delivered", message_id=record["messageId"], **log_fields(error))  # noqa: TRY400
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
