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
    line_removals,
    lists,
    mailboxes,
    registrations,
    self_service,
    sellers,
    waiting,
)

NEVER_KEPT = ("/certificates", "/link")
"""How paths end whose answers hold whole numbers or links that give access: none is kept for a repeat."""


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    table = "" if event.get("rawPath", "").endswith(NEVER_KEPT) else settings().idempotency_table
    return handle(app, event, context, table)
