"""Codes told to telephone lines: what a code is, its store, and the desk that tells one and takes it back.

A number gets only so many codes a day, whatever they are for. One that had them gets none, and nobody is told.
"""

import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from quietline.kernel.clock import Clock
from quietline.kernel.errors import FieldError, InvalidInputError, UnavailableError
from quietline.kernel.ids import new_ulid
from quietline.kernel.phone import PhoneNumber
from quietline.mails import links
from quietline.mails.links import LinkSigner
from quietline.mails.ports import MailboxCipher
from quietline.profiles.profile import LineCodes, Profile
from quietline.registrations.model import NumberRecord
from quietline.registrations.ports import ChangedMeanwhileError, LimitReachedError
from quietline.registrations.requests import ATTEMPTS, BUSY

type Channel = Literal["sms", "call"]
type Use = Literal["removal", "registration"]


@dataclass(frozen=True)
class LineProof:
    """A code that was told to a line, and what it was used for.

    Attributes:
        id: ULID.
        number: the line.
        channel: by what it is told.
        language: of the text.
        nonce: random part of code and token.
        created_at: when it was asked for.
        expires_at: from this instant on the code is refused.
        tries: how often a code was entered.
        state: `waiting` for the code, `done` (it was entered), or `undone` again (a removal that was taken back).
        done_at: when it was entered.
        use: what it is for; a code for one thing works for no other.
    """

    id: str
    number: PhoneNumber
    channel: Channel
    language: str
    nonce: str
    created_at: datetime
    expires_at: datetime
    tries: int = 0
    state: Literal["waiting", "done", "undone"] = "waiting"
    done_at: datetime | None = None
    use: Use = "removal"


class ProofStore(Protocol):
    """Codes, and the transactions of their life."""

    def get(self, proof_id: str) -> LineProof | None:
        """Return the proof with a strongly consistent read, or None."""
        ...

    def add(self, proof: LineProof, to_ciphertext: str, minutes: int, day: date, limit: int) -> None:
        """Store a proof, the wish to tell its code, and the count of the number's codes on `day`: all or nothing.

        Raises:
            LimitReachedError: the number already had `limit` codes that day.
            ChangedMeanwhileError: two transactions met; try again.
        """
        ...

    def add_silent(self, proof: LineProof) -> None:
        """Store a proof whose code is told to nobody."""
        ...

    def change(
        self, before: LineProof, after: LineProof, records: Sequence[tuple[NumberRecord, NumberRecord]] = ()
    ) -> None:
        """Write a proof's next state and the number's record: all or nothing.

        Raises:
            ChangedMeanwhileError: the proof or the record is not as it was read; nothing was written.
        """
        ...


@dataclass(frozen=True)
class CodeDesk:
    """Tells codes to lines, and looks at those that are entered."""

    proofs: ProofStore
    cipher: MailboxCipher
    links: LinkSigner = field(repr=False)
    profile: Profile
    clock: Clock

    def tell(self, number: PhoneNumber, channel: Channel, language: str, use: Use, rules: LineCodes) -> LineProof:
        """Have a code told to the line; the work and the answer are the same where the number had its codes of the day.

        Raises:
            UnavailableError: too many transactions met; nothing was stored.
        """
        ciphertext = self.cipher.encrypt(number.e164)
        for _ in range(ATTEMPTS):
            now = self.clock.now()
            proof = LineProof(
                id=new_ulid(now),
                number=number,
                channel=channel,
                language=language,
                nonce=secrets.token_urlsafe(16),
                created_at=now,
                expires_at=now + timedelta(minutes=rules.minutes),
                use=use,
            )
            today = self.profile.local_date(now)
            try:
                self.proofs.add(proof, ciphertext, rules.minutes, today, rules.per_number_per_day)
            except LimitReachedError:
                self.proofs.add_silent(proof)
            except ChangedMeanwhileError:
                continue
            return proof
        raise UnavailableError(BUSY)

    def entered(self, read: Callable[[], LineProof], code: str, rules: LineCodes) -> LineProof:
        """Return the proof whose code was entered, with the try counted; its state is the caller's to write.

        Each try is counted before the code is looked at, so that many at once are no more than the limit.

        Args:
            read: reads the proof anew, and refuses what is not genuine.
            code: as typed; spaces do not count.
            rules: of what the code is for.

        Raises:
            InvalidInputError: the code is wrong (`/code`, `code_wrong`).
            LinkError: `code_ended`: used, too old, or mistyped too often.
            UnavailableError: somebody kept writing; nothing was changed.
        """
        proof = self._tried(read, rules)
        typed = "".join(code.split())
        if not hmac.compare_digest(typed.encode(), self.links.code(proof.id, proof.nonce).encode()):
            message = "This is not the code that we told you."
            raise InvalidInputError(message, (FieldError("/code", message, "code_wrong"),))
        return proof

    def _tried(self, read: Callable[[], LineProof], rules: LineCodes) -> LineProof:
        for _ in range(ATTEMPTS):
            proof = read()
            if proof.state != "waiting" or proof.tries >= rules.tries or self.clock.now() >= proof.expires_at:
                raise links.refused("code_ended")
            tried = replace(proof, tries=proof.tries + 1)
            try:
                self.proofs.change(proof, tried)
            except ChangedMeanwhileError:
                continue
            return tried
        raise UnavailableError(BUSY)


def checked_channel(channel: str, rules: LineCodes) -> Channel | None:
    """Return the channel, or None when the rules offer no such."""
    return next((known for known in rules.channels if known == channel), None)


def wrong_channel() -> FieldError:
    """Return the error of a channel that is not offered."""
    return FieldError("/channel", "Choose how you get the code.", "channel_missing")
