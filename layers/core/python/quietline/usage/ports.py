"""What metering needs from outside."""

from datetime import date
from typing import Protocol

from quietline.usage.model import Channel, DayUsage, Take


class UsageStore(Protocol):
    """Counters by organization and day."""

    def of_day(self, organization_id: str, day: date) -> DayUsage:
        """Return what an organization has used on a day."""
        ...

    def of_month(self, organization_id: str, month: date) -> list[DayUsage]:
        """Return the days of a month on which it used anything, in order."""
        ...

    def take(self, take: Take) -> int | None:
        """Count numbers and return the day's sum, or None when it would pass the limit."""
        ...


class UsageMetrics(Protocol):
    """Tells the operations team, without numbers and without names."""

    def asked(self, channel: Channel, numbers: int) -> None:
        """Report how many different numbers a question held."""
        ...

    def suspected(self, channel: Channel, organization_id: str, why: str) -> None:
        """Report that an account seems to enumerate: `daily_alarm`, `daily_limit` or `walk`."""
        ...
