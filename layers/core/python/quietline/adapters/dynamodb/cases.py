"""Cases in DynamoDB: one item per case, one per complaint in it, one per audit entry."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_items import accusation_of, case_item, case_of, decision_item
from quietline.adapters.dynamodb.complaints import complaint_of, entry_item
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.cases.model import Accusation, Action, Case, CasePage, Decision, Event, Status
from quietline.cases.ports import ChangedMeanwhileError
from quietline.complaints.model import Stage
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.errors import FieldError, InvalidInputError, NotFoundError
from quietline.kernel.ids import new_ulid

CURSOR = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[0-9A-Z]{26}")
STATUS = {"#status": "status"}


@dataclass(frozen=True)
class DynamoCaseStore:
    """See `cases.ports.CaseStore`; `table` is the cases table."""

    table: Table

    def get(self, case_id: str) -> Case | None:
        """Return a case, or None."""
        item = self.table.get(keys.case(case_id))
        return case_of(item) if item else None

    def page(self, status: Status, limit: int, cursor: str) -> CasePage:
        """Return cases of a status, oldest first.

        Raises:
            InvalidInputError: the cursor is none of ours.
        """
        # a space sorts before everything a longer key could go on with: the range starts after the cursor's case
        low = f"{_read_cursor(cursor)} " if cursor else "0"
        items = list(
            self.table.query(keys.cases_of(status.value), index="gsi1", between=(low, "~"), limit=limit + 1),
        )
        following = _write_cursor(str(items[limit - 1]["gsi1sk"])) if len(items) > limit else ""
        return CasePage(tuple(case_of(item) for item in items[:limit]), following)

    def open_case_of(self, caller_key: str) -> str:
        """Return the id of the caller's one open case, or empty."""
        pointer = self.table.get(keys.caller(caller_key))
        return str(pointer["case_id"]) if pointer else ""

    def accusation(self, complaint_id: str) -> Accusation | None:
        """Return a complaint, or None."""
        item = self.table.get(keys.complaint(complaint_id))
        return accusation_of(item) if item else None

    def unassigned(self, caller_key: str, since: datetime) -> tuple[Accusation, ...]:
        """Return a caller's assignable complaints since an instant that are in no case, oldest first."""
        items = self.table.query(keys.complaints_of(caller_key), index="gsi1", between=(to_text(since), "~"))
        found = (accusation_of(item) for item in items)
        return tuple(entry for entry in found if entry.assignable and not entry.case_id)

    def open(self, case: Case, accusations: Sequence[Accusation], event: Event) -> None:
        """Keep a new case, the caller's pointer to it, its first complaints: all or nothing.

        Raises:
            ChangedMeanwhileError: the caller has an open case already, or a complaint is in one.
        """
        writes = [
            self.table.put_new(keys.case(case.id), case_item(case)),
            self.table.put_new(keys.caller(case.caller_key), {"case_id": case.id}),
            self._event(case.id, event),
        ]
        for accusation in accusations:
            writes += self._place(case.id, accusation, event.at)
        self._write(*writes)

    def join(self, case_id: str, accusation: Accusation, event: Event) -> None:
        """Add a complaint to an open case.

        Raises:
            ChangedMeanwhileError: the case is open no more, or the complaint is in one.
        """
        self._write(
            self.table.update(
                keys.case(case_id),
                "ADD complaints :one",
                names=STATUS,
                values={":one": 1, ":open": Status.OPEN.value},
                condition="#status = :open",
            ),
            *self._place(case_id, accusation, event.at),
            self._event(case_id, event),
        )

    def record_event(self, case_id: str, event: Event) -> None:
        """Append to the audit log."""
        self.table.write(self._event(case_id, event))

    def accusations(self, case_id: str) -> tuple[Accusation, ...]:
        """Return a case's complaints, oldest first."""
        places = [str(item["complaint_id"]) for item in self._places(case_id)]
        items = self.table.get_many([keys.complaint(complaint_id) for complaint_id in places])
        return tuple(sorted((accusation_of(item) for item in items), key=lambda entry: entry.complaint_id))

    def events(self, case_id: str) -> tuple[Event, ...]:
        """Return a case's audit log, oldest first."""
        items = self.table.query(keys.case(case_id)[0], prefix="EVENT#")
        return tuple(
            Event(from_text(item["at"]), Action(item["action"]), str(item["by"]), str(item["detail"])) for item in items
        )

    def wait(self, case_id: str, token: str, due_at: datetime, event: Event) -> None:
        """Keep the token of the waiting task; nothing changes where the case is open no more."""
        self._if_open(
            case_id,
            "SET task_token = :token, due_at = :due REMOVE failure",
            {":token": token, ":due": to_text(due_at)},
            event,
        )

    def escalate(self, case_id: str, event: Event) -> None:
        """Count a missed deadline; nothing changes where the case is open no more."""
        self._if_open(case_id, "ADD escalations :one", {":one": 1}, event)

    def give(self, case_id: str, decision: Decision, event: Event) -> None:
        """Keep what the investigator decided.

        Raises:
            ChangedMeanwhileError: the case does not wait, or has a decision.
        """
        self._write(
            self.table.update(
                keys.case(case_id),
                "SET decision = :decision",
                names=STATUS,
                values={":decision": decision_item(decision), ":open": Status.OPEN.value},
                condition="#status = :open AND attribute_exists(task_token) AND attribute_not_exists(decision)",
            ),
            self._event(case_id, event),
        )

    def decided(self, case: Case, decision: Decision, event: Event) -> None:
        """Make the decision final and let the caller's next complaint open a new case.

        Raises:
            ChangedMeanwhileError: a complaint joined after `case` was read, or the case is open no more.
        """
        self._write(
            self.table.update(
                keys.case(case.id),
                "SET #status = :decided, decision = :decision, gsi1pk = :cases",
                names=STATUS,
                values={
                    ":decided": Status.DECIDED.value,
                    ":decision": decision_item(decision),
                    ":cases": keys.cases_of(Status.DECIDED.value),
                    ":open": Status.OPEN.value,
                    ":count": case.complaints,
                },
                condition="#status = :open AND complaints = :count",
            ),
            self.table.delete(keys.caller(case.caller_key), condition="case_id = :case", values={":case": case.id}),
            self._event(case.id, event),
        )

    def tell(self, case_id: str, kind: str, at: datetime, limit: int) -> int:
        """Set at most `limit` complaints to decided, asking for their mails; return how many are left."""
        waiting = [str(item["complaint_id"]) for item in self._places(case_id) if not item["told"]]
        for complaint_id in waiting[:limit]:
            self._tell(case_id, complaint_id, kind, at)
        return max(0, len(waiting) - limit)

    def closed(self, case_id: str, event: Event) -> None:
        """Set a decided case closed; a second time changes nothing."""
        update = self.table.update(
            keys.case(case_id),
            "SET #status = :closed, gsi1pk = :cases REMOVE failure",
            names=STATUS,
            values={
                ":closed": Status.CLOSED.value,
                ":cases": keys.cases_of(Status.CLOSED.value),
                ":decided": Status.DECIDED.value,
            },
            condition="#status = :decided",
        )
        self._once(update, self._event(case_id, event))

    def failed(self, case_id: str, error: str, event: Event) -> None:
        """Note the error.

        Raises:
            NotFoundError: there is no such case.
        """
        update = self.table.update(
            keys.case(case_id), "SET failure = :error", values={":error": error}, condition="attribute_exists(pk)"
        )
        try:
            self.table.write(update, self._event(case_id, event))
        except ConditionFailedError as wrong:
            raise NotFoundError("There is no such case.") from wrong

    def next_attempt(self, case_id: str, event: Event) -> int:
        """Count one more execution and return its number, 2 for the first restart.

        Raises:
            ChangedMeanwhileError: somebody else starts one.
        """
        case = self.get(case_id)
        known = case.attempts if case else 1
        self._write(
            self.table.update(
                keys.case(case_id),
                "SET attempts = :next",
                values={":next": known + 1, ":known": known},
                condition="attempts = :known",
            ),
            self._event(case_id, event),
        )
        return known + 1

    def _places(self, case_id: str) -> list[Item]:
        return list(self.table.query(keys.case(case_id)[0], prefix="COMPLAINT#"))

    def _place(self, case_id: str, accusation: Accusation, at: datetime) -> list[Write]:
        return [
            self.table.put_new(
                keys.case_complaint(case_id, accusation.complaint_id),
                {"complaint_id": accusation.complaint_id, "joined_at": to_text(at), "told": False},
            ),
            self.table.update(
                keys.complaint(accusation.complaint_id),
                "SET case_id = :case, stage = :stage, #timeline = list_append(#timeline, :entry)",
                names={"#timeline": "timeline"},
                values={
                    ":case": case_id,
                    ":stage": Stage.IN_CASE.value,
                    ":entry": [entry_item(at, Stage.IN_CASE)],
                },
                condition="attribute_exists(outcome) AND attribute_not_exists(case_id)",
            ),
        ]

    def _tell(self, case_id: str, complaint_id: str, kind: str, at: datetime) -> None:
        item = self.table.get(keys.complaint(complaint_id))
        told = self.table.update(
            keys.case_complaint(case_id, complaint_id),
            "SET told = :yes",
            values={":yes": True, ":no": False},
            condition="told = :no",
        )
        if item is None:
            # complaints are purged after the profile's years; a case may outlive one
            self._once(told)
            return
        complaint = complaint_of(item)
        writes = [
            told,
            self.table.update(
                keys.complaint(complaint_id),
                "SET stage = :stage, decision = :decision, #timeline = list_append(#timeline, :entry)",
                names={"#timeline": "timeline"},
                values={
                    ":stage": Stage.DECIDED.value,
                    ":decision": kind,
                    ":entry": [entry_item(at, Stage.DECIDED)],
                },
                condition="attribute_exists(pk)",
            ),
        ]
        if complaint.email_ciphertext:
            writes.append(
                mail_write(
                    self.table,
                    template="complaint-decided",
                    language=complaint.language,
                    to_ciphertext=complaint.email_ciphertext,
                    facts={"reference": complaint.reference, "outcome": kind},
                    now=at,
                    mail_id=f"{complaint_id}-decided",
                )
            )
        self._once(*writes)

    def _if_open(self, case_id: str, expression: str, values: dict[str, Any], event: Event) -> None:
        update = self.table.update(
            keys.case(case_id),
            expression,
            names=STATUS,
            values=values | {":open": Status.OPEN.value},
            condition="#status = :open",
        )
        self._once(update, self._event(case_id, event))

    def _event(self, case_id: str, event: Event) -> Write:
        item = {"at": to_text(event.at), "action": event.action.value, "by": event.by, "detail": event.detail}
        return self.table.put_new(keys.case_event(case_id, event.at, new_ulid(event.at)), item)

    def _write(self, *writes: Write) -> None:
        try:
            self.table.write(*writes)
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error

    def _once(self, *writes: Write) -> None:
        """Write; where it had been written before, nothing changes."""
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return


def _write_cursor(sort_key: str) -> str:
    return base64.urlsafe_b64encode(sort_key.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> str:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if not CURSOR.fullmatch(text):
        detail = "Use the `next` of the page before."
        raise InvalidInputError("The cursor is not valid.", (FieldError("/cursor", detail, "cursor"),))
    return text
