"""Clock, ids, money and the error tree."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from quietline.kernel import errors
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.ids import new_code, new_ulid, normalise_code
from quietline.kernel.money import Money

INSTANTS = st.datetimes(datetime(2003, 6, 27), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(INSTANTS, INSTANTS)
def test_instants_sort_as_text(first: datetime, second: datetime) -> None:
    early, late = sorted([first, second])

    assert to_text(early) <= to_text(late)
    assert abs(from_text(to_text(first)) - first) < timedelta(milliseconds=1)


def test_an_instant_is_written_in_utc() -> None:
    assert to_text(datetime(2026, 11, 23, 23, 30, tzinfo=timezone(timedelta(hours=-5)))) == "2026-11-24T04:30:00.000Z"


@given(INSTANTS)
def test_ulids_sort_by_time(instant: datetime) -> None:
    first, second = new_ulid(instant), new_ulid(instant + timedelta(milliseconds=2))

    assert len(first) == 26
    assert first < second


def test_a_code_can_be_read_aloud_and_typed_back() -> None:
    code = new_code()

    assert len(code) == 8
    assert normalise_code(f" {code[:4].lower()}-{code[4:]} ") == code
    assert normalise_code("il0o") == "1100"


def test_money_adds_within_a_currency() -> None:
    assert Money(5400, "USD") + Money(2700, "USD").times(2) == Money(10800, "USD")
    with pytest.raises(ValueError, match="EUR"):
        _ = Money(1, "USD") + Money(1, "EUR")


def test_every_error_has_a_slug_of_its_own() -> None:
    def tree(kind: type[errors.QuietlineError]) -> list[type[errors.QuietlineError]]:
        return [kind, *(child for sub in kind.__subclasses__() for child in tree(sub))]

    slugs = [kind.slug for kind in tree(errors.QuietlineError)]

    assert len(slugs) == len(set(slugs))


def test_a_log_says_where_but_never_what() -> None:
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "+12025550143"}}, "SendEmail")

    def fails() -> None:
        raise refused

    with pytest.raises(ClientError) as caught:
        fails()

    assert errors.log_fields(caught.value) == {
        "error_type": "ClientError",
        "aws_code": "AccessDenied",
        "aws_operation": "SendEmail",
    }
    with pytest.raises(ValueError, match="0143") as ours:
        from_text("+12025550143")
    said = errors.log_fields(ours.value)
    assert said["where"].startswith("quietline.kernel.clock:")
    assert "0143" not in str(said)
