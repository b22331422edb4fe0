"""The maximum penalty of each call is that of the call's own day (16 CFR 1.98), not of the decision's."""

from collections.abc import Iterable
from datetime import date, datetime

from quietline.cases.model import PenaltyLine
from quietline.kernel.money import Money
from quietline.profiles.complaints import Penalty
from quietline.profiles.profile import Profile


def maximum_penalty(called_at: datetime, profile: Profile) -> Money:
    """Return the maximum for one call.

    Raises:
        ConfigurationError: the profile knows no maximum that early.
    """
    return Money(profile.penalty(profile.local_date(called_at)).maximum, profile.currency)


def worksheet(calls: Iterable[datetime], profile: Profile) -> tuple[PenaltyLine, ...]:
    """Return the maxima of a case's calls, by the day from which each holds, oldest first.

    Args:
        calls: the instant of each call.
        profile: gives the dated maxima and the local date.

    Raises:
        ConfigurationError: the profile knows no maximum that early.
    """
    found: dict[date, tuple[Penalty, int]] = {}
    for called_at in calls:
        penalty = profile.penalty(profile.local_date(called_at))
        found[penalty.since] = (penalty, found.get(penalty.since, (penalty, 0))[1] + 1)
    lines = []
    for since, (penalty, count) in sorted(found.items(), key=lambda entry: entry[0]):
        each = Money(penalty.maximum, profile.currency)
        lines.append(PenaltyLine(since, count, each, each.times(count), penalty.source))
    return tuple(lines)
