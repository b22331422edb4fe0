"""Complaints in DynamoDB."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.numbers import DynamoNumbers
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.complaints.model import Complaint, Entry, Outcome, Ruling, Screening, Stage
from quietline.kernel.clock import from_text, to_text
from quietline.kernel.errors import NotFoundError
from quietline.kernel.phone import PhoneNumber

PLAIN = (
    "id",
    "reference",
    "status_hash",
    "called",
    "robocall",
    "kind",
    "subject",
    "subject_other",
    "caller_number",
    "caller_name",
    "caller_key",
    "done_business",
    "asked_to_stop",
    "consumer",
    "comments",
    "language",
    "email_ciphertext",
)
"""Fields that are stored as they are."""
MAIL_WORDS = {Stage.IN_CASE: "investigating", Stage.RECORDED: "accepted", Stage.CLOSED: "closed"}
"""The fact `status` of the mail `complaint-update`: keys of `words.status` in `mails/texts`."""


@dataclass(frozen=True)
class DynamoComplaintStore:
    """See `complaints.ports.ComplaintStore`; `table` is the cases table."""

    table: Table

    def add(self, complaint: Complaint) -> bool:
        """Keep a new complaint, its reference and its first mail; False when the reference is taken."""
        item: Item = {name: getattr(complaint, name) for name in PLAIN}
        received = to_text(complaint.received_at)
        item |= {
            "received_at": received,
            "called_at": to_text(complaint.called_at),
            "stage": complaint.stage.value,
            "timeline": [entry_item(entry.at, entry.stage) for entry in complaint.timeline],
            "gsi1pk": keys.complaints_of(complaint.caller_key),
            "gsi1sk": f"{received}#{complaint.id}",
        }
        writes = [
            self.table.put_new(keys.complaint(complaint.id), item),
            self.table.put_new(keys.reference(complaint.reference), {"complaint_id": complaint.id}),
        ]
        if complaint.email_ciphertext:
            writes.append(
                mail_write(
                    self.table,
                    template="complaint-received",
                    language=complaint.language,
                    to_ciphertext=complaint.email_ciphertext,
                    facts={"reference": complaint.reference},
                    now=complaint.received_at,
                    mail_id=f"{complaint.id}-received",
                )
            )
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return False
        return True

    def get(self, complaint_id: str) -> Complaint | None:
        """Return a complaint, or None."""
        item = self.table.get(keys.complaint(complaint_id))
        return complaint_of(item) if item else None

    def by_reference(self, reference: str) -> Complaint | None:
        """Return the complaint of a reference, or None."""
        pointer = self.table.get(keys.reference(reference))
        return self.get(str(pointer["complaint_id"])) if pointer else None

    def screened(self, complaint_id: str, screening: Screening) -> None:
        """Keep the outcome and the rules tried, once."""
        rulings = [
            {"rule": ruling.rule, "answer": ruling.answer, "detail": ruling.detail, "source": ruling.source}
            for ruling in screening.rulings
        ]
        write = self.table.update(
            keys.complaint(complaint_id),
            "SET outcome = :outcome, rulings = :rulings",
            values={":outcome": screening.outcome.value, ":rulings": rulings},
            condition="attribute_exists(pk) AND attribute_not_exists(outcome)",
        )
        self._once(write)

    def closed(self, complaint: Complaint, at: datetime) -> None:
        """Set the screening's last stage and ask for the mail, once."""
        if complaint.case_id:
            stage = Stage.IN_CASE
        else:
            is_violation = complaint.outcome is not None and complaint.outcome.is_violation
            stage = Stage.RECORDED if is_violation else Stage.CLOSED
        values: dict[str, Any] = {":at": to_text(at)}
        changes = "screened_at = :at"
        names: dict[str, str] = {}
        if complaint.stage in (Stage.RECEIVED, Stage.DELAYED):
            changes += ", stage = :stage, #timeline = list_append(#timeline, :entry)"
            values |= {":stage": stage.value, ":entry": [entry_item(at, stage)], ":read": complaint.stage.value}
            names = {"#timeline": "timeline"}
        moved = " AND stage = :read" if names else ""
        writes = [
            self.table.update(
                keys.complaint(complaint.id),
                f"SET {changes} REMOVE failure",
                values=values,
                names=names or None,
                condition=f"attribute_exists(pk) AND attribute_not_exists(screened_at){moved}",
            )
        ]
        if complaint.email_ciphertext:
            writes.append(
                mail_write(
                    self.table,
                    template="complaint-update",
                    language=complaint.language,
                    to_ciphertext=complaint.email_ciphertext,
                    facts={"reference": complaint.reference, "status": MAIL_WORDS[stage]},
                    now=at,
                    mail_id=f"{complaint.id}-screened",
                )
            )
        self._once(*writes)

    def failed(self, complaint_id: str, error: str, at: datetime) -> None:
        """Note the error; a complaint that was still waiting becomes `delayed`.

        Raises:
            NotFoundError: there is no such complaint.
        """
        complaint = self.get(complaint_id)
        if complaint is None:
            raise NotFoundError("There is no such complaint.")
        expression, names = "SET failure = :error", None
        values: dict[str, Any] = {":error": error, ":read": complaint.stage.value}
        if complaint.stage is Stage.RECEIVED:
            expression += ", stage = :stage, #timeline = list_append(#timeline, :entry)"
            names = {"#timeline": "timeline"}
            values |= {":stage": Stage.DELAYED.value, ":entry": [entry_item(at, Stage.DELAYED)]}
        self.table.write(
            self.table.update(
                keys.complaint(complaint_id), expression, values=values, names=names, condition="stage = :read"
            )
        )

    def _once(self, *writes: Any) -> None:
        """Write; where it had been written before, nothing changes."""
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return


@dataclass(frozen=True)
class DynamoNumberHistory:
    """See `complaints.ports.NumberHistory`: time travel on the registry's records."""

    registry: Table

    def listed_since(self, e164: str, at: datetime) -> datetime | None:
        """Return since when the number was on the list at `at`, or None."""
        record = DynamoNumbers(self.registry).get(PhoneNumber(e164))
        return record.listed_since(at) if record else None


def entry_item(at: datetime, stage: Stage) -> Item:
    """Return a timeline's line as it is stored."""
    return {"at": to_text(at), "stage": stage.value}


def complaint_of(item: Item) -> Complaint:
    """Return the complaint of its item."""
    return Complaint(
        **{name: item[name] for name in PLAIN},
        received_at=from_text(item["received_at"]),
        called_at=from_text(item["called_at"]),
        stage=Stage(item["stage"]),
        timeline=tuple(Entry(from_text(entry["at"]), Stage(entry["stage"])) for entry in item["timeline"]),
        outcome=Outcome(item["outcome"]) if "outcome" in item else None,
        rulings=tuple(Ruling(**ruling) for ruling in item.get("rulings", [])),
        case_id=item.get("case_id", ""),
        decision=item.get("decision", ""),
        failure=item.get("failure", ""),
    )
