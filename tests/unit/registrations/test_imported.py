"""An import's entry in a number's history."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.kernel.phone import PhoneNumber
from quietline.registrations.model import HistoryEntry, NumberRecord

START = datetime(2026, 11, 1, tzinfo=UTC)
EMPTY = NumberRecord(PhoneNumber("+12025550143"), "202", (), 0)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def entry(at: int, since: int | None = None, by: str = "import:1") -> HistoryEntry:
    return HistoryEntry(day(at), "A", by, None if since is None else day(since))


def test_a_number_from_elsewhere_is_ours_from_the_import_on_and_protected_since_it_was_registered() -> None:
    record = EMPTY.imported(entry(10, since=-400))

    assert not record.listed_at(day(9))
    assert record.listed_at(day(10))
    assert record.listed_since(day(9)) == day(-400)
    assert record.registered_at == day(-400)
    assert record.version == 0


def test_a_listed_number_is_untouched() -> None:
    record = EMPTY.changed("A", day(1), "registration:1")

    assert record.imported(entry(10, since=-400)) == record


def test_the_same_import_counts_once() -> None:
    record = EMPTY.imported(entry(10)).changed("D", day(11), "removal:1")

    assert record.imported(entry(10)) == record


def test_who_took_a_number_off_before_is_not_overruled_for_the_time_between() -> None:
    record = EMPTY.changed("A", day(1), "registration:1").changed("D", day(3), "removal:1").imported(entry(10, -400))

    assert record.listed_since(day(2)) == day(1)
    assert record.listed_since(day(5)) == day(3)
    assert not record.listed_at(day(5))
    assert record.is_listed


def test_a_later_removal_wins() -> None:
    record = EMPTY.changed("A", day(1), "registration:1").changed("D", day(2), "removal:1")

    assert not record.changed("A", day(20), "r").changed("D", day(21), "removal:2").imported(entry(10)).is_listed


@given(st.lists(st.integers(0, 40), unique=True, max_size=8), st.integers(0, 40))
def test_the_number_is_listed_as_if_the_import_had_come_in_its_turn(changes: list[int], at: int) -> None:
    record = EMPTY
    for place, when in enumerate(sorted(changes)):
        record = record.changed("A" if place % 2 == 0 else "D", day(when), f"change:{when}")

    with_import = record.imported(entry(at))

    for when in range(42):
        earlier = [place for place, change in enumerate(sorted(changes)) if change <= when]
        last_change = sorted(changes)[earlier[-1]] if earlier else -1
        listed = bool(earlier) and earlier[-1] % 2 == 0
        assert with_import.listed_at(day(when)) == (listed or (at <= when and last_change <= at))


@pytest.mark.parametrize("asked", [0, 9])
def test_before_the_import_nothing_is_listed(asked: int) -> None:
    assert EMPTY.imported(entry(10)).listed_since(day(asked)) is None
