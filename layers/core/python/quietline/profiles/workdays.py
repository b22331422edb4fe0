"""Business days, and how long a seller may take to follow a stop request.

A business day is Monday to Friday without the profile's holidays.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field

SATURDAY, SUNDAY = 5, 6
ONE_DAY = timedelta(days=1)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Holiday(_Part):
    """A day of every year: a day of the month, or the `nth` (-1 the last) `weekday` (0 is Monday) of it."""

    name: str
    month: int
    day: int = 0
    weekday: int = 0
    nth: int = 0


class StopDeadline(_Part):
    """How many days, calendar or business, a seller may take to stop, for requests from a day on."""

    since: date = Field(alias="from")
    days: int
    business: bool
    source: str


class Stops(_Part):
    """Stop requests to one seller; deadlines are sorted, the oldest first."""

    link_hours: int
    deadlines: tuple[StopDeadline, ...]


def stop_due_on(day: date, stops: Stops, holidays: Sequence[Holiday]) -> date | None:
    """Return the last day for a request of a day; None where no deadline is known that early."""
    found = [deadline for deadline in stops.deadlines if deadline.since <= day]
    if not found:
        return None
    if found[-1].business:
        return after_business_days(day, found[-1].days, holidays)
    return day + timedelta(days=found[-1].days)


def is_business_day(day: date, holidays: Sequence[Holiday]) -> bool:
    """Return whether people are at work."""
    # New Year's Day may be observed in the year before
    return day.weekday() < SATURDAY and not any(
        day == _observed(one, year) for one in holidays for year in (day.year, day.year + 1)
    )


def after_business_days(day: date, count: int, holidays: Sequence[Holiday]) -> date:
    """Return the business day that is `count` of them after a day, which itself does not count."""
    while count > 0:
        day += ONE_DAY
        count -= is_business_day(day, holidays)
    return day


@lru_cache(maxsize=1024)
def _observed(holiday: Holiday, year: int) -> date:
    """Return the day off: of a Saturday the Friday before, of a Sunday the Monday after (5 U.S.C. 6103(b))."""
    if not holiday.day:
        return _nth(year, holiday.month, holiday.weekday, holiday.nth)
    found = date(year, holiday.month, holiday.day)
    return found + ONE_DAY * {SATURDAY: -1, SUNDAY: 1}.get(found.weekday(), 0)


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - ONE_DAY
    return last - timedelta(days=(last.weekday() - weekday) % 7)
