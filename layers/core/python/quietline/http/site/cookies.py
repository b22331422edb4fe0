"""The cookies: who this browser is, and what a started sign-in or enrolment needs for its next page.

`__Host-` binds them to this host and to TLS (browsers take 127.0.0.1 for secure), and no other host can plant them.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax"
"""Lax: whoever comes from a mail or from the payment server's page is still signed in; forms have their token."""
STEP_SECONDS = 600
MAX_COOKIE = 4096


def read(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the request's cookies; API Gateway hands them on as a list."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    found = event.get("cookies") or str(headers.get("cookie", "")).split(";")
    pairs = (one.partition("=") for one in found)
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def header(name: str, value: str, seconds: int | None = None) -> str:
    """Return the header that sets a cookie; without `seconds` it lasts as long as the browser is open."""
    age = "" if seconds is None else f"Max-Age={seconds}; "
    return f"{name}={value}; {age}{ATTRIBUTES}"


@dataclass(frozen=True)
class Cookies:
    """The two cookies of one set of pages; `session_name` begins with `__Host-`."""

    session_name: str

    @property
    def step_name(self) -> str:
        """Name of the cookie that keeps a step."""
        return f"{self.session_name}-step"

    def session(self, session_id: str) -> str:
        """Return the header that gives the browser its id; it lasts as long as the browser is open."""
        return header(self.session_name, session_id)

    def step(self, values: Mapping[str, str]) -> str:
        """Return the header that keeps values for the next page, in the browser and nowhere else.

        Raises:
            ValueError: they are too long for a cookie.
        """
        text = base64.urlsafe_b64encode(json.dumps(dict(values), separators=(",", ":")).encode()).decode()
        made = header(self.step_name, text, STEP_SECONDS)
        if len(made) > MAX_COOKIE:
            raise ValueError("A step's values are too long for a cookie.")
        return made

    def no_step(self) -> str:
        """Return the header that forgets the step."""
        return header(self.step_name, "", 0)

    def step_of(self, cookies: Mapping[str, str]) -> dict[str, str]:
        """Return what `step` kept; nothing when it is gone or not readable."""
        try:
            values = json.loads(base64.urlsafe_b64decode(cookies.get(self.step_name, "").encode()))
        except (ValueError, binascii.Error):
            return {}
        return {str(name): str(value) for name, value in values.items()} if isinstance(values, dict) else {}
