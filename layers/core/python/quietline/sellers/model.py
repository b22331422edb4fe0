"""What the registry knows of an organization."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class OrganizationType(StrEnum):
    """What an organization is to the registry."""

    SELLER = "seller"
    TELEMARKETER = "telemarketer"
    EXEMPT = "exempt"
    """Certifies, and pays nothing."""
    SANDBOX = "sandbox"
    """Tests its programs on magic numbers; never meets the list, money or the public directory."""


class OrganizationStatus(StrEnum):
    """Whether the registry serves an organization."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    """By the registry: no lists until it is reinstated; members read and pay."""
    CLOSED = "closed"
    """By its representative, for good: members read its records."""


class Role(StrEnum):
    """What a member may do."""

    REPRESENTATIVE = "representative"
    """Authorized representative: certifies, orders, pays, makes machine clients."""
    DOWNLOADER = "downloader"
    """Downloads and looks up."""
    MACHINE = "machine"
    """A machine client: downloads and looks up."""


@dataclass(frozen=True)
class Address:
    """A postal address; `country` is ISO 3166."""

    line1: str
    city: str
    region: str
    postal_code: str
    country: str
    line2: str = ""


@dataclass(frozen=True)
class Certification:
    """Who certified which text when, and from where.

    Attributes:
        by: the person's user id.
        origin_ciphertext: network address and program of the request, encrypted; read only by an investigation.
    """

    version: str
    language: str
    text: str
    by: str
    at: datetime
    origin_ciphertext: str = ""


@dataclass(frozen=True)
class TaxId:
    """A tax id: `shown` is the number as it is written, of a person's just the last digits, the whole encrypted."""

    kind: str
    shown: str
    ciphertext: str = field(default="", repr=False)


@dataclass(frozen=True)
class Organization:
    """An organization; the contact's e-mail is kept encrypted.

    Attributes:
        san: empty until it has certified; `certified_at` is that of the newest certification.
        status_reason: why it was suspended, in the operator's words.
        version: grows with each change of it.
        phone: in E.164; empty when none was given.
        exempt_reason: why it is exempt: a code of the profile; empty for other types.
    """

    id: str
    name: str
    type: OrganizationType
    address: Address
    contact_name: str
    contact_email_ciphertext: str
    language: str
    created_at: datetime
    san: str = ""
    certified_version: str = ""
    certified_at: datetime | None = None
    status: OrganizationStatus = OrganizationStatus.ACTIVE
    status_reason: str = ""
    status_at: datetime | None = None
    version: int = 0
    phone: str = ""
    tax_id: TaxId | None = None
    exempt_reason: str = ""

    @property
    def public(self) -> bool:
        """Whether the public directory lists it: it has a SAN, is active, and not of the sandbox."""
        listed = self.status is OrganizationStatus.ACTIVE and self.type is not OrganizationType.SANDBOX
        return bool(self.san) and listed


class EventAction(StrEnum):
    """What an entry of an organization's history is about."""

    CERTIFIED = "certified"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    CALLER_NUMBERS = "caller_numbers"
    CHANGED = "changed"
    CLOSED = "closed"
    ERASED = "erased"


@dataclass(frozen=True)
class OrganizationEvent:
    """One entry of an organization's append-only history.

    Attributes:
        by: a user id, or who operates the registry.
        detail: plain facts, e.g. which fields were changed; never personal data.
    """

    at: datetime
    action: EventAction
    by: str
    detail: dict[str, str]


@dataclass(frozen=True)
class ClientPointer:
    """What a machine client's own record says.

    Attributes:
        client_id: the client.
        bound_san: the one SAN it acts for; empty when the header may choose.
        used_at: when it was last seen, at most an hour late; None before its first use.
        ends_at: when it stops, because another has taken its place; None while nothing has.
    """

    client_id: str
    bound_san: str = ""
    used_at: datetime | None = None
    ends_at: datetime | None = None

    def note_due(self, now: datetime, every: timedelta) -> bool:
        """Tell whether its use is to be noted again."""
        return self.used_at is None or now - self.used_at >= every

    def has_ended(self, now: datetime) -> bool:
        """Tell whether it may act no more."""
        return self.ends_at is not None and now >= self.ends_at


@dataclass(frozen=True)
class Membership:
    """In which organization somebody acts, and as what.

    As an agent somebody acts for the SAN of a seller: organization, SAN, type and status are the seller's, `role` is
    the person's own, and `agent_organization_id` and `agent_san` name the telemarketer they belong to.
    """

    organization_id: str
    san: str
    role: Role
    type: OrganizationType
    certified_version: str = ""
    certified_at: datetime | None = None
    status: OrganizationStatus = OrganizationStatus.ACTIVE
    agent_organization_id: str = ""
    agent_san: str = ""
    client: ClientPointer | None = None
    """Of a machine client."""

    @property
    def is_agent(self) -> bool:
        """Whether they act for another organization's SAN."""
        return bool(self.agent_organization_id)

    @property
    def exempt(self) -> bool:
        """Whether the organization pays no fees."""
        return self.type in {OrganizationType.EXEMPT, OrganizationType.SANDBOX}


@dataclass(frozen=True)
class MachineClient:
    """A machine client of an organization; its secret is known to the identity provider and its owner only.

    Attributes:
        client_id: what it signs in as.
        name: for people.
        created_at: when it was made.
        by: user id of the representative.
        san: the one SAN it acts for; empty when it may choose among the organization's.
        used_at: when it was last seen, at most an hour late; None before its first use.
        ends_at: when it stops, because it was rotated; None while nothing takes its place.
        replaced_by: client id of what takes its place.
    """

    client_id: str
    name: str
    created_at: datetime
    by: str
    san: str = ""
    used_at: datetime | None = None
    ends_at: datetime | None = None
    replaced_by: str = ""
