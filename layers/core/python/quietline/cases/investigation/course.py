"""What an execution does next: a pure function of what is kept, so that any execution may take over from another.

Executions wait a day at most: then they look again, so that a complaint that joined or was corrected is examined
without anybody having to wake them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from quietline.cases.investigation.model import Hop, HopState, Investigation, Next, Reply, ReplyState, Verdict
from quietline.cases.model import Accusation, Case, Status
from quietline.profiles.complaints import Investigations

CITATION = "citation"
NEEDS_CONFIRMATION = frozenset({CITATION})
"""Decisions that a second person confirms."""
AGAINST_SELLER = frozenset({"warning", "citation"})
"""Decisions before which the seller has to be heard."""
AT_LEAST = 1
"""Seconds of a wait, and what is added to one: its deadline has passed for sure when it ends."""


@dataclass(frozen=True)
class Pace:
    """How long a deadline's day is in seconds: 86,400; less only where machines are tested."""

    day_seconds: int = 86_400

    def days(self, count: int) -> timedelta:
        """Return so many days."""
        return timedelta(seconds=count * self.day_seconds)


@dataclass(frozen=True)
class Stand:
    """Everything that decides what comes next.

    Attributes:
        facts: fingerprint of the facts as they are now.
        violations: the calls that are not excused.
        holder: code of the carrier that can be asked first; empty for none.
        on_hold: whether the case is on hold, so that deadlines do not run.
    """

    case: Case
    investigation: Investigation
    hops: tuple[Hop, ...]
    reply: Reply | None
    facts: str
    violations: frozenset[str]
    holder: str
    on_hold: bool = False


def following(stand: Stand, now: datetime, rules: Investigations, pace: Pace) -> tuple[Next, int]:
    """Return what comes next, and how many seconds to wait where it is a wait."""
    case, kept = stand.case, stand.investigation
    if case.status is Status.DECIDED:
        return Next.NOTIFY, 0
    if case.status is not Status.OPEN:
        return Next.DONE, 0
    if stand.on_hold:
        return Next.AWAIT_RELEASE, _seconds(now, None, pace)
    if case.hold is not None:
        return Next.RESUME, 0
    if kept.attribution is None:
        return Next.ATTRIBUTE, 0
    if case.decision is not None and stand.facts == kept.examined:
        if is_unheard(case.decision.kind, kept, stand.reply, stand.violations):
            # who called was found out after the decision: it is given back, and the seller is heard
            return Next.HEAR, 0
        if case.decision.kind in NEEDS_CONFIRMATION and kept.confirmed is None:
            return Next.AWAIT_CONFIRMATION, _seconds(now, None, pace)
        return Next.RECORD, 0
    traced = _tracing(stand, now, rules, pace)
    if traced is not None:
        return traced
    if stand.facts != kept.examined:
        return Next.EXAMINE, 0
    return _judged(stand, now, rules, pace)


def _judged(stand: Stand, now: datetime, rules: Investigations, pace: Pace) -> tuple[Next, int]:
    """Return what follows the findings: the seller is heard, then people decide."""
    attribution, due = stand.investigation.attribution, stand.investigation.review_due_at
    reply = stand.reply
    if reply is not None and reply.is_asked and now >= reply.due_at:
        # also where the calls that it was asked about have left the case: whoever decides need not wait for it
        return Next.SILENCE, 0
    heard = _hearing(stand, now, rules, pace) if attribution and attribution.is_known and stand.violations else None
    if heard is not None:
        return heard
    if due is not None and now >= due:
        return Next.ESCALATE, 0
    return Next.AWAIT_DECISION, _seconds(now, due, pace)


def _tracing(stand: Stand, now: datetime, rules: Investigations, pace: Pace) -> tuple[Next, int] | None:
    hop = stand.hops[-1] if stand.hops else None
    if hop is not None and hop.state is HopState.ASKED:
        return (Next.SILENCE, 0) if now >= hop.due_at else (Next.AWAIT_CARRIER, _seconds(now, hop.due_at, pace))
    return (Next.TRACE, 0) if _to_trace(stand, rules) else None


def _to_trace(stand: Stand, rules: Investigations) -> bool:
    attribution = stand.investigation.attribution
    if attribution is None or attribution.is_known or len(stand.hops) >= rules.max_hops:
        return False
    if not stand.case.complaints:
        # every complaint was taken back or corrected: there is no call to look for
        return False
    if not stand.hops:
        return bool(stand.holder)
    last = stand.hops[-1]
    # a carrier that was asked already is not asked again: calls do not go in circles
    return last.state is HopState.FORWARDED and last.following not in {hop.carrier for hop in stand.hops}


def _hearing(stand: Stand, now: datetime, rules: Investigations, pace: Pace) -> tuple[Next, int] | None:
    reply = stand.reply
    if reply is None or reply.state is ReplyState.CLEARED:
        return Next.HEAR, 0
    if reply.state is not ReplyState.ASKED:
        return (Next.HEAR, 0) if unheard(stand.violations, reply, rules) else None
    reminder = next_reminder(reply, rules, pace)
    if reminder is not None and now >= reminder:
        return Next.REMIND, 0
    return Next.AWAIT_REPLY, _seconds(now, reminder or reply.due_at, pace)


def unheard(violations: frozenset[str], reply: Reply, rules: Investigations) -> bool:
    """Tell whether calls joined that the seller was not asked about, and it may be asked again."""
    return reply.hearings < rules.max_hearings and not violations <= set(reply.complaints)


def is_unheard(kind: str, kept: Investigation, reply: Reply | None, violations: frozenset[str]) -> bool:
    """Tell whether a decision would warn or cite a known organization that was not heard, or may still answer."""
    if kind not in AGAINST_SELLER or kept.attribution is None or not kept.attribution.is_known:
        return False
    if reply is None or reply.state is ReplyState.CLEARED:
        # before the calls were examined nobody knows that they are excused
        return bool(violations) or not kept.examined
    return reply.is_asked


def next_reminder(reply: Reply, rules: Investigations, pace: Pace) -> datetime | None:
    """Return when the next reminder is due, or None after the last."""
    if reply.reminded >= len(rules.reminder_days_before):
        return None
    return reply.due_at - pace.days(rules.reminder_days_before[reply.reminded])


def _seconds(now: datetime, due: datetime | None, pace: Pace) -> int:
    most = pace.day_seconds
    if due is None:
        return max(AT_LEAST, most)
    return max(AT_LEAST, min(most, int((due - now).total_seconds()) + AT_LEAST))


def fingerprint(accusations: tuple[Accusation, ...], kept: Investigation, reply: Reply | None) -> str:
    """Return the fingerprint of what findings are made of: calls, attribution, the seller's answer."""
    parts = [
        f"{one.complaint_id}|{one.called}|{one.called_at.isoformat()}|{one.robocall}|{one.done_business}|"
        f"{one.asked_to_stop}"
        for one in sorted(accusations, key=lambda one: one.complaint_id)
    ]
    parts.append(repr(kept.attribution))
    if reply is not None and reply.answers:
        parts.append(repr(sorted(reply.answers.items())))
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def suggestion(known: bool, verdicts: list[Verdict], penalties: int) -> str:
    """Return the decision that findings suggest: a citation when a call is a violation, else what fits.

    A case that every complaint has left is dismissed.
    """
    if not verdicts:
        return "dismissal"
    if not known:
        return "referral"
    if Verdict.VIOLATION in verdicts:
        return CITATION if penalties else "warning"
    return "dismissal" if all(verdict is Verdict.EXCUSED for verdict in verdicts) else ""
