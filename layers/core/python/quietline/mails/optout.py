"""People who want no mails but those that they ask for: one click in a mail, by RFC 8058 or by a page's button."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from quietline.kernel.clock import Clock
from quietline.kernel.ids import new_ulid
from quietline.mails import links
from quietline.mails.links import OPT_OUT, LinkSigner

OPTIONAL = frozenset({"line-quarantined", "line-reassigned", "complaint-update", "complaint-decided"})
"""Texts to consumers that nobody asked for at that moment; all others answer something that was just done."""
KEEP_LINK = timedelta(days=90)
"""How long an opt-out link works; the law asks for 30 days (CAN-SPAM, 16 CFR 316 and 15 U.S.C. 7704(a)(3))."""


class OptOuts(Protocol):
    """Mailboxes that opted out, and the links by which they may; known by keyed hashes alone."""

    def is_out(self, email_hash: str) -> bool:
        """Return whether a mailbox opted out."""
        ...

    def offer(self, link_id: str, email_hash: str, until: datetime) -> None:
        """Keep which mailbox a link is of; it may be forgotten from `until` on."""
        ...

    def offered_to(self, link_id: str) -> str | None:
        """Return the hash of a link's mailbox, or None."""
        ...

    def note(self, email_hash: str, at: datetime, *, out: bool) -> None:
        """Keep that a mailbox is out, or in again; twice the same changes nothing."""
        ...


@dataclass(frozen=True)
class OptOutService:
    """Opting out and in again, by a mailed token that says nothing to others."""

    opt_outs: OptOuts
    links: LinkSigner
    clock: Clock

    def token_for(self, email_hash: str) -> str:
        """Return the token of a new link for a mailbox."""
        now = self.clock.now()
        link_id = new_ulid(now)
        self.opt_outs.offer(link_id, email_hash, now + KEEP_LINK)
        return self.links.token(OPT_OUT, link_id, email_hash)

    def change(self, token: str, *, out: bool) -> None:
        """Opt the token's mailbox out, or in again. It may be done again and again: mail programs repeat a click.

        Raises:
            LinkError: `forged` (also when the link is too old to be known).
        """
        link_id = links.record_id_of(token)
        email_hash = self.opt_outs.offered_to(link_id)
        if email_hash is None or not self.links.is_genuine(token, OPT_OUT, link_id, email_hash):
            raise links.refused("forged")
        self.opt_outs.note(email_hash, self.clock.now(), out=out)
