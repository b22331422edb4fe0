"""API Gateway → the public routes."""

from typing import Any

from quietline.http.app import handle

from functions.public_api.app import app, settings

# the route modules declare their routes on `app`
from functions.public_api.routes import (  # noqa: F401
    areas,
    batches,
    complaint_changes,
    complaints,
    evidence,
    lists,
    mailboxes,
    registrations,
    self_service,
    sellers,
    waiting,
)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    return handle(app, event, context, settings().idempotency_table)
