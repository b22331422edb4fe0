"""A number's history answers for every instant."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from quietline.kernel.phone import PhoneNumber
from quietline.registrations.model import NumberRecord

START = datetime(2026, 1, 1, tzinfo=UTC)


def record(changes: list[int]) -> NumberRecord:
    """A number added at the first hour, removed at the second, and so on."""
    made = NumberRecord(PhoneNumber("+12025550143"), "202", (), 0)
    for index, hours in enumerate(sorted(changes)):
        made = made.changed("D" if index % 2 else "A", START + timedelta(hours=hours), "test")
    return made


@given(st.sets(st.integers(0, 1000), max_size=8), st.integers(-5, 1005))
def test_listed_at_is_the_last_change_before(changes: set[int], hour: int) -> None:
    made = record(list(changes))
    before = len([change for change in changes if change <= hour])
    instant = START + timedelta(hours=hour)

    assert made.listed_at(instant) == (before % 2 == 1)
    assert made.version == len(changes)
    assert made.is_listed == (len(changes) % 2 == 1)
    since = made.listed_since(instant)
    assert since is None or (since <= instant and made.listed_at(since))


def test_a_number_registered_again_counts_from_then() -> None:
    made = record([10, 20, 30])
    assert made.registered_at == START + timedelta(hours=30)
    assert made.listed_since(START + timedelta(hours=15)) == START + timedelta(hours=10)
    assert not made.listed_at(START + timedelta(hours=20))
