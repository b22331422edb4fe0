"""Identifiers: ULIDs for records (sort by time), short codes for people."""

import hashlib
import secrets
from datetime import datetime

SANDBOX = "SANDBOX-"
WRONG_LIST = "A sandbox organization works with the sandbox's list, and only with that."
REFERENCE_PREFIX = "QL"
"""Of complaints' references."""
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_ulid(now: datetime) -> str:
    """Return a ULID: 26 characters, 48 bits of milliseconds and 80 random bits, in Crockford's base 32."""
    return _ulid(now, secrets.randbits(80))


def stable_ulid(at: datetime, *parts: str) -> str:
    """Return the ULID that an instant and texts always have: what is asked for again is found, not made twice."""
    return _ulid(at, int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:10]))


def _ulid(at: datetime, low: int) -> str:
    value = (int(at.timestamp() * 1000) << 80) | low
    return "".join(CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))


def sandbox_id(ulid: str) -> str:
    """Return the id of a sandbox organization: whoever has the id knows where it belongs, and nothing can change it."""
    return f"{SANDBOX}{ulid}"


def is_sandbox(organization_id: str) -> bool:
    """Whether an organization belongs to the sandbox and must never meet the list."""
    return organization_id.startswith(SANDBOX)


def new_code(length: int = 8) -> str:
    """Return random characters that people can read aloud (no I, L, O, U); 5 bits each."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))


def normalise_code(text: str) -> str:
    """Return a code as we wrote it: upper case, without spaces and dashes, I and L read as 1, O as 0."""
    return text.strip().upper().replace("-", "").replace(" ", "").translate(str.maketrans("ILO", "110"))


def read_reference(text: str) -> str:
    """Return a reference as it is kept, of one typed with other case, spaces or no dashes.

    >>> read_reference("ql 7k3m q9tz")
    'QL-7K3M-Q9TZ'
    """
    # the prefix has an L, which `normalise_code` reads as 1
    squeezed = "".join(character for character in text[:40].upper() if character.isalnum())
    code = normalise_code(squeezed.removeprefix(REFERENCE_PREFIX))
    return f"{REFERENCE_PREFIX}-{code[:4]}-{code[4:]}"
