"""Investigations as DynamoDB items, and back."""

from datetime import date, datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_parts import decision_item, decision_of
from quietline.adapters.dynamodb.table import Item
from quietline.cases.investigation.model import (
    Attribution,
    CallAnswer,
    Check,
    Claim,
    Confirmation,
    Factor,
    Finding,
    Holding,
    Hop,
    HopState,
    Investigation,
    Reply,
    ReplyState,
    Verdict,
    Way,
)
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.money import Money


def investigation_item(kept: Investigation) -> Item:
    """Return an investigation's attributes, without its key."""
    found, confirmed = kept.attribution, kept.confirmation
    return {
        "attribution": {
            "way": found.way.value,
            "organization_id": found.organization_id,
            "san": found.san,
            "name": found.name,
            "exempt": found.exempt,
            "spoofed": found.spoofed,
            "signs": list(found.signs),
        }
        if found
        else None,
        "examined": kept.examined,
        "review_due_at": _text(kept.review_due_at),
        "confirmation": confirmed and {"by": confirmed.by, "at": to_text(confirmed.at), "examined": confirmed.examined},
        "earlier": [decision_item(decision) for decision in kept.earlier],
        "reopened": kept.reopened,
        "version": kept.version,
    }


def investigation_of(case_id: str, item: Item | None) -> Investigation:
    """Return the investigation of its item; a new one where there is none."""
    if item is None:
        return Investigation(case_id=case_id)
    found, confirmed = item["attribution"], item["confirmation"]
    return Investigation(
        case_id=case_id,
        attribution=Attribution(
            **{**found, "way": Way(found["way"]), "signs": tuple(found["signs"])},
        )
        if found
        else None,
        examined=item["examined"],
        review_due_at=_instant(item["review_due_at"]),
        confirmation=confirmed and Confirmation(confirmed["by"], from_text(confirmed["at"]), confirmed["examined"]),
        earlier=tuple(decision_of(decision) for decision in item["earlier"]),
        reopened=item["reopened"],
        version=item["version"],
    )


def finding_item(finding: Finding) -> Item:
    """Return a finding's attributes, without its key."""
    held = finding.holding
    return {
        "complaint_id": finding.complaint_id,
        "on": finding.on.isoformat(),
        "verdict": finding.verdict.value,
        "checks": [
            {"rule": one.rule, "answer": one.answer, "detail": one.detail, "source": one.source}
            for one in finding.checks
        ],
        "holding": {
            "receipt_id": held.receipt_id,
            "list_date": held.list_date.isoformat(),
            "issued_at": to_text(held.issued_at),
            "age_days": held.age_days,
            "contained": held.contained,
        }
        if held
        else None,
        "maximum": finding.maximum.minor,
        "proposed": finding.proposed.minor,
        "currency": finding.maximum.currency,
        "factors": [{"code": one.code, "percent": one.percent} for one in finding.factors],
    }


def finding_of(item: Item) -> Finding:
    """Return the finding of its item."""
    held = item["holding"]
    return Finding(
        complaint_id=item["complaint_id"],
        on=date.fromisoformat(item["on"]),
        verdict=Verdict(item["verdict"]),
        checks=tuple(Check(**one) for one in item["checks"]),
        holding=Holding(
            held["receipt_id"],
            date.fromisoformat(held["list_date"]),
            from_text(held["issued_at"]),
            held["age_days"],
            held["contained"],
        )
        if held
        else None,
        maximum=Money(item["maximum"], item["currency"]),
        factors=tuple(Factor(**one) for one in item["factors"]),
        proposed=Money(item["proposed"], item["currency"]),
    )


def hop_item(hop: Hop) -> Item:
    """Return a hop's attributes, without its key."""
    place = keys.hop_index(hop.carrier, hop.asked_at, hop.case_id)
    return {
        "case_id": hop.case_id,
        "number": hop.number,
        "carrier": hop.carrier,
        "caller_number": hop.caller_number,
        "asked_at": to_text(hop.asked_at),
        "due_at": to_text(hop.due_at),
        "state": hop.state.value,
        "answered_at": _text(hop.answered_at),
        "origin": hop.origin,
        "following": hop.following,
        "reason": hop.reason,
        "gsi1pk": place[0],
        "gsi1sk": place[1],
    }


def hop_of(item: Item) -> Hop:
    """Return the hop of its item."""
    return Hop(
        case_id=item["case_id"],
        number=item["number"],
        carrier=item["carrier"],
        caller_number=item["caller_number"],
        asked_at=from_text(item["asked_at"]),
        due_at=from_text(item["due_at"]),
        state=HopState(item["state"]),
        answered_at=_instant(item["answered_at"]),
        origin=item["origin"],
        following=item["following"],
        reason=item["reason"],
    )


def reply_item(reply: Reply) -> Item:
    """Return a reply's attributes, without its key."""
    place = keys.reply_index(reply.organization_id, reply.notice_at, reply.case_id)
    return {
        "case_id": reply.case_id,
        "organization_id": reply.organization_id,
        "state": reply.state.value,
        "notice_at": to_text(reply.notice_at),
        "due_at": to_text(reply.due_at),
        "complaints": list(reply.complaints),
        "extended": reply.extended,
        "reminded": reply.reminded,
        "hearings": reply.hearings,
        "answers": [
            {
                "complaint_id": one.complaint_id,
                "claim": one.claim.value,
                "on": one.on.isoformat() if one.on else None,
                "text": one.text,
                "evidence": list(one.evidence),
            }
            for one in reply.answers.values()
        ],
        "statement": reply.statement,
        "answered_at": _text(reply.answered_at),
        "decision": reply.decision,
        "version": reply.version,
        "gsi1pk": place[0],
        "gsi1sk": place[1],
    }


def reply_of(item: Item) -> Reply:
    """Return the reply of its item."""
    answers = (
        CallAnswer(
            one["complaint_id"],
            Claim(one["claim"]),
            date.fromisoformat(one["on"]) if one["on"] else None,
            one["text"],
            tuple(one["evidence"]),
        )
        for one in item["answers"]
    )
    return Reply(
        case_id=item["case_id"],
        organization_id=item["organization_id"],
        state=ReplyState(item["state"]),
        notice_at=from_text(item["notice_at"]),
        due_at=from_text(item["due_at"]),
        complaints=tuple(item["complaints"]),
        extended=item["extended"],
        reminded=item["reminded"],
        hearings=item["hearings"],
        answers={one.complaint_id: one for one in answers},
        statement=item["statement"],
        answered_at=_instant(item["answered_at"]),
        decision=item["decision"],
        version=item["version"],
    )


def _text(instant: datetime | None) -> str | None:
    return to_text(instant) if instant else None


def _instant(text: str | None) -> datetime | None:
    return from_text(text) if text else None
