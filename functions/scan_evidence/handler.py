"""Queue of uploads (S3 by way of EventBridge) → scanned evidence; of removals (outbox) → deleted files.

What keeps failing ends in the dead-letter queue.
"""

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.evidence.model import Owner, Uploaded
from quietline.kernel.errors import log_fields
from quietline.kernel.settings.cases import ScanEvidenceSettings

logger = Logger()
REMOVED = "EVIDENCE_REMOVED"
"""`kind` of the relay's message about a removal."""


@cache
def settings() -> ScanEvidenceSettings:
    """Return the settings, read at the first call."""
    return ScanEvidenceSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Scan what was uploaded, delete what was removed; return the messages that failed."""
    failures = []
    for record in event["Records"]:
        message = json.loads(record["body"])
        try:
            if message.get("kind") == REMOVED:
                erase(message["pk"])
            else:
                scan(message["detail"]["object"])
        except Exception as error:
            received = record.get("attributes", {}).get("ApproximateReceiveCount", "1")
            what = message.get("pk") or message["detail"]["object"]["key"]
            logger.error("not_done", what=what, received=received, **log_fields(error))  # noqa: TRY400
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def scan(stored: dict[str, Any]) -> None:
    """Scan an upload."""
    uploaded = Uploaded(stored["key"], stored["etag"], int(stored["size"]))
    outcome = bootstrap.evidence_scan(settings()).run(uploaded)
    logger.info("scanned", upload=uploaded.key, bytes=uploaded.size, outcome=outcome)


def erase(pk: str) -> None:
    """Delete the files of removed evidence; `pk` is `EVIDENCE_REMOVED#<owner>#<id>`."""
    owner, _, evidence_id = pk.removeprefix(f"{REMOVED}#").rpartition("#")
    bootstrap.evidence_scan(settings()).erase(Owner(owner), evidence_id)
    logger.info("erased", owner=owner, evidence=evidence_id)
