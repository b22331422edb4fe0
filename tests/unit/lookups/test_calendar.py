"""Time travel: which list first carried a number, from its changes and the lists' cut-offs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quietline.lookups.model import Calendar, Change

DAY = date(2026, 11, 2)
MIDNIGHT = datetime(2026, 11, 3, 5, tzinfo=UTC)


def calendar(days: int = 5) -> Calendar:
    """Lists of 2 November and the days after, each cut off at midnight in Washington."""
    return Calendar(
        tuple(DAY + timedelta(day) for day in range(days)),
        tuple(MIDNIGHT + timedelta(day) for day in range(days)),
    )


def changes(*hours: float) -> list[Change]:
    """Added and removed in turn, so many hours after the first cut-off."""
    return [Change(MIDNIGHT + timedelta(hours=hour), place % 2 == 0) for place, hour in enumerate(hours)]


@pytest.mark.parametrize(
    ("hours", "first"),
    [
        ((), None),
        ((-48,), DAY),
        ((-0.01,), DAY),
        ((0,), DAY + timedelta(1)),
        ((1,), DAY + timedelta(1)),
        ((1, 30), None),
        ((1, 30, 60), DAY + timedelta(3)),
        ((1, 2), None),
        ((1, 30, 31), DAY + timedelta(1)),
        ((1, 96), DAY + timedelta(1)),
        ((96,), None),
    ],
    ids=[
        "never",
        "before the first list",
        "just before a cut-off",
        "at a cut-off",
        "after it",
        "removed",
        "added again",
        "added and removed within a day",
        "removed and added within a day: every list carried it",
        "removed after the last list",
        "added after the last list",
    ],
)
def test_first_listed(hours: tuple[float, ...], first: date | None) -> None:
    assert calendar().first_listed(changes(*hours)) == first


def test_as_it_was_on_a_date() -> None:
    added, removed = changes(1, 30)

    assert calendar().up_to(DAY).first_listed([added, removed]) is None
    assert calendar().up_to(DAY + timedelta(1)).first_listed([added, removed]) == DAY + timedelta(1)
    assert calendar().up_to(DAY + timedelta(2)).first_listed([added, removed]) is None


@given(
    hours=st.lists(st.integers(-30, 150), unique=True, max_size=12).map(sorted),
    days=st.sets(st.integers(0, 5), min_size=1).map(sorted),
)
def test_it_agrees_with_sets_published_day_by_day(hours: list[int], days: list[int]) -> None:
    history = changes(*hours)
    lists = Calendar(tuple(DAY + timedelta(day) for day in days), tuple(MIDNIGHT + timedelta(day) for day in days))
    carried = []
    for cutoff in lists.cutoffs:
        before = [change for change in history if change.at < cutoff]
        carried.append(bool(before) and before[-1].added)
    expected = None
    for day, on_it in zip(reversed(lists.dates), reversed(carried), strict=True):
        if not on_it:
            break
        expected = day

    assert lists.first_listed(history) == expected
