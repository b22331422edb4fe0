"""How old a list is and how long it may be used: from signed dates and the profile's days, never from a file's time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from cli.jurisdiction import profile_of


class Freshness(StrEnum):
    """How a list's age is shown."""

    FRESH = "fresh"
    AGEING = "ageing"
    """Older than the profile's `warn_age_days`: pull soon."""
    EXPIRED = "expired"
    """Past the last day on which calls may rely on it."""


STYLES = {Freshness.FRESH: "green", Freshness.AGEING: "yellow", Freshness.EXPIRED: "red"}


@dataclass(frozen=True)
class Age:
    """A list's age today: `days_left` is negative once it is too old."""

    days: int
    days_left: int
    freshness: Freshness


def today(profile: str) -> date:
    """Return the present date where the registry is, whose days signed dates are; tests replace it.

    Raises:
        NotVerifiedError: this version of the command does not know the jurisdiction.
    """
    return profile_of(profile).local_date(datetime.now(UTC))


def days_left(valid_until: str, profile: str) -> int:
    """Return how many days after today a list may still be used; negative once it is too old."""
    return (date.fromisoformat(valid_until) - today(profile)).days


def of(list_date: str, valid_until: str, profile: str) -> Age:
    """Return the age of a list.

    Args:
        list_date: the signed date of the list, `YYYY-MM-DD`.
        valid_until: the signed last day of its use.
        profile: name of the jurisdiction, whose zone says which day it is, and whose `warn_age_days` when to warn.
    """
    days = (today(profile) - date.fromisoformat(list_date)).days
    left = days_left(valid_until, profile)
    if left < 0:
        return Age(days, left, Freshness.EXPIRED)
    ageing = days > profile_of(profile).lists.warn_age_days
    return Age(days, left, Freshness.AGEING if ageing else Freshness.FRESH)
