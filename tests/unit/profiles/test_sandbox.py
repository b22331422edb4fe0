"""The sandbox's numbers do what the documentation says, on any day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quietline.kernel import phone
from quietline.kernel.errors import InvalidPhoneNumberError
from quietline.kernel.ids import is_sandbox, new_ulid, sandbox_id
from quietline.lists.sandbox import MagicChanges
from quietline.profiles.profile import load_profile
from quietline.profiles.sandbox import changes

US = load_profile("us")
MAGIC = US.sandbox


def listed(subscriber: int, day: date) -> bool:
    """Whether the list published on a day carries a number."""
    done = changes(US, subscriber, US.end_of(day - timedelta(days=1)) + timedelta(hours=1))
    return bool(done) and done[-1][1]


@settings(max_examples=30)
@given(st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_each_number_is_what_it_is_for(day: date) -> None:
    even = (day - MAGIC.since).days % 2 == 0

    assert all(listed(number, day) for number in MAGIC.listed)
    assert not any(listed(number, day) for number in MAGIC.clear)
    assert all(listed(number, day) is even for number in MAGIC.alternating)
    assert all(listed(number, day) is not even for number in MAGIC.opposite)


def test_numbers_flip_at_midnight_of_the_registry() -> None:
    flips = changes(US, MAGIC.alternating[0], datetime(2026, 3, 10, tzinfo=UTC))

    assert [added for _, added in flips[:4]] == [True, False, True, False]
    assert {US.local_date(at) - US.local_date(at - timedelta(seconds=1)) for at, _ in flips} == {timedelta(days=1)}


def test_every_area_has_the_same_and_no_other_area_has_any() -> None:
    reader = MagicChanges(US.sandboxed)
    first, now = reader.first(), datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert first is not None

    assert US.sandboxed.area_keys == MAGIC.areas
    assert {len(reader.of_area(area, first, now)) for area in MAGIC.areas} == {len(reader.of_area("202", first, now))}
    assert reader.of_area("212", first, now) == []
    assert reader.changed(["202", "212"], now - timedelta(days=1), now) == {"202"}
    assert next(change.at for change in reader.of_area("202", first, now)) == first


def test_magic_numbers_are_fictitious_and_the_invalid_are() -> None:
    numbers = (*MAGIC.listed, *MAGIC.clear, *MAGIC.alternating, *MAGIC.opposite)

    assert len(set(numbers)) == len(numbers)
    assert all(5550100 <= number <= 5550199 for number in numbers)
    for area in MAGIC.areas:
        for number in numbers:
            assert phone.parse(f"{area}{number}", US.rules).e164 == f"+1{area}{number}"
    for text in MAGIC.invalid:
        with pytest.raises(InvalidPhoneNumberError):
            phone.parse(text, US.rules)


def test_an_id_tells_where_an_organization_belongs() -> None:
    ulid = new_ulid(datetime(2026, 11, 25, tzinfo=UTC))

    assert is_sandbox(sandbox_id(ulid))
    assert not is_sandbox(ulid)
    assert len(sandbox_id(ulid)) <= 40
