"""What the routes of people, agents and machine clients take and answer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import ConfigDict, Field
from quietline.http.model import Model
from quietline.kernel.clock import to_text

from functions.seller_api.routes.models import InModel

if TYPE_CHECKING:
    from pydantic.config import JsonDict
    from quietline.sellers.model import MachineClient
    from quietline.sellers.team import Agency, Agent, Me, OpenInvitation, TeamChange, TeamMember

type RoleName = Literal["representative", "downloader"]
type San = Annotated[str, Field(min_length=10, max_length=20, examples=["123-456-7897"])]
SUB = "5b1f6a0e-2d43-4b52-9b0c-8d3c0a7e4f10"
AT = "2026-11-25T15:00:00.000Z"
AGENT: "JsonDict" = {"san": "123-456-7897", "name": "Friendly Calls Inc.", "since": AT}


def _example(value: "JsonDict") -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class AgentIn(InModel):
    """The telemarketer, by its SAN."""

    model_config = _example({"san": "123-456-7897"})

    san: San


class AgentOut(Model):
    """An organization at the other end of an authorization."""

    model_config = _example(AGENT)

    san: str
    name: str
    since: str

    @classmethod
    def of(cls, one: "Agent | Agency") -> Self:
        """Return it."""
        return cls(san=one.san, name=one.name, since=to_text(one.since))


class AgentsOut(Model):
    """Who may act for the organization's SAN."""

    model_config = _example({"agents": [AGENT]})

    agents: list[AgentOut]


class AgenciesOut(Model):
    """For whose SAN the organization may act."""

    model_config = _example({"agencies": [AGENT]})

    agencies: list[AgentOut]


class MeOut(Model):
    """Who calls, and what they may do."""

    model_config = _example(
        {
            "sub": SUB,
            "email": "ana@example.com",
            "email_verified": True,
            "mfa": True,
            "organization_id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
            "organization_name": "Sunny Roofs LLC",
            "status": "active",
            "role": "representative",
            "san": "123-456-7897",
            "acts_for": ["123-456-7897", "555-010-2230"],
        }
    )

    sub: str
    email: str
    email_verified: bool
    mfa: bool = Field(description="Whether a second factor is set up; authorized representatives need one.")
    organization_id: str | None
    organization_name: str | None
    status: str | None = Field(description="`active`, `suspended` or `closed`.")
    role: RoleName | None
    san: str | None
    acts_for: list[str] = Field(description="What the header `Quietline-SAN` may name: your own SAN, then sellers'.")

    @classmethod
    def of(cls, me: "Me") -> Self:
        """Return it."""
        return cls(
            sub=me.sub,
            email=me.email,
            email_verified=me.email_verified,
            mfa=me.mfa,
            organization_id=me.organization_id or None,
            organization_name=me.organization_name or None,
            status=me.status or None,
            role=me.role.value if me.role else None,
            san=me.san or None,
            acts_for=([me.san] if me.san else []) + [one.san for one in me.agencies],
        )


class RoleIn(InModel):
    """A member's next role."""

    model_config = _example({"role": "downloader"})

    role: RoleName


class MemberOut(Model):
    """A member."""

    sub: str
    email: str = Field(description="Empty when the account is gone.")
    role: RoleName
    since: str
    mfa: bool = Field(description="Whether they have a second factor.")

    @classmethod
    def of(cls, one: "TeamMember") -> Self:
        """Return it."""
        member = one.member
        return cls(
            sub=member.sub,
            email=one.email,
            role=member.role.value,
            since=to_text(member.since),
            mfa=one.mfa,
        )


class MembersOut(Model):
    """The organization's people."""

    model_config = _example(
        {
            "members": [
                {"sub": SUB, "email": "ana@example.com", "role": "representative", "since": AT, "mfa": True},
            ]
        }
    )

    members: list[MemberOut]


class ChangeOut(Model):
    """One change of the team."""

    at: str
    what: str
    by: str = Field(description="User id.")
    subject: str = Field(description="Whom or what it concerns: a user id, an invitation's id, a SAN, a client id.")
    detail: str


class ChangesOut(Model):
    """The newest changes, newest first."""

    model_config = _example(
        {"changes": [{"at": AT, "what": "role_changed", "by": SUB, "subject": SUB, "detail": "downloader"}]}
    )

    changes: list[ChangeOut]

    @classmethod
    def of(cls, changes: "Sequence[TeamChange]") -> Self:
        """Return them."""
        return cls(
            changes=[
                ChangeOut(at=to_text(one.at), what=one.what, by=one.by, subject=one.subject, detail=one.detail)
                for one in changes
            ]
        )


class InvitationIn(InModel):
    """Whom to invite."""

    model_config = _example({"email": "ben@example.com", "role": "downloader", "language": "en"})

    email: Annotated[str, Field(max_length=320)]
    role: RoleName
    language: Annotated[str, Field(max_length=10)] = "en"


class InvitationOut(Model):
    """An invitation."""

    model_config = _example(
        {
            "id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
            "email": "ben@example.com",
            "role": "downloader",
            "created_at": AT,
            "expires_at": "2026-12-02T15:00:00.000Z",
            "expired": False,
            "mails": 1,
        }
    )

    id: str
    email: str
    role: RoleName
    created_at: str
    expires_at: str
    expired: bool = Field(description="Its link works no more; it may be sent again.")
    mails: int = Field(description="How often it was mailed.")

    @classmethod
    def of(cls, one: "OpenInvitation") -> Self:
        """Return it."""
        invitation = one.invitation
        return cls(
            id=invitation.id,
            email=one.email,
            role=invitation.role.value,
            created_at=to_text(invitation.created_at),
            expires_at=to_text(invitation.expires_at),
            expired=one.expired,
            mails=invitation.mails,
        )


class InvitationsOut(Model):
    """Open invitations."""

    model_config = _example({"invitations": []})

    invitations: list[InvitationOut]


class AcceptIn(InModel):
    """The token of the mailed link."""

    model_config = _example({"token": "01KB3Q6W5N8Y2C4D6E8F0G1H2J.c2lnbmF0dXJlLW9mLXRoZS1pbnZpdGF0"})

    token: Annotated[str, Field(max_length=100)]


class AcceptedOut(Model):
    """Where the person belongs now."""

    model_config = _example({"organization_id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J", "role": "downloader"})

    organization_id: str
    role: str


class ClientIn(InModel):
    """A new machine client."""

    model_config = _example({"name": "nightly scrubber", "san": "123-456-7897"})

    name: Annotated[str, Field(min_length=1, max_length=100, examples=["nightly scrubber"])]
    san: San | None = Field(
        default=None, description="The one SAN it acts for; left out, each request may choose with `Quietline-SAN`."
    )


class ClientOut(Model):
    """A machine client."""

    client_id: str
    name: str
    created_at: str
    san: str | None = Field(description="The one SAN it acts for.")
    last_used_at: str | None = Field(description="At most an hour late.")
    ends_at: str | None = Field(description="When it stops, because it was rotated.")
    replaced_by: str | None = Field(description="The client that takes its place.")

    @classmethod
    def of(cls, one: "MachineClient", **more: str) -> Self:
        """Return it."""
        return cls(
            client_id=one.client_id,
            name=one.name,
            created_at=to_text(one.created_at),
            san=one.san or None,
            last_used_at=to_text(one.used_at) if one.used_at else None,
            ends_at=to_text(one.ends_at) if one.ends_at else None,
            replaced_by=one.replaced_by or None,
            **more,
        )


class NewClientOut(ClientOut):
    """A new machine client with its secret, which is shown this once."""

    client_secret: str
    token_url: str
    scope: str


class ClientsOut(Model):
    """The organization's machine clients, oldest first."""

    clients: list[ClientOut]
