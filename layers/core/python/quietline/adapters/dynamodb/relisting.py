"""The public directory beside the organizations it is made from, for an operator's rebuilding."""

from collections.abc import Iterator
from dataclasses import dataclass

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.directory_entries import shown
from quietline.adapters.dynamodb.sellers import as_read, organization_of
from quietline.adapters.dynamodb.table import ConditionFailedError, Table
from quietline.sellers.model import Organization


@dataclass(frozen=True)
class ListingStore:
    """`sellers.relisting.Listings` on DynamoDB."""

    table: Table

    def everybody(self) -> Iterator[Organization]:
        """Yield every organization; reads the whole table."""
        pk, sk = keys.organization("")
        yield from map(organization_of, self.table.scan(pk, sk))

    def get(self, organization_id: str) -> Organization | None:
        """Return an organization with a strongly consistent read."""
        item = self.table.get(keys.organization(organization_id))
        return organization_of(item) if item else None

    def list_again(self, organization: Organization) -> int | None:
        """Write what the directory lacks of an organization and delete what it has too much, all or nothing."""
        wanted = shown(organization)
        partition = keys.directory_entry(organization.id)[0]
        there = {(item["pk"], item["sk"]): item for item in self.table.query(partition)}
        wrong = [self.table.delete(key) for key in sorted(set(there) - set(wanted))]
        for key, item in sorted(wanted.items()):
            if {"pk": key[0], "sk": key[1], **item} != there.get(key):
                wrong.append(self.table.put(key, item))
        if not wrong:
            return 0
        own = keys.organization(organization.id)
        unchanged = self.table.check(own, as_read(organization), values={":version": organization.version})
        try:
            self.table.write(unchanged, *wrong)
        except ConditionFailedError:
            return None
        return len(wrong)
