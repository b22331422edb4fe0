"""While a registration waits for its link: send the link again, or correct the address.

Only the browser that registered may, by the token that it got. A corrected address gets a link of its own, and the old
link ends with the old nonce: whoever has the mailbox of a mistyped address can confirm nothing any more.
"""

import math
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from quietline.kernel.clock import Clock
from quietline.kernel.errors import FieldError, InvalidInputError, UnavailableError
from quietline.mails import links
from quietline.mails.address import address_hash, parse_address
from quietline.mails.links import WAITING_REGISTRATION, LinkSigner
from quietline.mails.ports import MailboxCipher
from quietline.profiles.profile import Profile
from quietline.registrations.model import Registration
from quietline.registrations.ports import ChangedMeanwhileError, LimitReachedError, RegistrationStore
from quietline.registrations.proving import LineProving

ATTEMPTS = 5
BUSY = "Too many changes at the same moment. Please try again."


@dataclass(frozen=True)
class Waiting:
    """What the browser that registered may see: masked numbers and how long the link works.

    Attributes:
        numbers: masked.
        expires_at: the link's end; sending it again does not move it.
        hours_left: until then, rounded up.
        mails_left: how many more mails may be asked for.
        codes: whether codes were told to the numbers, which the link wants.
        token: for the next step; another one after the address was corrected.
    """

    numbers: tuple[str, ...]
    expires_at: datetime
    hours_left: int
    mails_left: int
    codes: bool
    token: str = field(repr=False)


@dataclass(frozen=True)
class WaitingService:
    """What can be done with a registration that waits."""

    registrations: RegistrationStore
    cipher: MailboxCipher
    links: LinkSigner
    secret: bytes = field(repr=False)
    profile: Profile
    clock: Clock
    proving: LineProving

    def of(self, token: str) -> Waiting:
        """Return what waits.

        Raises:
            LinkError: `forged`, `used` (the registration is confirmed) or `expired`.
        """
        return self._shown(self._pending(token))

    def again(self, token: str) -> Waiting:
        """Have the same link mailed again, and new codes told to numbers that are not proved yet.

        An address or a number that had its mails or codes of the day gets none, and nobody is told.

        Raises:
            InvalidInputError: the registration had all its mails (`/email`, `no_more_mails`).
            LinkError, UnavailableError: as `of`; somebody kept writing.
        """
        return self._written(token, "")

    def correct(self, token: str, email: str) -> Waiting:
        """Put another address in place of the first, and mail it a link of its own; the old link ends.

        Raises:
            InvalidInputError: the address cannot be right (`/email`), or the registration had all its mails.
            LinkError, UnavailableError: as `again`.
        """
        return self._written(token, parse_address(email))

    def _written(self, token: str, address: str) -> Waiting:
        ciphertext = self.cipher.encrypt(address) if address else ""
        rules = self.profile.registration
        told: tuple[str, ...] | None = None
        for _ in range(ATTEMPTS):
            before, now = self._pending(token), self.clock.now()
            if before.mails >= rules.mails_per_registration:
                message = "This registration had all its mails. Register again."
                raise InvalidInputError(message, (FieldError("/email", message, "no_more_mails"),))
            after = replace(before, mails=before.mails + 1)
            if not address:
                # however often somebody else writes first: one click, one code a line
                told = self.proving.told_again(before) if told is None else told
                after = replace(after, proofs=told)
            else:
                after = replace(
                    after,
                    email_ciphertext=ciphertext,
                    email_hash=address_hash(address, self.secret),
                    nonce=secrets.token_urlsafe(16),
                )
            try:
                self._write(before, after, now)
            except ChangedMeanwhileError:
                continue
            return self._shown(after)
        raise UnavailableError(BUSY)

    def _write(self, before: Registration, after: Registration, now: datetime) -> None:
        limit = self.profile.registration.mails_per_address_per_day
        try:
            self.registrations.correct(before, after, now, self.profile.local_date(now), limit)
        except LimitReachedError:
            self.registrations.correct_silent(before, after)

    def _pending(self, token: str) -> Registration:
        found = self.registrations.get(links.record_id_of(token))
        if found is None or not self.links.is_genuine(token, WAITING_REGISTRATION, found.id, found.nonce):
            raise links.refused("forged")
        if found.confirmed_at is not None:
            raise links.refused("used")
        if self.clock.now() >= found.expires_at:
            raise links.refused("expired")
        return found

    def _shown(self, registration: Registration) -> Waiting:
        left = registration.expires_at - self.clock.now()
        return Waiting(
            tuple(str(number) for number in registration.numbers),
            registration.expires_at,
            math.ceil(left / timedelta(hours=1)),
            max(0, self.profile.registration.mails_per_registration - registration.mails),
            bool(self.proving.open(registration)),
            self.links.token(WAITING_REGISTRATION, registration.id, registration.nonce),
        )
