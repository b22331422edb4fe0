"""Queue of uploads (S3 by way of EventBridge) → washed call lists. What keeps failing ends in the dead-letter queue."""

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.errors import log_fields
from quietline.kernel.ids import is_sandbox
from quietline.kernel.settings.lists import WashSettings
from quietline.washes.model import Uploaded, parse_upload_key
from quietline.washes.worker import Run

logger = Logger()


@cache
def settings() -> WashSettings:
    """Return the settings, read at the first call."""
    return WashSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Wash what was uploaded; return the messages that failed."""
    failures = []
    for record in event["Records"]:
        message = json.loads(record["body"])
        stored = message["detail"]["object"]
        uploaded = Uploaded(stored["key"], stored["etag"], int(stored["size"]))
        received = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
        run = Run(received >= settings().max_receives, lambda: context.get_remaining_time_in_millis() / 1000)
        try:
            sandbox = is_sandbox(parse_upload_key(uploaded.key)[0])
            outcome = bootstrap.wash_worker(settings(), sandbox=sandbox).run(uploaded, run)
            logger.info("washed", upload=uploaded.key, bytes=uploaded.size, outcome=outcome)
        except Exception as error:
            logger.error("not_washed", upload=uploaded.key, received=received, **log_fields(error))  # noqa: TRY400
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
