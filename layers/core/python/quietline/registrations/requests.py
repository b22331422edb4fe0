"""What consumers ask for by mail about numbers: the request, its store, and the desk that takes every kind of it.

Whoever asks is a stranger until the mail is answered. So the answer on the screen and the work behind it are the same
whatever is true of the numbers; what is true stands in the mail, and a mailbox gets only so many a day.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from quietline.kernel.clock import Clock, to_text
from quietline.kernel.errors import UnavailableError
from quietline.kernel.ids import new_ulid
from quietline.kernel.phone import PhoneNumber
from quietline.mails import links
from quietline.mails.address import address_hash
from quietline.mails.links import LinkSigner
from quietline.mails.outbox import Template
from quietline.mails.ports import MailboxCipher
from quietline.profiles.profile import Profile
from quietline.registrations.model import REGISTERED_BY, NumberRecord, Registration
from quietline.registrations.ports import ChangedMeanwhileError, LimitReachedError

ATTEMPTS = 5
BUSY = "Too many changes at the same moment. Please try again."

type Kind = Literal["verification", "removal", "move"]
type State = Literal["waiting", "released", "done", "undone"]


@dataclass(frozen=True)
class MailedRequest:
    """Something that was asked for by mail.

    Attributes:
        id: ULID.
        kind: what was asked for.
        numbers: what it is about; of a removal the numbers that its link removes.
        email_ciphertext: the mailbox that asked, encrypted.
        email_hash: its keyed hash.
        language: of the mails.
        nonce: random part of the links' tokens.
        created_at: when it was asked for.
        expires_at: from this instant on its link is refused.
        state: `waiting` for its link, `done`, or `undone` again; of a move `released` by the old mailbox in between.
        done_at: when the link was used.
        to_ciphertext: of a move the new address, encrypted …
        to_hash: … and its keyed hash.
    """

    id: str
    kind: Kind
    numbers: tuple[PhoneNumber, ...]
    email_ciphertext: str
    email_hash: str
    language: str
    nonce: str
    created_at: datetime
    expires_at: datetime
    state: State = "waiting"
    done_at: datetime | None = None
    to_ciphertext: str = ""
    to_hash: str = ""


@dataclass(frozen=True)
class Letter:
    """A mail to ask for: its text, facts, rows, and the purpose of its link where it has one.

    It goes to the mailbox that asked, or to that of `to_ciphertext`.
    """

    template: Template
    facts: dict[str, str] = field(default_factory=dict)
    rows: tuple[dict[str, str], ...] = ()
    purpose: str = ""
    to_ciphertext: str = ""


class RegistrationReader(Protocol):
    """Registrations by id."""

    def get(self, registration_id: str) -> Registration | None:
        """Return the registration with a strongly consistent read, or None."""
        ...


class RequestReader(Protocol):
    """Mailed requests by id."""

    def get(self, request_id: str) -> MailedRequest | None:
        """Return the request with a strongly consistent read, or None."""
        ...


class RequestStore(RequestReader, Protocol):
    """Mailed requests, and the transactions of their life."""

    def add(self, request: MailedRequest, letter: Letter, day: date, limit: int) -> None:
        """Store a request, its mail and the count of the mailbox's mails on `day`: all or nothing.

        Raises:
            LimitReachedError: the mailbox already had `limit` mails that day.
            ChangedMeanwhileError: two transactions met; try again.
        """
        ...

    def move(
        self,
        request: MailedRequest,
        after: MailedRequest,
        registrations: Sequence[tuple[Registration, Registration]],
        at: datetime,
        letters: Sequence[Letter],
    ) -> None:
        """Write a request's next state and the registrations' mailbox, and ask for the mails: all or nothing.

        Args:
            request: as it was read.
            after: as it shall be.
            registrations: each as it was read and as it shall be; only address, hash and nonce differ.
            at: the instant of all of it.
            letters: each to its mailbox.

        Raises:
            ChangedMeanwhileError: the request's state or a registration's mailbox changed; nothing was written.
        """
        ...

    def change(
        self,
        request: MailedRequest,
        after: MailedRequest,
        records: Sequence[tuple[NumberRecord, NumberRecord]],
        at: datetime,
        letter: Letter,
    ) -> None:
        """Write a request's next state and the numbers' records, and ask for the mail: all or nothing.

        Args:
            request: as it was read.
            after: as it shall be.
            records: every number's record as it was read and as it shall be.
            at: the instant of all of it.
            letter: goes to the request's mailbox.

        Raises:
            ChangedMeanwhileError: the request's state or a number's record changed; nothing was written.
        """
        ...


@dataclass(frozen=True)
class RequestDesk:
    """Takes requests, and checks their links.

    Attributes:
        requests: where they are kept.
        cipher: encrypts the address.
        links: derives the links' tokens.
        secret: the app secret, for the address's keyed hash.
        profile: limits and windows.
        clock: the time.
    """

    requests: RequestStore
    cipher: MailboxCipher
    links: LinkSigner
    secret: bytes = field(repr=False)
    profile: Profile
    clock: Clock

    def hash_of(self, address: str) -> str:
        """Return the keyed hash that finds an address again."""
        return address_hash(address, self.secret)

    def post(
        self,
        kind: Kind,
        numbers: Sequence[PhoneNumber],
        address: str,
        language: str,
        letter: Letter,
        *,
        new_address: str = "",
    ) -> None:
        """Keep a request and ask for its mail; a mailbox that had its mails of the day gets none, and nobody is told.

        The fact `expires_at` is added to the letter where it has a link.

        Raises:
            UnavailableError: too many transactions met; nothing was stored.
        """
        ciphertext = self.cipher.encrypt(address)
        to_ciphertext = self.cipher.encrypt(new_address) if new_address else ""
        for _ in range(ATTEMPTS):
            now = self.clock.now()
            request = MailedRequest(
                id=new_ulid(now),
                kind=kind,
                numbers=tuple(numbers),
                email_ciphertext=ciphertext,
                email_hash=self.hash_of(address),
                language=language,
                nonce=secrets.token_urlsafe(16),
                created_at=now,
                expires_at=now + timedelta(hours=self.profile.registration.link_hours),
                to_ciphertext=to_ciphertext,
                to_hash=self.hash_of(new_address) if new_address else "",
            )
            facts = letter.facts | ({"expires_at": to_text(request.expires_at)} if letter.purpose else {})
            asked = Letter(letter.template, facts, letter.rows, letter.purpose)
            limit = self.profile.registration.mails_per_address_per_day
            try:
                self.requests.add(request, asked, self.profile.local_date(now), limit)
            except LimitReachedError:
                return
            except ChangedMeanwhileError:
                continue
            return
        raise UnavailableError(BUSY)

    def opened(self, token: str, kind: Kind, purpose: str) -> MailedRequest:
        """Return the request that a link's token is of; in which state it is, is the caller's question.

        Raises:
            LinkError: `forged`.
        """
        request = self.requests.get(links.record_id_of(token))
        if (
            request is None
            or request.kind != kind
            or not self.links.is_genuine(token, purpose, request.id, request.nonce)
        ):
            raise links.refused("forged")
        return request

    def waiting(self, token: str, kind: Kind, purpose: str) -> MailedRequest:
        """Return the request of a link that was not used yet and still works.

        Raises:
            LinkError: `forged`, `request_used` or `request_expired`.
        """
        request = self.opened(token, kind, purpose)
        if request.state != "waiting":
            raise links.refused("request_used")
        if self.clock.now() >= request.expires_at:
            raise links.refused("request_expired")
        return request


def registration_of(record: NumberRecord | None, registrations: RegistrationReader) -> Registration | None:
    """Return the registration that began a number's present listing; the work is the same when there is none."""
    begun_by = record.begun_by if record else ""
    return registrations.get(begun_by.removeprefix(REGISTERED_BY) or "none")
