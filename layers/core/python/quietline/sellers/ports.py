"""What the use cases need of the world."""

from datetime import datetime
from typing import Protocol

from quietline.sellers.model import (
    Certification,
    MachineClient,
    Membership,
    Organization,
    OrganizationEvent,
    OrganizationStatus,
    Role,
)
from quietline.sellers.team import Agency, Agent, Invitation, Member, Outcome, TeamChange


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

    @property
    def acting_for(self) -> str:
        """The SAN that the caller wants to act for; empty for the organization's own."""
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

    def note_use(self, client_id: str, at: datetime) -> None:
        """Note when a machine client was last seen; one that is gone stays gone."""
        ...

    def acting(self, own: Membership, san: str) -> Membership | None:
        """Return how a member acts for another organization's SAN, or None when theirs is not authorized to."""
        ...


class Certifications(Protocol):
    """Where certifications are kept."""

    def certify(self, organization_id: str, certification: Certification, san: str) -> str | None:
        """Store a certification and, when the organization has no SAN yet, this one; in one transaction.

        Returns:
            The organization's SAN, or None when `san` belongs to another (try a new one).
        """
        ...

    def certified(self, organization_id: str) -> list[Certification]:
        """Return an organization's certifications, newest first."""
        ...


class Standings(Protocol):
    """Whether the registry serves organizations."""

    def of_san(self, san: str) -> Organization | None:
        """Return the organization that a SAN was issued to."""
        ...

    def move(
        self,
        organization: Organization,
        before: OrganizationStatus,
        after: OrganizationStatus,
        reason: str,
        event: OrganizationEvent,
    ) -> bool:
        """Change an organization's status with its entry in the history; False when it is not `before` any more."""
        ...


class Teams(Protocol):
    """Members, and the append-only history of an organization's team; `entry` is written with the change."""

    def members(self, organization_id: str) -> list[Member]:
        """Return the members, in no order."""
        ...

    def member(self, organization_id: str, sub: str) -> Member | None:
        """Return one member."""
        ...

    def change_role(self, organization_id: str, member: Member, role: Role, entry: TeamChange) -> Outcome:
        """Give a member, who is as read, another role: DONE, GONE, LAST or CHANGED."""
        ...

    def remove(self, organization_id: str, member: Member, entry: TeamChange) -> Outcome:
        """Take a member, who is as read, out: DONE, GONE, LAST or CHANGED."""
        ...

    def history(self, organization_id: str, limit: int) -> list[TeamChange]:
        """Return the newest entries, newest first."""
        ...


class Invitations(Protocol):
    """Where invitations are kept; each sending asks for a mail in the same transaction."""

    def add(self, invitation: Invitation, organization_name: str, entry: TeamChange) -> None:
        """Store a new invitation."""
        ...

    def get(self, organization_id: str, invitation_id: str) -> Invitation | None:
        """Return an invitation of an organization."""
        ...

    def find(self, invitation_id: str) -> Invitation | None:
        """Return an invitation by its id alone."""
        ...

    def of(self, organization_id: str) -> list[Invitation]:
        """Return an organization's open invitations, oldest first."""
        ...

    def resend(self, before: Invitation, after: Invitation, organization_name: str, entry: TeamChange) -> Outcome:
        """Replace an open invitation, which is as read, by its next sending: DONE or CHANGED."""
        ...

    def withdraw(self, invitation: Invitation, entry: TeamChange) -> Outcome:
        """Close an open invitation: DONE or CHANGED."""
        ...

    def accept(self, invitation: Invitation, sub: str, entry: TeamChange) -> Outcome:
        """Make the person a member and close the invitation, both or neither: DONE, BELONGS or CHANGED."""
        ...


class Agents(Protocol):
    """Who may act for whose SAN."""

    def organization_of(self, san: str) -> Organization | None:
        """Return the organization that has a SAN."""
        ...

    def authorize(self, seller: Organization, agent: Organization, entry: TeamChange) -> Outcome:
        """Let an organization act for a seller's SAN: DONE, or BELONGS when it may already."""
        ...

    def withdraw(self, seller: Organization, agent_san: str, entry: TeamChange) -> Outcome:
        """Take that back: DONE or GONE; the next request is refused."""
        ...

    def agents(self, organization_id: str) -> list[Agent]:
        """Return who may act for an organization's SAN."""
        ...

    def agencies(self, organization_id: str) -> list[Agency]:
        """Return for whose SAN an organization may act."""
        ...


class Clients(Protocol):
    """Where machine clients are kept."""

    def add(self, organization_id: str, client: MachineClient, entry: TeamChange) -> None:
        """Store a machine client and the pointer by which it is recognised."""
        ...

    def of(self, organization_id: str) -> list[MachineClient]:
        """Return an organization's machine clients, in no order."""
        ...

    def rotate(self, organization_id: str, old: MachineClient, new: MachineClient, entry: TeamChange) -> Outcome:
        """Store the new client and until when the old one works, both or neither: DONE or CHANGED."""
        ...

    def remove(self, organization_id: str, client_id: str, entry: TeamChange | None) -> Outcome:
        """Take a machine client away, from the next request on: DONE or GONE."""
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

    def decrypt(self, ciphertext: str) -> str:
        """Return the address."""
        ...
