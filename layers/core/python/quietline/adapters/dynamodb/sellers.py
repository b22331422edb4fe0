"""Organizations, their certifications and SANs, and who acts where, in the `sellers` table."""

from dataclasses import asdict, dataclass
from datetime import datetime

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.adapters.dynamodb.team import history_write, joining_write
from quietline.kernel.clock import from_text, to_text
from quietline.sellers.model import (
    Address,
    ClientPointer,
    Membership,
    Organization,
    OrganizationStatus,
    OrganizationType,
    Role,
    TaxId,
)
from quietline.sellers.team import TeamChange, What


@dataclass(frozen=True)
class OrganizationStore:
    """`sellers.ports.Organizations` on DynamoDB."""

    table: Table

    def add(self, organization: Organization, representative: str) -> bool:
        """Store an organization with its first member; False when that user belongs to one already."""
        at = to_text(organization.created_at)
        member: Item = {"sub": representative, "role": Role.REPRESENTATIVE, "since": at}
        pointer: Item = {"organization_id": organization.id, "role": Role.REPRESENTATIVE}
        entry = TeamChange(organization.created_at, What.CREATED, representative, representative)
        try:
            self.table.write(
                joining_write(self.table, representative, pointer),
                history_write(self.table, organization.id, entry),
                self.table.put_new(keys.organization(organization.id), organization_item(organization)),
                self.table.put_new(keys.member(organization.id, representative), member),
            )
        except ConditionFailedError:
            return False
        return True

    def get(self, organization_id: str) -> Organization | None:
        """Return an organization."""
        item = self.table.get(keys.organization(organization_id))
        return organization_of(item) if item else None

    def membership(self, sub: str, client_id: str) -> Membership | None:
        """Return where a user (`sub`) or, without one, a machine client acts."""
        pointer = self.table.get(keys.user(sub) if sub else keys.client(client_id))
        item = self.table.get(keys.organization(pointer["organization_id"])) if pointer else None
        if pointer is None or item is None:
            return None
        return _membership(item, Role(pointer["role"]), client=None if sub else _pointer(client_id, pointer))

    def note_use(self, client_id: str, at: datetime) -> None:
        """Note when a machine client was last seen; one that is gone stays gone."""
        update = self.table.update(
            keys.client(client_id),
            "SET used_at = :at",
            values={":at": to_text(at)},
            condition="attribute_exists(pk)",
        )
        try:
            self.table.write(update)
        except ConditionFailedError:
            return

    def acting(self, own: Membership, san: str) -> Membership | None:
        """Return how a member acts for another organization's SAN, or None when theirs is not authorized to."""
        agency = self.table.get(keys.agency(own.organization_id, san))
        item = self.table.get(keys.organization(agency["organization_id"])) if agency else None
        return _membership(item, own.role, agent=own) if item else None


def _membership(
    item: Item, role: Role, *, client: ClientPointer | None = None, agent: Membership | None = None
) -> Membership:
    return Membership(
        organization_id=item["id"],
        san=item["san"],
        role=role,
        type=OrganizationType(item["type"]),
        certified_version=item["certified_version"],
        certified_at=from_text(item["certified_at"]) if "certified_at" in item else None,
        status=OrganizationStatus(item.get("status", OrganizationStatus.ACTIVE)),
        agent_organization_id=agent.organization_id if agent else "",
        agent_san=agent.san if agent else "",
        client=client,
    )


def _pointer(client_id: str, item: Item) -> ClientPointer:
    return ClientPointer(
        client_id=client_id,
        bound_san=str(item.get("bound_san", "")),
        used_at=from_text(item["used_at"]) if item.get("used_at") else None,
        ends_at=from_text(item["ends_at"]) if item.get("ends_at") else None,
    )


def organization_item(organization: Organization) -> Item:
    """Return the stored form of a new organization."""
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
        **({"certified_at": to_text(organization.certified_at)} if organization.certified_at else {}),
        **({"exempt_reason": organization.exempt_reason} if organization.exempt_reason else {}),
        "status": organization.status,
        "version": organization.version,
        "orders_version": 0,
        "representatives": 1,
    }


def as_read(organization: Organization) -> str:
    """Return the condition that its item is still the one read; `:version` is the organization's."""
    # items of before there were versions have none
    return "version = :version" if organization.version else "(attribute_not_exists(version) OR version = :version)"


def organization_of(item: Item) -> Organization:
    """Return the organization of its item."""
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
        certified_at=from_text(item["certified_at"]) if "certified_at" in item else None,
        status=OrganizationStatus(item.get("status", OrganizationStatus.ACTIVE)),
        status_reason=item.get("status_reason", ""),
        status_at=from_text(item["status_at"]) if "status_at" in item else None,
        version=item.get("version", 0),
        phone=item.get("phone", ""),
        tax_id=TaxId(**item["tax_id"]) if item.get("tax_id") else None,
        exempt_reason=item.get("exempt_reason", ""),
    )
