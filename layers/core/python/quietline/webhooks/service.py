"""What an organization does with its webhooks: endpoints, secrets, deliveries, replays."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.kernel.ids import new_ulid
from quietline.profiles.profile import Profile
from quietline.webhooks.address import check_url
from quietline.webhooks.model import (
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    Event,
    EventType,
    Secret,
)
from quietline.webhooks.ports import Deliveries, Endpoints, SecretCipher
from quietline.webhooks.signature import new_secret

BY_CUSTOMER = "by_customer"
OFFERED = frozenset({EventType.LIST_PUBLISHED, EventType.LIST_STALE, EventType.STOP_REQUEST_CREATED})
MAX_PAGE = 100


@dataclass(frozen=True)
class WebhookService:
    """Endpoints and deliveries of one organization, which the caller was found to represent."""

    endpoints: Endpoints
    deliveries: Deliveries
    cipher: SecretCipher
    clock: Clock
    profile: Profile
    allow_loopback: bool = False

    def create(self, organization_id: str, by: str, url: str, events: Iterable[EventType]) -> tuple[Endpoint, str]:
        """Add an endpoint.

        Returns:
            The endpoint and its secret, which cannot be read again.

        Raises:
            InvalidInputError: the address may not be called, or no event that is offered is asked for.
            ConflictError: the organization has as many endpoints as it may.
        """
        check_url(url, allow_loopback=self.allow_loopback)
        wanted = frozenset(events)
        if not wanted or wanted - OFFERED:
            sentence = f"Choose at least one of {', '.join(sorted(OFFERED))}."
            raise InvalidInputError(sentence, (FieldError("/events", sentence, "event_not_offered"),))
        most = self.profile.webhooks.max_endpoints
        if len(self.endpoints.of(organization_id)) >= most:
            raise ConflictError(f"An organization may have {most} webhook endpoints.")
        now, secret = self.clock.now(), new_secret()
        made = Endpoint(
            id=new_ulid(now),
            organization_id=organization_id,
            url=url,
            events=wanted,
            secrets=(Secret(self.cipher.encrypt(secret), now),),
            created_at=now,
            by=by,
        )
        self.endpoints.add(made)
        return made, secret

    def listed(self, organization_id: str) -> list[Endpoint]:
        """Return the organization's endpoints, oldest first."""
        return self.endpoints.of(organization_id)

    def rotate(self, organization_id: str, endpoint_id: str) -> tuple[Endpoint, str]:
        """Give an endpoint a new secret; the one before signs too for the profile's hours.

        Raises:
            NotFoundError: the organization has no such endpoint.
            ConflictError: it was changed meanwhile.
        """
        found, now, secret = self._get(organization_id, endpoint_id), self.clock.now(), new_secret()
        until = now + timedelta(hours=self.profile.webhooks.secret_overlap_hours)
        # a third secret would make each signature longer without end: only the newest goes on beside the new one
        kept = (replace(found.secrets[0], expires_at=until),)
        fresh = Secret(self.cipher.encrypt(secret), now)
        return self._replaced(replace(found, secrets=(fresh, *kept))), secret

    def enable(self, organization_id: str, endpoint_id: str) -> Endpoint:
        """Let an endpoint be told again; its past failures are forgotten.

        Raises:
            NotFoundError: the organization has no such endpoint.
            ConflictError: it was changed meanwhile.
        """
        found = self._get(organization_id, endpoint_id)
        return self._replaced(replace(found, state=EndpointState.ENABLED, disabled_reason="", failing_since=None))

    def disable(self, organization_id: str, endpoint_id: str) -> Endpoint:
        """Tell an endpoint nothing more; deliveries on their way are given up and can be replayed.

        Raises:
            NotFoundError: the organization has no such endpoint.
            ConflictError: it was changed meanwhile.
        """
        found = self._get(organization_id, endpoint_id)
        return self._replaced(replace(found, state=EndpointState.DISABLED, disabled_reason=BY_CUSTOMER))

    def remove(self, organization_id: str, endpoint_id: str) -> None:
        """Delete an endpoint; its deliveries stay readable until they expire.

        Raises:
            NotFoundError: the organization has no such endpoint.
        """
        self._get(organization_id, endpoint_id)
        self.endpoints.remove(organization_id, endpoint_id)

    def test(self, organization_id: str, endpoint_id: str) -> Delivery:
        """Send a test event.

        Raises:
            NotFoundError: the organization has no such endpoint.
            ConflictError: it is disabled.
        """
        endpoint, now = self._enabled(organization_id, endpoint_id), self.clock.now()
        event = Event.of(EventType.TEST, organization_id, now, {"endpoint": endpoint.id}, new_ulid(now))
        made = Delivery.of(event, endpoint)
        self.deliveries.add(made)
        return made

    def page(
        self,
        organization_id: str,
        *,
        state: DeliveryState | None = None,
        endpoint_id: str = "",
        before: str = "",
        limit: int = MAX_PAGE,
    ) -> tuple[list[Delivery], str]:
        """Return deliveries, newest first, and where the next page begins (empty at the end)."""
        return self.deliveries.page(
            organization_id, state=state, endpoint_id=endpoint_id, before=before, limit=min(limit, MAX_PAGE)
        )

    def replay(self, organization_id: str, delivery_id: str) -> Delivery:
        """Send a delivery's event again, as a new delivery with the same event id.

        Raises:
            NotFoundError: the organization has no such delivery, or its endpoint was deleted.
            ConflictError: it is still being tried, or its endpoint is disabled.
        """
        found = self.deliveries.get(delivery_id)
        if found is None or found.organization_id != organization_id:
            raise NotFoundError("There is no such delivery.")
        if found.state is DeliveryState.PENDING:
            raise ConflictError("This delivery is still being tried; wait until it is delivered or given up.")
        self._enabled(organization_id, found.endpoint_id)
        now = self.clock.now()
        again = Delivery(
            id=new_ulid(now),
            organization_id=organization_id,
            endpoint_id=found.endpoint_id,
            event_id=found.event_id,
            event_type=found.event_type,
            body=found.body,
            created_at=now,
            replay_of=found.id,
        )
        self.deliveries.add(again, replayed=found)
        return again

    def _get(self, organization_id: str, endpoint_id: str) -> Endpoint:
        found = self.endpoints.get(organization_id, endpoint_id)
        if found is None:
            raise NotFoundError("There is no such webhook endpoint.")
        return found

    def _enabled(self, organization_id: str, endpoint_id: str) -> Endpoint:
        found = self._get(organization_id, endpoint_id)
        if not found.enabled:
            raise ConflictError("The endpoint is disabled; enable it first.")
        return found

    def _replaced(self, endpoint: Endpoint) -> Endpoint:
        if not self.endpoints.replace(endpoint):
            raise ConflictError("The endpoint was changed meanwhile; look at it again.")
        return endpoint
