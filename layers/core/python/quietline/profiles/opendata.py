"""The profile's rules of open data: when files appear, on which days offices rest, how small cells are protected."""

from datetime import date, datetime, timedelta
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Holiday(_Part):
    """A day of rest: a fixed `day` of a month, or the `nth` of a `weekday` (0 Monday; -1 the last); `since` a year.

    A fixed day on a Saturday is kept on the Friday before, one on a Sunday on the Monday after.
    """

    name: str
    month: int
    day: int = 0
    weekday: int = 0
    nth: int = 0
    since: int = 0

    def kept_on(self, year: int) -> date | None:
        """Return the day on which offices close for it, or None before it existed."""
        if year < self.since:
            return None
        if self.day:
            on = date(year, self.month, self.day)
            return on + timedelta(days={5: -1, 6: 1}.get(on.weekday(), 0))
        if self.nth > 0:
            first = date(year, self.month, 1)
            return first + timedelta(days=(self.weekday - first.weekday()) % 7 + 7 * (self.nth - 1))
        last = date(year + self.month // 12, self.month % 12 + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - self.weekday) % 7 + 7 * (-self.nth - 1))


class OpenDataLimits(_Part):
    """Requests an hour: with a key, and without one (or with `demo_key`) from one address."""

    key_per_hour: int
    demo_per_hour: int
    demo_key: str


class ReportedNumbers(_Part):
    """The feed of reported callers: days it looks back, and people that make a caller appear."""

    window_days: int
    min_complainants: int


class OpenData(_Part):
    """Daily files of reported calls.

    `publish_at` is a time of the registry's day; `restated_days`, how long a published day is compared with the
    complaints as they are now; `min_cell`, people that a city, a state's area or a state must have in a file to be
    named there; `page` the most records of an answer; `max_days_read` the most files that one question may search.
    """

    publish_at: str
    restated_days: int
    min_cell: int
    page: int
    max_days_read: int
    limits: OpenDataLimits
    reported_numbers: ReportedNumbers
    holidays: tuple[Holiday, ...]

    @cached_property
    def _kept(self) -> dict[int, frozenset[date]]:
        return {}

    def is_business_day(self, day: date) -> bool:
        """Return whether a file appears on that day: Monday to Friday, no holiday."""
        if day.weekday() >= 5:
            return False
        if day.year not in self._kept:
            # a holiday of the next year's first day may be kept on this year's last
            kept = (holiday.kept_on(year) for year in (day.year, day.year + 1) for holiday in self.holidays)
            self._kept[day.year] = frozenset(on for on in kept if on)
        return day not in self._kept[day.year]

    def due(self, local: datetime) -> date:
        """Return the date of the newest file that should be published at a time of the registry's day."""
        day = local.date()
        if f"{local:%H:%M}" < self.publish_at:
            day -= timedelta(days=1)
        while not self.is_business_day(day):
            day -= timedelta(days=1)
        return day

    def covered(self, release: date) -> tuple[date, ...]:
        """Return the days whose complaints a file holds: from the file before it to the day before its own."""
        first = release - timedelta(days=1)
        while not self.is_business_day(first):
            first -= timedelta(days=1)
        return tuple(first + timedelta(days=after) for after in range((release - first).days))


class StateFacts(_Part):
    """A state: its postal code and how many people live there."""

    name: str
    code: str
    population: int


class Statistics(_Part):
    """What the data book is counted with: the fiscal year's first month, residents by state and their source."""

    fiscal_year_month: int
    population_source: str
    population_day: date = Field(alias="population_on")
    states: tuple[StateFacts, ...]

    @cached_property
    def state_of(self) -> dict[str, StateFacts]:
        """Folded name or postal code → the state."""
        return {key.casefold(): state for state in self.states for key in (state.name, state.code)}

    def fiscal_year(self, day: date) -> int:
        """Return the fiscal year of a day, named by the year in which it ends."""
        return day.year + (self.fiscal_year_month > 1 and day.month >= self.fiscal_year_month)

    def year_of(self, fiscal_year: int) -> tuple[date, date]:
        """Return a fiscal year's first and last day."""
        month = self.fiscal_year_month
        first = date(fiscal_year - (month > 1), month, 1)
        return first, date(first.year + 1, month, 1) - timedelta(days=1)
