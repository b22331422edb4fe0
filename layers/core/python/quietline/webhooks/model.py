"""Endpoints, events and deliveries."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from quietline.kernel.clock import to_text
from quietline.kernel.ids import stable_ulid

SECRET_PREFIX = "whsec_"  # noqa: S105  (a prefix is no secret)


class EventType(StrEnum):
    """What an endpoint may be told."""

    LIST_PUBLISHED = "list.published"
    LIST_STALE = "list.stale"
    """The last pull's list has reached one of the profile's ages."""
    STOP_REQUEST_CREATED = "stop_request.created"
    """A person told the organization to stop calling."""
    TEST = "webhook.test"
    """Sent only when somebody asks for it, whatever the endpoint listens to."""


class EndpointState(StrEnum):
    """Whether an endpoint is told of events."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class DeliveryState(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    """Given up; its customer may replay it."""


class Failure(StrEnum):
    """Why an attempt failed, or why a delivery was given up without one."""

    STATUS = "http_status"
    REDIRECT = "redirect"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    TLS = "tls"
    NAME = "name_not_resolved"
    ADDRESS = "address_not_allowed"
    ENDPOINT_DISABLED = "endpoint_disabled"
    ENDPOINT_DELETED = "endpoint_deleted"


@dataclass(frozen=True)
class Secret:
    """A signing secret, encrypted; `expires_at` is None for the newest, which signs until the next rotation."""

    ciphertext: str = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether deliveries are signed with it."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True)
class Endpoint:
    """Where an organization wants to be told of events. `secrets` are newest first; `version` guards changes."""

    id: str
    organization_id: str
    url: str = field(repr=False)
    events: frozenset[EventType]
    secrets: tuple[Secret, ...]
    created_at: datetime
    by: str
    state: EndpointState = EndpointState.ENABLED
    disabled_reason: str = ""
    """`by_customer` or `failing`."""
    failing_since: datetime | None = None
    version: int = 0

    @property
    def enabled(self) -> bool:
        """Whether it is told of events."""
        return self.state is EndpointState.ENABLED

    @property
    def host(self) -> str:
        """The address' host: its path and query may hold a credential of the customer's."""
        from urllib.parse import urlsplit

        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True)
class Event:
    """What happened: `id` is the same for every repeat and every delivery of it. `data` never names a person."""

    id: str
    type: EventType
    at: datetime
    data: dict[str, Any]

    @classmethod
    def of(cls, kind: EventType, organization_id: str, at: datetime, data: dict[str, Any], *key: str) -> "Event":
        """Return an event whose id follows from its kind, organization, instant and key."""
        return cls(stable_ulid(at, kind, organization_id, *key), kind, at, data)

    @property
    def body(self) -> str:
        """The JSON that is signed and sent, byte for byte the same at every attempt."""
        payload = {"id": self.id, "type": self.type.value, "created_at": to_text(self.at), "data": self.data}
        return json.dumps(payload, separators=(",", ":"), sort_keys=True)


@dataclass(frozen=True)
class Attempt:
    """One try: the answer's HTTP status (0 without an answer), the failure's word, and how long it took."""

    at: datetime
    status: int
    failure: str
    milliseconds: int


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one endpoint. `attempt_count` counts all, `attempts` holds the last ones."""

    id: str
    organization_id: str
    endpoint_id: str
    event_id: str
    event_type: EventType
    body: str = field(repr=False)
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempt_count: int = 0
    attempts: tuple[Attempt, ...] = ()
    next_attempt_at: datetime | None = None
    reason: str = ""
    replay_of: str = ""
    replayed_as: str = ""

    @classmethod
    def of(cls, event: Event, endpoint: Endpoint) -> "Delivery":
        """Return the delivery of an event to an endpoint; asked again, it has the same id."""
        return cls(
            id=stable_ulid(event.at, event.id, endpoint.id),
            organization_id=endpoint.organization_id,
            endpoint_id=endpoint.id,
            event_id=event.id,
            event_type=event.type,
            body=event.body,
            created_at=event.at,
        )
