"""Certifications, SANs and standings of organizations in the `sellers` table."""

from dataclasses import dataclass, replace

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.directory_entries import directory_writes
from quietline.adapters.dynamodb.organization_events import event_write
from quietline.adapters.dynamodb.sellers import as_read, organization_of
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.kernel.clock import from_text, to_text
from quietline.sellers.model import (
    Certification,
    EventAction,
    Organization,
    OrganizationEvent,
    OrganizationStatus,
)


@dataclass(frozen=True)
class CertificationStore:
    """`sellers.ports.Certifications` and `sellers.ports.Standings` on DynamoDB."""

    table: Table

    def certify(self, organization_id: str, certification: Certification, san: str) -> str | None:
        """Store a certification; the first issues `san`. None when `san` is another's or was issued meanwhile."""
        item = self.table.get(keys.organization(organization_id))
        if item is None:
            return None
        before = organization_of(item)
        after = replace(
            before,
            san=before.san or san,
            certified_version=certification.version,
            certified_at=certification.at,
            version=before.version + 1,
        )
        at = to_text(certification.at)
        record: Item = {
            "version": certification.version,
            "language": certification.language,
            "text": certification.text,
            "by": certification.by,
            "at": at,
            "origin_ciphertext": certification.origin_ciphertext,
        }
        writes = [
            self.table.put_new(keys.certification(organization_id, certification.at), record),
            self.table.update(
                keys.organization(organization_id),
                "SET san = :san, certified_version = :text, certified_at = :at, version = :next",
                values={":san": after.san, ":text": certification.version, ":at": at, ":next": after.version}
                | {":version": before.version},
                condition=as_read(before),
            ),
            *directory_writes(self.table, before, after),
            event_write(
                self.table,
                organization_id,
                OrganizationEvent(
                    certification.at, EventAction.CERTIFIED, certification.by, {"version": certification.version}
                ),
            ),
        ]
        if not before.san:
            writes.append(self.table.put_new(keys.san(san), {"organization_id": organization_id}))
        return after.san if _written(self.table, *writes) else None

    def certified(self, organization_id: str) -> list[Certification]:
        """Return an organization's certifications, newest first."""
        pk, _ = keys.organization(organization_id)
        return [
            Certification(item["version"], item["language"], item["text"], item["by"], from_text(item["at"]))
            for item in self.table.query(pk, prefix="CERTIFICATION#", newest_first=True)
        ]

    def of_san(self, san: str) -> Organization | None:
        """Return the organization that a SAN was issued to."""
        pointer = self.table.get(keys.san(san))
        item = self.table.get(keys.organization(pointer["organization_id"])) if pointer else None
        return organization_of(item) if item else None

    def move(
        self,
        organization: Organization,
        before: OrganizationStatus,
        after: OrganizationStatus,
        reason: str,
        event: OrganizationEvent,
    ) -> bool:
        """Change an organization's status with its entry in the history; False when it is not as read any more."""
        moved = replace(
            organization,
            status=after,
            status_reason=reason,
            status_at=event.at,
            version=organization.version + 1,
        )
        update = self.table.update(
            keys.organization(organization.id),
            "SET #status = :after, status_reason = :reason, status_at = :at, version = :next",
            names={"#status": "status"},
            values={":after": after, ":reason": reason, ":at": to_text(event.at), ":before": before}
            | {":version": organization.version, ":next": moved.version},
            condition=f"#status = :before AND {as_read(organization)}",
        )
        return _written(
            self.table,
            update,
            event_write(self.table, organization.id, event),
            *directory_writes(self.table, organization, moved),
        )


def _written(table: Table, *writes: Write) -> bool:
    try:
        table.write(*writes)
    except ConditionFailedError:
        return False
    return True
