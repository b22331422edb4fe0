"""Stripe's webhook signature: `Stripe-Signature: t=<unix time>,v1=<hex HMAC-SHA256 of "t.body">,v1=…`.

Written with the standard library, so that the webhook function needs no payment SDK.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from quietline.kernel.errors import SignatureError

TOLERANCE_SECONDS = 300
MAX_HEADER = 2000


def verify(body: bytes, header: str, secrets: Iterable[str], now: datetime) -> None:
    """Check that one of our secrets signed these bytes within five minutes of now, before or after.

    Args:
        body: the request's raw bytes; never a text that was parsed and written again.
        header: `Stripe-Signature`; may hold several `v1` while Stripe rolls a secret.
        secrets: every secret that holds now; several while we roll one.
        now: aware instant.

    Raises:
        SignatureError: the header is missing or garbled, no signature fits, or its time is too far off.
    """
    stamp, signatures = _parse(header)
    signed = str(stamp).encode() + b"." + body
    good = False
    for secret in secrets:
        expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        for signature in signatures:
            # no early exit: the time taken tells nothing of which secret or signature fits
            good |= hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass"))
    if not good:
        raise SignatureError("The signature is not valid.")
    if abs(now.timestamp() - stamp) > TOLERANCE_SECONDS:
        raise SignatureError("The signature's time is too far from now.")


def _parse(header: str) -> tuple[int, list[str]]:
    stamp = None
    signatures: list[str] = []
    for part in header[:MAX_HEADER].split(","):
        name, _, value = part.strip().partition("=")
        if name == "t" and value.isascii() and value.isdigit() and len(value) <= 12:
            stamp = int(value)
        elif name == "v1":
            signatures.append(value)
    if stamp is None or not signatures:
        raise SignatureError("The signature is missing or cannot be read.")
    return stamp, signatures
