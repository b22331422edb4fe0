"""Evidence in its owner's partition of the cases table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.evidence.model import Evidence, Kind, Owner, State
from quietline.kernel.clock import from_text, to_text

PREFIX = "EVIDENCE#"
FORGET = timedelta(days=2)
"""After the last moment at which an upload could come, an offer that nothing came for is dropped."""


@dataclass(frozen=True)
class DynamoEvidence:
    """Implements `evidence.ports.EvidenceStore`; `table` is the cases table."""

    table: Table

    def of(self, owner: Owner) -> tuple[list[Evidence], int]:
        """Return an owner's evidence, oldest first, and the version that `add` needs."""
        lock = self.table.get(keys.evidence_version(owner.text))
        kept = [_evidence(owner, item) for item in self.table.query(owner.text, prefix=PREFIX)]
        return kept, int(lock["version"]) if lock else 0

    def having(self, owners: Sequence[Owner]) -> frozenset[Owner]:
        """Return those of some owners that were ever offered an upload."""
        found = self.table.get_many([keys.evidence_version(owner.text) for owner in owners])
        texts = {str(item["pk"]) for item in found}
        return frozenset(owner for owner in owners if owner.text in texts)

    def add(self, evidence: Evidence, version: int) -> bool:
        """Keep an offer; False when something was added since `version` was read."""
        condition = "version = :read" if version else "attribute_not_exists(pk)"
        values = {":read": version} if version else None
        item = _item(evidence) | {"ttl": int((evidence.waits_until + FORGET).timestamp())}
        try:
            self.table.write(
                self.table.put_new(keys.evidence(evidence.owner.text, evidence.id), item),
                self.table.put(
                    keys.evidence_version(evidence.owner.text),
                    {"version": version + 1},
                    condition=condition,
                    values=values,
                ),
            )
        except ConditionFailedError:
            return False
        return True

    def get(self, owner: Owner, evidence_id: str) -> Evidence | None:
        """Return a piece of evidence, or None."""
        item = self.table.get(keys.evidence(owner.text, evidence_id))
        return _evidence(owner, item) if item else None

    def rely(self, owner: Owner, evidence_id: str, at: datetime) -> bool:
        """Keep that a case relies on evidence from `at` on, or from before; False when there is none of this id."""
        try:
            self.table.apply(
                self.table.update(
                    keys.evidence(owner.text, evidence_id),
                    "SET relied_at = if_not_exists(relied_at, :at)",
                    values={":at": to_text(at)},
                    condition="attribute_exists(pk)",
                )
            )
        except ConditionFailedError:
            return False
        return True

    def scanned(self, evidence: Evidence, gone_after: datetime) -> bool:
        """Keep what a scan found of evidence that waited; False when it no longer waits."""
        try:
            self.table.write(
                self.table.put(
                    keys.evidence(evidence.owner.text, evidence.id),
                    _item(evidence) | {"ttl": int(gone_after.timestamp())},
                    condition="#state = :waiting",
                    values={":waiting": State.WAITING.value},
                    names={"#state": "state"},
                )
            )
        except ConditionFailedError:
            return False
        return True


def _item(evidence: Evidence) -> Item:
    return {
        "id": evidence.id,
        "kind": evidence.kind.value,
        "content_type": evidence.content_type,
        "offered_at": to_text(evidence.offered_at),
        "waits_until": to_text(evidence.waits_until),
        "state": evidence.state.value,
        "size": evidence.size,
        "sha256": evidence.sha256,
        "reason": evidence.reason,
        "scanned_at": to_text(evidence.scanned_at) if evidence.scanned_at else None,
    }


def _evidence(owner: Owner, item: Item) -> Evidence:
    return Evidence(
        owner=owner,
        id=item["id"],
        kind=Kind(item["kind"]),
        content_type=item["content_type"],
        offered_at=from_text(item["offered_at"]),
        waits_until=from_text(item["waits_until"]),
        state=State(item["state"]),
        size=item["size"],
        sha256=item["sha256"],
        reason=item["reason"],
        scanned_at=from_text(item["scanned_at"]) if item["scanned_at"] else None,
        relied_at=from_text(item["relied_at"]) if "relied_at" in item else None,
    )
