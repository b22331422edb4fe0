"""What the portal's trading pages need around them in tests: a payment worker, a published list, a washer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.numbers import number_writes
from quietline.adapters.dynamodb.orders import OrderStore
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.clock import SystemClock, from_text, to_text
from quietline.kernel.phone import PhoneNumber
from quietline.kernel.settings.functions import PortalSettings, PublishSettings, WashSettings
from quietline.orders.billing import Billing
from quietline.registrations.model import NumberRecord

from functions.portal import wiring
from functions.publish_area import handler as area
from functions.publish_manifest import handler as manifest
from functions.publish_plan import handler as plan
from functions.wash import handler as wash
from tests.conftest import Cloud
from tests.fakes.payments import FakePaymentServer
from tests.helpers import LambdaContext, load_event, serve_only
from tests.portal import Person

LISTED = "+12025550143"
AREAS = ("202", "301", "410", "443", "571", "703")


class Context(LambdaContext):
    """A function with all of its time left."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


class WholeSeconds:
    """The time as a payment server tells it."""

    def now(self) -> datetime:
        """Return this second's beginning."""
        return SystemClock().now().replace(microsecond=0)


@dataclass
class Market:
    """Carries on what the pages have asked for, as the queues would."""

    settings: PortalSettings
    server: FakePaymentServer = field(default_factory=lambda: FakePaymentServer(WholeSeconds()))

    @property
    def table(self) -> Table:
        """The sellers' table."""
        return Table(self.settings.sellers_table)

    @property
    def billing(self) -> Billing:
        """The payment worker's use cases, with a payment server in memory."""
        return Billing(OrderStore(self.table), self.server, SystemClock(), wiring.profile())

    def carry_out(self) -> None:
        """Make invoices and carry out commands."""
        for item in list(self._items("ORDER#")):
            self.billing.invoice(item.removeprefix("ORDER#"))
        for item in list(self._items("PAYMENT_COMMAND#")):
            self.billing.command(item.removeprefix("PAYMENT_COMMAND#"))

    def settle(self, order_id: str) -> None:
        """Let the newest state of an order's invoice arrive."""
        order = wiring.orders().orders.get(order_id)
        assert order is not None
        name = f"evt_{len(list(self._items('PAYMENT_EVENT#')))}"
        event = {"type": "charge.refunded", "object_id": order.invoice_id, "state": "received"}
        self.table.write(self.table.put_new(keys.payment_event(name), event))
        self.billing.event(name)

    def hire(self, who: Person, organization_id: str, role: str = "downloader") -> None:
        """Let somebody be a member of an organization."""
        self.table.write(
            self.table.put(keys.user(who.sub), {"organization_id": organization_id, "role": role}),
            self.table.put((keys.organization(organization_id)[0], f"MEMBER#{who.sub}"), {"role": role}),
        )

    def _items(self, prefix: str) -> Iterator[str]:
        for item in aws.client("dynamodb").scan(TableName=self.table.name)["Items"]:
            if item["pk"]["S"].startswith(prefix) and item["sk"]["S"] == "META":
                yield item["pk"]["S"]


def publish(cloud: Cloud) -> date:
    """Publish a list of today with one number; return its date."""
    settings = cloud.use(PublishSettings, settle_seconds=0)
    phone, at = PhoneNumber(LISTED), datetime.now(UTC) - timedelta(days=3)
    made = NumberRecord(phone, "202", (), 0).changed("A", from_text(to_text(at)), "registration:test")
    registry = Table(settings.registry_table)
    registry.write(*number_writes(registry, None, made))
    day = datetime.now(UTC).date() - timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch:
        serve_only(patch, *AREAS)
        planned = plan.lambda_handler({"date": day.isoformat()}, LambdaContext())
        for item in planned["items"]:
            event = {
                "date": planned["date"],
                "since": planned["since"],
                "cutoff": planned["cutoff"],
                "areas": item["areas"],
            }
            area.lambda_handler(event, LambdaContext())
        manifest.lambda_handler({"date": planned["date"]}, LambdaContext())
    return day


def washed(cloud: Cloud, key: str, data: bytes) -> None:
    """Wash the call list that lies under a key, as the event of its arrival would make it."""
    cloud.use(WashSettings)
    stored = aws.client("s3").head_object(Bucket="quietline-washes", Key=key)
    event: dict[str, Any] = load_event("wash/uploaded")
    body = json.loads(event["Records"][0]["body"])
    body["detail"]["object"] |= {"key": key, "size": len(data), "etag": stored["ETag"].strip('"')}
    event["Records"][0]["body"] = json.dumps(body)
    assert wash.lambda_handler(event, Context()) == {"batchItemFailures": []}
