"""Verify, remove and restore numbers, without AWS."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import InvalidInputError, LinkError, UnavailableError
from quietline.kernel.phone import PhoneNumber
from quietline.mails.links import CONFIRM_REGISTRATION, REMOVE_NUMBERS, UNDO_REMOVAL, LinkSigner
from quietline.profiles.profile import Profile
from quietline.registrations.model import HistoryEntry, NumberRecord
from quietline.registrations.removal import RemovalService
from quietline.registrations.requests import Letter, RequestDesk
from quietline.registrations.service import RegistrationService
from quietline.registrations.verification import VerificationService

from tests.conftest import NOW
from tests.fakes.registrations import FakeCipher, FakeNumbers, FakeRegistrations, FakeRequests, proving

NUMBER, OTHER = PhoneNumber("+12025550143"), PhoneNumber("+13105550144")
EMAIL, STRANGER = "alex@example.com", "sam@example.org"


@dataclass
class Desk:
    """The use cases on one registry in memory."""

    numbers: FakeNumbers
    requests: FakeRequests
    registrations: RegistrationService
    removals: RemovalService
    verifications: VerificationService
    clock: FixedClock

    def register(self, email: str, *numbers: PhoneNumber) -> None:
        made = self.registrations.register([number.e164 for number in numbers], email, "en")
        kept = self.registrations.registrations.get(made.id)
        assert kept is not None
        self.registrations.confirm(self.registrations.links.token(CONFIRM_REGISTRATION, made.id, kept.nonce))

    def token(self, purpose: str) -> str:
        letter, request = self.requests.letters[-1]
        assert letter.purpose == purpose
        return self.removals.desk.links.token(purpose, request.id, request.nonce)

    def letter(self) -> Letter:
        return self.requests.letters[-1][0]

    def removed(self, email: str = EMAIL) -> str:
        """Remove NUMBER; return the token that takes it back."""
        self.removals.ask([NUMBER.e164], email, "en")
        self.removals.remove(self.token(REMOVE_NUMBERS))
        return self.token(UNDO_REMOVAL)


@pytest.fixture
def desk(clock: FixedClock, profile: Profile) -> Desk:
    numbers = FakeNumbers()
    registrations, requests = FakeRegistrations(numbers), FakeRequests(numbers)
    made = RequestDesk(requests, FakeCipher(), LinkSigner(b"s" * 32), b"s" * 32, profile, clock)
    service = RegistrationService(
        registrations,
        numbers,
        FakeCipher(),
        LinkSigner(b"s" * 32),
        b"s" * 32,
        profile,
        clock,
        proving(numbers, profile, clock),
    )
    removals, verifications = (
        RemovalService(made, numbers, registrations),
        VerificationService(made, numbers, registrations),
    )
    return Desk(numbers, requests, service, removals, verifications, clock)


def rows(letter: Letter) -> list[str]:
    return [row["text"] for row in letter.rows]


def test_what_is_known_of_numbers_is_told_by_mail(desk: Desk) -> None:
    desk.register(EMAIL, NUMBER)
    desk.verifications.ask([NUMBER.e164, OTHER.e164], STRANGER, "es")
    letter = desk.letter()
    assert rows(letter) == ["not_yet_binding", "not_registered"]
    assert letter.rows[0] | {"number": ""} == {
        "text": "not_yet_binding",
        "number": "",
        "since": "2026-11-24",
        "bound_from": "2026-12-25",
    }
    assert NUMBER.e164 not in str(letter)
    desk.clock.instant += timedelta(days=31)
    desk.verifications.ask([NUMBER.e164], STRANGER, "en")
    assert rows(desk.letter()) == ["binding"]


def test_a_mailbox_gets_only_so_many_mails_and_nobody_is_told(desk: Desk, profile: Profile) -> None:
    for _ in range(profile.registration.mails_per_address_per_day + 2):
        desk.verifications.ask([NUMBER.e164], EMAIL, "en")
    desk.removals.ask([NUMBER.e164], EMAIL, "en")
    assert len(desk.requests.letters) == profile.registration.mails_per_address_per_day


def test_wrong_fields_are_named(desk: Desk) -> None:
    with pytest.raises(InvalidInputError) as caught:
        desk.removals.ask(["12"], "alex@", "fr")
    assert [error.pointer for error in caught.value.fields] == ["/numbers/0", "/email", "/language"]
    assert not desk.requests.requests


def test_the_mailbox_that_registered_removes_and_takes_it_back(desk: Desk) -> None:
    desk.register(EMAIL, NUMBER)
    desk.clock.instant += timedelta(days=100)
    desk.removals.ask([NUMBER.e164, OTHER.e164], EMAIL.upper().replace("EXAMPLE.COM", "example.com"), "en")
    assert rows(desk.letter()) == ["yes", "no"]
    link = desk.token(REMOVE_NUMBERS)
    removed = desk.removals.remove(link)
    assert removed.numbers == (NUMBER,)
    assert removed.undo_until == desk.clock.now() + timedelta(hours=24)
    assert not desk.numbers.records[NUMBER].is_listed
    with pytest.raises(LinkError) as used:
        desk.removals.remove(link)
    assert used.value.reason == "request_used"

    back = desk.token(UNDO_REMOVAL)
    gone_at = desk.clock.now()
    desk.clock.instant += timedelta(hours=24) - timedelta(seconds=1)
    assert desk.removals.undo(back).numbers == (NUMBER,)
    record = desk.numbers.records[NUMBER]
    assert [entry.change for entry in record.history] == ["A", "D", "A"]
    assert record.registered_at == NOW
    assert record.wanted_by == record.begun_by == record.history[0].by
    assert not record.listed_at(gone_at + timedelta(hours=1))
    assert record.listed_since(gone_at + timedelta(hours=1)) == NOW
    with pytest.raises(LinkError) as again:
        desk.removals.undo(back)
    assert again.value.reason == "request_used"
    # and it may be removed and restored once more
    assert desk.removals.undo(desk.removed()).numbers == (NUMBER,)
    assert record.begun_by == desk.numbers.records[NUMBER].begun_by


@pytest.mark.parametrize("how", ["stranger", "contested", "imported", "not listed"])
def test_nobody_else_can_remove_a_number(desk: Desk, how: str) -> None:
    if how == "imported":
        desk.numbers.records[NUMBER] = NumberRecord(NUMBER, "202", (HistoryEntry(NOW, "A", "import:1"),), 0)
        desk.register(STRANGER, NUMBER)
    elif how != "not listed":
        desk.register(EMAIL, NUMBER)
    if how == "contested":
        desk.register(STRANGER, NUMBER)
        desk.register(EMAIL, NUMBER)
        desk.removals.ask([NUMBER.e164], EMAIL, "en")
        assert desk.letter() == Letter("removal-not-possible")
    desk.removals.ask([NUMBER.e164], STRANGER, "en")
    assert desk.letter() == Letter("removal-not-possible")


def test_a_confirmation_from_another_mailbox_stops_a_removal_on_its_way(desk: Desk) -> None:
    desk.register(STRANGER, NUMBER)
    desk.removals.ask([NUMBER.e164], STRANGER, "en")
    link = desk.token(REMOVE_NUMBERS)
    desk.register(EMAIL, NUMBER)
    with pytest.raises(LinkError):
        desk.removals.remove(link)
    assert desk.numbers.records[NUMBER].is_listed


def test_a_new_listing_is_its_new_owners(desk: Desk) -> None:
    desk.register(EMAIL, NUMBER)
    back = desk.removed()
    desk.register(STRANGER, NUMBER)
    with pytest.raises(LinkError) as caught:
        desk.removals.undo(back)
    assert caught.value.reason == "request_used"
    desk.removed(STRANGER)
    assert not desk.numbers.records[NUMBER].is_listed


def test_links_work_for_their_own_thing_and_time(desk: Desk, profile: Profile) -> None:
    desk.register(EMAIL, NUMBER)
    desk.removals.ask([NUMBER.e164], EMAIL, "en")
    link = desk.token(REMOVE_NUMBERS)
    request = desk.requests.letters[-1][1]
    early = desk.removals.desk.links.token(UNDO_REMOVAL, request.id, request.nonce)
    for token, use in ((link, desk.removals.undo), (early, desk.removals.undo), ("x", desk.removals.remove)):
        with pytest.raises(LinkError) as caught:
            use(token)
        assert caught.value.reason == "forged"
    desk.clock.instant += timedelta(hours=profile.registration.link_hours)
    with pytest.raises(LinkError) as old:
        desk.removals.remove(link)
    assert old.value.reason == "request_expired"
    back = desk.removed()
    desk.clock.instant += timedelta(hours=profile.registration.undo_hours)
    with pytest.raises(LinkError) as late:
        desk.removals.undo(back)
    assert late.value.reason == "request_expired"


def test_somebody_who_keeps_writing_makes_it_busy_and_nothing_changes(desk: Desk) -> None:
    desk.register(EMAIL, NUMBER)
    desk.removals.ask([NUMBER.e164], EMAIL, "en")

    def other() -> None:
        record = desk.numbers.records[NUMBER]
        desk.numbers.records[NUMBER] = record.affirmed(NOW, record.begun_by)

    desk.requests.before_write = other
    with pytest.raises(UnavailableError):
        desk.removals.remove(desk.token(REMOVE_NUMBERS))
    assert desk.numbers.records[NUMBER].is_listed
