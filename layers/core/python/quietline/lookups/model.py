"""What a lookup asks and answers."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

type Day = date


class Status(StrEnum):
    """Whether a number may be called as far as the list goes."""

    LISTED = "listed"
    """On the list: do not call."""
    CLEAR = "clear"
    """Not on the list."""
    UNKNOWN = "unknown"
    """The list cannot say, or its owner told the asker to stop; `reason` says why. Never to be read as clear."""


@dataclass(frozen=True)
class PublishedList:
    """The list that answers: every change before `cutoff`, of these areas."""

    date: Day
    cutoff: datetime
    areas: frozenset[str]


@dataclass(frozen=True)
class Calendar:
    """Every list up to one, oldest first: their dates, and the instants before which their changes lie."""

    dates: tuple[Day, ...]
    cutoffs: tuple[datetime, ...]

    def up_to(self, day: date) -> "Calendar":
        """Return the calendar as it was on a date."""
        end = bisect_right(self.dates, day)
        return Calendar(self.dates[:end], self.cutoffs[:end])

    def first_listed(self, changes: Sequence["Change"]) -> Day | None:
        """Return the first list that carried a number and since which every list up to the last has carried it.

        Args:
            changes: the number's, oldest first; what is after the last list is left out of account.

        Returns:
            The list's date; None when the last list does not carry the number.
        """
        steps: dict[int, bool] = {}
        for change in changes:
            # the first list that holds a change is the first whose cut-off is after it; of several the latest counts
            steps[bisect_right(self.cutoffs, change.at)] = change.added
        since: int | None = None
        for place, listed in steps.items():
            if place == len(self.cutoffs):
                break
            since = (place if since is None else since) if listed else None
        return None if since is None else self.dates[since]


@dataclass(frozen=True)
class Change:
    """One change of a number: added to the list, or removed."""

    at: datetime
    added: bool


@dataclass(frozen=True)
class Answer:
    """The answer on one number.

    Attributes:
        input: the text as it was given, at most `kernel.phone.MAX_LENGTH` characters of it.
        number: what it was read as, in E.164; empty when unknown.
        status: listed, clear or unknown.
        reason: why it is unknown: a `kernel.phone.Reason`, `area_not_published`, `not_entitled` or
            `stop_requested` (its owner told this organization to stop); empty otherwise.
        first_listed: date of the list that first carried the number in the listing that holds; None unless listed.

    """

    input: str
    number: str
    status: Status
    reason: str = ""
    first_listed: Day | None = None


@dataclass(frozen=True)
class Lookup:
    """The answers in the order asked, and the same signed."""

    id: str
    list_date: Day
    valid_until: Day
    answers: tuple[Answer, ...]
    signed: str
