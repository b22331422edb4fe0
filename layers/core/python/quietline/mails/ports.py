"""What the mails need from outside."""

from collections.abc import Mapping
from typing import Any, Protocol


class MailboxCipher(Protocol):
    """Encrypts e-mail addresses, so that tables, backups and streams hold none in the clear."""

    def encrypt(self, address: str) -> str:
        """Return the address encrypted, as text; twice the same address gives two texts."""
        ...

    def decrypt(self, ciphertext: str) -> str:
        """Return the address."""
        ...


class MailSender(Protocol):
    """Sends one mail."""

    def send(self, to: str, subject: str, text: str, html: str, headers: Mapping[str, str]) -> None:
        """Hand the mail over, with more headers; an error means that it may be tried again."""
        ...


class UnreachableLineError(Exception):
    """The line takes no texts, and trying again changes nothing; the message never names the line."""


class LineSender(Protocol):
    """Tells a text to a telephone line."""

    def tell(self, channel: str, number: str, text: str, language: str) -> None:
        """Send the text by `sms`, or speak it by `call`; any other error means that it may be tried again.

        Raises:
            UnreachableLineError: the line's owner wants no texts, or the line lies where none are sent.
        """
        ...


class Outbox(Protocol):
    """The waiting mails."""

    def get(self, table: str, mail_id: str) -> dict[str, Any] | None:
        """Return the outbox item (see `mails.outbox`), or None."""
        ...

    def mark_sent(self, table: str, mail_id: str, at: str) -> None:
        """Note that the mail has been sent at that instant; a second note changes nothing."""
        ...

    def mark_unwanted(self, table: str, mail_id: str, at: str) -> None:
        """Note that nobody wants it any more (opted out, unreachable, or a code that has ended); it is never sent."""
        ...
