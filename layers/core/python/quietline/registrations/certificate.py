"""Certificates of registration: what the registry knows of somebody's numbers today, signed, to print and to keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from quietline.kernel.clock import Clock
from quietline.kernel.phone import PhoneNumber
from quietline.mails import links
from quietline.mails.links import CERTIFICATE, LinkSigner
from quietline.profiles.profile import Profile
from quietline.registrations.model import REGISTERED_BY, NumberRecord
from quietline.registrations.ports import NumberStore
from quietline.registrations.requests import RegistrationReader, RequestReader


class Signer(Protocol):
    """Signs JSON objects."""

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return a compact JWS (ES256) of the payload."""
        ...


@dataclass(frozen=True)
class CertifiedNumber:
    """One number of a certificate: since when it is registered, and from when no seller may call it."""

    number: PhoneNumber
    registered_on: date
    sellers_bound_from: date


@dataclass(frozen=True)
class Certificate:
    """A certificate.

    Attributes:
        id: what it was issued for; the same link gives the same certificate all day.
        as_of: the registry's date of which it tells.
        numbers: that are registered on that date.
        signed: the receipt, a compact JWS that holds the same with the numbers in full.
    """

    id: str
    as_of: date
    numbers: tuple[CertifiedNumber, ...]
    signed: str = field(repr=False)


@dataclass(frozen=True)
class CertificateService:
    """Issues certificates to whoever has the link: of a confirmed registration, or of an answered verification."""

    registrations: RegistrationReader
    requests: RequestReader
    numbers: NumberStore
    links: LinkSigner
    signer: Signer
    profile: Profile
    clock: Clock

    def issue(self, token: str) -> Certificate:
        """Return the certificate of the link's numbers that are registered today; reading it changes nothing.

        Raises:
            LinkError: `forged`, `request_expired`, or `not_registered` when none of the numbers is listed any more.
        """
        record_id = links.record_id_of(token)
        numbers, email_hash = self._opened(record_id, token)
        records = self.numbers.get_many(numbers)
        listed = [records[number] for number in numbers if number in records and records[number].is_listed]
        certified = tuple(self._certified(record) for record in listed if self._own(record, email_hash))
        if not certified:
            raise links.refused("not_registered")
        as_of = self.profile.local_date(self.clock.now())
        payload = {
            "type": "certificate",
            "id": record_id,
            "registry": self.profile.titled(),
            "profile": self.profile.name,
            "as_of": as_of.isoformat(),
            "numbers": [
                {
                    "number": one.number.e164,
                    "registered_on": one.registered_on.isoformat(),
                    "sellers_bound_from": one.sellers_bound_from.isoformat(),
                }
                for one in certified
            ],
        }
        return Certificate(record_id, as_of, certified, self.signer.sign(payload))

    def _opened(self, record_id: str, token: str) -> tuple[Sequence[PhoneNumber], str]:
        """Return the numbers that a link is about, and the mailbox that it was sent to."""
        registration = self.registrations.get(record_id)
        if registration is not None and registration.confirmed_at is not None:
            nonce, numbers, email_hash = registration.nonce, registration.numbers, registration.email_hash
            until = registration.confirmed_at + timedelta(hours=self.profile.registration.link_hours)
        else:
            request = self.requests.get(record_id)
            if request is None or request.kind != "verification":
                raise links.refused("forged")
            nonce, numbers, email_hash, until = request.nonce, request.numbers, request.email_hash, request.expires_at
        if not self.links.is_genuine(token, CERTIFICATE, record_id, nonce):
            raise links.refused("forged")
        if self.clock.now() >= until:
            raise links.refused("request_expired")
        return numbers, email_hash

    def _own(self, record: NumberRecord, email_hash: str) -> bool:
        return is_of(record, email_hash, self.registrations)

    def _certified(self, record: NumberRecord) -> CertifiedNumber:
        assert record.registered_at is not None
        registered_on = self.profile.local_date(record.registered_at)
        bound_from = registered_on + timedelta(days=self.profile.registration.binding_after_days)
        return CertifiedNumber(record.number, registered_on, bound_from)


def is_of(record: NumberRecord | None, email_hash: str, registrations: RegistrationReader) -> bool:
    """Return whether a mailbox began the number's present listing, or confirmed it last."""
    causes = (record.begun_by, record.affirmed_by) if record and record.is_listed else ("none", "none")
    found = [registrations.get(cause.removeprefix(REGISTERED_BY) or "none") for cause in causes]
    return any(one is not None and one.email_hash == email_hash for one in found)
