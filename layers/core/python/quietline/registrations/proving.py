"""Proof of the line at registration, where the profile asks for it: a code a number, entered with the mailed link.

Numbers that are proved go on. Of the others the answer says why; a code that was mistyped can be entered again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from quietline.kernel.errors import FieldError, InvalidInputError, LinkError, UnavailableError
from quietline.kernel.phone import PhoneNumber
from quietline.mails import links
from quietline.mails.links import SENTENCES
from quietline.profiles.profile import LineCodes
from quietline.registrations.codes import Channel, CodeDesk, LineProof, checked_channel, wrong_channel
from quietline.registrations.model import Registration, Unproved, Why
from quietline.registrations.ports import ChangedMeanwhileError
from quietline.registrations.requests import ATTEMPTS, BUSY

SAID: dict[Why, str] = {
    "code_missing": "Enter the code that we told this number.",
    "code_wrong": "This is not the code that we told you.",
    "code_ended": SENTENCES["code_ended"],
}


@dataclass(frozen=True)
class LineProving:
    """Tells a registration's codes, and looks at those that are entered with its link."""

    codes: CodeDesk

    @property
    def rules(self) -> LineCodes | None:
        """The profile's rules; None where the mailed link is enough."""
        return self.codes.profile.registration.proof

    def check(self, channel: str) -> list[FieldError]:
        """Return what is wrong with a channel: nothing, where no proof is asked for."""
        return [wrong_channel()] if self.rules and checked_channel(channel, self.rules) is None else []

    def told(self, numbers: Sequence[PhoneNumber], channel: str, language: str) -> tuple[str, ...]:
        """Have a code told to each number; return their ids in order, none where no proof is asked for.

        Raises:
            UnavailableError: too many transactions met.
        """
        rules = self.rules
        by = checked_channel(channel, rules) if rules else None
        return tuple(self._tell(number, by, language, rules) for number in numbers) if rules and by else ()

    def told_again(self, registration: Registration) -> tuple[str, ...]:
        """Have a new code told to each number that is not proved yet; return the ids as they shall be.

        Raises:
            UnavailableError: too many transactions met.
        """
        rules, ids = self.rules, []
        for known in registration.proofs:
            proof = self.codes.proofs.get(known)
            if rules and proof and proof.state != "done":
                ids.append(self._tell(proof.number, proof.channel, proof.language, rules))
            else:
                ids.append(known)
        return tuple(ids)

    def open(self, registration: Registration) -> tuple[int, ...]:
        """Return which of the registration's numbers still want a code, by place; none where no proof is asked for."""
        if self.rules is None:
            return ()
        proofs = map(self.codes.proofs.get, registration.proofs)
        done = [proof is not None and proof.state == "done" for proof in proofs]
        return tuple(index for index in range(len(registration.numbers)) if index >= len(done) or not done[index])

    def judged(
        self, registration: Registration, typed: Sequence[str]
    ) -> tuple[tuple[PhoneNumber, ...], tuple[Unproved, ...]]:
        """Look at the codes that came with the link; return the numbers that go on, and the others.

        A right code is remembered, so whoever mistyped another one need not enter it again.

        Args:
            registration: whose link it is.
            typed: the codes in the order of the registration's numbers; a blank one leaves its number out.

        Raises:
            InvalidInputError: `/codes/<i>`: mistyped codes (`code_wrong`), or no number is proved and why.
            UnavailableError: somebody kept writing.
        """
        rules = self.rules
        if rules is None:
            return registration.numbers, ()
        if len(typed) > len(registration.numbers):
            message = "These are more codes than the registration has numbers."
            raise InvalidInputError(message, (FieldError("/codes", message, "too_many_codes"),))
        why = [
            self._why(registration, index, typed[index] if index < len(typed) else "", rules)
            for index in range(len(registration.numbers))
        ]
        if "code_wrong" in why or all(why):
            wrong = [(index, one) for index, one in enumerate(why) if one == "code_wrong" or (one and all(why))]
            raise InvalidInputError(
                "See `errors` for each code that is wrong.",
                tuple(FieldError(f"/codes/{index}", SAID[one], one) for index, one in wrong),
            )
        pairs = list(zip(registration.numbers, why, strict=True))
        proved = tuple(number for number, one in pairs if one is None)
        return proved, tuple(Unproved(number, one) for number, one in pairs if one)

    def _why(self, registration: Registration, index: int, typed: str, rules: LineCodes) -> Why | None:
        """Return why a number is not proved, or None when it is."""
        proof_id = registration.proofs[index] if index < len(registration.proofs) else ""
        try:
            if proof_id and self._known(proof_id).state == "done":
                return None
            if proof_id and not typed.strip():
                return "code_missing"
            self._prove(proof_id, typed, rules)
        except InvalidInputError:
            return "code_wrong"
        except LinkError:
            return "code_ended"
        return None

    def _prove(self, proof_id: str, typed: str, rules: LineCodes) -> None:
        proof = self.codes.entered(lambda: self._known(proof_id), typed, rules)
        for _ in range(ATTEMPTS):
            try:
                self.codes.proofs.change(proof, replace(proof, state="done", done_at=self.codes.clock.now()))
            except ChangedMeanwhileError:
                proof = self._known(proof_id)
                if proof.state != "done":
                    continue
            return
        raise UnavailableError(BUSY)

    def _tell(self, number: PhoneNumber, channel: Channel, language: str, rules: LineCodes) -> str:
        return self.codes.tell(number, channel, language, "registration", rules).id

    def _known(self, proof_id: str) -> LineProof:
        """Return a code of a registration.

        Raises:
            LinkError: there is none.
        """
        proof = self.codes.proofs.get(proof_id) if proof_id else None
        if proof is None or proof.use != "registration":
            raise links.refused("code_ended")
        return proof
