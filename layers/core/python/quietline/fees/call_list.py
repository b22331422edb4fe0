"""What a call list needs: its different numbers by area, and what it costs to cover them. Never a number itself."""

from collections.abc import Mapping
from dataclasses import replace

from quietline.fees.model import Advice, AdviceKind, Coverage, CoverageRow, Quote
from quietline.fees.pricing import Purchase
from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.kernel.money import Money
from quietline.profiles.profile import Profile

MOST_PERCENT = 95
"""It is told what the areas cost that hold so much of the list, and what the rest costs."""


def coverage(
    profile: Profile, counts: Mapping[str, int], bought: Purchase, owned: frozenset[str], *, exempt: bool
) -> Coverage:
    """Return a call list by area, the largest first, with what this and the areas before it cost together.

    Args:
        profile: the jurisdiction.
        counts: different numbers by area.
        bought: the purchase that the areas would be.
        owned: areas held in its term.
        exempt: whether nothing is to be paid.

    Raises:
        InvalidInputError: no area of the list is served.
    """
    served = {area: count for area, count in counts.items() if area in profile.state_of_area and count > 0}
    if not served:
        sentence = "No area of the call list is served by this registry."
        raise InvalidInputError(sentence, (FieldError("/call_list", sentence, "call_list_not_served"),))
    rows: list[CoverageRow] = []
    new: list[str] = []
    covered = 0
    for area, count in sorted(served.items(), key=lambda one: (-one[1], one[0])):
        covered += count
        if area not in owned:
            new.append(area)
        total = Money(0, bought.currency) if exempt else bought.total(len(new))
        rows.append(CoverageRow(area, count, covered, area in owned, total))
    return Coverage(covered, sum(counts.values()) - covered, tuple(rows), tuple(sorted(new[: bought.free_left])))


def advised(made: Quote, found: Coverage) -> Quote:
    """Return a quote with what its call list tells."""
    advice: list[Advice] = []
    numbers = {row.area: row.numbers for row in found.rows}
    if found.free and len(found.rows) > len(found.free):
        held = sum(numbers[area] for area in found.free)
        advice.append(
            Advice.of(
                AdviceKind.FREE_COVER,
                areas=", ".join(found.free),
                count=len(found.free),
                numbers=held,
                of=found.numbers,
                percent=held * 100 // found.numbers,
            )
        )
    most = next(row for row in found.rows if row.covered * 100 >= found.numbers * MOST_PERCENT)
    rest = found.rows[-1].total.minor - most.total.minor
    if rest > 0:
        place = found.rows.index(most) + 1
        advice.append(
            Advice.of(
                AdviceKind.MOST_COVER,
                count=place,
                percent=most.covered * 100 // found.numbers,
                total=most.total,
                rest=len(found.rows) - place,
                more=Money(rest, most.total.currency),
            )
        )
    return replace(made, advice=(*advice, *made.advice))
