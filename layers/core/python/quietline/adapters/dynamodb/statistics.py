"""What the data book is counted from: published lists, entitlements by the month their term begins, organizations."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.entitlements import entitlement_of
from quietline.adapters.dynamodb.lists import published_of
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.errors import UnavailableError
from quietline.kernel.jws import parse
from quietline.lists.model import Manifest, Published
from quietline.lists.ports import ObjectStore
from quietline.orders.model import Entitlement
from quietline.sellers.model import OrganizationType
from quietline.statistics.ports import Holder


@dataclass(frozen=True)
class PublishedLists:
    """`statistics.ports.Lists` on DynamoDB and S3."""

    table: Table
    objects: ObjectStore

    def published(self) -> Sequence[Published]:
        """Return what is known of every published list, oldest first."""
        return [published_of(item) for item in self.table.query(keys.manifest(date.min)[0])]

    def manifest(self, published: Published) -> Manifest:
        """Return a list's manifest.

        Raises:
            UnavailableError: the bucket holds another text than was published.
        """
        body = self.objects.get(published.key)
        if body is None or hashlib.sha256(body).hexdigest() != published.sha256:
            raise UnavailableError("A list's manifest is not what was published.")
        return Manifest.from_payload(parse(body.decode()).payload)


@dataclass(frozen=True)
class SubscriptionsByTime:
    """`statistics.ports.Subscriptions` on DynamoDB."""

    table: Table

    def entitlements(self, first: date, last: date) -> Iterator[tuple[str, Entitlement]]:
        """Yield (organization id, entitlement) of all whose term begins in the months from `first` to `last`."""
        month = first.replace(day=1)
        while month <= last:
            for item in self.table.query(keys.entitlements_from(month), index="gsi1"):
                yield str(item["organization_id"]), entitlement_of(item)
            month = date(month.year + month.month // 12, month.month % 12 + 1, 1)

    def holders(self, organization_ids: Iterable[str]) -> Mapping[str, Holder]:
        """Return the organizations that exist, by id."""
        found = self.table.get_many([keys.organization(one) for one in organization_ids])
        return {
            str(item["id"]): Holder(str(item["address"]["region"]), exempt=item["type"] == OrganizationType.EXEMPT)
            for item in found
        }
