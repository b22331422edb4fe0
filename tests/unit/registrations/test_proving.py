"""Proof of the line at registration: codes told, entered, mistyped and missing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import InvalidInputError, LinkError
from quietline.kernel.phone import PhoneNumber
from quietline.mails.links import CONFIRM_REGISTRATION, LINE_PROOF, LinkSigner
from quietline.profiles.profile import Profile
from quietline.registrations.codes import LineProof
from quietline.registrations.line import LineRemovalService
from quietline.registrations.proving import LineProving
from quietline.registrations.service import RegistrationService
from quietline.registrations.waiting import WaitingService

from tests.fakes.registrations import FakeCipher, FakeNumbers, FakeProofs, FakeRegistrations, proving

FIRST, SECOND = PhoneNumber("+12025550143"), PhoneNumber("+13105550144")
EMAIL, SECRET = "alex@example.com", b"s" * 32


class Desk:
    """A registry that proves lines, in memory."""

    def __init__(self, profile: Profile, clock: FixedClock) -> None:
        self.numbers = FakeNumbers()
        self.store = FakeRegistrations(self.numbers)
        self.proving: LineProving = proving(self.numbers, profile, clock)
        rest = (FakeCipher(), LinkSigner(SECRET), SECRET, profile, clock, self.proving)
        self.service = RegistrationService(self.store, self.numbers, *rest)
        self.waiting = WaitingService(self.store, *rest)
        self.removals = LineRemovalService(self.proving.codes, self.numbers)

    @property
    def proofs(self) -> FakeProofs:
        assert isinstance(self.proving.codes.proofs, FakeProofs)
        return self.proving.codes.proofs

    def register(self, *numbers: PhoneNumber, channel: str = "sms") -> str:
        """Register, and return the token of the browser."""
        return self.service.register([one.e164 for one in numbers], EMAIL, "en", channel).waiting_token

    def link(self) -> str:
        [kept] = self.store.registrations.values()
        return LinkSigner(SECRET).token(CONFIRM_REGISTRATION, kept.id, kept.nonce)

    def codes(self) -> dict[PhoneNumber, str]:
        """The last code that was told to each line."""
        return {one.number: LinkSigner(SECRET).code(one.id, one.nonce) for one in self.proofs.told}

    def listed(self) -> set[PhoneNumber]:
        return {number for number, record in self.numbers.records.items() if record.is_listed}

    def refused(self, *codes: str) -> list[tuple[str, str]]:
        with pytest.raises(InvalidInputError) as caught:
            self.service.confirm(self.link(), codes)
        return [(field.pointer, field.code) for field in caught.value.fields]


@pytest.fixture
def desk(proving_profile: Profile, clock: FixedClock) -> Desk:
    return Desk(proving_profile, clock)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_profile_that_asks_for_no_proof_tells_no_code(profile: Profile, clock: FixedClock) -> None:
    desk = Desk(profile, clock)
    desk.register(FIRST, channel="")
    assert desk.proofs.told == []
    assert desk.service.unproved(desk.link()) == {}
    assert desk.service.confirm(desk.link()).numbers == (FIRST,)


def test_each_number_gets_a_code_and_all_are_listed_with_them(desk: Desk) -> None:
    desk.register(FIRST, SECOND, channel="call")
    assert [(one.number, one.channel, one.use) for one in desk.proofs.told] == [
        (FIRST, "call", "registration"),
        (SECOND, "call", "registration"),
    ]
    assert desk.service.unproved(desk.link()) == {0: FIRST, 1: SECOND}
    codes = desk.codes()
    confirmed = desk.service.confirm(desk.link(), [f" {codes[FIRST][:3]} {codes[FIRST][3:]}", codes[SECOND]])
    assert (confirmed.numbers, confirmed.unproved) == ((FIRST, SECOND), ())
    assert desk.listed() == {FIRST, SECOND}


def test_the_channel_is_one_of_the_profile(desk: Desk) -> None:
    with pytest.raises(InvalidInputError) as caught:
        desk.service.register(["12"], EMAIL, "en", "pigeon")
    assert {field.pointer for field in caught.value.fields} == {"/numbers/0", "/channel"}
    assert desk.proofs.told == [] and not desk.store.registrations


def test_a_mistyped_code_lists_nothing_and_may_be_corrected_alone(desk: Desk) -> None:
    desk.register(FIRST, SECOND)
    codes = desk.codes()
    assert desk.refused(codes[FIRST], wrong(codes[SECOND])) == [("/codes/1", "code_wrong")]
    assert desk.listed() == set()
    assert desk.service.unproved(desk.link()) == {1: SECOND}
    assert desk.service.confirm(desk.link(), ["", codes[SECOND]]).numbers == (FIRST, SECOND)


def test_a_code_of_one_number_proves_no_other(desk: Desk) -> None:
    desk.register(FIRST, SECOND)
    codes = desk.codes()
    assert desk.refused(codes[SECOND], codes[FIRST]) == [("/codes/0", "code_wrong"), ("/codes/1", "code_wrong")]


def test_proved_numbers_go_on_and_the_others_say_why(desk: Desk) -> None:
    desk.register(FIRST, SECOND)
    confirmed = desk.service.confirm(desk.link(), [desk.codes()[FIRST], " "])
    assert [(one.number, one.reason) for one in confirmed.unproved] == [(SECOND, "code_missing")]
    assert desk.listed() == {FIRST}
    [kept] = desk.store.registrations.values()
    assert kept.numbers == (FIRST,), "a number that is not proved is no part of the registration"
    with pytest.raises(LinkError):
        desk.service.confirm(desk.link(), ["", desk.codes()[SECOND]])


def test_without_a_code_nothing_is_confirmed(desk: Desk, clock: FixedClock) -> None:
    desk.register(FIRST)
    assert desk.refused() == [("/codes/0", "code_missing")]
    assert desk.refused("1", "2") == [("/codes", "too_many_codes")]
    clock.instant += timedelta(minutes=60)
    assert desk.refused(desk.codes()[FIRST]) == [("/codes/0", "code_ended")]
    assert desk.listed() == set()


def test_tries_are_counted_and_the_right_code_does_not_work_after_the_last(desk: Desk) -> None:
    desk.register(FIRST)
    code = desk.codes()[FIRST]
    assert [desk.refused(wrong(code)) for _ in range(2)] == [[("/codes/0", "code_wrong")]] * 2
    assert desk.refused(code) == [("/codes/0", "code_ended")]


def test_sending_again_tells_new_codes_to_numbers_that_are_not_proved(desk: Desk) -> None:
    token = desk.register(FIRST, SECOND)
    old = desk.codes()
    desk.refused(old[FIRST], wrong(old[SECOND]))
    assert desk.waiting.again(token).codes
    assert [one.number for one in desk.proofs.told] == [FIRST, SECOND, SECOND]
    assert desk.service.confirm(desk.link(), ["", desk.codes()[SECOND]]).numbers == (FIRST, SECOND)


def test_sending_again_tells_one_code_a_line_although_somebody_else_writes_first(desk: Desk) -> None:
    token = desk.register(FIRST)

    def once() -> None:
        desk.store.before_write = lambda: None
        [(key, kept)] = desk.store.registrations.items()
        desk.store.registrations[key] = replace(kept, mails=kept.mails + 1)

    desk.store.before_write = once
    assert desk.waiting.again(token).codes
    assert [one.number for one in desk.proofs.told] == [FIRST, FIRST], "at registration, and again"
    assert desk.service.confirm(desk.link(), [desk.codes()[FIRST]]).numbers == (FIRST,)


def test_a_corrected_address_keeps_the_codes(desk: Desk) -> None:
    token = desk.register(FIRST)
    code = desk.codes()[FIRST]
    desk.waiting.correct(token, "right@example.com")
    assert len(desk.proofs.told) == 1
    assert desk.service.confirm(desk.link(), [code]).numbers == (FIRST,)


def test_codes_of_a_number_and_day_are_counted_together_with_those_of_removals(desk: Desk) -> None:
    for _ in range(2):
        desk.removals.ask(FIRST.e164, "sms", "en")
    token = desk.register(FIRST)
    assert [one.use for one in desk.proofs.told] == ["removal", "removal", "registration"]
    desk.waiting.again(token)
    desk.removals.ask(FIRST.e164, "sms", "en")
    assert len(desk.proofs.told) == 3, "the fourth and fifth are told to nobody"


def test_a_code_to_register_removes_nothing_and_the_other_way_round(desk: Desk) -> None:
    desk.register(FIRST)
    [registering] = desk.proofs.told
    token = LinkSigner(SECRET).token(LINE_PROOF, registering.id, registering.nonce)
    with pytest.raises(LinkError) as caught:
        desk.removals.remove(token, desk.codes()[FIRST])
    assert caught.value.reason == "forged"
    desk.removals.ask(FIRST.e164, "sms", "en")
    removing: LineProof = desk.proofs.told[-1]
    assert desk.refused(LinkSigner(SECRET).code(removing.id, removing.nonce)) == [("/codes/0", "code_wrong")]
