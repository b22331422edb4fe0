"""Webhook endpoints and deliveries in the `sellers` table."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table, Write
from quietline.kernel.clock import from_text, to_text
from quietline.webhooks.model import (
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    EventType,
    Secret,
)

KEEP_DAYS = 30
"""A delivery can be seen and replayed for so long."""
MOST_READ = 1000
"""So many deliveries are looked through for one page; with a filter a page may be shorter, and the next goes on."""
EVERYBODY = EventType.LIST_PUBLISHED
"""The event that is told by the index, not by an organization's own items."""


@dataclass(frozen=True)
class EndpointStore:
    """`webhooks.ports.Endpoints` on DynamoDB."""

    table: Table

    def of(self, organization_id: str) -> list[Endpoint]:
        """Return an organization's endpoints, oldest first."""
        pk, prefix = keys.endpoint(organization_id, "")
        return [endpoint_of(item) for item in self.table.query(pk, prefix=prefix)]

    def get(self, organization_id: str, endpoint_id: str) -> Endpoint | None:
        """Return an endpoint."""
        item = self.table.get(keys.endpoint(organization_id, endpoint_id))
        return endpoint_of(item) if item else None

    def add(self, endpoint: Endpoint) -> None:
        """Store a new endpoint."""
        self.table.write(self.table.put_new(keys.endpoint(endpoint.organization_id, endpoint.id), _item(endpoint)))

    def replace(self, endpoint: Endpoint) -> bool:
        """Store an endpoint's next version; False when another change came first, or it is gone."""
        item = _item(endpoint) | {"version": endpoint.version + 1}
        key = keys.endpoint(endpoint.organization_id, endpoint.id)
        try:
            self.table.write(
                self.table.put(key, item, condition="version = :before", values={":before": endpoint.version})
            )
        except ConditionFailedError:
            return False
        return True

    def remove(self, organization_id: str, endpoint_id: str) -> None:
        """Forget an endpoint and its secrets."""
        self.table.write(self.table.delete(keys.endpoint(organization_id, endpoint_id)))

    def note_failing(self, endpoint: Endpoint, since: datetime | None) -> None:
        """Note since when deliveries fail (the first note stays), or that they do no longer."""
        key = keys.endpoint(endpoint.organization_id, endpoint.id)
        if since is None:
            write = self.table.update(key, "REMOVE failing_since", condition="attribute_exists(pk)")
        else:
            write = self.table.update(
                key,
                "SET failing_since = if_not_exists(failing_since, :since)",
                values={":since": to_text(since)},
                condition="attribute_exists(pk)",
            )
        try:
            self.table.write(write)
        except ConditionFailedError:
            return  # deleted meanwhile

    def give_up(self, endpoint: Endpoint, since: datetime, now: datetime, days: int) -> None:
        """Disable an endpoint that has failed `since` and mail its organization, once."""
        organization = self.table.get(keys.organization(endpoint.organization_id))
        if organization is None:
            return
        disabled = self.table.update(
            keys.endpoint(endpoint.organization_id, endpoint.id),
            "SET #state = :disabled, disabled_reason = :reason, version = version + :one REMOVE gsi1pk, gsi1sk",
            names={"#state": "state"},
            values={
                ":disabled": EndpointState.DISABLED.value,
                ":enabled": EndpointState.ENABLED.value,
                ":reason": "failing",
                ":one": 1,
                ":since": to_text(since),
            },
            condition="#state = :enabled AND failing_since = :since",
        )
        mail = mail_write(
            self.table,
            template="webhook-disabled",
            language=organization["language"],
            to_ciphertext=organization["contact_email_ciphertext"],
            facts={"endpoint": endpoint.id, "host": endpoint.host, "days": str(days)},
            now=now,
            mail_id=f"webhook-disabled-{endpoint.id}-{int(since.timestamp())}",
        )
        try:
            self.table.write(disabled, mail)
        except ConditionFailedError:
            return  # another delivery's failure did it, or one has succeeded


@dataclass(frozen=True)
class DeliveryStore:
    """`webhooks.ports.Deliveries` on DynamoDB; the relay sees a new item and queues it."""

    table: Table

    def add(self, delivery: Delivery, replayed: Delivery | None = None) -> bool:
        """Store a new delivery, and note on `replayed` that it is its repeat; False when it exists already."""
        writes = [delivery_write(self.table, delivery)]
        if replayed is not None:
            writes.append(
                self.table.update(
                    keys.delivery(replayed.id),
                    "SET replayed_as = :id",
                    values={":id": delivery.id},
                    condition="attribute_exists(pk)",
                )
            )
        try:
            self.table.write(*writes)
        except ConditionFailedError:
            return False
        return True

    def get(self, delivery_id: str) -> Delivery | None:
        """Return a delivery."""
        item = self.table.get(keys.delivery(delivery_id))
        return _delivery(item) if item else None

    def page(
        self, organization_id: str, *, state: DeliveryState | None, endpoint_id: str, before: str, limit: int
    ) -> tuple[list[Delivery], str]:
        """Return deliveries, newest first, and the id to go on `before`; empty at the end."""
        pk, low = keys.delivery_index(organization_id, "")
        high = keys.delivery_index(organization_id, before or "~")[1]
        found: list[Delivery] = []
        last, read = "", 0
        for item in self.table.query(pk, between=(low, high), index="gsi1", newest_first=True):
            one = _delivery(item)
            if one.id == before:
                continue
            if len(found) == limit or read == MOST_READ:
                return found, last
            last, read = one.id, read + 1
            if (state is None or one.state is state) and endpoint_id in ("", one.endpoint_id):
                found.append(one)
        return found, ""

    def record(self, before: Delivery, after: Delivery) -> bool:
        """Store what an attempt changed; False when another attempt was recorded first."""
        write = self.table.put(
            keys.delivery(after.id),
            _delivery_item(after),
            condition="attempt_count = :attempts AND #state = :pending",
            values={":attempts": before.attempt_count, ":pending": DeliveryState.PENDING.value},
        )
        write.request["ExpressionAttributeNames"] = {"#state": "state"}
        try:
            self.table.write(write)
        except ConditionFailedError:
            return False
        return True


def delivery_write(table: Table, delivery: Delivery) -> Write:
    """Return the write that asks for a delivery: put it into the transaction that gives the reason."""
    return table.put_new(keys.delivery(delivery.id), _delivery_item(delivery))


def endpoint_of(item: Item) -> Endpoint:
    """Return the endpoint of a stored item."""
    return Endpoint(
        id=item["id"],
        organization_id=item["organization_id"],
        url=item["url"],
        events=frozenset(EventType(one) for one in item["events"]),
        secrets=tuple(
            Secret(one["ciphertext"], from_text(one["created_at"]), _instant(one.get("expires_at")))
            for one in item["secrets"]
        ),
        created_at=from_text(item["created_at"]),
        by=item["by"],
        state=EndpointState(item["state"]),
        disabled_reason=item["disabled_reason"],
        failing_since=_instant(item.get("failing_since")),
        version=item["version"],
    )


def _item(endpoint: Endpoint) -> Item:
    item: Item = {
        "id": endpoint.id,
        "organization_id": endpoint.organization_id,
        "url": endpoint.url,
        "events": sorted(endpoint.events),
        "secrets": [
            {
                "ciphertext": one.ciphertext,
                "created_at": to_text(one.created_at),
                "expires_at": to_text(one.expires_at) if one.expires_at else None,
            }
            for one in endpoint.secrets
        ],
        "created_at": to_text(endpoint.created_at),
        "by": endpoint.by,
        "state": endpoint.state.value,
        "disabled_reason": endpoint.disabled_reason,
        "version": endpoint.version,
    }
    if endpoint.failing_since is not None:
        item["failing_since"] = to_text(endpoint.failing_since)
    if endpoint.enabled and EVERYBODY in endpoint.events:
        item |= {"gsi1pk": keys.audience(EVERYBODY), "gsi1sk": f"{endpoint.organization_id}#{endpoint.id}"}
    return item


def _delivery_item(delivery: Delivery) -> Item:
    gsi1pk, gsi1sk = keys.delivery_index(delivery.organization_id, delivery.id)
    return {
        "gsi1pk": gsi1pk,
        "gsi1sk": gsi1sk,
        "id": delivery.id,
        "organization_id": delivery.organization_id,
        "endpoint_id": delivery.endpoint_id,
        "event_id": delivery.event_id,
        "event_type": delivery.event_type.value,
        "body": delivery.body,
        "created_at": to_text(delivery.created_at),
        "state": delivery.state.value,
        "attempt_count": delivery.attempt_count,
        "attempts": [
            {"at": to_text(one.at), "status": one.status, "failure": str(one.failure), "ms": one.milliseconds}
            for one in delivery.attempts
        ],
        "next_attempt_at": to_text(delivery.next_attempt_at) if delivery.next_attempt_at else None,
        "reason": str(delivery.reason),
        "replay_of": delivery.replay_of,
        "replayed_as": delivery.replayed_as,
        "ttl": int((delivery.created_at + timedelta(days=KEEP_DAYS)).timestamp()),
    }


def _delivery(item: Item) -> Delivery:
    return Delivery(
        id=item["id"],
        organization_id=item["organization_id"],
        endpoint_id=item["endpoint_id"],
        event_id=item["event_id"],
        event_type=EventType(item["event_type"]),
        body=item["body"],
        created_at=from_text(item["created_at"]),
        state=DeliveryState(item["state"]),
        attempt_count=item["attempt_count"],
        attempts=tuple(
            Attempt(from_text(one["at"]), one["status"], one["failure"], one["ms"]) for one in item["attempts"]
        ),
        next_attempt_at=_instant(item["next_attempt_at"]),
        reason=item["reason"],
        replay_of=item["replay_of"],
        replayed_as=item["replayed_as"],
    )


def _instant(text: str | None) -> datetime | None:
    return from_text(text) if text else None
