"""What a browser's form sends, and what a page says of it."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from quietline.kernel.errors import FieldError

MAX_BODY = 64 * 1024
MAX_FIELDS = 60
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Of every page that is made on demand."""


def upload_policy(storage: str) -> dict[str, str]:
    """Return the header of a page whose form may post a file to the storage's URL, too.

    It takes the place of the site's own policy (infra/stacks/web.py), which lets forms go to the site alone.
    """
    policy = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        f"form-action 'self' {storage}; frame-ancestors 'none'"
    )
    return {"content-security-policy": policy}


class BadBodyError(Exception):
    """The body cannot be read; `status` is 400 or 413."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True)
class Wrong:
    """One message of the error summary: `field` is the id of the input that it links to."""

    field: str
    message: str


def pairs_of(event: Mapping[str, Any], max_body: int = MAX_BODY, max_fields: int = MAX_FIELDS) -> list[tuple[str, str]]:
    """Return the fields of a form body (`application/x-www-form-urlencoded`, UTF-8) as sent, repeated ones too.

    Raises:
        BadBodyError: 413 over `max_body` bytes or with more than `max_fields`, 400 when not UTF-8.
    """
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadBodyError(400) from error
    if len(raw) > max_body:
        raise BadBodyError(413)
    try:
        pairs = parse_qsl(
            raw.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=max_fields
        )
    except UnicodeDecodeError as error:
        raise BadBodyError(400) from error
    except ValueError as error:
        raise BadBodyError(413) from error
    return [(name, value.replace("\x00", "")) for name, value in pairs]


def field_of(error: FieldError) -> str:
    """Return the page's field that an error belongs to; of a nested one `/contact/email` it is `contact-email`."""
    return error.pointer.strip("/").replace("/", "-")


def messages(errors: Sequence[FieldError], sentences: Mapping[str, str]) -> list[Wrong]:
    """Return errors in the page's language; a code without a translation keeps its own sentence."""
    return [Wrong(field_of(error), sentences.get(error.code, error.detail)) for error in errors]


def first_of(shown: Sequence[Wrong]) -> dict[str, str]:
    """Return each wrong field's first message."""
    first: dict[str, str] = {}
    for wrong in shown:
        first.setdefault(wrong.field, wrong.message)
    return first
