"""What lookups need from outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from quietline.kernel.phone import PhoneNumber
from quietline.lookups.model import PublishedList


class PublishedLists(Protocol):
    """The published lists."""

    def current(self) -> PublishedList | None:
        """Return the newest list, or None before the first."""
        ...


class ListedNumbers(Protocol):
    """The registry's dated history."""

    def listed_before(self, numbers: Sequence[PhoneNumber], cutoff: datetime) -> set[PhoneNumber]:
        """Return those of the numbers that were listed by every change before an instant."""
        ...


class Signer(Protocol):
    """Signs what we say."""

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return a compact JWS (ES256) of the payload."""
        ...
