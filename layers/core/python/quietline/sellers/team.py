"""Who belongs to an organization or acts for it: members, invitations, agents, machine clients, and their history."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from quietline.sellers.model import Role

INVITED_ROLES = (Role.REPRESENTATIVE, Role.DOWNLOADER)
"""Roles of people."""


class Outcome(StrEnum):
    """What became of a change."""

    DONE = "done"
    GONE = "gone"
    """What was to be changed is not there any more."""
    LAST = "last"
    """It would leave the organization without an authorized representative."""
    BELONGS = "belongs"
    """The person belongs to an organization already."""
    CHANGED = "changed"
    """Somebody else changed it meanwhile."""


@dataclass(frozen=True)
class Member:
    """A person in an organization."""

    sub: str
    role: Role
    since: datetime


@dataclass(frozen=True)
class TeamMember:
    """A member as the team sees them: `email` is empty and `mfa` False when the account is gone."""

    member: Member
    email: str = field(repr=False)
    mfa: bool


class InvitationState(StrEnum):
    """Where an invitation stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Invitation:
    """An invitation of one address; its link is derived from `nonce`, which every resending replaces.

    Attributes:
        id: ULID.
        organization_id: who invites.
        role: what the person will be.
        email_ciphertext: the address, encrypted so that the organization can read it.
        mail_ciphertext: the same, encrypted for the mailer, which alone can read it.
        email_hash: the keyed hash by which the accepting person's address is compared.
        language: of the mail.
        nonce: random; never leaves the registry.
        by: user id of the representative.
        created_at: when it was made.
        expires_at: until when its newest link works.
        mails: how often it was mailed.
        state: open until accepted or withdrawn; an open one may have expired.
    """

    id: str
    organization_id: str
    role: Role
    email_ciphertext: str = field(repr=False)
    mail_ciphertext: str = field(repr=False)
    email_hash: str = field(repr=False)
    language: str
    nonce: str = field(repr=False)
    by: str
    created_at: datetime
    expires_at: datetime
    mails: int = 1
    state: InvitationState = InvitationState.OPEN

    def has_expired(self, now: datetime) -> bool:
        """Tell whether its link works no more; it can be sent again."""
        return now >= self.expires_at


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation as the team sees it."""

    invitation: Invitation
    email: str = field(repr=False)
    expired: bool


@dataclass(frozen=True)
class Offer:
    """What a mailed invitation offers to the person who holds its link."""

    organization_name: str
    role: Role
    expires_at: datetime


@dataclass(frozen=True)
class Agent:
    """A telemarketer that a seller has authorized on its SAN."""

    organization_id: str
    san: str
    name: str
    since: datetime


@dataclass(frozen=True)
class Agency:
    """A seller for whose SAN an organization may act."""

    organization_id: str
    san: str
    name: str
    since: datetime


class What(StrEnum):
    """Kinds of entries of the team's history."""

    CREATED = "organization_created"
    INVITED = "invited"
    RESENT = "invitation_resent"
    WITHDRAWN = "invitation_withdrawn"
    JOINED = "joined"
    ROLE = "role_changed"
    REMOVED = "member_removed"
    LEFT = "left"
    AGENT = "agent_authorized"
    AGENT_GONE = "agent_withdrawn"
    CLIENT = "client_created"
    CLIENT_ROTATED = "client_rotated"
    CLIENT_GONE = "client_deleted"
    FACTOR_RESET = "second_factor_reset"
    """An operator took somebody's second factor off; `detail` is the reason."""


@dataclass(frozen=True)
class TeamChange:
    """One entry of the append-only history.

    Attributes:
        at: when.
        what: what happened.
        by: user id of who did it, or which operator.
        subject: whom or what it concerns: a user id, an invitation's id, a SAN or a client id; never an address.
        detail: a role, another client's id, or an operator's reason; may be empty.
    """

    at: datetime
    what: What
    by: str
    subject: str
    detail: str = ""


@dataclass(frozen=True)
class Me:
    """Who calls, and what they may do.

    Attributes:
        sub: the user id.
        email: their address.
        email_verified: whether it is verified.
        mfa: whether a second factor is set up.
        organization_id: where they belong; empty when nowhere, and then the rest is empty too.
        organization_name: its name.
        status: of the organization: `active`, `suspended` or `closed`.
        role: what they are there.
        san: the organization's own SAN; empty before it has certified.
        agencies: the sellers for whose SAN they may act besides.
    """

    sub: str
    email: str = field(repr=False)
    email_verified: bool
    mfa: bool
    organization_id: str = ""
    organization_name: str = ""
    status: str = ""
    role: Role | None = None
    san: str = ""
    agencies: tuple[Agency, ...] = ()
