"""Move all registrations of one mailbox to another: first the old mailbox agrees, then the new one."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from quietline.kernel.clock import to_text
from quietline.kernel.errors import FieldError, InvalidInputError, UnavailableError
from quietline.mails import links
from quietline.mails.address import parse_address
from quietline.mails.links import MOVE_FROM, MOVE_TO
from quietline.registrations.model import Registration
from quietline.registrations.ports import ChangedMeanwhileError
from quietline.registrations.requests import ATTEMPTS, BUSY, Letter, MailedRequest, RequestDesk
from quietline.registrations.typed import wrong_language

MOST = 90
"""Registrations that move together: one transaction holds a hundred writes. Of more, the rest moves the next time."""


class MailboxRegistrations(Protocol):
    """The registrations of a mailbox."""

    def of_mailbox(self, email_hash: str, limit: int) -> Sequence[Registration]:
        """Return registrations that the mailbox confirmed; one confirmed a moment ago may be missing."""
        ...


@dataclass(frozen=True)
class MoveService:
    """The use cases of a move."""

    desk: RequestDesk
    registrations: MailboxRegistrations

    def ask(self, email: str, new_email: str, language: str) -> None:
        """Mail the old address a link that lets its registrations go; the answer here is the same for every address.

        Raises:
            InvalidInputError: with every wrong field: `/email`, `/new_email`, `/language`.
            UnavailableError: too many transactions met; nothing was stored.
        """
        old, new = self._checked(email, new_email, language)
        owned = self.registrations.of_mailbox(self.desk.hash_of(old), 1)
        letter = Letter("confirm-move", purpose=MOVE_FROM) if owned else Letter("nothing-to-move")
        self.desk.post("move", (), old, language, letter, new_address=new)

    def release(self, token: str) -> None:
        """Use the old mailbox's link: mail the new address the link that finishes the move.

        Raises:
            LinkError: `forged`, `request_used` or `request_expired`.
            UnavailableError: somebody kept writing.
        """
        for _ in range(ATTEMPTS):
            request = self.desk.waiting(token, "move", MOVE_FROM)
            facts = {"expires_at": to_text(request.expires_at)}
            letter = Letter("confirm-new-mailbox", facts, (), MOVE_TO, request.to_ciphertext)
            try:
                self.desk.requests.change(
                    request, replace(request, state="released"), (), self.desk.clock.now(), letter
                )
            except ChangedMeanwhileError:
                continue
            return
        raise UnavailableError(BUSY)

    def finish(self, token: str) -> int:
        """Use the new mailbox's link: every registration of the old mailbox is the new one's; return how many.

        Links to certificates that the old mailbox got end.

        Raises:
            LinkError: `forged`, `request_used` or `request_expired`.
            UnavailableError: somebody kept writing; nothing was moved, the link still works.
        """
        for _ in range(ATTEMPTS):
            request = self._released(token)
            found = self.registrations.of_mailbox(request.email_hash, MOST)
            moved = [(one, self._moved(one, request)) for one in found]
            now = self.desk.clock.now()
            letters = (Letter("mailbox-left"), Letter("mailbox-moved", to_ciphertext=request.to_ciphertext))
            try:
                self.desk.requests.move(request, replace(request, state="done", done_at=now), moved, now, letters)
            except ChangedMeanwhileError:
                continue
            return len(moved)
        raise UnavailableError(BUSY)

    def _released(self, token: str) -> MailedRequest:
        request = self.desk.opened(token, "move", MOVE_TO)
        if request.state == "waiting":
            raise links.refused("forged")  # this link was never mailed
        if request.state != "released":
            raise links.refused("request_used")
        if self.desk.clock.now() >= request.expires_at:
            raise links.refused("request_expired")
        return request

    def _moved(self, registration: Registration, request: MailedRequest) -> Registration:
        return replace(
            registration,
            email_ciphertext=request.to_ciphertext,
            email_hash=request.to_hash,
            nonce=secrets.token_urlsafe(16),
        )

    def _checked(self, email: str, new_email: str, language: str) -> tuple[str, str]:
        wrong, found = wrong_language(language, self.desk.profile), []
        for text, pointer in ((email, "/email"), (new_email, "/new_email")):
            try:
                found.append(parse_address(text, pointer))
            except InvalidInputError as error:
                wrong.extend(error.fields)
        if len(found) == 2 and self.desk.hash_of(found[0]) == self.desk.hash_of(found[1]):
            wrong.append(FieldError("/new_email", "The new address is the old one.", "email_same"))
        if wrong:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
        return found[0], found[1]
