"""Signatures of outbound webhooks, in two common forms.

`Quietline-Signature: t=<unix>,v1=<hex>[,v1=<hex>]`: HMAC-SHA256 over `<unix>.<raw body>`, keyed with the whole secret
text, as Stripe does. `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,<base64> …` are Standard Webhooks':
HMAC-SHA256 over `<id>.<unix>.<raw body>`, keyed with the bytes whose base64 follows `whsec_`. While a secret is being
rotated both carry a signature of each.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from quietline.webhooks.model import SECRET_PREFIX

SECRET_BYTES = 32


def new_secret() -> str:
    """Return a random secret of 256 bits."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(body: bytes, event_id: str, stamp: int, keys: Sequence[str]) -> dict[str, str]:
    """Return the headers that sign a body.

    Args:
        body: the bytes that are sent.
        event_id: the same at every attempt.
        stamp: now, in seconds since 1970.
        keys: the secrets that hold, newest first.
    """
    ours = [hmac.new(key.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest() for key in keys]
    prefix = f"{event_id}.{stamp}.".encode()
    standard = [
        base64.b64encode(hmac.digest(base64.b64decode(key.removeprefix(SECRET_PREFIX)), prefix + body, "sha256"))
        for key in keys
    ]
    return {
        "Quietline-Signature": ",".join([f"t={stamp}", *(f"v1={mac}" for mac in ours)]),
        "webhook-id": event_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": " ".join(f"v1,{mac.decode()}" for mac in standard),
    }
