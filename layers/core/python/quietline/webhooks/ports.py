"""What outbound webhooks need of the world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from quietline.webhooks.model import Delivery, DeliveryState, Endpoint


class Endpoints(Protocol):
    """Where endpoints are kept."""

    def of(self, organization_id: str) -> list[Endpoint]:
        """Return an organization's endpoints, oldest first."""
        ...

    def get(self, organization_id: str, endpoint_id: str) -> Endpoint | None:
        """Return an endpoint."""
        ...

    def add(self, endpoint: Endpoint) -> None:
        """Store a new endpoint."""
        ...

    def replace(self, endpoint: Endpoint) -> bool:
        """Store an endpoint's next version; False when another change came first, or it is gone."""
        ...

    def remove(self, organization_id: str, endpoint_id: str) -> None:
        """Forget an endpoint and its secrets."""
        ...

    def note_failing(self, endpoint: Endpoint, since: datetime | None) -> None:
        """Note since when deliveries fail (the first note stays), or that they do no longer."""
        ...

    def give_up(self, endpoint: Endpoint, since: datetime, now: datetime, days: int) -> None:
        """Disable an endpoint that has failed `since` and mail its organization, once."""
        ...


class Deliveries(Protocol):
    """Where deliveries are kept; a new one is sent by the table's stream."""

    def add(self, delivery: Delivery, replayed: Delivery | None = None) -> bool:
        """Store a new delivery, and note on `replayed` that it is its repeat; False when it exists already."""
        ...

    def get(self, delivery_id: str) -> Delivery | None:
        """Return a delivery."""
        ...

    def page(
        self, organization_id: str, *, state: DeliveryState | None, endpoint_id: str, before: str, limit: int
    ) -> tuple[list[Delivery], str]:
        """Return deliveries, newest first, and the id to go on `before`; empty at the end."""
        ...

    def record(self, before: Delivery, after: Delivery) -> bool:
        """Store what an attempt changed; False when another attempt was recorded first."""
        ...


class SecretCipher(Protocol):
    """Encrypts signing secrets."""

    def encrypt(self, text: str) -> str:
        """Return the secret encrypted, as text."""
        ...

    def decrypt(self, ciphertext: str) -> str:
        """Return the secret."""
        ...


class Resolver(Protocol):
    """Finds a host's addresses."""

    def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return every IP address of a host.

        Raises:
            OSError: the name has none.
        """
        ...


class Sender(Protocol):
    """Sends one request to one address, following nothing."""

    def __call__(self, url: str, ip: str, headers: dict[str, str], body: bytes) -> int:
        """POST to the URL's host at `ip` and return the answer's status.

        Raises:
            OSError: no answer in time, or none at all (`TimeoutError`, `ssl.SSLError`, …).
        """
        ...


class Requeue(Protocol):
    """Puts a delivery back onto its queue."""

    def __call__(self, delivery_id: str, attempt: int, seconds: int) -> None:
        """Let the delivery come again in so many seconds; `attempt` counts the attempts made so far."""
        ...
