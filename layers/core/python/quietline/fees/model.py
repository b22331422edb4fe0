"""What a quote is made of."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from quietline.kernel.money import Money


class LineKind(StrEnum):
    """Why a line costs what it costs."""

    FREE = "free"
    """Within the free areas of the term."""
    FULL = "full"
    """The year's fee per area."""
    HALF = "half"
    """Added in the second part of the term: the year's half fee."""
    CAP = "cap"
    """Minus what exceeds the year's maximum for the term; never positive."""
    EXEMPT = "exempt"
    """An exempt organization pays nothing."""
    HELD = "held"
    """Already held in the term; costs nothing again."""


@dataclass(frozen=True)
class QuoteLine:
    """`count` areas at `unit` each make `amount` (the cap's line counts 1 and is negative)."""

    kind: LineKind
    count: int
    unit: Money
    amount: Money


@dataclass(frozen=True)
class Term:
    """A subscription's year: `start` is the first of a month, `end` the first day after it."""

    start: date
    end: date

    def holds(self, day: date) -> bool:
        """Whether the day lies in the term."""
        return self.start <= day < self.end

    def month_of(self, day: date) -> int:
        """Return which month of the term a day lies in, from 1."""
        return (day.year - self.start.year) * 12 + day.month - self.start.month + 1


@dataclass(frozen=True)
class Subscription:
    """What an organization holds in its current term: the areas and the minor units paid for them."""

    term: Term
    areas: frozenset[str]
    paid: int


@dataclass(frozen=True)
class Quote:
    """What an order of `areas` (the new ones, sorted) would cost on the day it was asked."""

    areas: tuple[str, ...]
    lines: tuple[QuoteLine, ...]
    total: Money
    term: Term
