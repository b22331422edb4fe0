"""Advice on a quote: only what is true of it, with the amounts that it rests on."""

from collections.abc import Iterator
from datetime import date

from quietline.fees.model import Advice, AdviceKind, LineKind, Quote, Term
from quietline.fees.pricing import Purchase
from quietline.kernel.money import Money
from quietline.profiles.profile import Profile

NEAR_PERCENT = 80
"""From so much of the maximum on it is told what all areas cost."""
LATE_IN_MONTH = 20
"""From this day on it is told that a term paid next month ends a month later."""
NEXT_RATE_DAYS = 92
"""So long before new fees hold they are told of; the United States publishes them a month before."""


def advise(profile: Profile, bought: Purchase, made: Quote) -> tuple[Advice, ...]:
    """Return what the buyer should know.

    Args:
        profile: the jurisdiction.
        bought: the purchase that was quoted.
        made: the quote, without advice.
    """
    return (
        *_about_maximum(profile, bought, made),
        *_about_free(bought, made),
        *_about_waiting(bought, made),
        *_about_term(profile, bought, made),
    )


def _about_maximum(profile: Profile, bought: Purchase, made: Quote) -> Iterator[Advice]:
    maximum = bought.cap.maximum
    if maximum is None or not bought.rate.each:
        return
    cap = Money(maximum, bought.currency)
    left = len(profile.area_keys) - bought.held - len(made.areas)
    charged = bought.paid + made.total.minor
    if charged >= maximum:
        # a renewal is bought before its term's own maximum holds; what comes then may cost the difference
        if charged < (bought.tariff.on(bought.term.first_month_end).maximum or 0):
            return
        # how many areas at the full price reach it: 276 in the United States
        paid = -(-maximum // bought.cap.each)
        yield Advice.of(AdviceKind.CAP_REACHED, areas=paid, maximum=cap, further=left, until=bought.term.end)
    elif left > 0 and charged * 100 >= maximum * NEAR_PERCENT:
        all_of_them = bought.total(len(made.areas) + left)
        more = Money(all_of_them.minor - made.total.minor, bought.currency)
        yield Advice.of(AdviceKind.ALL_AREAS, further=left, more=more, maximum=cap)


def _about_free(bought: Purchase, made: Quote) -> Iterator[Advice]:
    left = bought.free_left - len(made.areas)
    if left > 0:
        yield Advice.of(AdviceKind.FREE_LEFT, areas=left, until=bought.term.end)


def _about_waiting(bought: Purchase, made: Quote) -> Iterator[Advice]:
    """What another day would cost, by the fees known today."""
    count = len(made.areas)
    since = bought.tariff.late_from_month
    if since is not None and bought.term.holds(bought.on) and not bought.is_late and made.total.minor:
        later = bought.term.first_of(since)
        total = bought.moved(later).total(count)
        # the first areas of a term are bought by whoever begins it: waiting would only begin the term later
        if bought.held and total < made.total:
            end = bought.term.end
            yield Advice.of(AdviceKind.WAIT_LATE, since=later, total=total, now=made.total, until=end)
    coming = bought.tariff.after(bought.on)
    if coming is None or not count or (coming.since - bought.on).days > NEXT_RATE_DAYS:
        return
    last = bought.term.start if made.renews else bought.term.end
    if coming.since >= last:
        return
    then = _on(bought, made, coming.since)
    total = then.total(count)
    if total != made.total:
        each = Money(then.each, bought.currency)
        yield Advice.of(AdviceKind.NEXT_RATE, since=coming.since, each=each, total=total, now=made.total)


def _on(bought: Purchase, made: Quote, day: date) -> Purchase:
    """Return the purchase on a later day; one that begins a term begins it then."""
    if bought.held or made.renews:
        return bought.moved(day)
    begins = bought.term.month_of(day)
    return Purchase(
        bought.tariff,
        bought.currency,
        Term(bought.term.first_of(begins), bought.term.first_of(begins + bought.term.months)),
        day,
    )


def _about_term(profile: Profile, bought: Purchase, made: Quote) -> Iterator[Advice]:
    if not made.areas or not bought.tariff.months:
        return
    if bought.held and not made.renews:
        days = (bought.term.end - bought.on).days
        if days <= profile.sellers.renewal_window_days:
            yield Advice.of(AdviceKind.RENEW_TOO, end=bought.term.end)
    elif not made.renews and bought.on.day >= LATE_IN_MONTH:
        pays = any(line.kind in {LineKind.FULL, LineKind.BAND} for line in made.lines)
        if pays:
            yield Advice.of(AdviceKind.NEXT_MONTH, since=bought.term.first_of(2), end=bought.term.end)
