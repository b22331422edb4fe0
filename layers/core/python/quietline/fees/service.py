"""What areas cost: the profile's tariff applied to what an organization holds and wants."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from quietline.fees.advice import advise
from quietline.fees.model import LineKind, Quote, QuoteLine, Subscription, Term, term_from, term_when_paid
from quietline.fees.pricing import Purchase
from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.kernel.money import Money
from quietline.profiles.profile import Profile
from quietline.profiles.tariffs import Tariff

__all__ = ["check_areas", "purchase", "quote", "term_from", "term_when_paid"]


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


def purchase(
    profile: Profile, held: Subscription | None, on: date, *, renews: Term | None = None, months: int | None = None
) -> Purchase:
    """Return the purchase of areas that an order on a day would be.

    Args:
        profile: the jurisdiction.
        held: what is held in the term that the order is for; one that `on` is not in counts only with `renews`.
        on: the registry's date of the order.
        renews: the running term, when the next one is bought: it begins on the day on which this one ends.
        months: how long; None is the running term's length, or the profile's first choice.

    Raises:
        InvalidInputError: areas are not sold for so many months, or the term that runs is of another length.
    """
    current = held if held is not None and (renews is not None or held.term.holds(on)) else None
    if current and months is not None and months != current.term.months:
        sentence = f"Areas added to a term run as long as it does: {current.term.months} months."
        raise InvalidInputError(sentence, (FieldError("/months", sentence, "months_of_term"),))
    tariff = _tariff(profile, months or (current.term.months if current else None))
    if current:
        return Purchase(tariff, profile.currency, current.term, on, len(current.areas), current.paid)
    return Purchase(tariff, profile.currency, term_from(renews.end if renews else on, tariff.months), on)


def quote(
    profile: Profile,
    areas: Iterable[str],
    held: Subscription | None,
    on: date,
    *,
    exempt: bool,
    renews: Term | None = None,
    months: int | None = None,
) -> Quote:
    """Price areas for an organization; see `purchase` for the arguments and `Purchase` for the rules.

    The free areas are counted over all that the organization holds in the term. Areas already held in it cost nothing
    again, an exempt organization pays nothing.

    Raises:
        InvalidInputError: an area is not served, or is not sold for so many months.
    """
    wanted = check_areas(profile, areas)
    bought = purchase(profile, held, on, renews=renews, months=months)
    owned = held.areas if held is not None and held.term == bought.term else frozenset[str]()
    new = tuple(area for area in wanted if area not in owned)
    nothing = Money(0, profile.currency)
    lines: list[QuoteLine] = []
    if len(new) < len(wanted):
        lines.append(QuoteLine(LineKind.HELD, len(wanted) - len(new), nothing, nothing, bought.tariff.source))
    if exempt:
        lines.append(QuoteLine(LineKind.EXEMPT, len(new), nothing, nothing, bought.tariff.source))
    else:
        lines += bought.lines(len(new))
    total = sum((line.amount for line in lines), nothing)
    made = Quote(new, tuple(lines), total, bought.term, on, renews is not None)
    return made if exempt else replace(made, advice=advise(profile, bought, made))


def _tariff(profile: Profile, months: int | None) -> Tariff:
    found = profile.fees.tariff(months=months)
    if found is not None:
        return found
    lengths = " or ".join(str(tariff.months) for tariff in profile.fees.choices())
    sentence = f"Areas are sold for {lengths} months." if lengths else "This registry does not sell areas."
    raise InvalidInputError(sentence, (FieldError("/months", sentence, "months_not_offered"),))
