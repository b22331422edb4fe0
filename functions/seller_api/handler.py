"""The sellers' API behind API Gateway."""

from typing import Any

from aws_lambda_powertools import Logger
from quietline.http.app import MAX_BODY_BYTES, handle

from functions.seller_api.routes import (
    accusations,
    agents,
    caller_numbers,
    certifications,
    clients,
    downloads,
    entitlements,
    invitations,
    lookups,
    members,
    money,
    notices,
    orders,
    organizations,
    quotes,
    stop_requests,
    usage,
    washes,
    webhooks,
)
from functions.seller_api.wiring import app, settings

__all__ = [
    "accusations",
    "agents",
    "app",
    "caller_numbers",
    "certifications",
    "clients",
    "downloads",
    "entitlements",
    "invitations",
    "lambda_handler",
    "lookups",
    "members",
    "money",
    "notices",
    "orders",
    "organizations",
    "quotes",
    "stop_requests",
    "usage",
    "washes",
    "webhooks",
]

NEVER_KEPT = (
    "/v1/clients",
    "/v1/invitations",
    "/v1/downloads",
    "/v1/lookups",
    "/v1/washes",
    "/v1/calendars",
    "/v1/webhooks/endpoints",
    "/rotation",
    "/secret",
)
"""How paths end whose answers hold secrets, links that give access, addresses or numbers: none is kept for a repeat."""

LARGE_BODIES = {"/v1/lookups": 1024 * 1024}
"""Bytes that a body may have where the usual limit is too low: thousands of numbers."""

logger = Logger(service="seller_api")


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer API Gateway."""
    path = event.get("rawPath", "")
    table = "" if path.endswith(NEVER_KEPT) else settings().idempotency_table
    return handle(app, event, context, table, LARGE_BODIES.get(path, MAX_BODY_BYTES))
