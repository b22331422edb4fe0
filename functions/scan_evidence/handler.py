"""Queue of uploads (S3 by way of EventBridge) → scanned evidence. What keeps failing ends in the dead-letter queue."""

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.evidence.model import Uploaded
from quietline.kernel.errors import log_fields
from quietline.kernel.settings.cases import ScanEvidenceSettings

logger = Logger()


@cache
def settings() -> ScanEvidenceSettings:
    """Return the settings, read at the first call."""
    return ScanEvidenceSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Scan what was uploaded; return the messages that failed."""
    failures = []
    for record in event["Records"]:
        stored = json.loads(record["body"])["detail"]["object"]
        uploaded = Uploaded(stored["key"], stored["etag"], int(stored["size"]))
        try:
            outcome = bootstrap.evidence_scan(settings()).run(uploaded)
            logger.info("scanned", upload=uploaded.key, bytes=uploaded.size, outcome=outcome)
        except Exception as error:
            received = record.get("attributes", {}).get("ApproximateReceiveCount", "1")
            logger.error("not_scanned", upload=uploaded.key, received=received, **log_fields(error))  # noqa: TRY400
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
