"""What a lookup asks and answers."""

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
    """The list cannot say; `reason` says why. Never to be read as clear."""


@dataclass(frozen=True)
class PublishedList:
    """The list that answers: every change before `cutoff`, of these areas."""

    date: Day
    cutoff: datetime
    areas: frozenset[str]


@dataclass(frozen=True)
class Answer:
    """The answer on one number.

    Attributes:
        input: the text as it was given, at most `kernel.phone.MAX_LENGTH` characters of it.
        number: what it was read as, in E.164; empty when unknown.
        status: listed, clear or unknown.
        reason: why it is unknown: a `kernel.phone.Reason` or `area_not_published`; empty otherwise.

    """

    input: str
    number: str
    status: Status
    reason: str = ""


@dataclass(frozen=True)
class Lookup:
    """The answers in the order asked, and the same signed."""

    id: str
    list_date: Day
    valid_until: Day
    answers: tuple[Answer, ...]
    signed: str
