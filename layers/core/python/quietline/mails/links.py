"""Links in mails: tokens derived from the app secret, never stored.

A token is `<record id>.<base64url of the first 24 bytes of HMAC-SHA256(key, purpose|id|nonce)>`. The record's random
nonce makes it unguessable even to one who knows ids, the record's state makes it single-use, the purpose keeps a token
for one thing from working for another.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

from quietline.kernel.errors import LinkError

SIGNATURE_BYTES = 24
CODE_DIGITS = 6
CONFIRM_REGISTRATION = "confirm-registration"
CERTIFICATE = "certificate"
OPT_OUT = "opt-out"
LINE_PROOF = "line-proof"
"""Of no mail: the token that the browser keeps which asked for a code."""
REGISTER_LINE = "register-line"
"""Of no link: the code that proves a line while its number is registered."""
MOVE_FROM = "move-from-mailbox"
MOVE_TO = "move-to-mailbox"
WAITING_REGISTRATION = "waiting-registration"
"""Of no mail: the token that the browser keeps which registered."""
ACCEPT_INVITATION = "accept-invitation"
REMOVE_NUMBERS = "remove-numbers"
UNDO_REMOVAL = "undo-removal"
OPEN_COMPLAINT = "open-complaint"
CONFIRM_STOP = "confirm-stop"
WITHDRAW_STOP = "withdraw-stop"
SENTENCES = {
    "forged": "This link is not complete or not ours. Use the whole link from the mail, or ask for a new one.",
    "used": "This link was used before: the numbers are already registered. There is nothing more to do.",
    "expired": "This link is too old. Register again and use the new link.",
    "request_used": "This link was used before, or another one did the same. There is nothing more to do.",
    "request_expired": "This link is too old. Ask for a new one.",
    "code_ended": "This code was used, is too old, or was mistyped too often. Ask for a new one.",
    "not_registered": "None of these numbers is registered any more.",
}
_TOKEN = re.compile(r"([0-9A-Z]{26})\.([A-Za-z0-9_-]{32})", re.ASCII)


@dataclass(frozen=True)
class LinkSigner:
    """Derives and checks tokens.

    Attributes:
        secret: the deployment's app secret; a key for links alone is derived from it.
    """

    secret: bytes = field(repr=False)

    def token(self, purpose: str, record_id: str, nonce: str) -> str:
        """Return the token of a record's link."""
        key = hmac.digest(self.secret, b"quietline/link", hashlib.sha256)
        digest = hmac.digest(key, f"{purpose}|{record_id}|{nonce}".encode(), hashlib.sha256)
        return f"{record_id}.{base64.urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode().rstrip('=')}"

    def code(self, record_id: str, nonce: str) -> str:
        """Return the code that proves a line: six digits, derived as tokens are and never stored."""
        key = hmac.digest(self.secret, b"quietline/line-code", hashlib.sha256)
        digest = hmac.digest(key, f"{record_id}|{nonce}".encode(), hashlib.sha256)
        return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"

    def is_genuine(self, token: str, purpose: str, record_id: str, nonce: str) -> bool:
        """Return whether the token is the record's, in constant time."""
        return hmac.compare_digest(token.encode(), self.token(purpose, record_id, nonce).encode())


def record_id_of(token: str) -> str:
    """Return the record that a token names; whether the token is genuine shows only with the record's nonce.

    Raises:
        LinkError: the text is no token.
    """
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise refused("forged")
    return match.group(1)


def refused(reason: str) -> LinkError:
    """Return the error for a reason of `SENTENCES`, with its sentence."""
    return LinkError(SENTENCES[reason], reason)
