"""API Gateway → the investigators' routes."""

from typing import Any

from quietline.http.app import handle

from functions.case_api.routes import (  # noqa: F401  (they declare their routes on `app`)
    cases,
    desk,
    investigations,
    people,
)
from functions.case_api.wiring import app, settings


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    return handle(app, event, context, settings().idempotency_table)
