"""What the caller's number tells: whether it can be real, what it is, whether it imitates the consumer's own."""

from quietline.complaints.model import Ruling
from quietline.complaints.rules.facts import Facts
from quietline.kernel.phone import PhoneNumber, Standing, standing_of
from quietline.profiles.profile import Profile

NUMBERING = "47 CFR 64.1200(k)(2): calls from numbers that are invalid or not allocated may be blocked"
DECLARED = "The registry's own rule: sellers declare the numbers that they call from"
MISLEADING = "47 U.S.C. 227(e)(1), 47 CFR 64.1604: no misleading caller identification"

DETAILS = {
    Standing.INVALID: "No number of this form can exist: it was made up.",
    Standing.UNASSIGNED: "The numbering plan has not given this number out: it was probably made up.",
    Standing.TOLL_FREE: "The caller showed a toll-free number.",
    Standing.PREMIUM_RATE: "The caller showed a premium-rate number: calling back costs money.",
    Standing.INTERNATIONAL: "The caller showed a number of another country.",
    Standing.ASSIGNED: "The caller showed a number that the numbering plan gives out.",
}


def caller_number(facts: Facts, profile: Profile) -> Ruling:
    """Say what kind of number the caller showed: one of `kernel.phone.Standing`."""
    if not facts.complaint.caller_number:
        return Ruling("caller_number", "skipped", "No caller's number was given.", NUMBERING)
    standing = standing_of(PhoneNumber(facts.complaint.caller_number), profile.rules)
    return Ruling("caller_number", standing.value, DETAILS[standing], NUMBERING)


def neighbour(facts: Facts, profile: Profile) -> Ruling:
    """Say whether the caller showed the consumer's own number, or one that differs only in its last digits."""
    caller, called = facts.complaint.caller_number, facts.complaint.called
    last = profile.numbering.line_digits
    if not caller:
        return Ruling("neighbour", "skipped", "No caller's number was given.", MISLEADING)
    if caller == called:
        return Ruling("neighbour", "own_number", "The caller showed the consumer's own number.", MISLEADING)
    if last and len(caller) == len(called) and caller[:-last] == called[:-last]:
        detail = "The caller showed a number of the consumer's own exchange, as callers do who hide theirs."
        return Ruling("neighbour", "yes", detail, MISLEADING)
    return Ruling("neighbour", "no", "The caller's number does not look like the consumer's.", MISLEADING)


def declared(facts: Facts) -> Ruling:
    """Say whether an organization had declared the caller's number on the day of the call; others may imitate it."""
    if not facts.complaint.caller_number:
        return Ruling("declared_caller", "skipped", "No caller's number was given.", DECLARED)
    if facts.declared:
        detail = "A registered organization had declared this number as its own on that day."
        return Ruling("declared_caller", "yes", detail, DECLARED)
    return Ruling("declared_caller", "no", "No registered organization had declared this number.", DECLARED)
