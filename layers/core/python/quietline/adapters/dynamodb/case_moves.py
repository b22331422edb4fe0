"""Complaints that change their case, in DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.case_items import case_item
from quietline.adapters.dynamodb.case_writes import event_writes, transact
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.cases.model import Action, Case, Event, Status
from quietline.cases.moves import Move, events_of
from quietline.kernel.clock import from_text, to_text

STATUS = {"#status": "status"}
AS_READ = "#status = :open AND moving = :nothing AND revision = :read AND attribute_not_exists(decision)"


@dataclass(frozen=True)
class DynamoMoveStore:
    """See `cases.moves.MoveStore`; `table` is the cases table."""

    table: Table

    def begin_merge(self, case: Case, into: Case, move: Move) -> None:
        """Let a case go on as another: status, callers, and the move; all or nothing.

        Raises:
            ChangedMeanwhileError: one of the two is not as it was read.
        """
        merged = self.table.update(
            keys.case(case.id),
            "SET #status = :merged, gsi1pk = :queue, merged_into = :other, moving = :other, callers = :none,"
            " revision = :next",
            names=STATUS,
            values=_as_read(case)
            | {
                ":merged": Status.MERGED.value,
                ":queue": keys.cases_of(Status.MERGED.value),
                ":other": into.id,
                ":none": [],
            },
            condition=AS_READ,
        )
        origin, target = events_of(move, Action.MERGED, Action.TOOK_OVER)
        transact(
            self.table,
            merged,
            self._moving(into, case.id, (*into.callers, *case.callers)),
            *self._pointers(case, into.id, case.callers),
            *self._begun(move, origin, target),
        )

    def begin_split(self, case: Case, new: Case, callers: Sequence[str], move: Move) -> None:
        """Keep a new case that some complaints go to; `callers` are those of the complaints.

        Raises:
            ChangedMeanwhileError: the case is not as it was read.
        """
        origin, target = events_of(move, Action.SPLIT, Action.RECEIVED)
        staying = tuple(caller for caller in case.callers if caller not in new.callers)
        transact(
            self.table,
            self.table.put_new(keys.case(new.id), case_item(new)),
            self._moving(case, new.id, staying),
            *self._pointers(case, new.id, new.callers),
            *self._known(new.id, [caller for caller in callers if caller not in new.callers]),
            *self._begun(move, origin, target),
        )

    def begin_move(self, case: Case, into: Case, callers: Sequence[str], move: Move) -> None:
        """Write down that some complaints go from an open case to another.

        Raises:
            ChangedMeanwhileError: one of the two is not as it was read.
        """
        origin, target = events_of(move, Action.SPLIT, Action.RECEIVED)
        transact(
            self.table,
            self._moving(case, into.id, case.callers),
            self._moving(into, case.id, into.callers),
            *self._known(into.id, callers),
            *self._begun(move, origin, target),
        )

    def unfinished(self, case: Case) -> Move | None:
        """Return the move that a case is in, or None."""
        for origin in (case.id, case.moving):
            item = self.table.get(keys.case_move(origin))
            if item and case.id in (origin, item["target"]):
                complaints = tuple(item["complaints"])
                return Move(origin, item["target"], complaints, item["by"], from_text(item["at"]))
        return None

    def carry(self, move: Move, limit: int) -> bool:
        """Move at most `limit` complaints in one transaction; False when none is left.

        Raises:
            ChangedMeanwhileError: a complaint came or went meanwhile.
        """
        places = list(self.table.query(keys.case(move.origin)[0], prefix="COMPLAINT#"))
        if move.complaints:
            chosen = set(move.complaints)
            places = [place for place in places if place["complaint_id"] in chosen]
        batch = places[:limit]
        if not batch:
            return False
        kept = {item["id"] for item in self.table.get_many([keys.complaint(place["complaint_id"]) for place in batch])}
        writes = [
            self._count(move.origin, move.target, -len(batch)),
            self._count(move.target, move.origin, len(batch)),
        ]
        for place in batch:
            writes += self._carried(move, place, is_kept=place["complaint_id"] in kept)
        transact(self.table, *writes)
        return True

    def finish(self, move: Move, at: datetime) -> None:
        """End the move; a second time changes nothing."""
        writes = [self.table.delete(keys.case_move(move.origin), condition="attribute_exists(pk)")]
        for one, other in ((move.origin, move.target), (move.target, move.origin)):
            writes.append(
                self.table.update(
                    keys.case(one),
                    "SET moving = :nothing",
                    values={":nothing": "", ":other": other},
                    condition="moving = :other",
                )
            )
            writes += event_writes(self.table, one, Event(at, Action.MOVED, move.by, other))
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return

    def _begun(self, move: Move, origin: Event, target: Event) -> list[Write]:
        item: Item = {
            "target": move.target,
            "complaints": list(move.complaints),
            "by": move.by,
            "at": to_text(move.at),
        }
        return [
            self.table.put_new(keys.case_move(move.origin), item),
            *event_writes(self.table, move.origin, origin),
            *event_writes(self.table, move.target, target),
        ]

    def _moving(self, case: Case, other_id: str, callers: Sequence[str]) -> Write:
        return self.table.update(
            keys.case(case.id),
            "SET moving = :other, callers = :callers, revision = :next",
            names=STATUS,
            values=_as_read(case) | {":other": other_id, ":callers": list(dict.fromkeys(callers))},
            condition=AS_READ,
        )

    def _pointers(self, case: Case, other_id: str, callers: Sequence[str]) -> list[Write]:
        """Let the next complaints of some of a case's callers join another."""
        moved = [
            self.table.update(
                keys.caller(caller),
                "SET case_id = :other",
                values={":other": other_id, ":case": case.id},
                condition="case_id = :case",
            )
            for caller in callers
        ]
        return [*moved, *self._known(other_id, callers)]

    def _known(self, case_id: str, callers: Sequence[str]) -> list[Write]:
        return [self.table.put(keys.caller_case(caller, case_id), {"case_id": case_id}) for caller in callers]

    def _count(self, case_id: str, other_id: str, change: int) -> Write:
        return self.table.update(
            keys.case(case_id),
            "ADD complaints :change",
            values={":change": change, ":other": other_id},
            condition="moving = :other",
        )

    def _carried(self, move: Move, place: Item, *, is_kept: bool) -> list[Write]:
        complaint_id = str(place["complaint_id"])
        item = {name: value for name, value in place.items() if name not in ("pk", "sk")}
        writes = [
            self.table.delete(keys.case_complaint(move.origin, complaint_id), condition="attribute_exists(pk)"),
            self.table.put_new(keys.case_complaint(move.target, complaint_id), item),
        ]
        if is_kept:  # complaints are purged after the profile's years; a case may outlive one
            writes.append(
                self.table.update(
                    keys.complaint(complaint_id),
                    "SET case_id = :target",
                    values={":target": move.target, ":origin": move.origin},
                    condition="case_id = :origin",
                )
            )
        return writes


def _as_read(case: Case) -> dict[str, object]:
    return {
        ":open": Status.OPEN.value,
        ":nothing": "",
        ":read": case.revision,
        ":next": case.revision + 1,
    }
