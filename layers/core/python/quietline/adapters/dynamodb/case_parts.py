"""The parts of a case as DynamoDB keeps them, and back."""

from datetime import date

from quietline.adapters.dynamodb.table import Item
from quietline.cases.facts import Addend, Call, Facts, Priority
from quietline.cases.model import Action, Decision, Event, Hold, Link, Note, PenaltyLine, Referral
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.money import Money

COUNTS = ("complaints", "complainants", "robocalls", "stop_ignored", "odd_hours", "earlier_findings")
MAPS = ("areas", "states", "days")


def decision_item(decision: Decision) -> Item:
    """Return a decision as it is stored in its case."""
    return {
        "kind": decision.kind,
        "reasons": decision.reasons,
        "by": decision.by,
        "at": to_text(decision.at),
        "penalties": [
            {
                "since": line.since.isoformat(),
                "calls": line.calls,
                "maximum": line.maximum.minor,
                "total": line.total.minor,
                "currency": line.maximum.currency,
                "source": line.source,
            }
            for line in decision.penalties
        ],
    }


def decision_of(item: Item) -> Decision:
    """Return the decision that a case's item holds."""
    lines = tuple(
        PenaltyLine(
            since=date.fromisoformat(line["since"]),
            calls=line["calls"],
            maximum=Money(line["maximum"], line["currency"]),
            total=Money(line["total"], line["currency"]),
            source=line["source"],
        )
        for line in item["penalties"]
    )
    return Decision(item["kind"], item["reasons"], item["by"], from_text(item["at"]), lines)


def hold_item(hold: Hold) -> Item:
    """Return a hold as it is stored in its case."""
    return {
        "reason": hold.reason,
        "until": hold.until.isoformat(),
        "by": hold.by,
        "at": to_text(hold.at),
        "released_at": to_text(hold.released_at) if hold.released_at else "",
    }


def hold_of(item: Item) -> Hold:
    """Return the hold that a case's item has."""
    released = str(item["released_at"])
    return Hold(
        item["reason"],
        date.fromisoformat(item["until"]),
        item["by"],
        from_text(item["at"]),
        from_text(released) if released else None,
    )


def referral_item(referral: Referral) -> Item:
    """Return a referral as it is stored in its case."""
    return {
        "to": referral.to,
        "joint": referral.joint,
        "reason": referral.reason,
        "by": referral.by,
        "at": to_text(referral.at),
    }


def referral_of(item: Item) -> Referral:
    """Return the referral that a case's item has."""
    return Referral(item["to"], item["joint"], item["reason"], item["by"], from_text(item["at"]))


def call_item(call: Call) -> Item:
    """Return what counting needs, as it is stored with a complaint's place."""
    return {
        "called": call.called,
        "called_at": to_text(call.called_at),
        "robocall": call.robocall,
        "subject": call.subject,
        "asked_to_stop": call.asked_to_stop,
    }


def call_of(item: Item) -> Call:
    """Return what counting needs, of a place or of a complaint."""
    return Call(
        called=item["called"],
        called_at=from_text(item["called_at"]),
        robocall=item["robocall"],
        subject=item["subject"],
        asked_to_stop=item["asked_to_stop"],
    )


def facts_item(facts: Facts) -> Item:
    """Return a case's facts as they are stored in it."""
    item: Item = {name: getattr(facts, name) for name in COUNTS + MAPS}
    item["subjects"] = {str(code): number for code, number in facts.subjects.items()}
    for name in ("first_call", "newest_call"):
        instant = getattr(facts, name)
        item[name] = to_text(instant) if instant else ""
    return item


def facts_of(item: Item) -> Facts:
    """Return the facts that a case's item has."""
    return Facts(
        **{name: item[name] for name in COUNTS + MAPS},
        subjects={int(code): number for code, number in item["subjects"].items()},
        first_call=from_text(item["first_call"]) if item["first_call"] else None,
        newest_call=from_text(item["newest_call"]) if item["newest_call"] else None,
    )


def priority_item(priority: Priority) -> Item:
    """Return a priority as it is stored in its case."""
    addends = [
        {"code": addend.code, "points": addend.points, "sentence": addend.sentence} for addend in priority.addends
    ]
    return {"points": priority.points, "addends": addends}


def priority_of(item: Item) -> Priority:
    """Return the priority that a case's item has."""
    return Priority(item["points"], tuple(Addend(**addend) for addend in item["addends"]))


def event_of(item: Item) -> Event:
    """Return an entry of the audit log."""
    return Event(from_text(item["at"]), Action(item["action"]), str(item["by"]), str(item["detail"]))


def note_of(item: Item) -> Note:
    """Return a note."""
    return Note(item["id"], from_text(item["at"]), item["by"], item["text"])


def link_of(item: Item) -> Link:
    """Return one side of a link."""
    return Link(item["case_id"], item["reason"], item["by"], from_text(item["at"]))
