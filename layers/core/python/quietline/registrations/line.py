"""Remove a number by a code told to the line itself: whoever holds the line may, whatever a mailbox says.

The answer to the question for a code is the same whatever is true, and so is the work; a number that had its codes of
the day gets none, and nobody is told.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from quietline.kernel import phone
from quietline.kernel.clock import Clock
from quietline.kernel.errors import FieldError, InvalidInputError, InvalidPhoneNumberError, UnavailableError
from quietline.kernel.ids import new_ulid
from quietline.kernel.phone import PhoneNumber
from quietline.mails import links
from quietline.mails.links import LINE_PROOF, LinkSigner
from quietline.mails.ports import MailboxCipher
from quietline.profiles.profile import Profile
from quietline.registrations.model import REMOVED_BY, NumberRecord
from quietline.registrations.ports import ChangedMeanwhileError, LimitReachedError, NumberStore
from quietline.registrations.removal import RemovedNumbers, RestoredNumbers
from quietline.registrations.requests import ATTEMPTS, BUSY
from quietline.registrations.typed import wrong_language

type Channel = Literal["sms", "call"]


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
        state: `waiting` for the code, `done` (the number is removed), or `undone` again.
        done_at: when the number was removed.
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
class LineRemovalService:
    """The use cases of a removal by code."""

    proofs: ProofStore
    numbers: NumberStore
    cipher: MailboxCipher
    links: LinkSigner = field(repr=False)
    profile: Profile
    clock: Clock

    def ask(self, number: str, channel: str, language: str) -> str:
        """Have a code told to the line; return the token that the code is entered with.

        Raises:
            InvalidInputError: with every wrong field: `/number`, `/channel`, `/language`.
            UnavailableError: too many transactions met; nothing was stored.
        """
        parsed, by = self._checked(number, channel, language)
        rules = self.profile.registration.removal
        ciphertext = self.cipher.encrypt(parsed.e164)
        for _ in range(ATTEMPTS):
            now = self.clock.now()
            proof = LineProof(
                id=new_ulid(now),
                number=parsed,
                channel=by,
                language=language,
                nonce=secrets.token_urlsafe(16),
                created_at=now,
                expires_at=now + timedelta(minutes=rules.minutes),
            )
            today = self.profile.local_date(now)
            try:
                self.proofs.add(proof, ciphertext, rules.minutes, today, rules.per_number_per_day)
            except LimitReachedError:
                self.proofs.add_silent(proof)
            except ChangedMeanwhileError:
                continue
            return self.links.token(LINE_PROOF, proof.id, proof.nonce)
        raise UnavailableError(BUSY)

    def remove(self, token: str, code: str) -> RemovedNumbers:
        """Enter the code: the line's number leaves the list, if it was on it.

        Each attempt is counted before the code is looked at, so that many at once are no more than the limit.

        Raises:
            InvalidInputError: the code is wrong (`/code`, `code_wrong`).
            LinkError: `forged`, or `code_ended`: used, too old, or mistyped too often.
            UnavailableError: somebody kept writing; nothing was changed.
        """
        proof = self._tried(token)
        typed = "".join(code.split())
        if not hmac.compare_digest(typed.encode(), self.links.code(proof.id, proof.nonce).encode()):
            message = "This is not the code that we told you."
            raise InvalidInputError(message, (FieldError("/code", message, "code_wrong"),))
        rules = self.profile.registration
        for _ in range(ATTEMPTS):
            now = self.clock.now()
            record = self.numbers.get(proof.number)
            changes = []
            if record is not None and record.is_listed:
                changes.append((record, record.changed("D", now, REMOVED_BY + proof.id)))
            done = replace(proof, state="done", done_at=now)
            try:
                self.proofs.change(proof, done, changes)
            except ChangedMeanwhileError:
                proof = self._opened(token)
                if proof.state != "waiting":
                    raise links.refused("code_ended") from None
                continue
            off_from = self.profile.local_date(now) + timedelta(days=rules.listed_after_days)
            return RemovedNumbers((proof.number,), off_from, now + timedelta(hours=rules.undo_hours))
        raise UnavailableError(BUSY)

    def undo(self, token: str) -> RestoredNumbers:
        """Take a removal back: the number is listed again and keeps its date.

        Raises:
            LinkError: `forged`, `request_used` or `request_expired`.
            UnavailableError: somebody kept writing; nothing was changed.
        """
        for _ in range(ATTEMPTS):
            proof, now = self._opened(token), self.clock.now()
            if proof.done_at is None:
                raise links.refused("forged")
            if now >= proof.done_at + timedelta(hours=self.profile.registration.undo_hours):
                raise links.refused("request_expired")
            record = self.numbers.get(proof.number)
            gone = record is not None and record.history[-1].by == REMOVED_BY + proof.id
            if proof.state != "done" or record is None or not gone:
                raise links.refused("request_used")
            try:
                self.proofs.change(proof, replace(proof, state="undone"), [(record, record.restored(now, proof.id))])
            except ChangedMeanwhileError:
                continue
            return RestoredNumbers((proof.number,))
        raise UnavailableError(BUSY)

    def _opened(self, token: str) -> LineProof:
        proof = self.proofs.get(links.record_id_of(token))
        if proof is None or not self.links.is_genuine(token, LINE_PROOF, proof.id, proof.nonce):
            raise links.refused("forged")
        return proof

    def _tried(self, token: str) -> LineProof:
        """Return the proof after one more try was counted."""
        for _ in range(ATTEMPTS):
            proof = self._opened(token)
            over = proof.tries >= self.profile.registration.removal.tries
            if proof.state != "waiting" or over or self.clock.now() >= proof.expires_at:
                raise links.refused("code_ended")
            tried = replace(proof, tries=proof.tries + 1)
            try:
                self.proofs.change(proof, tried)
            except ChangedMeanwhileError:
                continue
            return tried
        raise UnavailableError(BUSY)

    def _checked(self, number: str, channel: str, language: str) -> tuple[PhoneNumber, Channel]:
        wrong = wrong_language(language, self.profile)
        parsed = None
        try:
            parsed = phone.parse(number, self.profile.rules)
        except InvalidPhoneNumberError as error:
            wrong.append(FieldError("/number", str(error), error.reason))
        found = [known for known in self.profile.registration.removal.channels if known == channel]
        if not found:
            wrong.append(FieldError("/channel", "Choose how you get the code.", "channel_missing"))
        if wrong or parsed is None:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
        return parsed, found[0]
