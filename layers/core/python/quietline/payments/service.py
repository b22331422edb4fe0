"""The webhook's use case: verify, store once, done; a queue does the rest."""

import json
from dataclasses import dataclass
from datetime import datetime

from quietline.kernel.clock import Clock
from quietline.kernel.errors import InvalidInputError
from quietline.payments.model import PaymentEvent
from quietline.payments.ports import Events, WebhookSecrets
from quietline.payments.signature import verify

MAX_ID = 255


@dataclass(frozen=True)
class EventInbox:
    """Takes the payment server's events."""

    events: Events
    secrets: WebhookSecrets
    clock: Clock

    def receive(self, body: bytes, header: str) -> bool:
        """Store a signed event once.

        Returns:
            True when it is new, False when it came before.

        Raises:
            SignatureError: the signature is wrong or stale.
            InvalidInputError: the signed body is no event.
        """
        now = self.clock.now()
        verify(body, header, self.secrets(), now)
        return self.events.add(_read(body, now))


def _read(body: bytes, now: datetime) -> PaymentEvent:
    try:
        raw = body.decode("utf-8")
        event = json.loads(raw)
        found = PaymentEvent(event["id"], event["type"], event["data"]["object"].get("id") or "", raw, now)
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError("The body is not an event.") from error
    texts = (found.id, found.type, found.object_id)
    if not all(isinstance(text, str) and len(text) <= MAX_ID for text in texts) or not found.id or not found.type:
        raise InvalidInputError("The body is not an event.")
    return found
