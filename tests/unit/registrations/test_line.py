"""A number is removed by a code told to its line."""

from datetime import timedelta

import pytest
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import InvalidInputError, LinkError
from quietline.kernel.phone import PhoneNumber
from quietline.profiles.profile import Profile
from quietline.registrations.line import LineRemovalService
from quietline.registrations.model import HistoryEntry, NumberRecord

from tests.conftest import NOW
from tests.fakes.registrations import FakeNumbers, FakeProofs, code_desk

NUMBER = PhoneNumber("+12025550143")


@pytest.fixture
def service(clock: FixedClock, profile: Profile) -> LineRemovalService:
    numbers = FakeNumbers()
    numbers.records[NUMBER] = NumberRecord(NUMBER, "202", (HistoryEntry(NOW, "A", "import:1"),), 0)
    return LineRemovalService(code_desk(numbers, profile, clock), numbers)


def told(service: LineRemovalService) -> str:
    assert isinstance(service.codes.proofs, FakeProofs)
    last = service.codes.proofs.told[-1]
    return service.codes.links.code(last.id, last.nonce)


def record(service: LineRemovalService) -> NumberRecord:
    found = service.numbers.get(NUMBER)
    assert found is not None
    return found


def reason(caught: pytest.ExceptionInfo[LinkError]) -> str:
    return caught.value.reason


def test_whoever_has_the_line_removes_even_an_imported_number_and_takes_it_back(
    service: LineRemovalService, clock: FixedClock
) -> None:
    token = service.ask("(202) 555-0143", "sms", "en")
    code = told(service)
    assert len(code) == 6 and code.isdigit()
    clock.instant += timedelta(days=0, minutes=9)
    assert service.remove(token, f"{code[:3]} {code[3:]}").numbers == (NUMBER,)
    assert not record(service).is_listed
    with pytest.raises(LinkError) as used:
        service.remove(token, code)
    assert reason(used) == "code_ended"
    clock.instant += timedelta(hours=23)
    service.undo(token)
    assert (record(service).registered_at, record(service).begun_by) == (NOW, "import:1")
    with pytest.raises(LinkError) as again:
        service.undo(token)
    assert reason(again) == "request_used"


def test_a_code_ends_when_it_was_mistyped_too_often(service: LineRemovalService, profile: Profile) -> None:
    token = service.ask(NUMBER.e164, "call", "es")
    code = told(service)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(profile.registration.removal.tries):
        with pytest.raises(InvalidInputError) as caught:
            service.remove(token, wrong)
        assert [error.code for error in caught.value.fields] == ["code_wrong"]
    with pytest.raises(LinkError) as ended:
        service.remove(token, code)
    assert reason(ended) == "code_ended"
    assert record(service).is_listed


def test_a_line_gets_only_so_many_codes_and_nobody_is_told(service: LineRemovalService, profile: Profile) -> None:
    rules = profile.registration.removal
    tokens = [service.ask(NUMBER.e164, "sms", "en") for _ in range(rules.per_number_per_day + 1)]
    assert len(set(tokens)) == len(tokens)
    assert isinstance(service.codes.proofs, FakeProofs)
    assert len(service.codes.proofs.told) == rules.per_number_per_day


def test_time_and_forgery(service: LineRemovalService, clock: FixedClock, profile: Profile) -> None:
    token = service.ask(NUMBER.e164, "sms", "en")
    with pytest.raises(LinkError) as early:
        service.undo(token)
    assert reason(early) == "forged"
    with pytest.raises(LinkError) as forged:
        service.remove(token[:-1] + ("A" if token[-1] != "A" else "B"), told(service))
    assert reason(forged) == "forged"
    clock.instant += timedelta(minutes=profile.registration.removal.minutes)
    with pytest.raises(LinkError) as late:
        service.remove(token, told(service))
    assert reason(late) == "code_ended"
    token = service.ask(NUMBER.e164, "sms", "en")
    service.remove(token, told(service))
    clock.instant += timedelta(hours=profile.registration.undo_hours)
    with pytest.raises(LinkError) as old:
        service.undo(token)
    assert reason(old) == "request_expired"


def test_a_number_that_is_not_listed_is_answered_alike(service: LineRemovalService) -> None:
    token = service.ask("(310) 555-0144", "sms", "en")
    assert service.remove(token, told(service)).numbers == (PhoneNumber("+13105550144"),)
    with pytest.raises(LinkError) as nothing:
        service.undo(token)
    assert reason(nothing) == "request_used"


def test_wrong_fields(service: LineRemovalService) -> None:
    with pytest.raises(InvalidInputError) as caught:
        service.ask("12", "pigeon", "fr")
    assert [error.pointer for error in caught.value.fields] == ["/language", "/number", "/channel"]
