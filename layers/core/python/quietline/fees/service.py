"""The fee rules (15 U.S.C. 6152, 16 CFR 310.8) as pure functions; every amount and limit comes from the profile."""

from collections.abc import Iterable
from datetime import date

from quietline.fees.model import LineKind, Quote, QuoteLine, Subscription, Term
from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.kernel.money import Money
from quietline.profiles.profile import Profile


def term_from(day: date, months: int) -> Term:
    """Return the term that a payment on `day` begins: from the first of its month, `months` long (US 12)."""
    start = day.replace(day=1)
    index = start.year * 12 + start.month - 1 + months
    return Term(start, date(index // 12, index % 12 + 1, 1))


def check_areas(profile: Profile, areas: Iterable[str]) -> tuple[str, ...]:
    """Return the areas sorted, each once.

    Raises:
        InvalidInputError: none was given, or an area is not served; one field error each.
    """
    asked = list(areas)
    if not asked:
        raise InvalidInputError(
            "Name at least one area.", (FieldError("/areas", "Name at least one area.", "areas_missing"),)
        )
    known = profile.state_of_area
    wrong = tuple(
        FieldError(f"/areas/{index}", "This area is not served by this registry.", "area_not_served")
        for index, area in enumerate(asked)
        if area not in known
    )
    if wrong:
        raise InvalidInputError("Some areas are not served by this registry.", wrong)
    return tuple(sorted(set(asked)))


def quote(profile: Profile, areas: Iterable[str], held: Subscription | None, on: date, *, exempt: bool) -> Quote:
    """Price areas for an organization.

    The first free areas are counted over all that the organization holds in the term; the fee is the one of the fiscal
    year of `on`; from the profile's month of the term the half fee holds; what was paid in the term and this order
    together never exceed the maximum of that fiscal year.

    Args:
        profile: the jurisdiction.
        areas: what is wanted; areas already held cost nothing again.
        held: the current term, its areas and what was paid; None or a term that does not hold `on` begins a new one.
        on: the registry's date of the order.
        exempt: whether the organization is exempt from fees.

    Raises:
        InvalidInputError: an area is not served.
    """
    wanted = check_areas(profile, areas)
    current = held if held is not None and held.term.holds(on) else None
    term = current.term if current else term_from(on, profile.sellers.term_months)
    owned = current.areas if current else frozenset[str]()
    new = tuple(area for area in wanted if area not in owned)
    nothing = Money(0, profile.currency)
    lines: list[QuoteLine] = []
    if len(new) < len(wanted):
        lines.append(QuoteLine(LineKind.HELD, len(wanted) - len(new), nothing, nothing))
    if exempt:
        lines.append(QuoteLine(LineKind.EXEMPT, len(new), nothing, nothing))
        return Quote(new, tuple(lines), nothing, term)

    free = min(len(new), max(0, profile.fees.free_areas - len(owned)))
    if free:
        lines.append(QuoteLine(LineKind.FREE, free, nothing, nothing))
    year = profile.fee_year(on)
    charged = len(new) - free
    total = nothing
    if charged:
        second = term.month_of(on) >= profile.fees.half_price_from_month
        unit = Money(year.half if second else year.area, profile.currency)
        total = unit.times(charged)
        lines.append(QuoteLine(LineKind.HALF if second else LineKind.FULL, charged, unit, total))
        room = max(0, year.maximum - (current.paid if current else 0))
        if total.minor > room:
            over = Money(room - total.minor, profile.currency)
            lines.append(QuoteLine(LineKind.CAP, 1, over, over))
            total = total + over
    return Quote(new, tuple(lines), total, term)
