"""What consumers change of their complaints, in DynamoDB."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_parts import call_item
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.cases.facts import Call
from quietline.complaints.changes import KEPT
from quietline.complaints.model import Addition, Complaint, Outcome, Stage
from quietline.complaints.ports import ChangedMeanwhileError
from quietline.kernel.clock import to_text
from quietline.kernel.ids import new_ulid

UNCHANGED = "attribute_exists(pk) AND stage = :stage_read AND (attribute_not_exists(version) OR version = :read)"


@dataclass(frozen=True)
class DynamoComplaintChanges:
    """The part of `complaints.ports.ComplaintStore` that consumers change complaints by; `table` is the cases table."""

    table: Table

    def commented(self, complaint: Complaint, addition: Addition) -> None:
        """Keep what a consumer added.

        Raises:
            ChangedMeanwhileError: somebody else added something after `complaint` was read.
        """
        kept = len(complaint.additions)
        condition = "size(additions) = :kept" if kept else "attribute_not_exists(additions)"
        self._changed(
            self.table.update(
                keys.complaint(complaint.id),
                "SET additions = list_append(if_not_exists(additions, :none), :new)",
                values={
                    ":none": [],
                    ":new": [{"at": to_text(addition.at), "text": addition.text}],
                    ":withdrawn": Stage.WITHDRAWN.value,
                    **({":kept": kept} if kept else {}),
                },
                condition=f"attribute_exists(pk) AND stage <> :withdrawn AND {condition}",
            )
        )

    def corrected(self, complaint: Complaint, before: Complaint, at: datetime) -> None:
        """Keep a corrected complaint with its history, as a new version, and ask for its screening.

        Raises:
            ChangedMeanwhileError: the complaint changed after `before` was read.
        """
        changed = [name for name in KEPT if getattr(complaint, name) != getattr(before, name)]
        fields = {f"#{name}": name for name in changed}
        values = {f":{name}": _stored(getattr(complaint, name)) for name in changed}
        sets = [f"#{name} = :{name}" for name in changed]
        sets += ["version = :version", "corrections = list_append(if_not_exists(corrections, :none), :entry)"]
        if "caller_key" in changed:
            sets.append("gsi1pk = :callers")
            values[":callers"] = keys.complaints_of(complaint.caller_key)
        past = {name: _stored(getattr(before, name)) for name in changed}
        self._changed(
            self.table.update(
                keys.complaint(complaint.id),
                f"SET {', '.join(sets)}",
                names=fields,
                values=values
                | _read(before)
                | {":version": complaint.version, ":none": [], ":entry": [{"at": to_text(at), "before": past}]},
                condition=UNCHANGED,
            ),
            self.table.put_new(keys.screening(complaint.id, f"corrected{complaint.version}"), {}),
            *self._place(complaint),
        )

    def _place(self, complaint: Complaint) -> list[Write]:
        """Return what a corrected complaint's place in its case says of the call from now on."""
        if not complaint.case_id:
            return []
        call = Call(
            called=complaint.called,
            called_at=complaint.called_at,
            robocall=complaint.robocall,
            subject=complaint.subject,
            asked_to_stop=complaint.asked_to_stop,
        )
        item = call_item(call)
        return [
            self.table.update(
                keys.case_complaint(complaint.case_id, complaint.id),
                "SET " + ", ".join(f"#{name} = :{name}" for name in item),
                names={f"#{name}": name for name in item},
                values={f":{name}": value for name, value in item.items()},
                condition="attribute_exists(pk)",
            )
        ]

    def withdrawn(self, complaint: Complaint, at: datetime) -> None:
        """Keep that the consumer took the complaint back; it leaves its case, and is screened to count no more.

        Raises:
            ChangedMeanwhileError: the complaint changed after it was read.
        """
        version = complaint.version + 1
        changes = (
            "stage = :stage, outcome = :outcome, version = :version, #timeline = list_append(#timeline, :entry)"
            + (", left_case = :case" if complaint.case_id else "")
        )
        values = _read(complaint) | {
            ":stage": Stage.WITHDRAWN.value,
            ":outcome": Outcome.WITHDRAWN.value,
            ":version": version,
            ":entry": [entry_item(at, Stage.WITHDRAWN)],
        }
        condition = f"{UNCHANGED} AND attribute_not_exists(case_id)"
        writes: list[Write] = []
        if complaint.case_id:
            values[":case"] = complaint.case_id
            condition = f"{UNCHANGED} AND case_id = :case"
            event = {"at": to_text(at), "action": "withdrawn", "by": "system", "detail": complaint.id}
            writes = [
                self.table.delete(keys.case_complaint(complaint.case_id, complaint.id)),
                self.table.update(keys.case(complaint.case_id), "ADD complaints :less", values={":less": -1}),
                self.table.put_new(keys.case_event(complaint.case_id, at, new_ulid(at)), event),
            ]
        self._changed(
            self.table.update(
                keys.complaint(complaint.id),
                f"SET {changes}" + (" REMOVE case_id" if complaint.case_id else ""),
                names={"#timeline": "timeline"},
                values=values,
                condition=condition,
            ),
            self.table.put_new(keys.screening(complaint.id, f"withdrawn{version}"), {}),
            *writes,
        )

    def left(self, complaint: Complaint, at: datetime) -> None:
        """Take a complaint that is no violation any more out of its open case; of a decided case it stays a part.

        Raises:
            ChangedMeanwhileError: the complaint changed after it was read, or moves to another case.
        """
        case = self.table.get(keys.case(complaint.case_id))
        if case is None or case["status"] in ("decided", "closed"):
            return
        stage = Stage.MERGED if complaint.duplicate_of else Stage.CLOSED
        event = {"at": to_text(at), "action": "left", "by": "system", "detail": complaint.id}
        self._changed(
            self.table.update(
                keys.complaint(complaint.id),
                "SET left_case = :case, stage = :stage, #timeline = list_append(#timeline, :entry) REMOVE case_id",
                names={"#timeline": "timeline"},
                values=_read(complaint)
                | {":case": complaint.case_id, ":stage": stage.value, ":entry": [entry_item(at, stage)]},
                condition=f"{UNCHANGED} AND case_id = :case",
            ),
            self.table.delete(keys.case_complaint(complaint.case_id, complaint.id)),
            self.table.update(
                keys.case(complaint.case_id),
                "ADD complaints :less",
                values={":less": -1, ":open": "open"},
                names={"#status": "status"},
                condition="#status = :open",
            ),
            self.table.put_new(keys.case_event(complaint.case_id, at, new_ulid(at)), event),
        )

    def link_used(self, complaint: Complaint, nonce: str, status_hash: str) -> None:
        """End the mailed links of `complaint.link_nonce`: the next mails have `nonce`; keep a second code's hash.

        Raises:
            ChangedMeanwhileError: a link was used after the complaint was read.
        """
        self._changed(
            self.table.update(
                keys.complaint(complaint.id),
                "SET link_nonce = :next, extra_status_hash = :hash",
                values={":next": nonce, ":hash": status_hash, ":read": complaint.link_nonce},
                condition="link_nonce = :read",
            )
        )

    def _changed(self, *writes: Write) -> None:
        try:
            self.table.write(*writes)
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error


def entry_item(at: datetime, stage: Stage) -> Item:
    """Return a timeline's line as it is stored."""
    return {"at": to_text(at), "stage": stage.value}


def _read(complaint: Complaint) -> dict[str, Any]:
    return {":read": complaint.version, ":stage_read": complaint.stage.value}


def _stored(value: Any) -> Any:
    return to_text(value) if isinstance(value, datetime) else value
