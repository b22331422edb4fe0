"""The append-only history of organizations in the `sellers` table."""

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Item, Table, Write
from quietline.kernel.clock import to_text
from quietline.kernel.ids import new_ulid
from quietline.sellers.model import OrganizationEvent


def event_write(table: Table, organization_id: str, event: OrganizationEvent) -> Write:
    """Return the write of an entry of an organization's history: put it into the transaction that it tells of."""
    item: Item = {"at": to_text(event.at), "action": event.action, "by": event.by, "detail": event.detail}
    return table.put_new(keys.organization_event(organization_id, event.at, new_ulid(event.at)), item)
