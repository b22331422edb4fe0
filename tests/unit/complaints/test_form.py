"""The form: what is refused, with which code."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from quietline.complaints.form import caller_key, read_form
from quietline.complaints.model import ComplaintInput
from quietline.complaints.service import status_hash
from quietline.kernel.errors import InvalidInputError
from quietline.kernel.ids import read_reference
from quietline.profiles.profile import Profile

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
FORM = ComplaintInput(
    called_number="202 555 0143",
    call_date="2026-11-20",
    call_time="18:30",
    robocall=False,
    caller_number="305 555 0187",
)


def codes(profile: Profile, **changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInputError) as refused:
        read_form(replace(FORM, **changes), NOW, profile)
    return [(field.pointer, field.code) for field in refused.value.fields]


def test_a_good_form_is_read(profile: Profile) -> None:
    call = read_form(replace(FORM, first_name="  Alex  ", email="Alex@EXAMPLE.com"), NOW, profile)

    assert call.called.e164 == "+12025550143"
    assert call.called_at == datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert (call.caller_number, call.caller_key) == ("+13055550187", "+13055550187")
    assert call.consumer == {"first_name": "Alex"}
    assert (call.language, call.email) == ("en", "Alex@example.com")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"called_number": "no"}, ("/called_number", "not_a_number")),
        ({"called_number": "+44 20 7946 0018"}, ("/called_number", "other_country")),
        ({"caller_number": "12"}, ("/caller_number", "not_a_number")),
        ({"caller_number": "", "caller_name": " "}, ("/caller_number", "caller_missing")),
        ({"call_date": "20.11.2026"}, ("/call_date", "call_date")),
        ({"call_time": "25:00"}, ("/call_time", "call_time")),
        ({"call_time": "18:30Z"}, ("/call_time", "call_time")),
        ({"call_date": "2026-11-24", "call_time": "10:01"}, ("/call_date", "in_future")),
        ({"call_date": "9999-12-31", "call_time": "23:00"}, ("/call_date", "in_future")),
        ({"call_date": "2021-11-23"}, ("/call_date", "too_old")),
        ({"call_date": "0001-01-01"}, ("/call_date", "too_old")),
        ({"kind": "fax"}, ("/kind", "kind")),
        ({"subject": 17}, ("/subject", "subject")),
        ({"subject": 8}, ("/subject", "diverted")),
        ({"subject": 15}, ("/subject", "diverted")),
        ({"city": "x" * 101}, ("/city", "too_long")),
        ({"comments": "x" * 2001}, ("/comments", "too_long")),
        ({"language": "de"}, ("/language", "language")),
        ({"email": "alex@"}, ("/email", "email_no_domain")),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], expected: tuple[str, str], profile: Profile) -> None:
    assert codes(profile, **changes) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        {"call_date": "2026-11-24", "call_time": "10:00"},
        {"call_date": "2021-11-24"},
        {"caller_number": "", "caller_name": "Sunny Warranties"},
        {"caller_number": "+44 20 7946 0018"},
        {"comments": "x" * 2000},
        {"language": "es"},
    ],
)
def test_what_is_just_right_is_taken(changes: dict[str, Any], profile: Profile) -> None:
    read_form(replace(FORM, **changes), NOW, profile)


def test_every_wrong_field_is_named_at_once(profile: Profile) -> None:
    found = codes(profile, called_number="", caller_number="", call_date="", kind="", email="x")

    assert len(found) == len({pointer for pointer, _ in found}) == 5


def test_no_refusal_repeats_a_number_or_an_address(profile: Profile) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_form(replace(FORM, called_number="+44 20 7946 0018", email="alex@"), NOW, profile)

    told = " ".join([str(refused.value), *(field.detail for field in refused.value.fields)])
    assert "7946" not in told and "alex" not in told


def test_callers_without_a_number_are_told_apart_by_name() -> None:
    assert caller_key("", "ACME  Roofing, Inc.") == caller_key("", "acme roofing inc") == "name:acme roofing inc"
    assert caller_key("+13055550187", "Acme") == "+13055550187"


@pytest.mark.parametrize("typed", ["QL-7K3M-Q9TZ", " ql 7k3m q9tz ", "ql7k3mq9tz", "7K3M-Q9TZ"])
def test_a_reference_is_read_however_it_is_typed(typed: str) -> None:
    assert read_reference(typed) == "QL-7K3M-Q9TZ"


def test_a_reference_whose_code_begins_like_the_prefix_is_read() -> None:
    assert read_reference("QL-Q13M-Q9TZ") == "QL-Q13M-Q9TZ"


def test_a_status_code_s_hash_depends_on_the_secret() -> None:
    assert len({status_hash("A", b"1" * 32), status_hash("A", b"2" * 32), status_hash("B", b"1" * 32)}) == 3
