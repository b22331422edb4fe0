"""Certificates: for whom, of what, how long."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from quietline.kernel.errors import LinkError
from quietline.mails.links import CERTIFICATE, CONFIRM_REGISTRATION
from quietline.profiles.profile import Profile
from quietline.registrations.certificate import CertificateService

from tests.unit.registrations.test_removal import EMAIL, NUMBER, OTHER, STRANGER, Desk, desk

__all__ = ["desk"]


class Signer:
    """Keeps what it was asked to sign."""

    payload: Mapping[str, Any]

    def sign(self, payload: Mapping[str, Any]) -> str:
        self.payload = payload
        return "signed"


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def certificates(desk: Desk, signer: Signer, profile: Profile) -> CertificateService:
    store = desk.registrations.registrations
    links = desk.registrations.links
    return CertificateService(store, desk.requests, desk.numbers, links, signer, profile, desk.clock)


def confirmed(desk: Desk, *numbers: str) -> str:
    made = desk.registrations.register(numbers, EMAIL, "en")
    kept = desk.registrations.registrations.get(made.id)
    assert kept is not None
    token = desk.registrations.links.token(CONFIRM_REGISTRATION, made.id, kept.nonce)
    return desk.registrations.confirm(token).certificate_token


def test_a_confirmed_registration_has_a_certificate(
    desk: Desk, certificates: CertificateService, signer: Signer, profile: Profile
) -> None:
    token = confirmed(desk, NUMBER.e164, OTHER.e164)
    made = certificates.issue(token)
    assert [one.number for one in made.numbers] == [NUMBER, OTHER]
    assert (made.as_of, made.signed) == (date(2026, 11, 24), "signed")
    assert signer.payload["numbers"][0] == {
        "number": NUMBER.e164,
        "registered_on": "2026-11-24",
        "sellers_bound_from": "2026-12-25",
    }
    desk.removed()
    assert [one.number for one in certificates.issue(token).numbers] == [OTHER]
    desk.clock.instant += timedelta(hours=profile.registration.link_hours)
    with pytest.raises(LinkError) as late:
        certificates.issue(token)
    assert late.value.reason == "request_expired"


def test_a_verification_leads_to_the_certificate_of_ones_own_numbers(
    desk: Desk, certificates: CertificateService
) -> None:
    desk.register(EMAIL, NUMBER)
    desk.register(STRANGER, OTHER)
    desk.verifications.ask([NUMBER.e164, OTHER.e164], EMAIL, "en")
    made = certificates.issue(desk.token(CERTIFICATE))
    assert [one.number for one in made.numbers] == [NUMBER]
    desk.verifications.ask([NUMBER.e164], STRANGER, "en")
    assert (desk.letter().template, desk.letter().purpose) == ("numbers-verified", "")
    desk.verifications.ask([NUMBER.e164], EMAIL, "en")
    token = desk.token(CERTIFICATE)
    desk.removed()
    with pytest.raises(LinkError) as gone:
        certificates.issue(token)
    assert gone.value.reason == "not_registered"


def test_other_links_open_no_certificate(desk: Desk, certificates: CertificateService) -> None:
    desk.register(EMAIL, NUMBER)
    desk.removals.ask([NUMBER.e164], EMAIL, "en")
    request = desk.requests.letters[-1][1]
    waiting = desk.registrations.register([NUMBER.e164], EMAIL, "en")
    kept = desk.registrations.registrations.get(waiting.id)
    assert kept is not None
    links = desk.registrations.links
    for token in (
        links.token(CERTIFICATE, request.id, request.nonce),
        links.token(CERTIFICATE, kept.id, kept.nonce),
        waiting.waiting_token,
        "x",
    ):
        with pytest.raises(LinkError) as caught:
            certificates.issue(token)
        assert caught.value.reason == "forged"
