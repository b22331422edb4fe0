"""Closing organizations in the `sellers` table."""

from collections.abc import Iterator
from dataclasses import dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.clients import ClientStore
from quietline.adapters.dynamodb.directory import DirectoryStore, numbers_write
from quietline.adapters.dynamodb.directory_entries import directory_writes
from quietline.adapters.dynamodb.entitlements import entitlements_of
from quietline.adapters.dynamodb.organization_events import event_write
from quietline.adapters.dynamodb.sellers import OrganizationStore, as_read
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.directory.model import CallerNumbers
from quietline.kernel.clock import to_text
from quietline.orders.model import StopReason
from quietline.sellers.closing import Affairs
from quietline.sellers.model import Organization, OrganizationEvent, OrganizationStatus
from quietline.sellers.team import InvitationState


@dataclass(frozen=True)
class ClosingStore:
    """`sellers.closing.Closings` on DynamoDB."""

    table: Table

    def get(self, organization_id: str) -> Organization | None:
        """Return an organization."""
        return OrganizationStore(self.table).get(organization_id)

    def affairs(self, organization_id: str) -> Affairs:
        """Return what is not settled."""
        item = self.table.get(keys.organization(organization_id)) or {}
        held = entitlements_of(self.table, organization_id)
        disputed = tuple(one.order_id for one in held if one.reason is StopReason.DISPUTED)
        return Affairs(item.get("open_order", ""), disputed, item.get("orders_version", 0))

    def numbers(self, organization_id: str) -> CallerNumbers:
        """Return the numbers that it declares."""
        return DirectoryStore(self.table).read(organization_id)

    def close(
        self,
        before: Organization,
        after: Organization,
        event: OrganizationEvent,
        orders_version: int,
        numbers: tuple[CallerNumbers, CallerNumbers],
    ) -> bool:
        """Close it in one transaction that also asks for the clearing; False when something is not as read."""
        # the orders' version grows, so that an order that was quoted before is not placed any more
        update = self.table.update(
            keys.organization(before.id),
            "SET #status = :closed, status_at = :at, kept_until = :kept, version = :next, orders_version = :after",
            names={"#status": "status"},
            values={
                ":closed": OrganizationStatus.CLOSED,
                ":active": before.status,
                ":at": to_text(event.at),
                ":kept": event.detail["kept_until"],
                ":version": before.version,
                ":next": after.version,
                ":orders": orders_version,
                ":after": orders_version + 1,
            },
            condition=f"#status = :active AND {as_read(before)} AND orders_version = :orders "
            "AND attribute_not_exists(open_order)",
        )
        had, ended = numbers
        try:
            self.table.write(
                update,
                event_write(self.table, before.id, event),
                self.table.put_new(keys.closing(before.id), {"at": to_text(event.at)}),
                *([numbers_write(self.table, had, ended)] if had != ended else []),
                *directory_writes(self.table, before, after),
            )
        except ConditionFailedError:
            return False
        return True

    def clients(self, organization_id: str) -> list[str]:
        """Return the ids of its machine clients."""
        return [one.client_id for one in ClientStore(self.table).of(organization_id)]

    def forget_client(self, organization_id: str, client_id: str) -> None:
        """Forget a machine client; one that is gone is fine."""
        ClientStore(self.table).remove(organization_id, client_id, None)

    def clear(self, organization_id: str) -> int:
        """Withdraw invitations and authorizations, and end webhooks, feeds and mails; return how many there were."""
        organization = self.get(organization_id)
        if organization is None:
            return 0
        done = 0
        for writes in self._clearing(organization):
            self.table.write(*writes)
            done += 1
        return done

    def _clearing(self, organization: Organization) -> Iterator[list[Write]]:
        """Yield what clears one thing each, in one transaction; both halves of an authorization go together."""
        table, own = self.table, organization.id
        for item in table.query(keys.organization(own)[0], prefix="INVITATION#"):
            if item["state"] == InvitationState.OPEN:
                yield [self._withdrawn(item)]
        for item in table.query(keys.organization(own)[0], prefix="AGENT#"):
            yield [
                table.delete(keys.agent(own, item["san"])),
                table.delete(keys.agency(item["organization_id"], organization.san)),
            ]
        for item in table.query(keys.organization(own)[0], prefix="AGENCY#"):
            yield [
                table.delete(keys.agency(own, item["san"])),
                table.delete(keys.agent(item["organization_id"], organization.san)),
            ]
        for item in table.query(keys.organization(own)[0], prefix="ENDPOINT#"):
            yield [table.delete((item["pk"], item["sk"]))]
        for item in table.query(keys.organization(own)[0], prefix="CALENDAR#"):
            yield [table.delete(keys.calendar_token(item["token_hash"])), table.delete((item["pk"], item["sk"]))]
        if table.get(keys.preferences(own)):
            yield [table.delete(keys.preferences(own))]
        freshness = table.get(keys.freshness(own)) or {}
        if "gsi1pk" in freshness:
            yield [table.update(keys.freshness(own), "REMOVE gsi1pk, gsi1sk", condition="attribute_exists(pk)")]

    def _withdrawn(self, item: Item) -> Write:
        return self.table.update(
            (item["pk"], item["sk"]),
            "SET #state = :withdrawn",
            names={"#state": "state"},
            values={":withdrawn": InvitationState.WITHDRAWN},
            condition="attribute_exists(pk)",
        )
