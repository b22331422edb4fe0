"""Verify my numbers: is it registered, since when, from when are sellers bound. The answer is a mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from quietline.kernel.phone import PhoneNumber
from quietline.mails.links import CERTIFICATE
from quietline.registrations.certificate import is_of
from quietline.registrations.model import NumberRecord
from quietline.registrations.ports import NumberStore
from quietline.registrations.requests import Letter, RegistrationReader, RequestDesk
from quietline.registrations.typed import check_typed


@dataclass(frozen=True)
class VerificationService:
    """Answers what the registry knows of numbers, by mail alone."""

    desk: RequestDesk
    numbers: NumberStore
    registrations: RegistrationReader

    def ask(self, numbers: Sequence[str], email: str, language: str) -> None:
        """Mail what is known of the numbers to the address.

        Any mailbox may ask about any number, as the United States' registry allows; the limit of mails keeps it from
        being a way to read the list. A mailbox that registered one of them gets a link to a certificate besides.

        Raises:
            InvalidInputError: with every wrong field: `/numbers`, `/numbers/<i>`, `/email`, `/language`.
            UnavailableError: too many transactions met; nothing was stored.
        """
        parsed, address = check_typed(numbers, email, language, self.desk.profile)
        records = self.numbers.get_many(parsed)
        rows = tuple(self._row(number, records.get(number)) for number in parsed)
        email_hash = self.desk.hash_of(address)
        own = [is_of(records.get(number), email_hash, self.registrations) for number in parsed]
        letter = (
            Letter("own-numbers-verified", {}, rows, CERTIFICATE) if any(own) else Letter("numbers-verified", {}, rows)
        )
        self.desk.post("verification", parsed, address, language, letter)

    def _row(self, number: PhoneNumber, record: NumberRecord | None) -> dict[str, str]:
        begun = record.registered_at if record else None
        if begun is None:
            return {"text": "not_registered", "number": str(number)}
        profile = self.desk.profile
        since = profile.local_date(begun)
        bound_from = since + timedelta(days=profile.registration.binding_after_days)
        bound = bound_from <= profile.local_date(self.desk.clock.now())
        return {
            "text": "binding" if bound else "not_yet_binding",
            "number": str(number),
            "since": since.isoformat(),
            "bound_from": bound_from.isoformat(),
        }
