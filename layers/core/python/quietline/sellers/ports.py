"""What the use cases need of the world."""

from collections.abc import Iterable
from typing import Protocol

from quietline.sellers.model import Certification, MachineClient, Membership, Organization


class Caller(Protocol):
    """Who calls: the HTTP edge's principal."""

    @property
    def sub(self) -> str:
        """User id; empty for a machine."""
        ...

    @property
    def client_id(self) -> str:
        """The client that signed in."""
        ...


class Organizations(Protocol):
    """Where organizations are kept."""

    def add(self, organization: Organization, representative: str) -> bool:
        """Store a new organization and its first member; False when that user already belongs to one."""
        ...

    def get(self, organization_id: str) -> Organization | None:
        """Return an organization."""
        ...

    def membership(self, sub: str, client_id: str) -> Membership | None:
        """Return where a user (`sub`) or, without one, a machine client acts."""
        ...

    def certify(self, organization_id: str, certification: Certification, san: str) -> str | None:
        """Store a certification and, when the organization has no SAN yet, this one; in one transaction.

        Returns:
            The organization's SAN, or None when `san` belongs to another (try a new one).
        """
        ...

    def add_client(self, organization_id: str, client: MachineClient) -> None:
        """Store a machine client."""
        ...

    def clients(self, organization_id: str) -> Iterable[MachineClient]:
        """Return an organization's machine clients."""
        ...


class IdentityProvider(Protocol):
    """Where machine clients sign in."""

    def create_client(self, name: str) -> tuple[str, str]:
        """Make a machine client that may use the lists; return its id and secret."""
        ...

    def delete_client(self, client_id: str) -> None:
        """Remove a machine client."""
        ...


class Vault(Protocol):
    """Encrypts personal data."""

    def encrypt(self, address: str) -> str:
        """Return an e-mail address encrypted, as text."""
        ...
