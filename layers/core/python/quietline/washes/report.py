"""What a wash is given and what it reports. Nothing here needs numpy, so that an API function may import it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from quietline.profiles import Profile

ANSWER_COLUMNS = ("status", "reason", "list_date", "valid_until")
"""The columns an answer adds."""


class Why(StrEnum):
    """Why a row is unknown, besides `kernel.phone.Reason`."""

    NO_NUMBER = "no_number"
    """The row has no such column, or its cell is empty."""
    ROUNDED = "rounded_by_spreadsheet"
    """`2.03E+09`: a spreadsheet has thrown digits away."""
    AREA_NOT_PUBLISHED = "area_not_published"
    """No list of the number's area exists."""
    NOT_ENTITLED = "not_entitled"
    """The caller's subscription does not cover the number's area."""
    AREA_NOT_PULLED = "area_not_pulled"
    """The area's list is not in the caller's own copy."""
    AREA_NOT_CURRENT = "area_not_current"
    """The caller's own copy has an older list of the area than of the others."""
    STOP_REQUESTED = "stop_requested"
    """The list does not hold the number, but its consumer told this very seller to stop: it may not be called."""


def _not_published(_area: str) -> str:
    return Why.AREA_NOT_PUBLISHED


@dataclass(frozen=True)
class ListsView:
    """The lists that answer.

    Attributes:
        list_date: date of the list.
        valid_until: last day on which the answers may be used.
        bitmap_of: returns an area's bitmap as it is published (portable roaring), or None where this list does not
            answer; called once an area and wash, when the first number of that area is met.
        why_not: returns the reason (a `Why`) of an area for which `bitmap_of` gave None.
        stopped: numbers (E.164) whose consumers told the caller's seller to stop; never clear, whatever the list says.

    """

    list_date: date
    valid_until: date
    bitmap_of: Callable[[str], bytes | None]
    why_not: Callable[[str], str] = _not_published
    stopped: Collection[str] = ()


@dataclass(frozen=True)
class WashOptions:
    """How to wash.

    Attributes:
        profile: whose numbers are washed.
        column: the column of the numbers, by name or by its place from 1; None finds it.
        header: whether the first row is a header; None finds out.
        threads: how many work on it at once.
        max_bytes: how large the call list may be, unpacked; None for no limit.

    """

    profile: Profile
    column: str | None = None
    header: bool | None = None
    threads: int = 1
    max_bytes: int | None = None


@dataclass(frozen=True)
class WashSummary:
    """What a wash did.

    Attributes:
        rows: rows answered, the header not among them.
        listed: rows of numbers on the list.
        clear: rows of numbers not on it.
        unknown: rows that are neither, by reason: the list cannot answer, or `stop_requested`.
        distinct_numbers: different valid numbers.
        distinct_answered: different numbers that a list answered, also those that are then `stop_requested`: what is
            metered.
        numbers_by_area: different valid numbers by area.
        areas: the areas that were answered for.
        areas_not_answered: the areas of numbers that no list answered for.
        column: place of the numbers' column, from 1.
        column_name: its name in the header; empty without a header.
        header: whether the first line is a header.
        delimiter: what separates cells.
        encoding: `utf-8`, `utf-16-le`, `utf-16-be` or `cp1252` (Latin-1 included).
        packing: `gz`, `zip` or empty.
        answer_columns: names of the four columns added.
        list_date: date of the list.
        valid_until: last day on which the answers may be used.

    """

    rows: int
    listed: int
    clear: int
    unknown: Mapping[str, int]
    distinct_numbers: int
    distinct_answered: int
    numbers_by_area: Mapping[str, int]
    areas: tuple[str, ...]
    areas_not_answered: tuple[str, ...]
    column: int
    column_name: str
    header: bool
    delimiter: str
    encoding: str
    packing: str
    list_date: date
    valid_until: date
    answer_columns: tuple[str, ...] = field(default=ANSWER_COLUMNS)
