"""A webhook event as it came."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PaymentEvent:
    """An event of the payment server: `raw` is the body as it was signed, `object_id` what it is about."""

    id: str
    type: str
    object_id: str
    raw: str
    received_at: datetime
