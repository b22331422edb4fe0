"""API Gateway → the carriers' routes."""

from typing import Any

from aws_lambda_powertools import Logger
from quietline.http.app import handle

from functions.carrier_api.routes import callers, disconnections, tracebacks  # noqa: F401  (they declare their routes)
from functions.carrier_api.wiring import app, settings

logger = Logger(service="carrier_api")


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    return handle(app, event, context, settings().idempotency_table)
