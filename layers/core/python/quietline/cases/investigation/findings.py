"""The rules on one call, with their sources: pure functions. They say what the evidence shows; people decide."""

from dataclasses import dataclass
from datetime import date, datetime

from quietline.cases.investigation.model import (
    Attribution,
    CallAnswer,
    Check,
    Claim,
    Factor,
    Finding,
    Holding,
    Verdict,
)
from quietline.cases.model import Accusation
from quietline.kernel.money import Money
from quietline.profiles.profile import Profile

ROBOCALL_SOURCE = "16 CFR 310.4(b)(1)(v): prerecorded sales messages need prior written agreement"
ENTITLED_SOURCE = "16 CFR 310.8(a): no sales call into an area whose list was not paid for"
HELD_SOURCE = "16 CFR 310.4(b)(3)(iv): a version of the list obtained not too long before the call, with records of it"
LISTED_SOURCE = "16 CFR 310.4(b)(1)(iii)(B): no sales call to a number on the list"
STOP_SOURCE = "16 CFR 310.4(b)(1)(iii)(A): no call to somebody who asked this seller to stop"
RELATIONSHIP_SOURCE = "16 CFR 310.2(q): a purchase within 18 months, an inquiry within 3 months before the call"
AGREEMENT_SOURCE = "16 CFR 310.4(b)(1)(iii)(B)(1): a signed written agreement that names the number"
NONPROFIT_SOURCE = "16 CFR 310.4(b)(1)(iii)(B), 310.6(a): calls to solicit charitable contributions"
INFORMATIONAL_SOURCE = "16 CFR 310.2(gg): telemarketing is a plan to induce a purchase or a contribution"
SAFE_HARBOR_SOURCE = "16 CFR 310.4(b)(3): written procedures, training, a list that is not too old, and an error"

SUPPORTED, CLAIMED, REFUTED, NONE = "supported", "claimed", "refuted", "none"


@dataclass(frozen=True)
class CallFacts:
    """What is known about one call.

    Attributes:
        entitled: whether the seller's subscription covered the area that day; None where nobody is accused.
        stopped_at: when the consumer had asked this seller, through the registry, to stop; None for never.
        answer: what the seller says of the call; None before it did.
    """

    call: Accusation
    attribution: Attribution
    holding: Holding | None
    entitled: bool | None
    stopped_at: datetime | None
    answer: CallAnswer | None


def examine(facts: CallFacts, profile: Profile) -> Finding:
    """Return the finding on one call."""
    call = facts.call
    on = profile.local_date(call.called_at)
    checks = [robocall(call)]
    verdict = Verdict.UNCLEAR
    if facts.attribution.is_known:
        checks += [
            entitled(facts.entitled),
            held(facts.holding),
            fresh(facts.holding, profile),
            contained(facts.holding),
            stopped(facts, profile),
            exempt(facts, on, profile),
        ]
        verdict = _verdict({check.rule: check.answer for check in checks}, facts)
    maximum = Money(profile.penalty(on).maximum, profile.currency)
    factors = _factors(facts, checks, verdict, profile)
    percent = min(100, sum(factor.percent for factor in factors))
    return Finding(
        complaint_id=call.complaint_id,
        on=on,
        verdict=verdict,
        checks=tuple(checks),
        holding=facts.holding,
        maximum=maximum,
        factors=factors,
        proposed=Money(maximum.minor * percent // 100, maximum.currency),
    )


def robocall(call: Accusation) -> Check:
    """Say whether a recorded message was played."""
    if call.robocall:
        return Check("robocall", "yes", "A recorded message was played.", ROBOCALL_SOURCE)
    return Check("robocall", "no", "A person called or wrote.", ROBOCALL_SOURCE)


def entitled(covered: bool | None) -> Check:
    """Say whether the seller had the area's list in its subscription on the day of the call."""
    if covered:
        return Check("entitled", "yes", "The subscription covered the area on the day of the call.", ENTITLED_SOURCE)
    return Check("entitled", "no", "No subscription covered the area on the day of the call.", ENTITLED_SOURCE)


def held(holding: Holding | None) -> Check:
    """Say which list the seller held when it called."""
    if holding is None:
        return Check("held_list", "none", "No receipt shows a list of the area before the call.", HELD_SOURCE)
    day = holding.list_date.isoformat()
    return Check("held_list", day, f"The newest list before the call was that of {day}.", HELD_SOURCE)


def fresh(holding: Holding | None, profile: Profile) -> Check:
    """Say whether that list was young enough: the list's age counts, not that of the last check."""
    if holding is None:
        return Check("fresh", "skipped", "No list was held.", HELD_SOURCE)
    most, age = profile.lists.max_age_days, holding.age_days
    word = "yes" if age <= most else "no"
    return Check("fresh", word, f"The list was {age} days old; {most} are allowed.", HELD_SOURCE)


def contained(holding: Holding | None) -> Check:
    """Say whether the number was on the list that the seller held."""
    if holding is None:
        return Check("contained", "skipped", "No list was held.", LISTED_SOURCE)
    day = holding.list_date.isoformat()
    if holding.contained is None:
        return Check("contained", "unknown", f"The list of {day} cannot be read again.", LISTED_SOURCE)
    word = "yes" if holding.contained else "no"
    return Check("contained", word, f"Held list of {day}, contained the number: {word}.", LISTED_SOURCE)


def stopped(facts: CallFacts, profile: Profile) -> Check:
    """Say whether the consumer had told this seller to stop: that beats every exemption."""
    if facts.stopped_at is not None:
        day = profile.local_date(facts.stopped_at).isoformat()
        return Check("stop_request", "yes", f"The consumer asked this seller to stop on {day}.", STOP_SOURCE)
    if facts.call.asked_to_stop:
        return Check("stop_request", CLAIMED, "The consumer says they had asked the caller to stop.", STOP_SOURCE)
    return Check("stop_request", "no", "No request to stop is known.", STOP_SOURCE)


def exempt(facts: CallFacts, on: date, profile: Profile) -> Check:
    """Say whether an exemption is claimed, and what supports it.

    Answers `none`, `claimed` (nothing supports it yet), `supported`, `refuted`; `error` is no exemption, but the safe
    harbor, which an investigator weighs.
    """
    answer = facts.answer
    if facts.stopped_at is not None:
        return Check("exemption", REFUTED, "A request to stop ends every exemption.", STOP_SOURCE)
    if facts.attribution.exempt and not facts.call.robocall:
        return Check("exemption", SUPPORTED, "The caller is registered as an exempt organization.", NONPROFIT_SOURCE)
    if answer is None:
        return Check("exemption", NONE, "No exemption is claimed.", RELATIONSHIP_SOURCE)
    proof = bool(answer.evidence)
    match answer.claim:
        case Claim.RELATIONSHIP | Claim.INQUIRY:
            return _relationship(facts.call, answer, on, profile)
        case Claim.AGREEMENT:
            if answer.on is not None and answer.on > on:
                return Check("exemption", REFUTED, "The agreement is younger than the call.", AGREEMENT_SOURCE)
            return _by_proof(proof, "a written agreement", AGREEMENT_SOURCE)
        case Claim.NONPROFIT:
            return _by_proof(proof and not facts.call.robocall, "that it solicits contributions", NONPROFIT_SOURCE)
        case Claim.INFORMATIONAL:
            return _by_proof(proof, "that nothing was sold", INFORMATIONAL_SOURCE)
        case Claim.ERROR:
            return Check("exemption", CLAIMED, "The seller says that the call was an error.", SAFE_HARBOR_SOURCE)
        case Claim.NOT_OURS:
            return Check("exemption", CLAIMED, "The seller says that the call was not its own.", LISTED_SOURCE)


def _relationship(call: Accusation, answer: CallAnswer, on: date, profile: Profile) -> Check:
    rules = profile.investigations
    months = rules.relationship_months if answer.claim is Claim.RELATIONSHIP else rules.inquiry_months
    if call.robocall:
        return Check("exemption", REFUTED, "A relationship does not allow a recorded message.", ROBOCALL_SOURCE)
    if answer.on is None or answer.on > on or months_before(on, months) > answer.on:
        detail = f"The {answer.claim.value} is not of the {months} months before the call."
        return Check("exemption", REFUTED, detail, RELATIONSHIP_SOURCE)
    if answer.evidence or call.done_business:
        detail = f"The {answer.claim.value} of {answer.on.isoformat()} is of the {months} months before the call."
        return Check("exemption", SUPPORTED, detail, RELATIONSHIP_SOURCE)
    detail = f"The seller claims a {answer.claim.value}; nothing supports it."
    return Check("exemption", CLAIMED, detail, RELATIONSHIP_SOURCE)


def _by_proof(proof: bool, what: str, source: str) -> Check:
    if proof:
        return Check("exemption", SUPPORTED, f"The seller uploaded evidence of {what}.", source)
    return Check("exemption", CLAIMED, f"The seller claims {what}; nothing supports it.", source)


def _verdict(answers: dict[str, str], facts: CallFacts) -> Verdict:
    if answers["stop_request"] == "yes":
        return Verdict.VIOLATION
    if answers["exemption"] == SUPPORTED:
        return Verdict.EXCUSED
    if answers["exemption"] == CLAIMED:
        # a safe harbor needs a list that is not too old; every other claim is weighed by people
        error = facts.answer is not None and facts.answer.claim is Claim.ERROR
        if not error or (answers["fresh"] == "yes" and answers["entitled"] == "yes" and answers["robocall"] == "no"):
            return Verdict.UNCLEAR
        return Verdict.VIOLATION
    if answers["robocall"] == "yes" or answers["entitled"] == "no" or answers["fresh"] in ("no", "skipped"):
        return Verdict.VIOLATION
    return {"yes": Verdict.VIOLATION, "no": Verdict.EXCUSED}.get(answers["contained"], Verdict.UNCLEAR)


def _factors(facts: CallFacts, checks: list[Check], verdict: Verdict, profile: Profile) -> tuple[Factor, ...]:
    if verdict is not Verdict.VIOLATION:
        return ()
    answers = {check.rule: check.answer for check in checks}
    holds = {
        "base": True,
        "robocall": answers["robocall"] == "yes",
        "stop_ignored": answers["stop_request"] == "yes",
        "not_subscribed": answers["entitled"] == "no",
        "no_list": answers["held_list"] == "none",
        "stale_list": answers["fresh"] == "no",
        "knew": answers["contained"] == "yes" and answers["fresh"] == "yes",
        "spoofed": facts.attribution.spoofed,
    }
    wanted = profile.investigations.factors
    return tuple(Factor(code, percent) for code, percent in wanted.items() if holds.get(code, False))


def months_before(day: date, months: int) -> date:
    """Return the day so many months earlier; a day that month lacks becomes the 28th.

    >>> months_before(date(2026, 8, 31), 18)
    datetime.date(2025, 2, 28)
    """
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    try:
        return date(year, month, day.day)
    except ValueError:
        return date(year, month, 28)
