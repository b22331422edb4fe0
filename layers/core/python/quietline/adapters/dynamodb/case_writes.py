"""Writes that several of the desk's transactions share."""

from datetime import datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_parts import call_item
from quietline.adapters.dynamodb.complaint_changes import entry_item
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.cases.model import SYSTEM, Accusation, Case, Event
from quietline.cases.ports import ChangedMeanwhileError
from quietline.complaints.model import Stage
from quietline.kernel.clock import to_text
from quietline.kernel.ids import new_ulid


def transact(table: Table, *writes: Write) -> None:
    """Write all or nothing.

    Raises:
        ChangedMeanwhileError: a condition did not hold.
    """
    try:
        table.write(*writes)
    except ConditionFailedError as error:
        raise ChangedMeanwhileError from error


def event_writes(table: Table, case_id: str, event: Event) -> list[Write]:
    """Return an entry of a case's audit log; what a person did also stands in the desk's."""
    item = {"at": to_text(event.at), "action": event.action.value, "by": event.by, "detail": event.detail}
    entry_id = new_ulid(event.at)
    writes = [table.put_new(keys.case_event(case_id, event.at, entry_id), item)]
    if event.by != SYSTEM:
        writes.append(audit_write(table, event, keys.case(case_id)[0], entry_id))
    return writes


def audit_write(table: Table, event: Event, subject: str, entry_id: str) -> Write:
    """Return an entry of the desk's audit log."""
    item: Item = {
        "at": to_text(event.at),
        "action": event.action.value,
        "by": event.by,
        "subject": subject,
        "detail": event.detail,
    }
    return table.put_new(keys.audit(event.at.date(), event.at, entry_id), item)


def pointer_writes(table: Table, case: Case) -> list[Write]:
    """Return what lets the callers' next complaints join a new case; fails where one of them has an open case."""
    writes = []
    for caller in case.callers:
        writes.append(table.put_new(keys.caller(caller), {"case_id": case.id}))
        writes.append(table.put(keys.caller_case(caller, case.id), {"case_id": case.id}))
    return writes


def place_item(complaint_id: str, accusation: Accusation, at: datetime) -> Item:
    """Return a complaint's place in a case."""
    return {"complaint_id": complaint_id, "joined_at": to_text(at), "told": False, **call_item(accusation.call)}


def place_writes(table: Table, case_id: str, accusation: Accusation, at: datetime) -> list[Write]:
    """Return what puts a complaint that is in no case into one."""
    return [
        table.put_new(
            keys.case_complaint(case_id, accusation.complaint_id),
            place_item(accusation.complaint_id, accusation, at),
        ),
        table.update(
            keys.complaint(accusation.complaint_id),
            "SET case_id = :case, stage = :stage, #timeline = list_append(#timeline, :entry)",
            names={"#timeline": "timeline"},
            values={
                ":case": case_id,
                ":stage": Stage.IN_CASE.value,
                ":entry": [entry_item(at, Stage.IN_CASE)],
                ":withdrawn": Stage.WITHDRAWN.value,
            },
            condition="attribute_exists(outcome) AND attribute_not_exists(case_id) AND stage <> :withdrawn",
        ),
    ]
