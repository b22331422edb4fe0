"""What may make a call lawful, or unlawful, besides the list: claims, which are only recorded, and stop requests."""

from quietline.complaints.model import Ruling
from quietline.complaints.rules.facts import Facts
from quietline.profiles.profile import Profile

RELATIONSHIP = "16 CFR 310.4(b)(1)(iii)(B)(ii), 310.2(q): an established business relationship, 18 or 3 months"
EXEMPT_KIND = "16 CFR 310.2(gg), 310.6: calls that are not telemarketing, or exempt from the list"
STOPPED = "16 CFR 310.4(b)(1)(iii)(A), 47 CFR 64.1200(d)(3): a stop request beats every exemption of that seller"
ASKED = "16 CFR 310.4(b)(1)(iii)(A): no call to a person who asked this seller to stop"


def relationship_claimed(facts: Facts) -> Ruling:
    """Say whether the consumer has done business with the caller, so that it may claim a relationship."""
    match facts.complaint.done_business:
        case True:
            detail = "The consumer has done business with the caller, which may claim a relationship."
            return Ruling("relationship_claimed", "yes", detail, RELATIONSHIP)
        case False:
            detail = "The consumer has done no business with the caller."
            return Ruling("relationship_claimed", "no", detail, RELATIONSHIP)
    return Ruling("relationship_claimed", "skipped", "The consumer did not say.", RELATIONSHIP)


def exempt_kind_claimed(facts: Facts, profile: Profile) -> Ruling:
    """Say which exemption the subject of the call points at: the profile's word, or `no`."""
    subject = profile.complaints.subject(facts.complaint.subject)
    if subject is None or not subject.exemption:
        return Ruling("exempt_kind_claimed", "no", "The subject points at no exemption.", EXEMPT_KIND)
    detail = "The subject of the call points at a kind of call that may be exempt."
    return Ruling("exempt_kind_claimed", subject.exemption, detail, EXEMPT_KIND)


def asked_to_stop(facts: Facts) -> Ruling:
    """Say whether the consumer had told the caller itself to stop, which ends every exemption for that seller."""
    match facts.complaint.asked_to_stop:
        case True:
            detail = "The consumer says that the caller had been asked to stop."
            return Ruling("asked_to_stop", "yes", detail, ASKED)
        case False:
            return Ruling("asked_to_stop", "no", "The caller had not been asked to stop.", ASKED)
    return Ruling("asked_to_stop", "skipped", "The consumer did not say.", ASKED)


def stop_requested(facts: Facts, profile: Profile) -> Ruling:
    """Say whether the number's owner had told this seller through the registry to stop, and its time was over.

    Who the seller is, is known only of a number that an organization had declared.
    """
    if not facts.declared:
        return Ruling("stop_requested", "skipped", "It is not known which seller called.", STOPPED)
    if facts.stopped is None:
        return Ruling("stop_requested", "no", "No stop request to this seller held when the call came.", STOPPED)
    due = facts.stopped.due_on
    if profile.local_date(facts.complaint.called_at) <= due:
        detail = f"A stop request held, but the seller had time until {due.isoformat()} to take it over."
        return Ruling("stop_requested", "in_time", detail, STOPPED)
    detail = f"A stop request held, and the seller had to follow it by {due.isoformat()}."
    return Ruling("stop_requested", "yes", detail, STOPPED)
