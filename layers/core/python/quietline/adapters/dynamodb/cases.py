"""Cases in DynamoDB: one item per case, one per complaint in it, one per audit entry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_items import accusation_of, case_item, case_of
from quietline.adapters.dynamodb.case_parts import (
    call_item,
    call_of,
    decision_item,
    event_of,
    facts_item,
    priority_item,
)
from quietline.adapters.dynamodb.case_writes import event_writes, pointer_writes, transact
from quietline.adapters.dynamodb.case_writes import place_writes as place
from quietline.adapters.dynamodb.complaint_changes import entry_item, mail_link
from quietline.adapters.dynamodb.complaints import complaint_of
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.cases.facts import Call, Facts, Priority
from quietline.cases.model import Accusation, Case, CasePage, Decision, Event, Status
from quietline.cases.queue import SORTS, read_cursor, write_cursor
from quietline.complaints.model import Stage
from quietline.kernel.clock import to_text
from quietline.kernel.errors import NotFoundError

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
        """Return cases of a status, the most urgent first.

        Raises:
            InvalidInputError: the cursor is none of ours.
        """
        items = list(self._queue(status, read_cursor(cursor, "priority"), limit + 1))
        following = write_cursor("priority", str(items[limit - 1]["gsi1sk"])) if len(items) > limit else ""
        return CasePage(tuple(case_of(item) for item in items[:limit]), following)

    def queue(self, status: Status, after: str) -> Iterator[Case]:
        """Yield cases of a status, the most urgent first, after a key of `queue.SORTS["priority"]`."""
        for item in self._queue(status, after):
            yield case_of(item)

    def open_case_of(self, caller_key: str) -> str:
        """Return the id of the caller's one open case, or empty."""
        pointer = self.table.get(keys.caller(caller_key))
        return str(pointer["case_id"]) if pointer else ""

    def accusation(self, complaint_id: str) -> Accusation | None:
        """Return a complaint, or None."""
        item = self.table.get(keys.complaint(complaint_id))
        return accusation_of(item) if item else None

    def by_reference(self, reference: str) -> Accusation | None:
        """Return the complaint of a reference as it is kept, or None."""
        pointer = self.table.get(keys.reference(reference))
        return self.accusation(str(pointer["complaint_id"])) if pointer else None

    def unassigned(self, caller_key: str, since: datetime) -> tuple[Accusation, ...]:
        """Return a caller's assignable complaints since an instant that are in no case, oldest first."""
        items = self.table.query(keys.complaints_of(caller_key), index="gsi1", between=(to_text(since), "~"))
        found = (accusation_of(item) for item in items)
        return tuple(entry for entry in found if entry.assignable and not entry.case_id)

    def open(self, case: Case, accusations: Sequence[Accusation], event: Event) -> None:
        """Keep a new case, its callers' pointers to it, its first complaints: all or nothing.

        Raises:
            ChangedMeanwhileError: a caller has an open case already, or a complaint is in one.
        """
        writes = [
            self.table.put_new(keys.case(case.id), case_item(case)),
            *pointer_writes(self.table, case),
            *event_writes(self.table, case.id, event),
        ]
        for accusation in accusations:
            writes += place(self.table, case.id, accusation, event.at)
        transact(self.table, *writes)

    def join(self, case_id: str, accusation: Accusation, event: Event) -> None:
        """Add a complaint to an open case.

        Raises:
            ChangedMeanwhileError: the case is open no more, or the complaint is in one.
        """
        transact(
            self.table,
            self.table.update(
                keys.case(case_id),
                "ADD complaints :one",
                names=STATUS,
                values={":one": 1, ":open": Status.OPEN.value},
                condition="#status = :open",
            ),
            *place(self.table, case_id, accusation, event.at),
            *event_writes(self.table, case_id, event),
        )

    def record_event(self, case_id: str, event: Event) -> None:
        """Append to the audit log."""
        self.table.write(*event_writes(self.table, case_id, event))

    def recorded(self, accusation: Accusation) -> bool:
        """Keep with its place what counting needs of a complaint; False when it says what it said before."""
        key = keys.case_complaint(accusation.case_id, accusation.complaint_id)
        place, now = self.table.get(key), call_item(accusation.call)
        if place is None or all(place[name] == value for name, value in now.items()):
            return False
        self._once(
            self.table.update(
                key,
                "SET " + ", ".join(f"#{name} = :{name}" for name in now),
                names={f"#{name}": name for name in now},
                values={f":{name}": value for name, value in now.items()},
                condition="attribute_exists(pk)",
            )
        )
        return True

    def calls(self, case_id: str) -> tuple[Call, ...]:
        """Return what counting needs of each of a case's complaints."""
        return tuple(call_of(item) for item in self._places(case_id))

    def cases_of_caller(self, caller_key: str) -> tuple[Case, ...]:
        """Return every case that a caller ever was in, newest first."""
        partition, prefix = keys.caller_case(caller_key, "")
        found = [str(item["case_id"]) for item in self.table.query(partition, prefix=prefix)]
        items = self.table.get_many([keys.case(case_id) for case_id in found])
        return tuple(sorted((case_of(item) for item in items), key=lambda case: case.id, reverse=True))

    def counted(self, case: Case, facts: Facts, priority: Priority) -> bool:
        """Keep what was counted; False when a complaint came or went meanwhile."""
        update = self.table.update(
            keys.case(case.id),
            "SET facts = :facts, priority = :priority, gsi1sk = :place",
            values={
                ":facts": facts_item(facts),
                ":priority": priority_item(priority),
                ":place": SORTS["priority"](replace(case, priority=priority)),
                ":count": facts.complaints,
            },
            condition="complaints = :count",
        )
        try:
            self.table.write(update)
        except ConditionFailedError:
            return False
        return True

    def accusations(self, case_id: str) -> tuple[Accusation, ...]:
        """Return a case's complaints, oldest first."""
        places = [str(item["complaint_id"]) for item in self._places(case_id)]
        items = self.table.get_many([keys.complaint(complaint_id) for complaint_id in places])
        return tuple(sorted((accusation_of(item) for item in items), key=lambda entry: entry.complaint_id))

    def events(self, case_id: str) -> tuple[Event, ...]:
        """Return a case's audit log, oldest first."""
        items = self.table.query(keys.case(case_id)[0], prefix="EVENT#")
        return tuple(event_of(item) for item in items)

    def wait(self, case_id: str, token: str, due_at: datetime, event: Event) -> None:
        """Keep the token of the waiting task; nothing changes where the case is open no more."""
        self._if_open(
            case_id,
            "SET task_token = :token, due_at = :due REMOVE failure",
            {":token": token, ":due": to_text(due_at)},
            event,
        )

    def give(self, case_id: str, decision: Decision, event: Event) -> None:
        """Keep what the investigator decided.

        Raises:
            ChangedMeanwhileError: the case does not wait, has a decision, or complaints move from or to it.
        """
        transact(
            self.table,
            self.table.update(
                keys.case(case_id),
                "SET decision = :decision",
                names=STATUS,
                values={":decision": decision_item(decision), ":open": Status.OPEN.value, ":nothing": ""},
                condition="#status = :open AND attribute_exists(task_token) AND attribute_not_exists(decision)"
                " AND moving = :nothing",
            ),
            *event_writes(self.table, case_id, event),
        )

    def decided(self, case: Case, decision: Decision, event: Event) -> None:
        """Make the decision final and let the caller's next complaint open a new case.

        Raises:
            ChangedMeanwhileError: a complaint came or went after `case` was read, its decision was given back, or the
                case is open no more.
        """
        transact(
            self.table,
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
                    ":nothing": "",
                    ":given": decision_item(case.decision) if case.decision else None,
                },
                condition="#status = :open AND complaints = :count AND moving = :nothing AND decision = :given",
            ),
            *(
                self.table.delete(keys.caller(caller), condition="case_id = :case", values={":case": case.id})
                for caller in case.callers
            ),
            *event_writes(self.table, case.id, event),
        )

    def tell(self, case_id: str, kind: str, at: datetime, limit: int) -> int:
        """Set at most `limit` complaints to decided, asking for their mails; return how many are left."""
        again = int((self.table.get(keys.case(case_id)) or {}).get("reopened", 0))
        waiting = [str(item["complaint_id"]) for item in self._places(case_id) if not item["told"]]
        done = sum(self._tell(case_id, complaint_id, kind, at, again) for complaint_id in waiting[:limit])
        return len(waiting) - done

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
        self._once(update, *event_writes(self.table, case_id, event))

    def failed(self, case_id: str, error: str, event: Event) -> None:
        """Note the error.

        Raises:
            NotFoundError: there is no such case.
        """
        update = self.table.update(
            keys.case(case_id), "SET failure = :error", values={":error": error}, condition="attribute_exists(pk)"
        )
        try:
            self.table.write(update, *event_writes(self.table, case_id, event))
        except ConditionFailedError as wrong:
            raise NotFoundError("There is no such case.") from wrong

    def next_attempt(self, case_id: str, event: Event) -> int:
        """Count one more execution and return its number, 2 for the first restart.

        Raises:
            ChangedMeanwhileError: somebody else starts one.
        """
        case = self.get(case_id)
        known = case.attempts if case else 1
        transact(
            self.table,
            self.table.update(
                keys.case(case_id),
                "SET attempts = :next",
                values={":next": known + 1, ":known": known},
                condition="attempts = :known",
            ),
            *event_writes(self.table, case_id, event),
        )
        return known + 1

    def _places(self, case_id: str) -> list[Item]:
        return list(self.table.query(keys.case(case_id)[0], prefix="COMPLAINT#"))

    def _queue(self, status: Status, after: str, limit: int | None = None) -> Iterator[Item]:
        # a space sorts before everything a longer key could go on with: the range starts after the cursor's case
        low = f"{after} " if after else "0"
        return self.table.query(keys.cases_of(status.value), index="gsi1", between=(low, "~"), limit=limit)

    def _tell(self, case_id: str, complaint_id: str, kind: str, at: datetime, again: int) -> bool:
        """Tell one; False when something of it changed meanwhile, so that the next batch looks again."""
        item = self.table.get(keys.complaint(complaint_id))
        told = self.table.update(
            keys.case_complaint(case_id, complaint_id),
            "SET told = :yes",
            values={":yes": True, ":no": False},
            condition="told = :no",
        )
        if item is None:
            # complaints are purged after the profile's years; a case may outlive one
            return self._once(told)
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
                    link=mail_link(complaint),
                    mail_id=f"{complaint_id}-{case_id}-decided" + (f"-{again}" if again else ""),
                )
            )
        return self._once(*writes)

    def _if_open(self, case_id: str, expression: str, values: dict[str, Any], event: Event) -> None:
        update = self.table.update(
            keys.case(case_id),
            expression,
            names=STATUS,
            values=values | {":open": Status.OPEN.value},
            condition="#status = :open",
        )
        self._once(update, *event_writes(self.table, case_id, event))

    def _once(self, *writes: Write) -> bool:
        """Write; where it had been written before, nothing changes and the answer is False."""
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return False
        return True
