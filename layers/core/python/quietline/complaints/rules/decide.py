"""Trying every rule, and what follows from their answers."""

from quietline.complaints.model import Outcome, Screening, Stage
from quietline.complaints.rules import caller, claims, intake, listing
from quietline.complaints.rules.facts import Facts
from quietline.profiles.profile import Profile


def screen(facts: Facts, profile: Profile) -> Screening:
    """Try every rule and decide.

    A robocall needs the consumer's written consent whatever the list says, so it is accepted from numbers that are not
    registered; and so is the call of a seller that had been told to stop. Any other call is a violation only when the
    number was on the list, for longer than callers have to take the list's changes over. Only what would count is
    called a duplicate: a report of a call that was lawful hides no later one.
    """
    tried = (
        intake.diverted(facts, profile),
        intake.in_window(facts, profile),
        listing.robocall(facts),
        listing.registered(facts, profile),
        listing.past_grace_period(facts, profile),
        intake.duplicate(facts, profile),
        claims.relationship_claimed(facts),
        claims.exempt_kind_claimed(facts, profile),
        claims.asked_to_stop(facts),
        claims.stop_requested(facts, profile),
        caller.caller_number(facts, profile),
        caller.neighbour(facts, profile),
        caller.declared(facts),
    )
    if facts.complaint.stage is Stage.WITHDRAWN:
        return Screening(Outcome.WITHDRAWN, (intake.withdrawn(), *tried))
    outcome = _outcome({ruling.rule: ruling.answer for ruling in tried})
    declared_by = tuple(declaration.organization_id for declaration in facts.declared)
    first = intake.first_report(facts, profile) if outcome.is_violation else None
    if first is not None:
        return Screening(Outcome.DUPLICATE, tried, first.complaint_id, declared_by)
    return Screening(outcome, tried, declared_by=declared_by)


def _outcome(answers: dict[str, str]) -> Outcome:
    if answers["diverted"] == "yes":
        return Outcome.DIVERTED
    if answers["in_window"] == "no":
        return Outcome.TOO_LATE
    if answers["robocall"] == "yes":
        return Outcome.ROBOCALL
    if answers["stop_requested"] == "yes":
        return Outcome.STOP_IGNORED
    if answers["registered"] == "no":
        return Outcome.NOT_REGISTERED
    if answers["past_grace_period"] == "no":
        return Outcome.IN_GRACE_PERIOD
    return Outcome.ACCEPTED
