"""Cases and complaints as DynamoDB items, and back."""

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_parts import (
    decision_of,
    facts_item,
    facts_of,
    hold_item,
    hold_of,
    priority_item,
    priority_of,
    referral_item,
    referral_of,
)
from quietline.adapters.dynamodb.complaints import complaint_of
from quietline.adapters.dynamodb.table import Item
from quietline.cases.model import Accusation, Case, Status
from quietline.cases.queue import SORTS
from quietline.cases.statements import Comment, Correction, RemovedFile, Ruling
from quietline.kernel.clock import from_text, to_text

SIGNS = {"caller_number": ("unassigned", "invalid"), "neighbour": ("yes", "own_number")}
"""Rules of screening → the answers that are signs of a number that was not the caller's."""


def case_item(case: Case) -> Item:
    """Return a case's attributes, without its key."""
    return {
        "id": case.id,
        "caller_key": case.caller_key,
        "caller_number": case.caller_number,
        "caller_name": case.caller_name,
        "callers": list(case.callers),
        "status": case.status.value,
        "opened_at": to_text(case.opened_at),
        "due_at": to_text(case.due_at),
        "complaints": case.complaints,
        "trigger": case.trigger,
        "agency": case.agency,
        "joint": case.joint,
        "assignee": case.assignee,
        "referral": referral_item(case.referral) if case.referral else None,
        "hold": hold_item(case.hold) if case.hold else None,
        "merged_into": case.merged_into,
        "moving": case.moving,
        "revision": case.revision,
        "facts": facts_item(case.facts),
        "priority": priority_item(case.priority),
        "escalations": case.escalations,
        "attempts": case.attempts,
        "gsi1pk": keys.cases_of(case.status.value),
        "gsi1sk": SORTS["priority"](case),
    }


def case_of(item: Item) -> Case:
    """Return the case of its item."""
    return Case(
        id=item["id"],
        caller_key=item["caller_key"],
        caller_number=item["caller_number"],
        caller_name=item["caller_name"],
        callers=tuple(item["callers"]),
        status=Status(item["status"]),
        opened_at=from_text(item["opened_at"]),
        due_at=from_text(item["due_at"]),
        complaints=item["complaints"],
        trigger=item["trigger"],
        agency=item["agency"],
        joint=item["joint"],
        assignee=item["assignee"],
        referral=referral_of(item["referral"]) if item["referral"] else None,
        hold=hold_of(item["hold"]) if item["hold"] else None,
        merged_into=item["merged_into"],
        moving=item["moving"],
        revision=item["revision"],
        facts=facts_of(item["facts"]),
        priority=priority_of(item["priority"]),
        token=item.get("task_token", ""),
        escalations=item["escalations"],
        attempts=item["attempts"],
        decision=decision_of(item["decision"]) if item.get("decision") else None,
        failure=item.get("failure", ""),
    )


def accusation_of(item: Item) -> Accusation:
    """Return a complaint's item as a case sees it."""
    complaint = complaint_of(item)
    return Accusation(
        complaint_id=complaint.id,
        reference=complaint.reference,
        received_at=complaint.received_at,
        called=complaint.called,
        called_at=complaint.called_at,
        kind=complaint.kind,
        robocall=complaint.robocall,
        subject=complaint.subject,
        outcome=complaint.outcome.value if complaint.outcome else "",
        assignable=complaint.outcome is not None and complaint.outcome.is_violation,
        caller_key=complaint.caller_key,
        caller_number=complaint.caller_number,
        caller_name=complaint.caller_name,
        done_business=complaint.done_business,
        asked_to_stop=complaint.asked_to_stop,
        consumer=complaint.consumer,
        comments=complaint.comments,
        case_id=complaint.case_id,
        has_mailbox=bool(complaint.email_ciphertext),
        signs=tuple(one.rule for one in complaint.rulings if one.answer in SIGNS.get(one.rule, ())),
        rulings=tuple(Ruling(one.rule, one.answer, one.detail, one.source) for one in complaint.rulings),
        added=tuple(Comment(one.at, one.text) for one in complaint.additions),
        corrections=tuple(Correction(one.at, one.before, one.contact) for one in complaint.corrections),
        removed=tuple(RemovedFile(one.at, one.kind) for one in complaint.removed),
    )
