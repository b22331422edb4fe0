"""Machine clients of organizations: the record (`CLIENT#` of the organization) and the pointer that recognises one.

The pointer says what a request needs: the organization, the SAN it is bound to, when it ends and when it was last seen.
"""

from dataclasses import dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.adapters.dynamodb.team import history_write
from quietline.kernel.clock import from_text, to_text
from quietline.sellers.model import MachineClient, Role
from quietline.sellers.team import Outcome, TeamChange


@dataclass(frozen=True)
class ClientStore:
    """`sellers.ports.Clients` on DynamoDB."""

    table: Table

    def add(self, organization_id: str, client: MachineClient, entry: TeamChange) -> None:
        """Store a machine client and its pointer."""
        self.table.write(*self._new(organization_id, client), history_write(self.table, organization_id, entry))

    def of(self, organization_id: str) -> list[MachineClient]:
        """Return an organization's machine clients, in no order."""
        records = list(self.table.query(keys.organization(organization_id)[0], prefix="CLIENT#"))
        pointers = self.table.get_many([keys.client(record["client_id"]) for record in records])
        by_id = {str(pointer["pk"]).removeprefix("CLIENT#"): pointer for pointer in pointers}
        return [_client(record, by_id.get(record["client_id"], {})) for record in records]

    def rotate(self, organization_id: str, old: MachineClient, new: MachineClient, entry: TeamChange) -> Outcome:
        """Store the new client and until when the old one works, both or neither."""
        ends_at = to_text(old.ends_at) if old.ends_at else ""
        try:
            self.table.write(
                *self._new(organization_id, new),
                self.table.update(
                    keys.client(old.client_id),
                    "SET ends_at = :ends, replaced_by = :by",
                    values={":ends": ends_at, ":by": new.client_id},
                    condition="attribute_exists(pk) AND attribute_not_exists(ends_at)",
                ),
                history_write(self.table, organization_id, entry),
            )
        except ConditionFailedError:
            return Outcome.CHANGED
        return Outcome.DONE

    def remove(self, organization_id: str, client_id: str, entry: TeamChange | None) -> Outcome:
        """Take a machine client away, from the next request on."""
        record = keys.machine_client(organization_id, client_id)
        writes = [
            self.table.delete(record, condition="attribute_exists(pk)"),
            self.table.delete(keys.client(client_id)),
        ]
        if entry is not None:
            writes.append(history_write(self.table, organization_id, entry))
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return Outcome.GONE
        return Outcome.DONE

    def _new(self, organization_id: str, client: MachineClient) -> list[Write]:
        record: Item = {
            "client_id": client.client_id,
            "name": client.name,
            "by": client.by,
            "created_at": to_text(client.created_at),
        }
        pointer: Item = {"organization_id": organization_id, "role": Role.MACHINE, "bound_san": client.san}
        return [
            self.table.put_new(keys.client(client.client_id), pointer),
            self.table.put_new(keys.machine_client(organization_id, client.client_id), record),
        ]


def _client(record: Item, pointer: Item) -> MachineClient:
    return MachineClient(
        client_id=record["client_id"],
        name=record["name"],
        created_at=from_text(record["created_at"]),
        by=record["by"],
        san=str(pointer.get("bound_san", "")),
        used_at=from_text(pointer["used_at"]) if pointer.get("used_at") else None,
        ends_at=from_text(pointer["ends_at"]) if pointer.get("ends_at") else None,
        replaced_by=str(pointer.get("replaced_by", "")),
    )
