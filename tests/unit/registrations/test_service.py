"""Register and confirm, without AWS."""

from datetime import UTC, date, datetime, timedelta

import pytest
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import InvalidInputError, LinkError, UnavailableError
from quietline.kernel.phone import PhoneNumber
from quietline.mails.links import CONFIRM_REGISTRATION, LinkSigner
from quietline.profiles.profile import Profile
from quietline.registrations.service import ATTEMPTS, RegistrationService

from tests.fakes.registrations import FakeCipher, FakeNumbers, FakeRegistrations, proving

NUMBER = PhoneNumber("+12025550143")
EMAIL = "alex@example.com"


@pytest.fixture
def service(clock: FixedClock, profile: Profile) -> RegistrationService:
    numbers = FakeNumbers()
    return RegistrationService(
        FakeRegistrations(numbers),
        numbers,
        FakeCipher(),
        LinkSigner(b"s" * 32),
        b"s" * 32,
        profile,
        clock,
        proving(numbers, profile, clock),
    )


def store(service: RegistrationService) -> FakeRegistrations:
    assert isinstance(service.registrations, FakeRegistrations)
    return service.registrations


def token(service: RegistrationService, registration_id: str) -> str:
    return service.links.token(
        CONFIRM_REGISTRATION, registration_id, store(service).registrations[registration_id].nonce
    )


def registered(service: RegistrationService, *numbers: str) -> str:
    return token(service, service.register(numbers or ("(202) 555-0143",), EMAIL, "en").id)


def wrong(
    service: RegistrationService, numbers: list[str], email: str = EMAIL, language: str = "en"
) -> set[tuple[str, str]]:
    with pytest.raises(InvalidInputError) as caught:
        service.register(numbers, email, language)
    text = str(caught.value) + str(caught.value.fields)
    assert not any(number and len(number) > 3 and number in text for number in numbers)
    assert not store(service).registrations
    return {(field.pointer, field.code) for field in caught.value.fields}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "not_a_number"),
        ("hello", "not_a_number"),
        ("12345", "not_a_number"),
        ("(202) 555-01433", "not_a_number"),
        ("+44 20 7946 0018", "other_country"),
        ("+1 416 555 2671", "other_country"),
        ("+1 900 234 5678", "premium_rate"),
        ("+1 800 234 5678", "toll_free"),
        ("+1 999 555 0143", "not_a_number"),
        ("2" * 61, "too_long"),
    ],
)
def test_a_number_that_is_not_taken(service: RegistrationService, number: str, code: str) -> None:
    assert wrong(service, ["(202) 555-0144", number]) == {("/numbers/1", code)}


def test_no_numbers_and_too_many(service: RegistrationService) -> None:
    assert wrong(service, []) == {("/numbers", "numbers_missing")}
    four = [f"202 555 010{digit}" for digit in range(4)]
    assert wrong(service, four) == {("/numbers", "too_many_numbers")}


def test_every_wrong_field_is_named_at_once(service: RegistrationService) -> None:
    assert wrong(service, ["x", "202 555 0143", "y"], "alex@", "fr") == {
        ("/numbers/0", "not_a_number"),
        ("/numbers/2", "not_a_number"),
        ("/email", "email_no_domain"),
        ("/language", "language_not_known"),
    }


def test_the_same_number_thrice_is_one(service: RegistrationService) -> None:
    receipt = service.register(["(202) 555-0143", "+1 202-555-0143", "202.555.0143"], EMAIL, "en")
    assert store(service).registrations[receipt.id].numbers == (NUMBER,)


def test_nothing_is_kept_in_the_clear(service: RegistrationService) -> None:
    receipt = service.register(["(202) 555-0143"], EMAIL, "en")
    kept = store(service).registrations[receipt.id]
    assert EMAIL not in repr(kept)
    assert service.cipher.decrypt(kept.email_ciphertext) == EMAIL
    assert "5550143" not in repr(kept)


def test_a_link_lists_the_number_and_says_the_dates(service: RegistrationService) -> None:
    confirmed = service.confirm(registered(service))

    assert confirmed.numbers == (NUMBER,)
    assert (confirmed.listed_from, confirmed.sellers_bound_from) == (date(2026, 11, 25), date(2026, 12, 25))
    record = service.numbers.get(NUMBER)
    assert record is not None and record.is_listed and record.area == "202" and record.version == 1
    assert store(service).mails[-1]["numbers"] == "+•••••••••43"


def test_the_day_ends_at_the_registrys_midnight(service: RegistrationService, clock: FixedClock) -> None:
    clock.instant = datetime(2026, 11, 25, 4, 59, tzinfo=UTC)  # 23:59 in Washington on the 24th
    assert service.confirm(registered(service)).listed_from == date(2026, 11, 25)
    clock.instant = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
    assert service.confirm(registered(service, "202 555 0144")).listed_from == date(2026, 11, 26)


def test_a_registered_number_keeps_its_date(service: RegistrationService, clock: FixedClock) -> None:
    first = service.confirm(registered(service))
    clock.instant += timedelta(days=40)

    assert service.confirm(registered(service)) == first
    assert len(store(service).changes) == 1


def test_a_link_works_once(service: RegistrationService) -> None:
    link = registered(service)
    service.confirm(link)
    assert refused(service, link) == "used"
    assert len(store(service).changes) == 1


def test_a_link_expires_at_its_instant(service: RegistrationService, clock: FixedClock) -> None:
    link, late = registered(service), registered(service, "202 555 0144")
    clock.instant += timedelta(hours=72) - timedelta(milliseconds=1)
    service.confirm(link)
    clock.instant += timedelta(milliseconds=1)
    assert refused(service, late) == "expired"
    assert service.numbers.get(PhoneNumber("+12025550144")) is None


def test_forged_links(service: RegistrationService) -> None:
    link, other = registered(service), registered(service, "202 555 0144")
    identifier, signature = link.split(".")
    flipped = signature[:-1] + ("A" if signature[-1] != "A" else "B")
    elsewhere = service.links.token("remove-registration", identifier, store(service).registrations[identifier].nonce)
    for forged in (
        f"{identifier}.{flipped}",
        f"{identifier}.{other.split('.')[1]}",
        f"{'0' * 26}.{signature}",
        elsewhere,
        identifier,
        f"{link}x",
        f"{link}\n",
        "",
        "é.é",
    ):
        assert refused(service, forged) == "forged"
    assert not service.numbers.get_many([NUMBER])


def test_of_two_at_once_one_wins(service: RegistrationService) -> None:
    link = registered(service)
    fake = store(service)

    def other_wins() -> None:
        fake.before_write = lambda: None
        service.confirm(link)

    fake.before_write = other_wins
    assert refused(service, link) == "used"
    assert len(fake.changes) == 1


def test_a_number_that_somebody_else_just_registered(service: RegistrationService) -> None:
    mine, theirs = registered(service), registered(service)
    fake = store(service)

    def they_win() -> None:
        fake.before_write = lambda: None
        service.confirm(theirs)

    fake.before_write = they_win
    assert service.confirm(mine).numbers == (NUMBER,)
    assert len(fake.changes) == 1


def test_it_gives_up_politely(service: RegistrationService) -> None:
    from quietline.registrations.ports import ChangedMeanwhileError

    link = registered(service)
    tries = []

    def always() -> None:
        tries.append(1)
        raise ChangedMeanwhileError

    store(service).before_write = always
    with pytest.raises(UnavailableError):
        service.confirm(link)
    with pytest.raises(UnavailableError):
        service.register(["202 555 0143"], EMAIL, "en")
    assert len(tries) == 2 * ATTEMPTS


def test_over_the_limit_the_answer_is_the_same_and_no_mail_is_sent(
    service: RegistrationService, profile: Profile, clock: FixedClock
) -> None:
    limit = profile.registration.mails_per_address_per_day
    for _ in range(limit):
        service.register(["202 555 0143"], EMAIL, "en")
    over = service.register(["202 555 0143"], EMAIL.upper(), "en")

    assert len(over.id) == 26 and over.expires_at == clock.now() + timedelta(hours=72)
    assert len(store(service).mails) == limit
    service.register(["202 555 0143"], "sam@example.com", "en")
    clock.instant += timedelta(days=1)
    service.register(["202 555 0143"], EMAIL, "en")
    assert len(store(service).mails) == limit + 2


def refused(service: RegistrationService, link: str) -> str:
    with pytest.raises(LinkError) as caught:
        service.confirm(link)
    assert not link.strip() or link not in str(caught.value)
    return caught.value.reason
