"""Washes of an organization in the sellers table; see the keys in docs/architecture.md."""

from dataclasses import dataclass
from datetime import date
from itertools import islice

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.adapters.dynamodb.usage import taking
from quietline.kernel.clock import from_text, to_text
from quietline.usage.model import Agent, Take
from quietline.washes.model import FileFacts, Result, State, Wash, WashRequest
from quietline.washes.ports import ChangedMeanwhileError

_FIRST, _LAST = "WASH#", "WASH#~"


@dataclass(frozen=True)
class DynamoWashes:
    """Implements `washes.ports.WashStore`."""

    table: Table

    def add(self, wash: Wash) -> bool:
        """Keep a new wash; return False when the organization has one of this reference."""
        reference = _reference(wash.organization_id, wash.request.client_reference, wash.agent)
        try:
            self.table.write(
                self.table.put_new(reference, {"wash_id": wash.id}),
                self.table.put_new(keys.wash(wash.organization_id, wash.id), _item(wash)),
            )
        except ConditionFailedError:
            return False
        return True

    def get(self, organization_id: str, wash_id: str) -> Wash | None:
        """Return a wash of the organization, or None."""
        item = self.table.get(keys.wash(organization_id, wash_id))
        return _wash(item) if item else None

    def of_reference(self, organization_id: str, client_reference: str, agent: Agent | None = None) -> Wash | None:
        """Return the wash of a reference, or None; an agent has references of its own."""
        pointer = self.table.get(_reference(organization_id, client_reference, agent))
        return self.get(organization_id, str(pointer["wash_id"])) if pointer else None

    def page(self, organization_id: str, limit: int, after: str, agent: Agent | None = None) -> list[Wash]:
        """Return washes, newest first, that are older than the one with the id `after` (empty: from the newest).

        With an agent only those that it asked for.
        """
        partition, last = keys.wash(organization_id, after) if after else (keys.organization(organization_id)[0], _LAST)
        most = None if agent else limit + 1
        items = self.table.query(partition, between=(_FIRST, last), newest_first=True, limit=most)
        washes = (_wash(item) for item in items if item["sk"] != last)
        return list(islice((wash for wash in washes if agent is None or wash.agent == agent), limit))

    def save(self, wash: Wash) -> None:
        """Write a wash that moved one step.

        Raises:
            ChangedMeanwhileError: its version is not the stored one plus one.
        """
        try:
            self.table.write(self._step(wash))
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error

    def finish(self, wash: Wash, take: Take) -> bool:
        """Write a wash that is done and count its numbers, both or neither; return False when the limit is passed.

        Raises:
            ChangedMeanwhileError: its version is not the stored one plus one.
        """
        writes = [self._step(wash)] + ([taking(self.table, take)] if take.numbers else [])
        try:
            self.table.write(*writes)
        except ConditionFailedError as error:
            stored = self.get(wash.organization_id, wash.id)
            if stored is None or stored.version != wash.version - 1:
                raise ChangedMeanwhileError from error
            return False
        return True

    def _step(self, wash: Wash) -> Write:
        key = keys.wash(wash.organization_id, wash.id)
        return self.table.put(key, _item(wash), condition="version = :before", values={":before": wash.version - 1})


def _reference(organization_id: str, client_reference: str, agent: Agent | None) -> tuple[str, str]:
    return keys.wash_reference(organization_id, client_reference, agent.san if agent else "")


def _item(wash: Wash) -> Item:
    return {
        "san": wash.san,
        "client_reference": wash.request.client_reference,
        "column": wash.request.column,
        "header": wash.request.header,
        "created_at": to_text(wash.created_at),
        "by": wash.by,
        "state": wash.state.value,
        "updated_at": to_text(wash.updated_at),
        "attempt": wash.attempt,
        "version": wash.version,
        "bytes_done": wash.bytes_done,
        "bytes_total": wash.bytes_total,
        "failure": wash.failure,
        "detail": wash.detail,
        "result": _result_item(wash.result) if wash.result else None,
        "agent": {"organization_id": wash.agent.organization_id, "san": wash.agent.san} if wash.agent else None,
    }


def _result_item(result: Result) -> Item:
    return {
        "list_date": result.list_date.isoformat(),
        "valid_until": result.valid_until.isoformat(),
        "rows": result.rows,
        "listed": result.listed,
        "clear": result.clear,
        "unknown": dict(result.unknown),
        "distinct_numbers": result.distinct_numbers,
        "distinct_answered": result.distinct_answered,
        "column": result.column,
        "column_name": result.column_name,
        "source": _file_item(result.source),
        "answer": _file_item(result.answer),
        "receipt": result.receipt,
        "finished_at": to_text(result.finished_at),
    }


def _file_item(file: FileFacts) -> Item:
    return {"key": file.key, "size": file.size, "sha256": file.sha256}


def _wash(item: Item) -> Wash:
    return Wash(
        id=str(item["sk"]).removeprefix(_FIRST),
        organization_id=str(item["pk"]).removeprefix("ORGANIZATION#"),
        san=str(item["san"]),
        request=WashRequest(str(item["client_reference"]), str(item["column"]), item["header"]),
        created_at=from_text(item["created_at"]),
        by=str(item["by"]),
        state=State(item["state"]),
        updated_at=from_text(item["updated_at"]),
        attempt=int(item["attempt"]),
        version=int(item["version"]),
        bytes_done=int(item["bytes_done"]),
        bytes_total=int(item["bytes_total"]),
        failure=str(item["failure"]),
        detail=str(item["detail"]),
        result=_result(item["result"]) if item["result"] else None,
        agent=Agent(**item["agent"]) if item["agent"] else None,
    )


def _result(item: Item) -> Result:
    return Result(
        list_date=date.fromisoformat(item["list_date"]),
        valid_until=date.fromisoformat(item["valid_until"]),
        rows=item["rows"],
        listed=item["listed"],
        clear=item["clear"],
        unknown=item["unknown"],
        distinct_numbers=item["distinct_numbers"],
        distinct_answered=item["distinct_answered"],
        column=item["column"],
        column_name=item["column_name"],
        source=FileFacts(**item["source"]),
        answer=FileFacts(**item["answer"]),
        receipt=item["receipt"],
        finished_at=from_text(item["finished_at"]),
    )
