"""Cases as DynamoDB items, and back."""

from datetime import date

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.complaints import complaint_of
from quietline.adapters.dynamodb.table import Item
from quietline.cases.model import Accusation, Case, Decision, PenaltyLine, Status
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.money import Money


def case_item(case: Case) -> Item:
    """Return a case's attributes, without its key."""
    opened = to_text(case.opened_at)
    return {
        "id": case.id,
        "caller_key": case.caller_key,
        "caller_number": case.caller_number,
        "caller_name": case.caller_name,
        "status": case.status.value,
        "opened_at": opened,
        "due_at": to_text(case.due_at),
        "complaints": case.complaints,
        "escalations": case.escalations,
        "attempts": case.attempts,
        "gsi1pk": keys.cases_of(case.status.value),
        "gsi1sk": f"{opened}#{case.id}",
    }


def case_of(item: Item) -> Case:
    """Return the case of its item."""
    return Case(
        id=item["id"],
        caller_key=item["caller_key"],
        caller_number=item["caller_number"],
        caller_name=item["caller_name"],
        status=Status(item["status"]),
        opened_at=from_text(item["opened_at"]),
        due_at=from_text(item["due_at"]),
        complaints=item["complaints"],
        token=item.get("task_token", ""),
        escalations=item["escalations"],
        attempts=item["attempts"],
        decision=decision_of(item["decision"]) if item.get("decision") else None,
        failure=item.get("failure", ""),
    )


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
    )
