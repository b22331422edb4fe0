"""What things cost, as data: the price models of registries differ in these few parts only, so none of them is code.

A *tariff* says what is counted (`unit`), for how long it is bought (`months`), by whom (`customer`) and how many units
are free. Its *rates* say what the rest costs from a date on: so much for `each` unit, less when it is added `late` in
the term, never more than `maximum` in a term; or the price of the smallest of some `bands` that holds the quantity.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from quietline.kernel.errors import ConfigurationError

AREA = "area"
"""The unit of tariffs by which areas are ordered; others are priced by quantity."""
AMOUNTS = ("each", "late", "maximum")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Band(_Part):
    """Up to so many units cost `price` together; without `up_to` any number does."""

    price: int
    up_to: int | None = None

    def holds(self, quantity: int) -> bool:
        """Whether so many units are in the band."""
        return self.up_to is None or quantity <= self.up_to


class Base(_Part):
    """Amounts that a law indexes, in minor units; each is rounded alone to a multiple of `round_to`."""

    each: int
    late: int | None = None
    maximum: int | None = None
    round_to: int

    def times(self, index: Decimal, amount: str) -> int | None:
        """Return an amount indexed; None where the base has none.

        >>> Base(each=5400, late=2700, maximum=1485000, round_to=100).times(Decimal("1.12552"), "late")
        3000
        """
        base = getattr(self, amount)
        if base is None:
            return None
        return int((base * index / self.round_to).quantize(Decimal(1), ROUND_HALF_UP)) * self.round_to


class Row(_Part):
    """Published amounts in minor units that hold from `from` on; a missing one follows from the base and `index`.

    `unverified` names those that no public source confirms.
    """

    since: date = Field(alias="from")
    source: str
    each: int | None = None
    late: int | None = None
    maximum: int | None = None
    bands: tuple[Band, ...] = ()
    index: Decimal | None = None
    unverified: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rate:
    """What holds on a day: amounts in minor units. `computed` ones follow from the base, nobody published them."""

    since: date
    source: str
    each: int = 0
    late: int | None = None
    maximum: int | None = None
    bands: tuple[Band, ...] = ()
    computed: frozenset[str] = frozenset()
    unverified: frozenset[str] = frozenset()

    def band(self, quantity: int) -> Band | None:
        """Return the smallest band that holds so many units; None when none is large enough."""
        return next((band for band in self.bands if band.holds(quantity)), None)


class Tariff(_Part):
    """How one thing is priced. `months` 0 is bought once, without a term; `customer` is a class of buyers or empty."""

    unit: str
    months: int
    source: str
    customer: str = ""
    free: int = 0
    late_from_month: int | None = None
    base: Base | None = None
    rows: tuple[Row, ...] = Field(alias="rates", min_length=1)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        """Published amounts win; one that contradicts the law's own formula is a mistake in the profile."""
        if [row.since for row in self.rows] != sorted({row.since for row in self.rows}):
            raise ValueError("the rates are not in the order of their dates")
        for row in self.rows:
            limits = [band.up_to for band in row.bands]
            if None in limits[:-1] or (ends := [limit for limit in limits if limit is not None]) != sorted(set(ends)):
                raise ValueError(f"{row.since}: the bands are not in order, or one without up_to is not the last")
            if not row.bands and self._amount(row, "each") is None:
                raise ValueError(f"{row.since}: neither a price for each unit nor bands")
            for name in AMOUNTS:
                published, indexed = getattr(row, name), self._indexed(row, name)
                if published is not None and indexed not in {None, published}:
                    raise ValueError(f"{row.since}: {name} is {published}, but the base indexed is {indexed}")
        return self

    @cached_property
    def rates(self) -> tuple[Rate, ...]:
        """What held and holds, oldest first."""
        made = []
        for row in self.rows:
            amounts = {name: self._amount(row, name) for name in AMOUNTS}
            computed = frozenset(name for name in AMOUNTS if amounts[name] is not None and getattr(row, name) is None)
            each, late, maximum = amounts["each"] or 0, amounts["late"], amounts["maximum"]
            unverified = frozenset(row.unverified)
            made.append(Rate(row.since, row.source, each, late, maximum, row.bands, computed, unverified))
        return tuple(made)

    def on(self, day: date) -> Rate:
        """Return the rate of a day.

        Raises:
            ConfigurationError: the tariff knows none that early.
        """
        found = [rate for rate in self.rates if rate.since <= day]
        if not found:
            raise ConfigurationError(f"There is no price of {self.unit} for {day.isoformat()}.")
        return found[-1]

    def after(self, day: date) -> Rate | None:
        """Return the next rate that is known already, or None."""
        return next((rate for rate in self.rates if rate.since > day), None)

    def _amount(self, row: Row, name: str) -> int | None:
        published: int | None = getattr(row, name)
        return self._indexed(row, name) if published is None else published

    def _indexed(self, row: Row, name: str) -> int | None:
        return None if row.index is None or self.base is None else self.base.times(row.index, name)


class Fees(_Part):
    """The tariffs of a registry. `year_from_month`: in which month its fiscal year begins, on the first."""

    year_from_month: int = Field(default=1, ge=1, le=12)
    tariffs: tuple[Tariff, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique(self) -> Self:
        keys = [(tariff.unit, tariff.customer, tariff.months) for tariff in self.tariffs]
        if len(keys) != len(set(keys)):
            raise ValueError("two tariffs have the same unit, customer and months")
        return self

    def year(self, day: date) -> int:
        """Return the fiscal year of a day, named by the calendar year in which it ends."""
        return day.year + int(1 < self.year_from_month <= day.month)

    def tariff(self, unit: str = AREA, months: int | None = None, customer: str = "") -> Tariff | None:
        """Return the tariff of a unit, class of buyers and length; the first of any length without `months`."""
        return next(iter(self.choices(unit, customer, months)), None)

    def choices(self, unit: str = AREA, customer: str = "", months: int | None = None) -> tuple[Tariff, ...]:
        """Return the tariffs of a unit and class of buyers, by the profile's order."""
        found = (one for one in self.tariffs if (one.unit, one.customer) == (unit, customer))
        return tuple(one for one in found if months is None or one.months == months)
