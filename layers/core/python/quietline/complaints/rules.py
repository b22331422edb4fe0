"""The rules of screening: each a pure function with its source. They answer; `screen` decides.

A robocall needs the consumer's written consent whatever the list says, so it is accepted from numbers that are not
registered. Any other call is a violation only when the number was on the list, for longer than callers have to take
the list's changes over.
"""

from datetime import datetime

from quietline.complaints.model import Outcome, Ruling, Screening
from quietline.profiles.profile import Profile

ROBOCALL_SOURCE = "16 CFR 310.4(b)(1)(v): prerecorded sales messages need prior written agreement"
REGISTERED_SOURCE = "16 CFR 310.4(b)(1)(iii)(B): no sales call to a number on the list"
GRACE_SOURCE = "16 CFR 310.4(b)(3)(iv): a caller's copy of the list may be that many days old"


def robocall(is_robocall: bool) -> Ruling:
    """Say whether a recorded message was played."""
    if is_robocall:
        return Ruling(
            "robocall", "yes", "A recorded message was played, so registration is not needed.", ROBOCALL_SOURCE
        )
    return Ruling("robocall", "no", "A person called or wrote.", ROBOCALL_SOURCE)


def registered(listed_since: datetime | None, profile: Profile) -> Ruling:
    """Say whether the number was on the list when the call came.

    Args:
        listed_since: since when, without a break, as the registry knew at the call's instant; None for not.
        profile: gives the local date.
    """
    if listed_since is None:
        return Ruling("registered", "no", "The number was not on the list when the call came.", REGISTERED_SOURCE)
    day = profile.local_date(listed_since).isoformat()
    return Ruling("registered", "yes", f"The number was on the list since {day}.", REGISTERED_SOURCE)


def past_grace_period(listed_since: datetime | None, called_at: datetime, profile: Profile) -> Ruling:
    """Say whether the caller had to know of the registration by the date of the call (whole local days)."""
    if listed_since is None:
        return Ruling("past_grace_period", "skipped", "The number was not on the list.", GRACE_SOURCE)
    grace = profile.complaints.grace_days
    days = (profile.local_date(called_at) - profile.local_date(listed_since)).days
    if days < grace:
        detail = f"The call came {days} days after the registration; callers have {grace} days."
        return Ruling("past_grace_period", "no", detail, GRACE_SOURCE)
    detail = f"The call came {days} days after the registration, past the {grace} days callers have."
    return Ruling("past_grace_period", "yes", detail, GRACE_SOURCE)


def screen(is_robocall: bool, called_at: datetime, listed_since: datetime | None, profile: Profile) -> Screening:
    """Try every rule and decide.

    Args:
        is_robocall: as the consumer says.
        called_at: when the call was.
        listed_since: see `registered`.
        profile: gives the grace period and the time zone.
    """
    tried = (
        robocall(is_robocall),
        registered(listed_since, profile),
        past_grace_period(listed_since, called_at, profile),
    )
    answers = {ruling.rule: ruling.answer for ruling in tried}
    if answers["robocall"] == "yes":
        return Screening(Outcome.ROBOCALL, tried)
    if answers["registered"] == "no":
        return Screening(Outcome.NOT_REGISTERED, tried)
    if answers["past_grace_period"] == "no":
        return Screening(Outcome.IN_GRACE_PERIOD, tried)
    return Screening(Outcome.ACCEPTED, tried)
