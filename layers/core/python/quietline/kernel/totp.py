"""Time-based one-time passwords as authenticator apps make them; for the local cloud's sample users and for tests.

Nothing of the registry checks such codes itself: the identity provider does.
"""

import base64
import hmac
import struct

STEP_SECONDS = 30
DIGITS = 6


def totp(secret: str, now: float) -> str:
    """Return the code of a base 32 secret at an instant in seconds since 1970 (RFC 6238: SHA-1, 6 digits, 30 seconds).

    >>> totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59)
    '287082'
    """
    key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    mac = hmac.digest(key, struct.pack(">Q", int(now) // STEP_SECONDS), "sha1")
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}d}"
