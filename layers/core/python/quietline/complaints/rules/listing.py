"""The law of the list: recorded messages, registration, and the time callers have to take it over."""

from quietline.complaints.model import Ruling
from quietline.complaints.rules.facts import Facts
from quietline.profiles.profile import Profile

ROBOCALL = "16 CFR 310.4(b)(1)(v): prerecorded sales messages need prior written agreement"
REGISTERED = "16 CFR 310.4(b)(1)(iii)(B): no sales call to a number on the list"
GRACE = "16 CFR 310.4(b)(3)(iv): a caller's copy of the list may be that many days old"


def robocall(facts: Facts) -> Ruling:
    """Say whether a recorded message was played."""
    if facts.complaint.robocall:
        return Ruling("robocall", "yes", "A recorded message was played, so registration is not needed.", ROBOCALL)
    return Ruling("robocall", "no", "A person called or wrote.", ROBOCALL)


def registered(facts: Facts, profile: Profile) -> Ruling:
    """Say whether the number was on the list when the call came."""
    if facts.listed_since is None:
        return Ruling("registered", "no", "The number was not on the list when the call came.", REGISTERED)
    day = profile.local_date(facts.listed_since).isoformat()
    return Ruling("registered", "yes", f"The number was on the list since {day}.", REGISTERED)


def past_grace_period(facts: Facts, profile: Profile) -> Ruling:
    """Say whether the caller had to know of the registration by the date of the call (whole local days)."""
    if facts.listed_since is None:
        return Ruling("past_grace_period", "skipped", "The number was not on the list.", GRACE)
    grace = profile.complaints.grace_days
    days = (profile.local_date(facts.complaint.called_at) - profile.local_date(facts.listed_since)).days
    if days < grace:
        detail = f"The call came {days} days after the registration; callers have {grace} days."
        return Ruling("past_grace_period", "no", detail, GRACE)
    detail = f"The call came {days} days after the registration, past the {grace} days callers have."
    return Ruling("past_grace_period", "yes", detail, GRACE)
