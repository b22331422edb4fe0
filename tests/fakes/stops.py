"""A seller that may be told to stop."""

from datetime import UTC, datetime, timedelta
from typing import Any

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.directory_entries import directory_writes
from quietline.adapters.dynamodb.stops import DynamoStops
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.phone import PhoneNumber
from quietline.profiles.profile import Profile
from quietline.sellers.model import Address, Organization, OrganizationType
from quietline.stops.model import Seller, State, StopRequest

ACME, SAN = "01KB3Q6W5N8Y2C4D6E8F0G1ACM", "123-456-7897"
ULID = "01KB3Q6W5N8Y2C4D6E8F0G1H{:02}"


def list_seller(table: Table) -> None:
    """Put the seller into the directory, with what mails to it need."""
    blank = Organization(
        id=ACME,
        name="Acme Roofs",
        type=OrganizationType.SELLER,
        address=Address("1 Example Street", "", "Springfield", "IL", "62701", "US"),
        contact_name="Sam",
        contact_email_ciphertext="x",
        language="en",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    listed = Organization(**vars(blank) | {"san": SAN, "certified_at": datetime(2026, 10, 1, tzinfo=UTC)})
    table.write(
        table.put_new(keys.organization(ACME), {"san": SAN, "language": "en", "contact_email_ciphertext": "x"}),
        table.put_new(keys.san(SAN), {"organization_id": ACME}),
        *directory_writes(table, blank, listed),
    )


def declare(table: Table, e164: str) -> None:
    """Let the seller have declared a number since the year's beginning."""
    spans = {"organization_id": ACME, "version": 1, "spans": {e164: [["2026-01-01", ""]]}}
    table.write(
        table.put_new(keys.caller_numbers(ACME), spans),
        table.put_new(keys.declared(e164, ACME), {"organization_id": ACME}),
    )


def stop(cloud: Any, organization_id: str, last: int, at: datetime, profile: Profile) -> StopRequest:
    """Let a person have told the organization to stop."""
    store = DynamoStops(Table(cloud.sellers_table), Table(cloud.registry_table))
    waiting = StopRequest(
        id=ULID.format(last),
        seller=Seller(organization_id, "Acme"),
        number=PhoneNumber(f"+1202555{100 + last:04}"),
        language="en",
        email_ciphertext="x",
        email_hash="h",
        nonce="n",
        asked_at=at,
        expires_at=at + timedelta(days=3),
    )
    store.ask(waiting, at.date(), 100)
    due_on = profile.stop_due_on(at.date())
    active = StopRequest(**vars(waiting) | {"state": State.ACTIVE, "requested_at": at, "due_on": due_on})
    store.confirm(waiting, active)
    return active
