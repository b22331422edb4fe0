"""What consumers change of their complaints, in DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_parts import call_item
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.cases.facts import Call
from quietline.complaints.changes import KEPT
from quietline.complaints.model import Addition, Complaint, Outcome, RemovedFile, Stage
from quietline.complaints.ports import ChangedMeanwhileError, ContactChange
from quietline.evidence.model import complaint_owner
from quietline.kernel.clock import to_text
from quietline.kernel.errors import ConflictError
from quietline.kernel.ids import new_ulid
from quietline.mails.links import OPEN_COMPLAINT

UNCHANGED = "attribute_exists(pk) AND stage = :stage_read AND (attribute_not_exists(version) OR version = :read)"
OPEN, STATUS, DECIDED = "#status = :open", {"#status": "status"}, ("decided", "closed")
OUTBOX_KEPT = timedelta(days=30)
"""How long it is kept that files are to be deleted: longer than the queue's dead letters."""


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
            ConflictError: its case is decided.
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
            case_id=complaint.case_id,
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
            ),
            self._is_open(complaint.case_id),
        ]

    def _is_open(self, case_id: str) -> Write:
        """Return the condition that a case is undecided: a decision rests on all that the case held."""
        return self.table.check(keys.case(case_id), OPEN, {":open": "open"}, STATUS)

    def contact_corrected(self, changes: Sequence[ContactChange]) -> None:
        """Keep corrected names and addresses of complaints that came together, and tell a new mailbox.

        Raises:
            ChangedMeanwhileError: one of the complaints was corrected or moved after it was read.
        """
        self._changed(*(write for change in changes for write in self._contact(change.before, change.after)))

    def _contact(self, before: Complaint, after: Complaint) -> list[Write]:
        made, kept = after.corrections[-1], len(before.corrections)
        entry = {"at": to_text(made.at), "before": {}, "contact": list(made.contact)}
        sets = ["consumer = :consumer", "corrections = list_append(if_not_exists(corrections, :none), :entry)"]
        values: Item = {":consumer": after.consumer, ":none": [], ":entry": [entry]}
        if "email" in made.contact:
            sets += ["email_ciphertext = :mailbox", "link_nonce = :nonce", "extra_status_hash = :extra"]
            values |= {
                ":mailbox": after.email_ciphertext,
                ":nonce": after.link_nonce,
                ":extra": after.extra_status_hash,
            }
        condition = "size(corrections) = :kept" if kept else "attribute_not_exists(corrections)"
        in_case, of_case = _of_case(before)
        writes = [
            self.table.update(
                keys.complaint(before.id),
                f"SET {', '.join(sets)}",
                values=values | ({":kept": kept} if kept else {}) | of_case,
                condition=f"attribute_exists(pk) AND {condition} AND {in_case}",
            ),
            *self._logged(before, made.at, "contact_corrected", before.id),
        ]
        if "email" in made.contact and after.email_ciphertext:
            writes.append(
                mail_write(
                    self.table,
                    template="complaint-received",
                    language=after.language,
                    to_ciphertext=after.email_ciphertext,
                    facts={"reference": after.reference},
                    now=made.at,
                    mail_id=f"{after.id}-received-{kept + 1}",
                    link=mail_link(after),
                )
            )
        return writes

    def file_removed(self, complaint: Complaint, file: RemovedFile) -> None:
        """Delete a file's record, keep that it was removed, and ask for the deletion of its bytes.

        Raises:
            ChangedMeanwhileError: the file is gone, a case relies on it, or the complaint changed after it was read.
            ConflictError: its case is decided.
        """
        owner, gone = complaint_owner(complaint.id).text, int((file.at + OUTBOX_KEPT).timestamp())
        entry = {"at": to_text(file.at), "evidence_id": file.evidence_id, "kind": file.kind}
        in_case, of_case = _of_case(complaint)
        writes = [
            self.table.delete(
                keys.evidence(owner, file.evidence_id),
                condition="attribute_exists(pk) AND attribute_not_exists(relied_at)",
            ),
            self.table.update(
                keys.complaint(complaint.id),
                "SET removed = list_append(if_not_exists(removed, :none), :entry)",
                values={":none": [], ":entry": [entry], ":stage": complaint.stage.value} | of_case,
                condition=f"attribute_exists(pk) AND stage = :stage AND {in_case}",
            ),
            self.table.put_new(keys.evidence_removed(owner, file.evidence_id), {"ttl": gone}),
            *self._logged(complaint, file.at, "file_removed", f"{complaint.id} {file.evidence_id}"),
        ]
        if complaint.case_id:
            writes.append(self._is_open(complaint.case_id))
        self._changed(*writes, case_id=complaint.case_id)

    def _logged(self, complaint: Complaint, at: datetime, action: str, detail: str) -> list[Write]:
        """Return the entry in the log of the complaint's case, where it is in one."""
        if not complaint.case_id:
            return []
        event = {"at": to_text(at), "action": action, "by": "system", "detail": detail}
        return [self.table.put_new(keys.case_event(complaint.case_id, at, new_ulid(at)), event)]

    def withdrawn(self, complaint: Complaint, at: datetime) -> None:
        """Keep that the consumer took the complaint back; it leaves its case, and is screened to count no more.

        Raises:
            ChangedMeanwhileError: the complaint changed after it was read.
            ConflictError: its case is decided.
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
            writes = [
                self.table.delete(keys.case_complaint(complaint.case_id, complaint.id)),
                self._one_less(complaint.case_id),
                *self._logged(complaint, at, "withdrawn", complaint.id),
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
            case_id=complaint.case_id,
        )

    def _one_less(self, case_id: str) -> Write:
        """Return the update of an open case that a complaint leaves."""
        return self.table.update(
            keys.case(case_id),
            "ADD complaints :less",
            values={":less": -1, ":open": "open"},
            names=STATUS,
            condition=OPEN,
        )

    def left(self, complaint: Complaint, at: datetime) -> None:
        """Take a complaint that is no violation any more out of its open case; of a decided case it stays a part.

        Raises:
            ChangedMeanwhileError: the complaint changed after it was read, or moves to another case.
        """
        case = self.table.get(keys.case(complaint.case_id))
        if case is None or case["status"] in DECIDED:
            return
        stage = Stage.MERGED if complaint.duplicate_of else Stage.CLOSED
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
            self._one_less(complaint.case_id),
            *self._logged(complaint, at, "left", complaint.id),
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

    def _changed(self, *writes: Write, case_id: str = "") -> None:
        """Write; `case_id` names the case that has to be undecided, where there is one."""
        try:
            self.table.write(*writes)
        except ConditionFailedError as error:
            case = self.table.get(keys.case(case_id)) if case_id else None
            if case and case["status"] in DECIDED:
                # its complainants are told in batches: a complaint's own stage may not say so yet
                raise ConflictError("The case of this complaint is decided already.") from error
            raise ChangedMeanwhileError from error


def entry_item(at: datetime, stage: Stage) -> Item:
    """Return a timeline's line as it is stored."""
    return {"at": to_text(at), "stage": stage.value}


def mail_link(complaint: Complaint) -> dict[str, str] | None:
    """Return the link of a mail about a complaint; it works until one such link was used."""
    if not complaint.link_nonce:
        return None
    return {"purpose": OPEN_COMPLAINT, "id": complaint.id, "nonce": complaint.link_nonce}


def _of_case(complaint: Complaint) -> tuple[str, Item]:
    """Return the condition that a complaint is still in the case it was read in, or in none, and its values."""
    if complaint.case_id:
        return "case_id = :case", {":case": complaint.case_id}
    return "(attribute_not_exists(case_id) OR case_id = :case)", {":case": ""}


def _read(complaint: Complaint) -> dict[str, Any]:
    return {":read": complaint.version, ":stage_read": complaint.stage.value}


def _stored(value: Any) -> Any:
    return to_text(value) if isinstance(value, datetime) else value
