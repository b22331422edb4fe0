"""E-mail addresses: what is taken, and the keyed hash that finds one again."""

import hashlib
import hmac
import re

from quietline.kernel.errors import FieldError, InvalidInputError

MAX_LENGTH = 254  # RFC 5321 4.5.3.1: a path of 256 octets with its angle brackets
MAX_LOCAL = 64  # RFC 5321 4.5.3.1.1
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
SENTENCES = {
    "email_missing": "Enter an e-mail address.",
    "email_too_long": "This e-mail address is too long.",
    "email_no_domain": "The e-mail address needs a domain after the @, for example name@example.com.",
    "email_not_valid": "This is not an e-mail address. It looks like name@example.com.",
}


def parse_address(text: str, pointer: str = "/email") -> str:
    """Return the address with its domain in lower case (an international domain in its ASCII form).

    Whether the mailbox exists is shown only by the mail that is answered.

    Raises:
        InvalidInputError: with one `FieldError` at `pointer`: `email_missing`, `email_too_long`, `email_no_domain` or
            `email_not_valid`.
    """
    text = text.strip()
    if not text:
        raise _refused("email_missing", pointer)
    if len(text) > MAX_LENGTH:
        raise _refused("email_too_long", pointer)
    local, at, domain = text.rpartition("@")
    if not at or not domain:
        raise _refused("email_no_domain" if text.endswith("@") or "@" not in text else "email_not_valid", pointer)
    try:
        ascii_domain = domain.lower().encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _refused("email_not_valid", pointer) from error
    labels = ascii_domain.split(".")
    if len(labels) < 2:
        raise _refused("email_no_domain", pointer)
    wrong_domain = any(not _LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit()
    if wrong_domain or len(local) > MAX_LOCAL or not _LOCAL.fullmatch(local):
        raise _refused("email_not_valid", pointer)
    address = f"{local}@{ascii_domain}"
    if len(address) > MAX_LENGTH:
        raise _refused("email_too_long", pointer)
    return address


def address_hash(address: str, secret: bytes) -> str:
    """Return the keyed hash of an address, the same for every spelling of its letters' case; 64 hex digits."""
    key = hmac.digest(secret, b"quietline/address", hashlib.sha256)
    return hmac.new(key, address.lower().encode(), hashlib.sha256).hexdigest()


def _refused(code: str, pointer: str) -> InvalidInputError:
    return InvalidInputError(SENTENCES[code], (FieldError(pointer, SENTENCES[code], code),))
