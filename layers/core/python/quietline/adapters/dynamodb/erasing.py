"""Erasing closed organizations in the `sellers` table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.organization_events import event_write
from quietline.adapters.dynamodb.table import Item, Key, Table
from quietline.kernel.clock import to_text
from quietline.sellers.erasing import Kept
from quietline.sellers.model import OrganizationEvent, OrganizationStatus

GONE = (
    "AGENT_WASH_REFERENCE#",
    "INVITATION#",
    "MEMBER#",
    "RECEIPT#",
    "TEAM#",
    "USAGE#",
    "WASH#",
    "WASH_REFERENCE#",
)
"""What is deleted of an organization's partition; EVENT, CERTIFICATION, ENTITLEMENT and what orders need stay."""


@dataclass(frozen=True)
class ErasureStore:
    """`sellers.erasing.Erasures` on DynamoDB."""

    table: Table

    def of_san(self, san: str) -> Kept | None:
        """Return an organization."""
        pointer = self.table.get(keys.san(san))
        item = self.table.get(keys.organization(pointer["organization_id"])) if pointer else None
        return _kept(item) if item else None

    def closed(self) -> list[Kept]:
        """Return all that are closed; reads the whole table."""
        items = self.table.scan("ORGANIZATION#", keys.META)
        return [_kept(item) for item in items if item.get("status") == OrganizationStatus.CLOSED]

    def erase(self, organization_id: str, event: OrganizationEvent) -> int:
        """Erase its people, and last what is on its own record, with the entry; return how many items went."""
        count = 0
        for key in self._keys(organization_id):
            self.table.write(self.table.delete(key))
            count += 1
        for item in self.table.query(keys.organization(organization_id)[0], prefix="CERTIFICATION#"):
            self.table.write(
                self.table.update(
                    (item["pk"], item["sk"]),
                    "SET origin_ciphertext = :none, #by = :none",
                    names={"#by": "by"},
                    values={":none": ""},
                    condition="attribute_exists(pk)",
                )
            )
        blank = {"line1": "", "line2": "", "city": "", "postal_code": ""}
        kept = (self.table.get(keys.organization(organization_id)) or {})["address"]
        self.table.write(
            self.table.update(
                keys.organization(organization_id),
                "SET erased_at = :at, contact_name = :none, contact_email_ciphertext = :none, address = :address, "
                "version = if_not_exists(version, :zero) + :one REMOVE phone, tax_id, status_reason",
                values={
                    ":at": to_text(event.at),
                    ":none": "",
                    ":address": {**kept, **blank},
                    ":zero": 0,
                    ":one": 1,
                    ":closed": OrganizationStatus.CLOSED,
                },
                names={"#status": "status"},
                condition="#status = :closed AND attribute_not_exists(erased_at)",
            ),
            event_write(self.table, organization_id, event),
        )
        return count

    def _keys(self, organization_id: str) -> Iterator[Key]:
        """Yield what goes; pointers before the items that name them, so that none is left that nobody knows of."""
        for prefix in GONE:
            for item in self.table.query(keys.organization(organization_id)[0], prefix=prefix):
                if prefix == "MEMBER#" and self._points_here(item["sub"], organization_id):
                    yield keys.user(item["sub"])
                if prefix == "INVITATION#":
                    yield keys.invitation_pointer(item["sk"].removeprefix(prefix))
                yield item["pk"], item["sk"]
        numbers = self.table.get(keys.caller_numbers(organization_id))
        if numbers:
            for e164 in numbers["spans"]:
                yield keys.declared(e164, organization_id)
            yield keys.caller_numbers(organization_id)

    def _points_here(self, sub: str, organization_id: str) -> bool:
        return (self.table.get(keys.user(sub)) or {}).get("organization_id") == organization_id


def _kept(item: Item) -> Kept:
    until = item.get("kept_until")
    return Kept(
        id=item["id"],
        san=item["san"],
        name=item["name"],
        status=OrganizationStatus(item.get("status", OrganizationStatus.ACTIVE)),
        until=date.fromisoformat(until) if until else None,
        erased="erased_at" in item,
    )
