"""Which reports count: what another agency handles, what came too late, what was reported before."""

from datetime import timedelta

from quietline.complaints.model import Reported, Ruling
from quietline.complaints.rules.facts import Facts
from quietline.profiles.profile import Profile

COVERED = "16 CFR 310.2(gg): telemarketing is a campaign that sells or asks for donations"
WINDOW = "FTC, Data Book FY2020: complaints older than five years are purged"
WITHDRAWN = "The registry's own rule: a complaint is the consumer's"
DUPLICATE = "The registry's own rule: one call is counted once"


def withdrawn() -> Ruling:
    """Say that the consumer took the complaint back."""
    return Ruling("withdrawn", "yes", "The complaint was withdrawn, so it counts nowhere.", WITHDRAWN)


def diverted(facts: Facts, profile: Profile) -> Ruling:
    """Say whether calls of this subject are outside the registry's law."""
    subject = profile.complaints.subject(facts.complaint.subject)
    if subject is not None and subject.diverted:
        return Ruling("diverted", "yes", "Another agency handles calls about this subject.", COVERED)
    return Ruling("diverted", "no", "Calls about this subject are the registry's.", COVERED)


def in_window(facts: Facts, profile: Profile) -> Ruling:
    """Say whether the complaint came while complaints about that day are taken."""
    complaint, window = facts.complaint, profile.complaints.window_days
    age = (profile.local_date(complaint.received_at) - profile.local_date(complaint.called_at)).days
    if age > window:
        return Ruling("in_window", "no", f"The call was {age} days ago; complaints are taken for {window}.", WINDOW)
    return Ruling("in_window", "yes", f"Complaints are taken for {window} days after the call.", WINDOW)


def duplicate(facts: Facts, profile: Profile) -> Ruling:
    """Say whether the same call was reported before."""
    hours = profile.complaints.duplicate_hours
    if first_report(facts, profile) is None:
        detail = f"No other report of this caller and number lies within {hours} hours."
        return Ruling("duplicate", "no", detail, DUPLICATE)
    detail = f"This caller's call to this number, within {hours} hours, was reported before; it counts once."
    return Ruling("duplicate", "yes", detail, DUPLICATE)


def first_report(facts: Facts, profile: Profile) -> Reported | None:
    """Return the earlier report of the same call, or None.

    People do not remember minutes, so the same caller and number within the profile's hours are one call, unless one
    submission tells several calls apart by their times.
    """
    complaint, within = facts.complaint, timedelta(hours=profile.complaints.duplicate_hours)
    for other in facts.reported:
        if other.complaint_id == complaint.id or other.duplicate_of:
            continue
        apart = abs(other.called_at - complaint.called_at)
        told_apart = other.received_at == complaint.received_at and apart > timedelta()
        if apart < within and not told_apart:
            return other
    return None
