"""What the webhook needs of the world."""

from collections.abc import Sequence
from typing import Protocol

from quietline.payments.model import PaymentEvent


class Events(Protocol):
    """Where webhook events are kept."""

    def add(self, event: PaymentEvent) -> bool:
        """Store an event; False when one of that id is stored already."""
        ...


class WebhookSecrets(Protocol):
    """The secrets that sign webhooks now."""

    def __call__(self) -> Sequence[str]:
        """Return them, newest first."""
        ...
