"""Time as a port: use cases take a `Clock`, tests pass a `FixedClock`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until a test moves it."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant set."""
        return self.instant


def to_text(instant: datetime) -> str:
    """Return UTC ISO-8601 with milliseconds and `Z`; sorts as text in the order of time.

    >>> to_text(datetime(2026, 11, 23, 5, 0, tzinfo=UTC))
    '2026-11-23T05:00:00.000Z'
    """
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    """Read what `to_text` wrote.

    Raises:
        ValueError: the text is not an ISO-8601 instant.

    """
    return datetime.fromisoformat(text).astimezone(UTC)
