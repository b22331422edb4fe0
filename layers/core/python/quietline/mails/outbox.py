"""An outbox item: the wish to send one mail, stored in the transaction that gives the reason for it.

The item never holds a token or an address in the clear; a link's token is derived at sending (`mails.links`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from quietline.kernel.clock import to_text

KEEP_DAYS = 30

type Channel = Literal["mail", "sms", "call"]
type Template = Literal[
    "confirm-registration",
    "registration-confirmed",
    "numbers-verified",
    "own-numbers-verified",
    "confirm-removal",
    "removal-not-possible",
    "numbers-removed",
    "removal-undone",
    "confirm-move",
    "nothing-to-move",
    "confirm-new-mailbox",
    "mailbox-left",
    "mailbox-moved",
    "line-code",
    "register-code",
    "complaint-received",
    "complaint-update",
    "complaint-decided",
    "confirm-stop",
    "stop-confirmed",
    "stop-acknowledged",
    "stop-withdrawn",
    "stop-requested",
    "accusation",
    "accusation-reminder",
    "accusation-resumed",
    "accusation-cleared",
    "accusation-decided",
    "order-paid",
    "order-stopped",
    "invoice-ready",
    "credit-granted",
    "credit-withdrawn",
    "list-published",
    "line-quarantined",
    "line-reassigned",
    "list-aging",
    "list-expiring",
    "term-ends",
    "certification-due",
    "certification-overdue",
    "webhook-disabled",
    "second-factor-reset",
    "invitation",
    "agent-authorized",
    "agent-withdrawn",
]


def outbox_item(
    *,
    template: Template,
    language: str,
    to_ciphertext: str,
    facts: dict[str, str],
    now: datetime,
    link: dict[str, str] | None = None,
    rows: Sequence[dict[str, str]] = (),
    channel: Channel = "mail",
) -> dict[str, Any]:
    """Return the item's attributes (without its key).

    Args:
        template: which text; `mails/texts/<language>.toml` has one table for each.
        language: one of the profile's languages.
        to_ciphertext: the address as `MailboxCipher.encrypt` gave it.
        facts: what the text's `{placeholders}` take; never a token, a full number or an address.
        now: when it is asked for; the item is kept 30 days.
        link: `{"purpose", "id", "nonce"}` of the link to derive at sending time, where the text has one.
        rows: what `{rows}` lists: facts, and under `text` which of the text's `rows` takes them.
        channel: `sms` or `call` where `to_ciphertext` is a number and the text a code that proves the line.
    """
    return {
        "template": template,
        "language": language,
        "to_ciphertext": to_ciphertext,
        "facts": dict(facts),
        "link": dict(link) if link else None,
        **({"rows": [dict(row) for row in rows]} if rows else {}),
        **({"channel": channel} if channel != "mail" else {}),
        "state": "waiting",
        "created_at": to_text(now),
        "ttl": int((now + timedelta(days=KEEP_DAYS)).timestamp()),
    }
