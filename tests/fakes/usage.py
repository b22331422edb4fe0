"""Metering's ports in memory."""

from dataclasses import replace
from datetime import date
from typing import Any

from quietline.usage.model import Channel, DayUsage, Take


class MemoryUsage:
    """Counters by organization and day."""

    def __init__(self) -> None:
        self.days: dict[tuple[str, date], DayUsage] = {}

    def of_day(self, organization_id: str, day: date) -> DayUsage:
        return self.days.get((organization_id, day), DayUsage(day))

    def of_month(self, organization_id: str, month: date) -> list[DayUsage]:
        return [
            usage
            for (organization, day), usage in sorted(self.days.items())
            if organization == organization_id and (day.year, day.month) == (month.year, month.month)
        ]

    def take(self, take: Take) -> int | None:
        before = self.of_day(take.organization_id, take.day)
        total = int(getattr(before, take.channel.value)) + take.numbers
        if total > take.limit:
            return None
        changes: dict[str, Any] = {take.channel.value: total}
        self.days[take.organization_id, take.day] = replace(before, **changes)
        return total


class MemoryMetrics:
    """What the operations team would have been told."""

    def __init__(self) -> None:
        self.numbers: list[tuple[Channel, int]] = []
        self.suspicions: list[tuple[str, str]] = []

    def asked(self, channel: Channel, numbers: int) -> None:
        self.numbers.append((channel, numbers))

    def suspected(self, channel: Channel, organization_id: str, why: str) -> None:
        self.suspicions.append((organization_id, why))
