"""Organizations' records and their history in the `sellers` table."""

from dataclasses import asdict, dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.directory_entries import directory_writes
from quietline.adapters.dynamodb.entitlements import entitlements_of
from quietline.adapters.dynamodb.organization_events import event_write
from quietline.adapters.dynamodb.sellers import as_read, organization_of
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.kernel.clock import Clock, from_text
from quietline.profiles.profile import Profile
from quietline.sellers.model import EventAction, Organization, OrganizationEvent
from quietline.sellers.record import Ties


@dataclass(frozen=True)
class RecordStore:
    """`sellers.record.Records` on DynamoDB."""

    table: Table

    def get(self, organization_id: str) -> Organization | None:
        """Return an organization."""
        item = self.table.get(keys.organization(organization_id))
        return organization_of(item) if item else None

    def ties(self, organization_id: str, profile: Profile, clock: Clock) -> Ties:
        """Return what ties an organization to its type today."""
        item = self.table.get(keys.organization(organization_id)) or {}
        today = profile.local_date(clock.now())
        held = any(one.is_held and one.term.end > today for one in entitlements_of(self.table, organization_id))
        agencies = self.table.query(keys.organization(organization_id)[0], prefix="AGENCY#", limit=1)
        return Ties(held or "open_order" in item, any(agencies), item.get("orders_version", 0))

    def edit(
        self, before: Organization, after: Organization, event: OrganizationEvent, orders_version: int | None
    ) -> bool:
        """Store a record and its entry in the history; False when it, or the orders' version, is not as read."""
        values: Item = {
            ":version": before.version,
            ":next": after.version,
            ":name": after.name,
            ":type": after.type,
            ":address": asdict(after.address),
            ":contact": after.contact_name,
            ":email": after.contact_email_ciphertext,
            ":language": after.language,
            ":phone": after.phone,
            ":tax": asdict(after.tax_id) if after.tax_id else {},
            ":reason": after.exempt_reason,
        }
        condition = as_read(before)
        if orders_version is not None:
            condition += " AND orders_version = :orders"
            values[":orders"] = orders_version
        update = self.table.update(
            keys.organization(before.id),
            "SET #name = :name, #type = :type, address = :address, contact_name = :contact, "
            "contact_email_ciphertext = :email, #language = :language, phone = :phone, tax_id = :tax, "
            "exempt_reason = :reason, version = :next",
            names={"#name": "name", "#type": "type", "#language": "language"},
            values=values,
            condition=condition,
        )
        try:
            self.table.write(
                update, event_write(self.table, before.id, event), *directory_writes(self.table, before, after)
            )
        except ConditionFailedError:
            return False
        return True

    def events(self, organization_id: str, limit: int) -> list[OrganizationEvent]:
        """Return the newest entries of the history, newest first."""
        partition = keys.organization(organization_id)[0]
        return [
            OrganizationEvent(from_text(item["at"]), EventAction(item["action"]), item["by"], dict(item["detail"]))
            for item in self.table.query(partition, prefix="EVENT#", newest_first=True, limit=limit)
        ]
