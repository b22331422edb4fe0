"""Remove a number by a code told to the line itself: whoever holds the line may, whatever a mailbox says.

The answer to the question for a code is the same whatever is true, and so is the work; a number that had its codes of
the day gets none, and nobody is told.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from quietline.kernel import phone
from quietline.kernel.errors import FieldError, InvalidInputError, InvalidPhoneNumberError, UnavailableError
from quietline.kernel.phone import PhoneNumber
from quietline.mails import links
from quietline.mails.links import LINE_PROOF
from quietline.registrations.codes import Channel, CodeDesk, LineProof, checked_channel, wrong_channel
from quietline.registrations.model import REMOVED_BY
from quietline.registrations.ports import ChangedMeanwhileError, NumberStore
from quietline.registrations.removal import RemovedNumbers, RestoredNumbers
from quietline.registrations.requests import ATTEMPTS, BUSY
from quietline.registrations.typed import wrong_language


@dataclass(frozen=True)
class LineRemovalService:
    """The use cases of a removal by code."""

    codes: CodeDesk
    numbers: NumberStore

    def ask(self, number: str, channel: str, language: str) -> str:
        """Have a code told to the line; return the token that the code is entered with.

        Raises:
            InvalidInputError: with every wrong field: `/number`, `/channel`, `/language`.
            UnavailableError: too many transactions met; nothing was stored.
        """
        parsed, by = self._checked(number, channel, language)
        proof = self.codes.tell(parsed, by, language, "removal", self.codes.profile.registration.removal)
        return self.codes.links.token(LINE_PROOF, proof.id, proof.nonce)

    def remove(self, token: str, code: str) -> RemovedNumbers:
        """Enter the code: the line's number leaves the list, if it was on it.

        Raises:
            InvalidInputError: the code is wrong (`/code`, `code_wrong`).
            LinkError: `forged`, or `code_ended`: used, too old, or mistyped too often.
            UnavailableError: somebody kept writing; nothing was changed.
        """
        rules = self.codes.profile.registration
        proof = self.codes.entered(lambda: self._opened(token), code, rules.removal)
        for _ in range(ATTEMPTS):
            now = self.codes.clock.now()
            record = self.numbers.get(proof.number)
            changes = []
            if record is not None and record.is_listed:
                changes.append((record, record.changed("D", now, REMOVED_BY + proof.id)))
            done = replace(proof, state="done", done_at=now)
            try:
                self.codes.proofs.change(proof, done, changes)
            except ChangedMeanwhileError:
                proof = self._opened(token)
                if proof.state != "waiting":
                    raise links.refused("code_ended") from None
                continue
            off_from = self.codes.profile.local_date(now) + timedelta(days=rules.listed_after_days)
            return RemovedNumbers((proof.number,), off_from, now + timedelta(hours=rules.undo_hours))
        raise UnavailableError(BUSY)

    def undo(self, token: str) -> RestoredNumbers:
        """Take a removal back: the number is listed again and keeps its date.

        Raises:
            LinkError: `forged`, `request_used` or `request_expired`.
            UnavailableError: somebody kept writing; nothing was changed.
        """
        for _ in range(ATTEMPTS):
            proof, now = self._opened(token), self.codes.clock.now()
            if proof.done_at is None:
                raise links.refused("forged")
            if now >= proof.done_at + timedelta(hours=self.codes.profile.registration.undo_hours):
                raise links.refused("request_expired")
            record = self.numbers.get(proof.number)
            gone = record is not None and record.history[-1].by == REMOVED_BY + proof.id
            if proof.state != "done" or record is None or not gone:
                raise links.refused("request_used")
            try:
                self.codes.proofs.change(
                    proof, replace(proof, state="undone"), [(record, record.restored(now, proof.id))]
                )
            except ChangedMeanwhileError:
                continue
            return RestoredNumbers((proof.number,))
        raise UnavailableError(BUSY)

    def _opened(self, token: str) -> LineProof:
        proof = self.codes.proofs.get(links.record_id_of(token))
        genuine = proof is not None and self.codes.links.is_genuine(token, LINE_PROOF, proof.id, proof.nonce)
        if proof is None or not genuine or proof.use != "removal":
            raise links.refused("forged")
        return proof

    def _checked(self, number: str, channel: str, language: str) -> tuple[PhoneNumber, Channel]:
        wrong = wrong_language(language, self.codes.profile)
        parsed = None
        try:
            parsed = phone.parse(number, self.codes.profile.rules)
        except InvalidPhoneNumberError as error:
            wrong.append(FieldError("/number", str(error), error.reason))
        by = checked_channel(channel, self.codes.profile.registration.removal)
        if by is None:
            wrong.append(wrong_channel())
        if wrong or parsed is None or by is None:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
        return parsed, by
