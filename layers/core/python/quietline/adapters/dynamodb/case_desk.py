"""What investigators do to cases, in DynamoDB."""

from dataclasses import dataclass, replace

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_parts import hold_item, link_of, note_of, referral_item
from quietline.adapters.dynamodb.case_writes import event_writes, transact
from quietline.adapters.dynamodb.table import ConditionFailedError, Table
from quietline.cases.model import Case, Event, Link, Note, Status
from quietline.kernel.clock import to_text
from quietline.kernel.errors import NotFoundError

EXISTS = "attribute_exists(pk)"


@dataclass(frozen=True)
class DynamoDeskStore:
    """See `cases.desk_ports.DeskStore`; `table` is the cases table."""

    table: Table

    def change(self, read: Case, wanted: Case, event: Event) -> Case:
        """Keep agency, assignee, referral and hold of an open case as they are in `wanted`; return it as kept.

        Raises:
            ChangedMeanwhileError: the case is not as it was read.
        """
        kept = replace(wanted, revision=read.revision + 1)
        update = self.table.update(
            keys.case(read.id),
            "SET agency = :agency, joint = :joint, assignee = :assignee, referral = :referral, #hold = :hold,"
            " revision = :next",
            names={"#status": "status", "#hold": "hold"},
            values={
                ":agency": kept.agency,
                ":joint": kept.joint,
                ":assignee": kept.assignee,
                ":referral": referral_item(kept.referral) if kept.referral else None,
                ":hold": hold_item(kept.hold) if kept.hold else None,
                ":next": kept.revision,
                ":read": read.revision,
                ":open": Status.OPEN.value,
            },
            condition="#status = :open AND revision = :read",
        )
        transact(self.table, update, *event_writes(self.table, read.id, event))
        return kept

    def note(self, case_id: str, note: Note, event: Event) -> None:
        """Append a note."""
        item = {"id": note.id, "at": to_text(note.at), "by": note.by, "text": note.text}
        self.table.write(
            self.table.put_new(keys.case_note(case_id, note.at, note.id), item),
            *event_writes(self.table, case_id, event),
        )

    def notes(self, case_id: str) -> tuple[Note, ...]:
        """Return a case's notes, oldest first."""
        return tuple(note_of(item) for item in self.table.query(keys.case(case_id)[0], prefix="NOTE#"))

    def link(self, case_id: str, link: Link, action: Event) -> None:
        """Link two cases with each other; linked already, nothing changes.

        Raises:
            NotFoundError: one of them is none.
        """
        if any(self.table.get(keys.case(one)) is None for one in (case_id, link.case_id)):
            raise NotFoundError("There is no such case.")
        writes = []
        for one, other in ((case_id, link.case_id), (link.case_id, case_id)):
            item = {"case_id": other, "reason": link.reason, "by": link.by, "at": to_text(link.at)}
            writes.append(self.table.put_new(keys.case_link(one, other), item))
            writes += event_writes(self.table, one, replace(action, detail=other))
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return

    def unlink(self, case_id: str, other_id: str, event: Event) -> None:
        """End a link, on both sides.

        Raises:
            NotFoundError: the two are not linked.
        """
        writes = []
        for one, other in ((case_id, other_id), (other_id, case_id)):
            writes.append(self.table.delete(keys.case_link(one, other), condition=EXISTS))
            writes += event_writes(self.table, one, replace(event, detail=other))
        try:
            self.table.write(*writes)
        except ConditionFailedError as error:
            raise NotFoundError("The two cases are not linked.") from error

    def links(self, case_id: str) -> tuple[Link, ...]:
        """Return the cases that one is linked with."""
        return tuple(link_of(item) for item in self.table.query(keys.case(case_id)[0], prefix="LINK#"))
