"""The cookies: who this browser is, what a started sign-in or enrolment needs for its next page, and an invitation.

`__Host-` binds them to this host and to TLS (browsers take 127.0.0.1 for secure), and no other host can plant them.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

SESSION = "__Host-quietline"
STEP = "__Host-quietline-step"
INVITATION = "__Host-quietline-invitation"
ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax"
"""Lax: whoever comes from a mail or from the payment server's page is still signed in; forms have their token."""
STEP_SECONDS = 600
INVITATION_SECONDS = 3600
MAX_COOKIE = 4096


def read(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the request's cookies; API Gateway hands them on as a list."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    found = event.get("cookies") or str(headers.get("cookie", "")).split(";")
    pairs = (one.partition("=") for one in found)
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def session(session_id: str) -> str:
    """Return the header that gives the browser its id; it lasts as long as the browser is open."""
    return f"{SESSION}={session_id}; {ATTRIBUTES}"


def step(values: Mapping[str, str]) -> str:
    """Return the header that keeps values for the next page, in the browser and nowhere else.

    Raises:
        ValueError: they are too long for a cookie.
    """
    text = base64.urlsafe_b64encode(json.dumps(dict(values), separators=(",", ":")).encode()).decode()
    header = f"{STEP}={text}; Max-Age={STEP_SECONDS}; {ATTRIBUTES}"
    if len(header) > MAX_COOKIE:
        raise ValueError("A step's values are too long for a cookie.")
    return header


def invitation(token: str) -> str:
    """Return the header that keeps an invitation's token while somebody signs up or in."""
    return f"{INVITATION}={token}; Max-Age={INVITATION_SECONDS}; {ATTRIBUTES}"


def no_invitation() -> str:
    """Return the header that forgets it."""
    return f"{INVITATION}=; Max-Age=0; {ATTRIBUTES}"


def no_step() -> str:
    """Return the header that forgets the step."""
    return f"{STEP}=; Max-Age=0; {ATTRIBUTES}"


def step_of(cookies: Mapping[str, str]) -> dict[str, str]:
    """Return what `step` kept; nothing when it is gone or not readable."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cookies.get(STEP, "").encode()))
    except (ValueError, binascii.Error):
        return {}
    return {str(name): str(value) for name, value in values.items()} if isinstance(values, dict) else {}
