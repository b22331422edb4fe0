"""Business days: Monday to Friday without the profile's holidays."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

SATURDAY, SUNDAY = 5, 6
ONE_DAY = timedelta(days=1)


class Holiday(Protocol):
    """A day of every year: of the month, or the `nth` `weekday` (0 is Monday) of the month, -1 the last."""

    @property
    def month(self) -> int:
        """The month."""
        ...

    @property
    def day(self) -> int:
        """Of the month; 0 where it is a weekday's."""
        ...

    @property
    def weekday(self) -> int:
        """0 is Monday."""
        ...

    @property
    def nth(self) -> int:
        """1 is the first, -1 the last."""
        ...


def is_business_day(day: date, holidays: Sequence[Holiday]) -> bool:
    """Return whether people are at work."""
    return day.weekday() < SATURDAY and not any(day in _days(one, day.year) for one in holidays)


def after_business_days(day: date, count: int, holidays: Sequence[Holiday]) -> date:
    """Return the business day that is `count` of them after a day, which itself does not count."""
    while count > 0:
        day += ONE_DAY
        count -= is_business_day(day, holidays)
    return day


def _days(holiday: Holiday, year: int) -> frozenset[date]:
    # New Year's Day may be observed in the year before
    return frozenset(_observed(holiday.month, holiday.day, holiday.weekday, holiday.nth, y) for y in (year, year + 1))


@lru_cache(maxsize=1024)
def _observed(month: int, day: int, weekday: int, nth: int, year: int) -> date:
    """Return the day off: of a Saturday the Friday before, of a Sunday the Monday after (5 U.S.C. 6103(b))."""
    if not day:
        return _nth(year, month, weekday, nth)
    found = date(year, month, day)
    return found + ONE_DAY * {SATURDAY: -1, SUNDAY: 1}.get(found.weekday(), 0)


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - ONE_DAY
    return last - timedelta(days=(last.weekday() - weekday) % 7)
