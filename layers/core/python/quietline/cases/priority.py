"""How urgent a case is, and why: points of the profile, each with its sentence."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from quietline.cases.facts import Addend, Call, Facts, Priority
from quietline.kernel.phone import PhoneNumber, area_of
from quietline.profiles.casework import Weight
from quietline.profiles.profile import Profile

MOST = 100
DAYS_KEPT = 60
"""Days with calls that the facts count one by one: the newest. A case's own picture has all of them."""


def facts_of(
    calls: Iterable[Call], earlier_findings: int, profile: Profile, *, days_kept: int | None = DAYS_KEPT
) -> Facts:
    """Return what is counted of a case's calls.

    Args:
        calls: each complaint's call.
        earlier_findings: how many earlier cases of the same caller ended with a finding against it.
        profile: gives areas, states, the local time and the hours in which calls are allowed.
        days_kept: how many of the newest days are counted one by one; None for all.
    """
    known = tuple(calls)
    areas = Counter(area_of(PhoneNumber(call.called), profile.rules) for call in known)
    states: Counter[str] = Counter()
    for area, count in areas.items():
        states[profile.state_of_area.get(area, "")] += count
    days = Counter(profile.local_date(call.called_at).isoformat() for call in known)
    instants = [call.called_at for call in known]
    return Facts(
        complaints=len(known),
        complainants=len({call.called for call in known}),
        robocalls=sum(call.robocall for call in known),
        stop_ignored=sum(call.asked_to_stop is True for call in known),
        odd_hours=sum(_at_odd_hours(call.called_at, profile) for call in known),
        earlier_findings=earlier_findings,
        first_call=min(instants, default=None),
        newest_call=max(instants, default=None),
        areas=dict(sorted(areas.items())),
        states=dict(sorted(states.items())),
        subjects=dict(sorted(Counter(call.subject for call in known).items())),
        days=dict(sorted(days.items())[-days_kept if days_kept else 0 :]),
    )


def priority_of(facts: Facts, now: datetime, profile: Profile) -> Priority:
    """Return the points of a case, 0 to 100, and what each part of them is for; parts of no points are left out."""
    weights = profile.cases.priority
    tenths = facts.robocalls * 10 // facts.complaints if facts.complaints else 0
    hours = profile.cases.calling_hours
    addends = [
        Addend(
            "complainants",
            _points(weights.complainants, facts.complainants),
            f"{_people(facts.complainants)} complained of this caller.",
        ),
        Addend(
            "robocalls",
            _points(weights.robocalls, tenths),
            f"{facts.robocalls} of {facts.complaints} complaints are of a recorded message.",
        ),
        Addend(
            "stop_ignored",
            _points(weights.stop_ignored, facts.stop_ignored),
            f"{_calls(facts.stop_ignored)} came although the consumer had asked the caller to stop.",
        ),
        Addend(
            "odd_hours",
            _points(weights.odd_hours, facts.odd_hours),
            f"{_calls(facts.odd_hours)} came before {hours.opens}:00 or after {hours.closes}:00.",
        ),
        Addend(
            "earlier_findings",
            _points(weights.earlier_findings, facts.earlier_findings),
            f"{facts.earlier_findings} earlier {'case' if facts.earlier_findings == 1 else 'cases'} of this caller "
            "ended with a finding against it.",
        ),
        _recent(facts, now, profile),
    ]
    kept = tuple(addend for addend in addends if addend.points)
    return Priority(min(MOST, sum(addend.points for addend in kept)), kept)


def _recent(facts: Facts, now: datetime, profile: Profile) -> Addend:
    weights = profile.cases.priority
    if facts.newest_call is None:
        return Addend("recent", 0, "")
    age = now - facts.newest_call
    near = timedelta(days=weights.recent_days)
    points = weights.recent.most if age <= near else weights.recent.each if age <= 3 * near else 0
    return Addend("recent", points, f"The newest call was on {profile.local_date(facts.newest_call).isoformat()}.")


def _at_odd_hours(called_at: datetime, profile: Profile) -> bool:
    # the form takes the time as the consumer's clock showed it and keeps it as one of the registry's zone
    hours = profile.cases.calling_hours
    return not hours.opens <= called_at.astimezone(profile.zone).hour < hours.closes


def _points(weight: Weight, count: int) -> int:
    return min(weight.most, weight.each * count)


def _people(count: int) -> str:
    return f"{count} {'person' if count == 1 else 'different people'}"


def _calls(count: int) -> str:
    return f"{count} {'call' if count == 1 else 'calls'}"
