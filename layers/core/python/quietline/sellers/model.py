"""What the registry knows of an organization."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OrganizationType(StrEnum):
    """What an organization is to the registry."""

    SELLER = "seller"
    TELEMARKETER = "telemarketer"
    EXEMPT = "exempt"
    """Certifies, and pays nothing."""
    SANDBOX = "sandbox"
    """Tests its programs on magic numbers; never meets the list, money or the public directory."""


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
    """Who certified which text when; no network address is kept."""

    version: str
    language: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Organization:
    """An organization; `san` is empty until it has certified; the contact's e-mail is kept encrypted."""

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


@dataclass(frozen=True)
class Membership:
    """In which organization somebody acts, and as what."""

    organization_id: str
    san: str
    role: Role
    type: OrganizationType
    certified_version: str = ""

    @property
    def exempt(self) -> bool:
        """Whether the organization pays no fees."""
        return self.type is OrganizationType.EXEMPT


@dataclass(frozen=True)
class MachineClient:
    """A machine client of an organization; its secret is known to the identity provider and its owner only."""

    client_id: str
    name: str
    created_at: datetime
    by: str
