"""Send one outbox mail, at most once as far as its state tells."""

from dataclasses import dataclass
from typing import Any

from quietline.kernel.clock import Clock, to_text
from quietline.kernel.errors import ConfigurationError
from quietline.mails.links import (
    ACCEPT_INVITATION,
    CERTIFICATE,
    CONFIRM_REGISTRATION,
    REMOVE_NUMBERS,
    UNDO_REMOVAL,
    LinkSigner,
)
from quietline.mails.ports import MailboxCipher, MailSender, Outbox
from quietline.mails.render import render
from quietline.profiles.profile import Profile

PAGES = {
    CONFIRM_REGISTRATION: "/forms/confirm?lang={language}&token={token}",
    CERTIFICATE: "/forms/certificate?lang={language}&token={token}",
    REMOVE_NUMBERS: "/forms/remove/confirm?lang={language}&token={token}",
    UNDO_REMOVAL: "/forms/remove/undo?lang={language}&token={token}",
    ACCEPT_INVITATION: "/portal/invitation?lang={language}&token={token}",
}
"""Where a link of each purpose leads: a page whose button POSTs the token (mail scanners follow GETs)."""


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
    """

    outbox: Outbox
    cipher: MailboxCipher
    links: LinkSigner
    sender: MailSender
    profile: Profile
    site: str
    clock: Clock

    def deliver(self, table: str, mail_id: str) -> bool:
        """Send the mail if it still waits; return whether it was sent now.

        A crash between the sending and the note that it was sent makes a second mail, never none.

        Raises:
            ConfigurationError: the text or the link's purpose is not known.
        """
        item = self.outbox.get(table, mail_id)
        if item is None or item["state"] != "waiting":
            return False
        language = str(item["language"])
        mail = render(
            str(item["template"]),
            language,
            {name: str(value) for name, value in item["facts"].items()},
            profile=self.profile,
            site=self.site,
            link=self._link(item.get("link"), language),
            rows=item.get("rows", ()),
        )
        self.sender.send(self.cipher.decrypt(str(item["to_ciphertext"])), mail.subject, mail.text, mail.html)
        self.outbox.mark_sent(table, mail_id, to_text(self.clock.now()))
        return True

    def _link(self, link: dict[str, Any] | None, language: str) -> str:
        if not link:
            return ""
        purpose = str(link["purpose"])
        if purpose not in PAGES:
            raise ConfigurationError(f"No page takes links of the purpose {purpose!r}.")
        token = self.links.token(purpose, str(link["id"]), str(link["nonce"]))
        return self.site + PAGES[purpose].format(language=language, token=token)
