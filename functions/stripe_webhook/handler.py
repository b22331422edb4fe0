"""`POST /v1/webhooks/stripe`: verify over the raw bytes, store once, acknowledge."""

from base64 import b64decode
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline.bootstrap import event_inbox
from quietline.http.app import handle, make_app
from quietline.http.auth import Rule, route
from quietline.http.problems import documented
from quietline.kernel.settings.sellers import StripeWebhookSettings
from quietline.payments.service import EventInbox

logger = Logger(service="stripe_webhook")
app = make_app(validates=False)  # the body is the payment server's, read after its signature; nothing else comes in

RECEIVED = {
    "type": "object",
    "required": ["received", "duplicate"],
    "properties": {
        "received": {"type": "boolean"},
        "duplicate": {"type": "boolean", "description": "Whether the event came before."},
    },
}
"""The acknowledgement."""


@cache
def inbox() -> EventInbox:
    """Return the use case, built at the first call."""
    return event_inbox(StripeWebhookSettings.from_environment())


@route(
    app,
    "POST",
    "/v1/webhooks/stripe",
    Rule.SIGNED,
    summary="Take an event of the payment server",
    description="Signed as Stripe signs (`Stripe-Signature`), at most five minutes off; stored once by its id.",
    tags=["Webhooks"],
    operation_id="receivePaymentEvent",
    responses=documented(200, "Stored, now or before.", RECEIVED, 400, 413),
)
def receive() -> dict[str, bool]:
    """Store the event."""
    event = app.current_event
    raw = event.raw_event.get("body") or ""
    body = b64decode(raw) if event.is_base64_encoded else raw.encode("utf-8", "surrogatepass")
    header = next((value for name, value in event.headers.items() if name.lower() == "stripe-signature"), "")
    return {"received": True, "duplicate": not inbox().receive(body, header)}


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer API Gateway."""
    return handle(app, event, context)
