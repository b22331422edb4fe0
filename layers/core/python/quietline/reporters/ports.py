"""What trusted reporters need from outside."""

from collections.abc import Iterable
from typing import Protocol

from quietline.reporters.model import Reporter


class Reporters(Protocol):
    """Reporters by machine client."""

    def get(self, client_id: str) -> Reporter | None:
        """Return the reporter behind a machine client, or None."""
        ...

    def add(self, reporter: Reporter) -> None:
        """Keep a new one."""
        ...

    def all(self) -> Iterable[Reporter]:
        """Return all."""
        ...

    def disable(self, reporter: Reporter) -> None:
        """Keep that a machine client is not served any more."""
        ...

    def sent(self, code: str, client_reference: str) -> str:
        """Return the reference of the complaint that a reporter sent under its own name, or empty."""
        ...


class Clients(Protocol):
    """The identity provider's machine clients."""

    def create_client(self, name: str) -> tuple[str, str]:
        """Make a machine client; return its id and secret."""
        ...

    def delete_client(self, client_id: str) -> None:
        """Delete a machine client; none is fine."""
        ...
