"""What tests share besides fixtures: events, a Lambda context, days of lists, the search for personal data."""

import json
import re
import uuid
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from quietline.kernel.clock import from_text, to_text
from quietline.profiles.profile import Profile, load_profile

EVENTS = Path(__file__).parents[1] / "events"
BEGAN = load_profile("us").local_date(datetime.now(UTC))
DAY = BEGAN - timedelta(days=2)
"""The registry's day of which most tests publish a list: two before the one on which this process began."""


def load_event(name: str) -> dict[str, Any]:
    """Return an event file of `events/`, e.g. `public_api/register`."""
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


class LambdaContext:
    """What Powertools reads of Lambda's context."""

    function_name = "test"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:test"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def http_event(
    method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **authorizer: str
) -> dict[str, Any]:
    """Return an HTTP API event (payload 2.0); `body` other than text is sent as JSON."""
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    path, _, query = path.partition("?")
    return {
        "version": "2.0",
        "routeKey": f"ANY {path}",
        "rawPath": path,
        "rawQueryString": query,
        **({"queryStringParameters": dict(parse_qsl(query))} if query else {}),
        "headers": {"content-type": "application/json"} | (headers or {}),
        "requestContext": {
            "requestId": uuid.uuid4().hex,
            "stage": "$default",
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1", "userAgent": "test", "protocol": "HTTP"},
            **({"authorizer": {"lambda": authorizer}} if authorizer else {}),
        },
        **({"body": text} if text is not None else {}),
        "isBase64Encoded": False,
    }


class Tripwire:
    """Collects personal data that a test uses and looks for it in everything that was printed or logged."""

    def __init__(self) -> None:
        self.secrets: set[str] = {"alex@example.com"}
        self.numbers: set[str] = set()
        self.lines: list[str] = []

    def watch(self, *texts: str) -> None:
        """Watch texts (addresses, tokens) and numbers in E.164."""
        for text in texts:
            (self.numbers if re.fullmatch(r"\+\d{6,15}", text) else self.secrets).add(text)

    def found_in(self, output: str) -> list[str]:
        """Return what leaked: kinds, never the values' whole text."""
        digits = re.sub(r"[\s().+\-]", "", output)
        leaks = [f"text of {len(secret)} characters" for secret in self.secrets if secret.lower() in output.lower()]
        leaks += [f"number ending {number[-2:]}" for number in self.numbers if number[-10:].lstrip("+") in digits]
        # the range set aside for fiction: any full test number, watched or not
        leaks += re.findall(r"(?<!\d)1?\d{3}55501\d\d(?!\d)", digits)
        return leaks


def days_ago(days: float) -> datetime:
    """Return an instant that belongs to the day `DAY` where it is two days ago, whatever the hour is and becomes.

    It is noon, for the registry's midnight may come while tests run and some of its days have no 24 hours; and it is
    now where noon is still to come.
    """
    noon = datetime.combine(BEGAN, time(12), load_profile("us").zone) - timedelta(days=days)
    return from_text(to_text(min(noon.astimezone(UTC), datetime.now(UTC))))


def serve_only(patch: pytest.MonkeyPatch, *areas: str) -> None:
    """Let use cases built from now on serve these areas alone: a list of three hundred takes seconds on moto."""
    whole = load_profile("us")
    few = Profile.model_validate(whole.model_dump(by_alias=True) | {"areas": {"Somewhere": areas}})
    patch.setattr("quietline.profiles.profile.load_profile", lambda _name: few)
