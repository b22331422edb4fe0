"""What a quote is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from quietline.kernel.money import Money


class LineKind(StrEnum):
    """Why a line costs what it costs."""

    FREE = "free"
    """Within the free units of the term."""
    FULL = "full"
    """The year's fee per unit."""
    LATE = "late"
    """Added in the later part of the term: the year's fee for that (US: the half fee of the second six months)."""
    BAND = "band"
    """The price of the band that holds what is bought and what is held together."""
    PAID = "paid"
    """Minus what was paid for a smaller band in the term; never positive."""
    CAP = "cap"
    """Minus what exceeds the maximum of the term; never positive."""
    EXEMPT = "exempt"
    """An exempt organization pays nothing."""
    HELD = "held"
    """Already held in the term; costs nothing again."""


class Basis(StrEnum):
    """How sure an amount is."""

    PUBLISHED = "published"
    """The profile's source publishes it."""
    COMPUTED = "computed"
    """It follows from the law's base and index; nobody was found to publish it."""
    UNVERIFIED = "unverified"
    """No public source confirms it."""


@dataclass(frozen=True)
class QuoteLine:
    """`count` units at `unit` each make `amount` (lines that take off count 1 and are negative).

    `source` says where the amount stands; orders kept earlier do not repeat it.
    """

    kind: LineKind
    count: int
    unit: Money
    amount: Money
    source: str = field(default="", compare=False)
    basis: Basis = field(default=Basis.PUBLISHED, compare=False)


@dataclass(frozen=True)
class Term:
    """How long something is bought for: `start` is the first of a month, `end` the first day after it."""

    start: date
    end: date

    @property
    def months(self) -> int:
        """How long it is."""
        return _months(self.end) - _months(self.start)

    def holds(self, day: date) -> bool:
        """Whether the day lies in the term."""
        return self.start <= day < self.end

    def month_of(self, day: date) -> int:
        """Return which month of the term a day lies in, from 1; 0 or less before it."""
        return _months(day) - _months(self.start) + 1

    def first_of(self, month: int) -> date:
        """Return the first day of a month of the term, counted from 1."""
        return first_of_month(_months(self.start) + month - 1)

    @property
    def first_month_end(self) -> date:
        """The last day of its first month."""
        return self.first_of(2) - timedelta(days=1)


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1


def first_of_month(months: int) -> date:
    """Return the first day of a month, given as months since the year 0."""
    return date(months // 12, months % 12 + 1, 1)


def term_from(day: date, months: int) -> Term:
    """Return the term that a payment on `day` begins: from the first of its month, `months` long (US 12)."""
    return Term(day.replace(day=1), first_of_month(_months(day) + months))


def term_when_paid(ordered: Term, paid_on: date) -> Term:
    """Return the term that an order's payment begins: from the first of the month in which it is paid.

    A renewal paid before its term begins keeps the term that was ordered, so that terms join (15 U.S.C. 6152).
    """
    return term_from(max(ordered.start, paid_on.replace(day=1)), ordered.months)


@dataclass(frozen=True)
class Subscription:
    """What an organization holds in a term: the areas and the minor units paid for them."""

    term: Term
    areas: frozenset[str]
    paid: int


class AdviceKind(StrEnum):
    """What a buyer should know before ordering; see `texts/`."""

    CAP_REACHED = "cap_reached"
    ALL_AREAS = "all_areas"
    FREE_LEFT = "free_left"
    WAIT_LATE = "wait_late"
    NEXT_RATE = "next_rate"
    NEXT_MONTH = "next_month"
    RENEW_TOO = "renew_too"
    FREE_COVER = "free_cover"
    MOST_COVER = "most_cover"


type Fact = int | str | date | Money


@dataclass(frozen=True)
class Advice:
    """One piece of advice: its facts are what its sentence says."""

    kind: AdviceKind
    facts: Mapping[str, Fact]

    @classmethod
    def of(cls, kind: AdviceKind, **facts: Fact) -> "Advice":
        """Return advice with its facts."""
        return cls(kind, facts)


@dataclass(frozen=True)
class Quote:
    """What an order of `areas` (the new ones, sorted) would cost on the day it was asked, `on`.

    `renews` tells a quote for the term after the one that runs.
    """

    areas: tuple[str, ...]
    lines: tuple[QuoteLine, ...]
    total: Money
    term: Term
    on: date
    renews: bool = False
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True)
class CoverageRow:
    """An area of a call list: its different numbers, those of this and the rows before, and what all these cost."""

    area: str
    numbers: int
    covered: int
    held: bool
    total: Money


@dataclass(frozen=True)
class Coverage:
    """A call list by area, the largest first. `free` areas are the best use of the free ones that are left."""

    numbers: int
    not_served: int
    rows: tuple[CoverageRow, ...]
    free: tuple[str, ...]
