"""Interprets tariffs: pure functions, the same for every country."""

from dataclasses import dataclass, replace
from datetime import date

from quietline.fees.model import Basis, LineKind, QuoteLine, Term
from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.kernel.money import Money
from quietline.profiles.tariffs import Rate, Tariff


@dataclass(frozen=True)
class Purchase:
    """Somebody buys on a day for a term, in which they hold some units already and have paid for them.

    Two rules about dates, where laws are silent or leave a choice: prices are those of the day of the *order*, because
    an invoice must not change after it was made; the maximum is that of the term's first month (of the order's day for
    a term that has not begun), so that who has reached it pays nothing more in the term, whatever is published later.
    """

    tariff: Tariff
    currency: str
    term: Term
    on: date
    held: int = 0
    paid: int = 0

    @property
    def rate(self) -> Rate:
        """What holds on the day."""
        return self.tariff.on(self.on)

    @property
    def capped_on(self) -> date:
        """The day whose maximum holds."""
        return min(self.on, self.term.first_month_end)

    @property
    def cap(self) -> Rate:
        """The rate whose maximum holds."""
        return self.tariff.on(self.capped_on)

    @property
    def free_left(self) -> int:
        """How many free units the term still has."""
        return max(0, self.tariff.free - self.held)

    @property
    def is_late(self) -> bool:
        """Whether the price for the later part of the term holds."""
        since = self.tariff.late_from_month
        return since is not None and self.rate.late is not None and self.term.month_of(self.on) >= since

    @property
    def each(self) -> int:
        """What a unit costs, in minor units."""
        return self.rate.late if self.is_late and self.rate.late is not None else self.rate.each

    @property
    def room(self) -> int | None:
        """How much may still be charged in the term; None without a maximum."""
        return None if self.cap.maximum is None else max(0, self.cap.maximum - self.paid)

    def moved(self, on: date) -> "Purchase":
        """Return the same purchase on another day of the term."""
        return replace(self, on=on)

    def total(self, quantity: int) -> Money:
        """Return what so many units more cost."""
        return sum((line.amount for line in self.lines(quantity)), Money(0, self.currency))

    def lines(self, quantity: int) -> tuple[QuoteLine, ...]:
        """Return the lines for so many units more.

        Raises:
            InvalidInputError: no band is large enough.
        """
        if quantity == 0:
            return ()
        return self._banded(quantity) if self.rate.bands else self._each(quantity)

    def _each(self, quantity: int) -> tuple[QuoteLine, ...]:
        nothing = Money(0, self.currency)
        made: list[QuoteLine] = []
        free = min(quantity, self.free_left)
        if free:
            made.append(QuoteLine(LineKind.FREE, free, nothing, nothing, self.tariff.source))
        charged = quantity - free
        if charged:
            unit = Money(self.each, self.currency)
            kind, name = (LineKind.LATE, "late") if self.is_late else (LineKind.FULL, "each")
            total = unit.times(charged)
            made.append(QuoteLine(kind, charged, unit, total, self.rate.source, basis_of(self.rate, name)))
            if self.room is not None and total.minor > self.room:
                over = Money(self.room - total.minor, self.currency)
                made.append(QuoteLine(LineKind.CAP, 1, over, over, self.cap.source, basis_of(self.cap, "maximum")))
        return tuple(made)

    def _banded(self, quantity: int) -> tuple[QuoteLine, ...]:
        band = self.rate.band(self.held + quantity)
        if band is None:
            most = self.rate.bands[-1].up_to
            sentence = f"More than {most} are not sold at once; {self.held} are held."
            raise InvalidInputError(sentence, (FieldError("/quantity", sentence, "quantity_too_large"),))
        price, nothing = Money(band.price, self.currency), Money(0, self.currency)
        kind = LineKind.BAND if band.price else LineKind.FREE
        made = [QuoteLine(kind, quantity, price if band.price else nothing, price, self.rate.source)]
        before = min(self.paid, band.price)
        if before:
            credit = Money(-before, self.currency)
            made.append(QuoteLine(LineKind.PAID, 1, credit, credit, self.tariff.source))
        return tuple(made)


def basis_of(rate: Rate, amount: str) -> Basis:
    """Return how sure an amount of a rate is: `each`, `late` or `maximum`."""
    if amount in rate.computed:
        return Basis.COMPUTED
    return Basis.UNVERIFIED if amount in rate.unverified else Basis.PUBLISHED
