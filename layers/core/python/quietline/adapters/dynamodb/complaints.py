"""Complaints in DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.complaint_changes import DynamoComplaintChanges, entry_item, mail_link
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.numbers import DynamoNumbers
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Key, Table, Write
from quietline.complaints.model import (
    Addition,
    Complaint,
    Correction,
    Entry,
    Outcome,
    RemovedFile,
    Reported,
    Reports,
    Ruling,
    Screening,
    Stage,
)
from quietline.complaints.ports import ChangedMeanwhileError
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
MAIL_WORDS = {
    Stage.IN_CASE: "investigating",
    Stage.RECORDED: "accepted",
    Stage.MERGED: "merged",
    Stage.CLOSED: "closed",
    Stage.WITHDRAWN: "withdrawn",
}
"""The fact `status` of the mail `complaint-update`: keys of `words.status` in `mails/texts`."""

WAITING = (Stage.RECEIVED, Stage.DELAYED, Stage.RECORDED, Stage.MERGED, Stage.CLOSED)
"""Stages that a screening may change; the others belong to a case or to the consumer."""
FIRSTS = 400
FOLLOWERS = 40
"""Calls of one caller to one number that are kept: those counted, and those that others stand for.

So the item stays small whatever somebody sends. Of the followers one is enough: screened again it stands for the rest.
"""


@dataclass(frozen=True)
class DynamoComplaintStore(DynamoComplaintChanges):
    """See `complaints.ports.ComplaintStore`; `table` is the cases table."""

    def add(self, *complaints: Complaint) -> bool:
        """Keep new complaints, their references and the first one's mail; False when a reference is taken."""
        writes = [write for complaint in complaints for write in self._new(complaint)]
        first = complaints[0]
        if first.client_reference:
            own = keys.reported_as(first.reporter, first.client_reference)
            writes.append(self.table.put_new(own, {"reference": first.reference}))
        if first.email_ciphertext:
            writes.append(
                mail_write(
                    self.table,
                    template="complaint-received",
                    language=first.language,
                    to_ciphertext=first.email_ciphertext,
                    facts={"reference": first.reference},
                    now=first.received_at,
                    mail_id=f"{first.id}-received",
                    link=mail_link(first),
                )
            )
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return False
        return True

    def _new(self, complaint: Complaint) -> list[Write]:
        received = to_text(complaint.received_at)
        item = item_of(complaint) | {
            "gsi1pk": keys.complaints_of(complaint.caller_key),
            "gsi1sk": f"{received}#{complaint.id}",
        }
        return [
            self.table.put_new(keys.complaint(complaint.id), item),
            self.table.put_new(keys.reference(complaint.reference), {"complaint_id": complaint.id}),
            self.table.put(
                keys.reported_complaint(complaint.received_at, complaint.id), {"complaint_id": complaint.id}
            ),
        ]

    def count(self, whose: str, day: date, complaints: int) -> int:
        """Add to a number's or a mailbox's complaints of a day and return how many there are."""
        gone = datetime.combine(day, time(), UTC) + timedelta(days=3)
        after = self.table.apply(
            self.table.update(
                keys.intake(whose, day),
                "ADD complaints :more SET #ttl = :ttl",
                values={":more": complaints, ":ttl": int(gone.timestamp())},
                names={"#ttl": "ttl"},
            )
        )
        return int(after["complaints"])

    def get(self, complaint_id: str) -> Complaint | None:
        """Return a complaint, or None."""
        item = self.table.get(keys.complaint(complaint_id))
        return complaint_of(item) if item else None

    def by_reference(self, reference: str) -> Complaint | None:
        """Return the complaint of a reference, or None."""
        pointer = self.table.get(keys.reference(reference))
        return self.get(str(pointer["complaint_id"])) if pointer else None

    def reports(self, complaint: Complaint) -> Reports:
        """Return the violations by the complaint's caller to its number that are kept."""
        return self._reports(keys.reports(complaint.called, complaint.caller_key))

    def screened(self, complaint: Complaint, screening: Screening, reports: Reports) -> None:
        """Keep the outcome and the rules tried of this version, and count the call where it belongs now.

        Raises:
            ChangedMeanwhileError: the complaint or `reports` changed after it was read.
        """
        counted = screening.outcome.is_violation or bool(screening.duplicate_of)
        place = keys.reports(complaint.called, complaint.caller_key)
        own = Reported(complaint.id, complaint.called_at, complaint.received_at, screening.duplicate_of)
        writes = [self._ruled(complaint, screening, place[0] if counted else "")]
        before: tuple[Reported, ...] = ()
        moved = bool(complaint.reports_key) and complaint.reports_key != place[0]
        if moved:
            old = (complaint.reports_key, place[1])
            elsewhere = self._reports(old)
            before = elsewhere.calls
            writes.append(self._report_write(old, elsewhere, without(before, complaint.id)))
        elif complaint.reports_key:
            before = reports.calls
        if counted or complaint.reports_key == place[0]:
            others = without(reports.calls, complaint.id)
            writes.append(self._report_write(place, reports, (*others, own) if counted else others))
        if moved or not counted or own not in before:
            for follower in [call for call in before if call.duplicate_of == complaint.id][:FOLLOWERS]:
                writes += self._again(follower.complaint_id, f"{complaint.id}-v{complaint.version}")
        try:
            self.table.write(*writes)
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error

    def closed(self, complaint: Complaint, at: datetime) -> None:
        """Set the screening's last stage and ask for the mail, once for each version and stage.

        Raises:
            ChangedMeanwhileError: the complaint changed after it was read, and was not closed.
        """
        stage = last_stage(complaint)
        values: dict[str, Any] = {":at": to_text(at), ":version": complaint.version, ":stage": stage.value}
        values |= {":read": complaint.stage.value}
        changes, names = "screened_at = :at, closed_version = :version, told = :stage", None
        if complaint.stage in WAITING and complaint.stage is not stage:
            changes += ", stage = :stage, #timeline = list_append(#timeline, :entry)"
            values |= {":entry": [entry_item(at, stage)]}
            names = {"#timeline": "timeline"}
        writes = [
            self.table.update(
                keys.complaint(complaint.id),
                f"SET {changes} REMOVE failure",
                values=values,
                names=names,
                condition="attribute_exists(pk) AND stage = :read"
                " AND (attribute_not_exists(closed_version) OR closed_version < :version)",
            )
        ]
        if complaint.email_ciphertext and complaint.told != stage.value:
            writes.append(
                mail_write(
                    self.table,
                    template="complaint-update",
                    language=complaint.language,
                    to_ciphertext=complaint.email_ciphertext,
                    facts={"reference": complaint.reference, "status": MAIL_WORDS[stage]},
                    now=at,
                    link=mail_link(complaint),
                    mail_id=f"{complaint.id}-screened" + (f"-{complaint.version}" if complaint.version > 1 else ""),
                )
            )
        try:
            self.table.write(*writes)
        except ConditionFailedError as error:
            stored = self.table.get(keys.complaint(complaint.id)) or {}
            if stored.get("closed_version", 0) < complaint.version:
                raise ChangedMeanwhileError from error

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

    def _ruled(self, complaint: Complaint, screening: Screening, reports_key: str) -> Write:
        rulings = [
            {"rule": ruling.rule, "answer": ruling.answer, "detail": ruling.detail, "source": ruling.source}
            for ruling in screening.rulings
        ]
        return self.table.update(
            keys.complaint(complaint.id),
            "SET outcome = :outcome, rulings = :rulings, screened_version = :version, duplicate_of = :first,"
            " reports_key = :reports, declared_by = :declared",
            values={
                ":outcome": screening.outcome.value,
                ":rulings": rulings,
                ":version": complaint.version,
                ":first": screening.duplicate_of,
                ":reports": reports_key,
                ":declared": screening.declared_by,
            },
            condition="attribute_exists(pk) AND (attribute_not_exists(version) OR version = :version)"
            " AND (attribute_not_exists(screened_version) OR screened_version < :version)",
        )

    def _reports(self, key: Key) -> Reports:
        item = self.table.get(key)
        if item is None:
            return Reports()
        calls = tuple(
            Reported(call["id"], from_text(call["called_at"]), from_text(call["received_at"]), call["of"])
            for call in item["calls"]
        )
        return Reports(item["version"], calls)

    def _report_write(self, key: Key, read: Reports, calls: Sequence[Reported]) -> Write:
        firsts = [call for call in calls if not call.duplicate_of][-FIRSTS:]
        followers = [call for call in calls if call.duplicate_of][-FOLLOWERS:]
        item = {
            "version": read.version + 1,
            "calls": [
                {
                    "id": call.complaint_id,
                    "called_at": to_text(call.called_at),
                    "received_at": to_text(call.received_at),
                    "of": call.duplicate_of,
                }
                for call in (*firsts, *followers)
            ],
        }
        if not read.version:
            return self.table.put_new(key, item)
        return self.table.put(key, item, condition="version = :read", values={":read": read.version})

    def _again(self, complaint_id: str, cause: str) -> list[Write]:
        return [
            self.table.update(
                keys.complaint(complaint_id),
                "SET version = if_not_exists(version, :first) + :one",
                values={":first": 1, ":one": 1},
                condition="attribute_exists(pk)",
            ),
            self.table.put_new(keys.screening(complaint_id, cause), {}),
        ]


@dataclass(frozen=True)
class DynamoNumberHistory:
    """See `complaints.ports.NumberHistory`: time travel on the registry's records."""

    registry: Table

    def listed_since(self, e164: str, at: datetime) -> datetime | None:
        """Return since when the number was on the list at `at`, or None."""
        record = DynamoNumbers(self.registry).get(PhoneNumber(e164))
        return record.listed_since(at) if record else None


def last_stage(complaint: Complaint) -> Stage:
    """Return the stage that a screened complaint has reached."""
    if complaint.stage is Stage.WITHDRAWN:
        return Stage.WITHDRAWN
    if complaint.case_id:
        return Stage.IN_CASE
    if complaint.duplicate_of:
        return Stage.MERGED
    is_violation = complaint.outcome is not None and complaint.outcome.is_violation
    return Stage.RECORDED if is_violation else Stage.CLOSED


def without(calls: Sequence[Reported], complaint_id: str) -> tuple[Reported, ...]:
    """Return the calls but one complaint's."""
    return tuple(call for call in calls if call.complaint_id != complaint_id)


def item_of(complaint: Complaint) -> Item:
    """Return a new complaint as it is stored, without its keys."""
    return {
        **{name: getattr(complaint, name) for name in PLAIN},
        "received_at": to_text(complaint.received_at),
        "called_at": to_text(complaint.called_at),
        "version": complaint.version,
        "stage": complaint.stage.value,
        "timeline": [entry_item(entry.at, entry.stage) for entry in complaint.timeline],
        "submission": list(complaint.submission),
        "link_nonce": complaint.link_nonce,
        "slow_until": to_text(complaint.slow_until) if complaint.slow_until else None,
        "reporter": complaint.reporter,
        "client_reference": complaint.client_reference,
    }


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
        duplicate_of=item.get("duplicate_of", ""),
        declared_by=tuple(item.get("declared_by", ())),
        version=item.get("version", 1),
        screened_version=item.get("screened_version", 1 if "outcome" in item else 0),
        reports_key=item.get("reports_key", ""),
        told=item.get("told", ""),
        submission=tuple(item.get("submission", ())),
        link_nonce=item.get("link_nonce", ""),
        extra_status_hash=item.get("extra_status_hash", ""),
        slow_until=from_text(item["slow_until"]) if item.get("slow_until") else None,
        reporter=item.get("reporter", ""),
        client_reference=item.get("client_reference", ""),
        additions=tuple(Addition(from_text(one["at"]), one["text"]) for one in item.get("additions", ())),
        corrections=tuple(
            Correction(from_text(one["at"]), one["before"], tuple(one.get("contact", ())))
            for one in item.get("corrections", ())
        ),
        removed=tuple(
            RemovedFile(from_text(one["at"]), one["evidence_id"], one["kind"]) for one in item.get("removed", ())
        ),
    )
