"""Organizations, members, certifications, SANs and machine clients in the `sellers` table."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.kernel.clock import from_text, to_text
from quietline.sellers.model import (
    Address,
    Certification,
    MachineClient,
    Membership,
    Organization,
    OrganizationType,
    Role,
)


@dataclass(frozen=True)
class OrganizationStore:
    """`sellers.ports.Organizations` on DynamoDB."""

    table: Table

    def add(self, organization: Organization, representative: str) -> bool:
        """Store an organization with its first member; False when that user belongs to one already."""
        at = to_text(organization.created_at)
        member: Item = {"sub": representative, "role": Role.REPRESENTATIVE, "since": at}
        pointer: Item = {"organization_id": organization.id, "role": Role.REPRESENTATIVE}
        try:
            self.table.write(
                self.table.put_new(keys.user(representative), pointer),
                self.table.put_new(keys.organization(organization.id), _to_item(organization)),
                self.table.put_new(keys.member(organization.id, representative), member),
            )
        except ConditionFailedError:
            return False
        return True

    def get(self, organization_id: str) -> Organization | None:
        """Return an organization."""
        item = self.table.get(keys.organization(organization_id))
        return _from_item(item) if item else None

    def membership(self, sub: str, client_id: str) -> Membership | None:
        """Return where a user (`sub`) or, without one, a machine client acts."""
        pointer = self.table.get(keys.user(sub) if sub else keys.client(client_id))
        organization = self.get(pointer["organization_id"]) if pointer else None
        if pointer is None or organization is None:
            return None
        return Membership(
            organization_id=organization.id,
            san=organization.san,
            role=Role(pointer["role"]),
            type=organization.type,
            certified_version=organization.certified_version,
        )

    def certify(self, organization_id: str, certification: Certification, san: str) -> str | None:
        """Store a certification; the first issues `san`. None when `san` is another's or was issued meanwhile."""
        found = self.get(organization_id)
        if found is None:
            return None
        record: Item = {
            "version": certification.version,
            "language": certification.language,
            "text": certification.text,
            "by": certification.by,
            "at": to_text(certification.at),
        }
        writes = [
            self.table.put_new(keys.certification(organization_id, certification.at), record),
            self.table.update(
                keys.organization(organization_id),
                "SET san = :san, certified_version = :version, certified_at = :at",
                values={
                    ":san": found.san or san,
                    ":version": certification.version,
                    ":at": to_text(certification.at),
                    ":before": found.san,
                },
                condition="san = :before",
            ),
        ]
        if not found.san:
            writes.append(self.table.put_new(keys.san(san), {"organization_id": organization_id}))
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return None
        return found.san or san

    def add_client(self, organization_id: str, client: MachineClient) -> None:
        """Store a machine client and the pointer by which it is recognised."""
        record: Item = {
            "client_id": client.client_id,
            "name": client.name,
            "by": client.by,
            "created_at": to_text(client.created_at),
        }
        pointer: Item = {"organization_id": organization_id, "role": Role.MACHINE}
        self.table.write(
            self.table.put_new(keys.client(client.client_id), pointer),
            self.table.put_new(keys.machine_client(organization_id, client.client_id), record),
        )

    def clients(self, organization_id: str) -> Iterator[MachineClient]:
        """Yield an organization's machine clients."""
        for item in self.table.query(keys.organization(organization_id)[0], prefix="CLIENT#"):
            yield MachineClient(item["client_id"], item["name"], from_text(item["created_at"]), item["by"])


def _to_item(organization: Organization) -> Item:
    return {
        "id": organization.id,
        "name": organization.name,
        "type": organization.type,
        "address": asdict(organization.address),
        "contact_name": organization.contact_name,
        "contact_email_ciphertext": organization.contact_email_ciphertext,
        "language": organization.language,
        "created_at": to_text(organization.created_at),
        "san": organization.san,
        "certified_version": organization.certified_version,
        "orders_version": 0,
    }


def _from_item(item: Item) -> Organization:
    return Organization(
        id=item["id"],
        name=item["name"],
        type=OrganizationType(item["type"]),
        address=Address(**item["address"]),
        contact_name=item["contact_name"],
        contact_email_ciphertext=item["contact_email_ciphertext"],
        language=item["language"],
        created_at=from_text(item["created_at"]),
        san=item["san"],
        certified_version=item["certified_version"],
    )
