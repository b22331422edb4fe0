"""Register numbers, and confirm them by the mailed link."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from quietline.kernel import phone
from quietline.kernel.clock import Clock, to_text
from quietline.kernel.errors import UnavailableError
from quietline.kernel.ids import new_ulid
from quietline.kernel.phone import PhoneNumber
from quietline.mails import links
from quietline.mails.address import address_hash
from quietline.mails.links import CERTIFICATE, CONFIRM_REGISTRATION, WAITING_REGISTRATION, LinkSigner
from quietline.mails.ports import MailboxCipher
from quietline.profiles.profile import Profile
from quietline.registrations.model import (
    REGISTERED_BY,
    ConfirmedRegistration,
    NumberRecord,
    Registration,
    RegistrationReceipt,
)
from quietline.registrations.ports import ChangedMeanwhileError, LimitReachedError, NumberStore, RegistrationStore
from quietline.registrations.proving import LineProving
from quietline.registrations.typed import check_typed

ATTEMPTS = 5
BUSY = "Too many changes at the same moment. Please try again."


@dataclass(frozen=True)
class RegistrationService:
    """The use cases of a consumer's registration.

    Attributes:
        registrations: where they are kept.
        numbers: the registry of record.
        cipher: encrypts the address.
        links: derives the link's token.
        secret: the app secret, for the address's keyed hash.
        profile: limits and windows.
        clock: the time.
        proving: the proof of the line, where the profile asks for it.
    """

    registrations: RegistrationStore
    numbers: NumberStore
    cipher: MailboxCipher
    links: LinkSigner
    secret: bytes = field(repr=False)
    profile: Profile
    clock: Clock
    proving: LineProving

    def register(self, numbers: Sequence[str], email: str, language: str, channel: str = "") -> RegistrationReceipt:
        """Note the wish to list numbers and ask for the mail with the link.

        Neither the answer nor the work depends on whether a number is known. An address that already had its mails of
        the day gets the same answer, but no mail is sent: a refusal would tell a stranger that the address is being
        used here, and one more mail would help to flood a mailbox. The registration waits all the same, for the address
        may have been mistyped.

        Args:
            numbers: as people type them; the same number twice counts once.
            email: where the link goes.
            language: one of the profile's.
            channel: by what each number is told its code, where the profile asks for a proof of the line.

        Returns:
            The registration's id, the instant from which its link is refused, and the token of `waiting`.

        Raises:
            InvalidInputError: with every wrong field: `/numbers`, `/numbers/<i>`, `/email`, `/language`, `/channel`.
            UnavailableError: too many transactions met; nothing was stored.
        """
        parsed, address = self.check(numbers, email, language, channel)
        ciphertext = self.cipher.encrypt(address)
        proofs = self.proving.told(parsed, channel, language)
        for _ in range(ATTEMPTS):
            now = self.clock.now()
            registration = Registration(
                id=new_ulid(now),
                numbers=parsed,
                email_ciphertext=ciphertext,
                email_hash=address_hash(address, self.secret),
                language=language,
                nonce=secrets.token_urlsafe(16),
                created_at=now,
                expires_at=now + timedelta(hours=self.profile.registration.link_hours),
                proofs=proofs,
            )
            waiting = self.links.token(WAITING_REGISTRATION, registration.id, registration.nonce)
            receipt = RegistrationReceipt(registration.id, registration.expires_at, waiting)
            try:
                self.registrations.add(
                    registration,
                    self.profile.local_date(now),
                    self.profile.registration.mails_per_address_per_day,
                )
            except LimitReachedError:
                self.registrations.add_silent(registration)
                return receipt
            except ChangedMeanwhileError:
                continue
            return receipt
        raise UnavailableError(BUSY)

    def unproved(self, token: str) -> dict[int, PhoneNumber]:
        """Return the numbers that want a code with the link, by their place; none where no proof is asked for.

        Raises:
            LinkError: as `confirm`.
        """
        if self.proving.rules is None:
            return {}
        registration = self._pending(links.record_id_of(token), token)
        return {index: registration.numbers[index] for index in self.proving.open(registration)}

    def confirm(self, token: str, codes: Sequence[str] = ()) -> ConfirmedRegistration:
        """Use the mailed link: list the registration's numbers, in one transaction.

        Where the profile asks for a proof of the line, the numbers that are proved are listed and belong to the
        registration; of the others the answer says why. As long as a code is mistyped, nothing is listed.

        A number that is listed already keeps its date; that it was asked for again is noted, for it may be a new
        subscriber's, and what carriers said before concerns the one before. Of two confirmations at once one wins; the
        other is refused as used, and so is every later one.

        Args:
            token: of the link.
            codes: in the order of the registration's numbers; a blank one leaves its number out.

        Raises:
            InvalidInputError: `/codes/<i>`, with every code that is wrong; the link still works.
            LinkError: `reason` is `forged`, `used` or `expired`.
            UnavailableError: too many transactions met; nothing was changed, the link still works.
        """
        registration_id = links.record_id_of(token)
        proved, unproved = self.proving.judged(self._pending(registration_id, token), codes)
        for _ in range(ATTEMPTS):
            registration = replace(self._pending(registration_id, token), numbers=proved)
            before = self.numbers.get_many(registration.numbers)
            now = self.clock.now()
            after = [self._listed(number, before.get(number)) for number in registration.numbers]
            after = [self._wanted(record, registration, now) for record in after]
            certificate = self.links.token(CERTIFICATE, registration.id, registration.nonce)
            confirmed = replace(self._confirmed(after), certificate_token=certificate, unproved=unproved)
            until = now + timedelta(hours=self.profile.registration.link_hours)
            try:
                self.registrations.confirm(registration, before, after, now, mail_facts(confirmed, until))
            except ChangedMeanwhileError:
                continue
            return confirmed
        raise UnavailableError(BUSY)

    def _pending(self, registration_id: str, token: str) -> Registration:
        registration = self.registrations.get(registration_id)
        if registration is None or not self.links.is_genuine(
            token, CONFIRM_REGISTRATION, registration.id, registration.nonce
        ):
            raise links.refused("forged")
        if registration.confirmed_at is not None:
            raise links.refused("used")
        if self.clock.now() >= registration.expires_at:
            raise links.refused("expired")
        return registration

    def _wanted(self, record: NumberRecord, registration: Registration, now: datetime) -> NumberRecord:
        by = REGISTERED_BY + registration.id
        if not record.is_listed:
            return record.changed("A", now, by)
        begun = self.registrations.get(record.begun_by.removeprefix(REGISTERED_BY))
        return record.affirmed(now, by, contested=begun is None or begun.email_hash != registration.email_hash)

    def _listed(self, number: PhoneNumber, known: NumberRecord | None) -> NumberRecord:
        return known or NumberRecord(number, phone.area_of(number, self.profile.rules), (), 0)

    def _confirmed(self, records: Sequence[NumberRecord]) -> ConfirmedRegistration:
        days = [self.profile.local_date(record.registered_at) for record in records if record.registered_at]
        latest = max(days)
        rules = self.profile.registration
        return ConfirmedRegistration(
            tuple(record.number for record in records),
            latest + timedelta(days=rules.listed_after_days),
            latest + timedelta(days=rules.binding_after_days),
        )

    def check(
        self, numbers: Sequence[str], email: str, language: str, channel: str = ""
    ) -> tuple[tuple[PhoneNumber, ...], str]:
        """Return the numbers, without repetitions, and the address; nothing is stored (the review page needs this).

        Raises:
            InvalidInputError: as `register`.
        """
        return check_typed(numbers, email, language, self.profile, self.proving.check(channel))


def mail_facts(confirmed: ConfirmedRegistration, until: datetime) -> dict[str, str]:
    """Return what the mail `registration-confirmed` says: masked numbers, ISO dates, the end of its link."""
    return {
        "numbers": ", ".join(str(number) for number in confirmed.numbers),
        "listed_from": confirmed.listed_from.isoformat(),
        "sellers_bound_from": confirmed.sellers_bound_from.isoformat(),
        "expires_at": to_text(until),
    }
