"""What lookups need from outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from quietline.kernel.phone import PhoneNumber
from quietline.lookups.model import Calendar, Change, PublishedList
from quietline.usage.model import Standing


class PublishedLists(Protocol):
    """The published lists."""

    def newest(self) -> PublishedList | None:
        """Return the newest list, or None before the first."""
        ...

    def on(self, day: date) -> PublishedList | None:
        """Return the list of a date, or None when none was published."""
        ...

    def calendar(self) -> Calendar:
        """Return every published list's date and cut-off."""
        ...


class NumberHistories(Protocol):
    """The registry's dated history."""

    def of(self, numbers: Sequence[PhoneNumber]) -> Mapping[PhoneNumber, Sequence[Change]]:
        """Return the changes, oldest first, of those of the numbers that the registry knows."""
        ...


class StopRequests(Protocol):
    """Who told an organization to stop calling."""

    def held_among(self, organization_id: str, numbers: Collection[str]) -> frozenset[str]:
        """Return those of some numbers (E.164) with a stop request to the organization that was not taken back."""
        ...


class Meter(Protocol):
    """Counts what an account asks."""

    def look_up(self, standing: Standing, numbers: Collection[PhoneNumber]) -> None:
        """Count the different numbers of a lookup.

        Raises:
            TooManyRequestsError: the account would pass its limit of the day.
        """
        ...


class Signer(Protocol):
    """Signs what we say."""

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return a compact JWS (ES256) of the payload."""
        ...
