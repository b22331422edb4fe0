"""A registration that waits: sent again, corrected, limited."""

from dataclasses import replace
from datetime import timedelta

import pytest
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import InvalidInputError, LinkError, UnavailableError
from quietline.mails.address import address_hash
from quietline.mails.links import CONFIRM_REGISTRATION, LinkSigner
from quietline.profiles.profile import Profile
from quietline.registrations.service import RegistrationService
from quietline.registrations.waiting import WaitingService

from tests.fakes.registrations import FakeCipher, FakeNumbers, FakeRegistrations, proving

SECRET = b"s" * 32
MISTYPED, RIGHT = "alx@example.com", "alex@example.com"


@pytest.fixture
def store() -> FakeRegistrations:
    return FakeRegistrations(FakeNumbers())


@pytest.fixture
def waiting(store: FakeRegistrations, clock: FixedClock, profile: Profile) -> WaitingService:
    return WaitingService(
        store, FakeCipher(), LinkSigner(SECRET), SECRET, profile, clock, proving(store.numbers, profile, clock)
    )


@pytest.fixture
def service(store: FakeRegistrations, clock: FixedClock, profile: Profile) -> RegistrationService:
    return RegistrationService(
        store,
        store.numbers,
        FakeCipher(),
        LinkSigner(SECRET),
        SECRET,
        profile,
        clock,
        proving(store.numbers, profile, clock),
    )


def link(store: FakeRegistrations) -> str:
    [kept] = store.registrations.values()
    return LinkSigner(SECRET).token(CONFIRM_REGISTRATION, kept.id, kept.nonce)


def test_the_link_is_sent_again_and_stays_the_same(
    store: FakeRegistrations, waiting: WaitingService, service: RegistrationService, clock: FixedClock
) -> None:
    token = service.register(["2025550143"], RIGHT, "en").waiting_token
    before = link(store)
    clock.instant += timedelta(hours=1, minutes=1)
    shown = waiting.again(token)
    assert (shown.hours_left, shown.mails_left, shown.token) == (71, 3, token)
    assert shown.numbers == ("+•••••••••43",)
    assert link(store) == before
    assert len(store.mails) == 2
    service.confirm(before)
    with pytest.raises(LinkError) as used:
        waiting.again(token)
    assert used.value.reason == "used"


def test_a_corrected_address_ends_the_old_link(
    store: FakeRegistrations, waiting: WaitingService, service: RegistrationService
) -> None:
    token = service.register(["2025550143"], MISTYPED, "en").waiting_token
    old = link(store)
    shown = waiting.correct(token, RIGHT)
    for stale, use in ((old, service.confirm), (token, waiting.of), (old, waiting.of)):
        with pytest.raises(LinkError) as caught:
            use(stale)
        assert caught.value.reason == "forged"
    assert waiting.of(shown.token) == shown
    service.confirm(link(store))
    [kept] = store.registrations.values()
    assert kept.email_hash == address_hash(RIGHT, SECRET)


def test_a_link_that_a_correction_overtakes_confirms_nothing(
    store: FakeRegistrations, waiting: WaitingService, service: RegistrationService
) -> None:
    token = service.register(["2025550143"], MISTYPED, "en").waiting_token
    old = link(store)

    def corrected() -> None:
        store.before_write = lambda: None
        waiting.correct(token, RIGHT)

    store.before_write = corrected
    with pytest.raises(LinkError) as caught:
        service.confirm(old)
    assert caught.value.reason == "forged"
    [kept] = store.registrations.values()
    assert (kept.confirmed_at, store.numbers.records) == (None, {})


def test_mails_are_limited_by_registration_and_by_mailbox(
    store: FakeRegistrations, waiting: WaitingService, service: RegistrationService, profile: Profile
) -> None:
    rules = profile.registration
    token = service.register(["2025550143"], RIGHT, "en").waiting_token
    for _ in range(rules.mails_per_registration - 1):
        left = waiting.again(token).mails_left
    assert left == 0
    with pytest.raises(InvalidInputError) as caught:
        waiting.correct(token, "sam@example.org")
    assert [(error.pointer, error.code) for error in caught.value.fields] == [("/email", "no_more_mails")]
    # a mailbox that had its mails gets none, and the browser sees no difference; its link ends all the same
    flooded = "flooded@example.com"
    for _ in range(rules.mails_per_address_per_day):
        service.register(["2025550143"], flooded, "en")
    count = len(store.mails)
    silent = service.register(["2025550143"], flooded, "en").waiting_token
    assert waiting.of(silent).mails_left == rules.mails_per_registration - 1
    assert waiting.again(silent).mails_left == rules.mails_per_registration - 2
    assert len(store.mails) == count
    waiting.correct(silent, "sam@example.org")
    assert len(store.mails) == count + 1


def test_what_is_wrong_is_said(waiting: WaitingService, service: RegistrationService, clock: FixedClock) -> None:
    made = service.register(["2025550143"], RIGHT, "en")
    with pytest.raises(InvalidInputError):
        waiting.correct(made.waiting_token, "alex@")
    clock.instant = made.expires_at
    with pytest.raises(LinkError) as late:
        waiting.again(made.waiting_token)
    assert late.value.reason == "expired"


def test_somebody_who_keeps_writing_makes_it_busy(
    store: FakeRegistrations, waiting: WaitingService, service: RegistrationService
) -> None:
    token = service.register(["2025550143"], RIGHT, "en").waiting_token

    def other() -> None:
        for key, kept in store.registrations.items():
            store.registrations[key] = replace(kept, language="es" if kept.language == "en" else "en")

    store.before_write = other
    with pytest.raises(UnavailableError):
        waiting.again(token)
