"""Send one outbox mail, at most once as far as its state tells."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from quietline.kernel.clock import Clock, from_text, to_text
from quietline.kernel.errors import ConfigurationError
from quietline.mails.address import address_hash
from quietline.mails.links import (
    ACCEPT_INVITATION,
    CERTIFICATE,
    CONFIRM_REGISTRATION,
    CONFIRM_STOP,
    MOVE_FROM,
    MOVE_TO,
    OPEN_COMPLAINT,
    OPT_OUT,
    REMOVE_NUMBERS,
    UNDO_REMOVAL,
    WITHDRAW_STOP,
    LinkSigner,
)
from quietline.mails.optout import OPTIONAL, OptOutService
from quietline.mails.ports import LineSender, MailboxCipher, MailSender, Outbox, UnreachableLineError
from quietline.mails.render import render, spoken
from quietline.profiles.profile import Profile

PAGES = {
    CONFIRM_REGISTRATION: "/forms/confirm?lang={language}&token={token}",
    CERTIFICATE: "/forms/certificate?lang={language}&token={token}",
    OPT_OUT: "/forms/unsubscribe?lang={language}&token={token}",
    MOVE_FROM: "/forms/move/release?lang={language}&token={token}",
    MOVE_TO: "/forms/move/finish?lang={language}&token={token}",
    REMOVE_NUMBERS: "/forms/remove/confirm?lang={language}&token={token}",
    UNDO_REMOVAL: "/forms/remove/undo?lang={language}&token={token}",
    OPEN_COMPLAINT: "/forms/complaint/open?lang={language}&token={token}",
    CONFIRM_STOP: "/forms/stop/confirm?lang={language}&token={token}",
    WITHDRAW_STOP: "/forms/stop/withdraw?lang={language}&token={token}",
    ACCEPT_INVITATION: "/portal/invitation?lang={language}&token={token}",
}
"""Where a link of each purpose leads: a page whose button POSTs the token (mail scanners follow GETs)."""
ONE_CLICK = "List-Unsubscribe=One-Click"
"""What a mail program POSTs to the opt-out's address (RFC 8058, 3.1)."""


@dataclass(frozen=True)
class MailService:
    """Sends the outbox's mails.

    Attributes:
        outbox: the waiting mails.
        cipher: decrypts the address.
        links: derives tokens.
        sender: sends.
        profile: title and time zone.
        site: address of the hosted pages.
        clock: the time.
        lines: tells codes to telephone lines.
        opt_outs: who wants no mails but those asked for.
        secret: the app secret, for the address's keyed hash.
    """

    outbox: Outbox
    cipher: MailboxCipher
    links: LinkSigner
    sender: MailSender
    profile: Profile
    site: str
    clock: Clock
    opt_outs: OptOutService
    lines: LineSender
    secret: bytes = field(repr=False)

    def deliver(self, table: str, mail_id: str) -> bool:
        """Send the mail if it still waits; return whether it was sent now.

        A mail that nobody asked for is not sent to a mailbox that opted out, and offers others to opt out (RFC 8058).
        A code is told only while it works, and not again to a line that takes none; nobody is told of either.
        A crash between the sending and the note that it was sent makes a second mail, never none.

        Raises:
            ConfigurationError: the text or the link's purpose is not known.
        """
        item = self.outbox.get(table, mail_id)
        if item is None or item["state"] != "waiting":
            return False
        if "channel" in item:
            told = self._tell(item)
            note = self.outbox.mark_sent if told else self.outbox.mark_unwanted
            note(table, mail_id, to_text(self.clock.now()))
            return told
        language, template = str(item["language"]), str(item["template"])
        address = self.cipher.decrypt(str(item["to_ciphertext"]))
        opt_out = ""
        if template in OPTIONAL:
            email_hash = address_hash(address, self.secret)
            if self.opt_outs.opt_outs.is_out(email_hash):
                self.outbox.mark_unwanted(table, mail_id, to_text(self.clock.now()))
                return False
            opt_out = self._page(OPT_OUT, self.opt_outs.token_for(email_hash), language)
        mail = render(
            template,
            language,
            {name: str(value) for name, value in item["facts"].items()},
            profile=self.profile,
            site=self.site,
            link=self._link(item.get("link"), language),
            rows=item.get("rows", ()),
            opt_out=opt_out,
        )
        headers = {"List-Unsubscribe": f"<{opt_out}>", "List-Unsubscribe-Post": ONE_CLICK} if opt_out else {}
        self.sender.send(address, mail.subject, mail.text, mail.html, headers)
        self.outbox.mark_sent(table, mail_id, to_text(self.clock.now()))
        return True

    def _tell(self, item: dict[str, Any]) -> bool:
        """Tell a code to its line; return whether it was told."""
        ends = from_text(item["created_at"]) + timedelta(minutes=int(item["facts"]["minutes"]))
        if self.clock.now() >= ends:
            return False
        channel, language, link = str(item["channel"]), str(item["language"]), item["link"]
        code = self.links.code(str(link["id"]), str(link["nonce"]))
        said = code if channel == "sms" else ", ".join(code)  # a voice reads digits, and no number of six
        text = spoken(str(item["template"]), language, {**item["facts"], "code": said}, profile=self.profile)
        try:
            self.lines.tell(channel, self.cipher.decrypt(str(item["to_ciphertext"])), text, language)
        except UnreachableLineError:
            return False
        return True

    def _link(self, link: dict[str, Any] | None, language: str) -> str:
        if not link:
            return ""
        purpose = str(link["purpose"])
        if purpose not in PAGES:
            raise ConfigurationError(f"No page takes links of the purpose {purpose!r}.")
        return self._page(purpose, self.links.token(purpose, str(link["id"]), str(link["nonce"])), language)

    def _page(self, purpose: str, token: str, language: str) -> str:
        return self.site + PAGES[purpose].format(language=language, token=token)
