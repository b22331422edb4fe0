"""What the administration of trusted parties needs from outside."""

from collections.abc import Iterable
from typing import Protocol

from quietline.parties.model import Party


class PartyReader(Protocol):
    """Parties by machine client."""

    def get(self, client_id: str) -> Party | None:
        """Return the party behind a machine client, or None."""
        ...


class Parties(PartyReader, Protocol):
    """The parties of one kind."""

    def add(self, party: Party) -> None:
        """Keep a new machine client."""
        ...

    def all(self) -> Iterable[Party]:
        """Return all, also those not served any more."""
        ...

    def change(self, party: Party) -> None:
        """Keep whether a machine client is served, and what its carrier holds."""
        ...


class Clients(Protocol):
    """Where machine clients sign in."""

    def create_client(self, name: str) -> tuple[str, str]:
        """Make a machine client of this kind of party; return its id and secret."""
        ...

    def delete_client(self, client_id: str) -> None:
        """Delete a machine client; none is fine."""
        ...
