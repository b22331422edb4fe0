"""From where a request came, for the record of an act such as a certification; never for a decision."""

from collections.abc import Mapping
from typing import Any

LENGTH = 200
"""Of each so many characters are kept."""


def origin_of(event: Mapping[str, Any]) -> tuple[str, str]:
    """Return the network address and the program (User-Agent) of an API Gateway event (payload 2.0).

    Behind CloudFront API Gateway itself sees an edge's address; `X-Forwarded-For` has those it came by, of which the
    caller can invent the first ones, so the whole chain is kept.
    """
    http = event.get("requestContext", {}).get("http", {})
    headers = {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    chain = headers.get("x-forwarded-for") or str(http.get("sourceIp") or "")
    return chain[-LENGTH:], str(http.get("userAgent") or "")[:LENGTH]
