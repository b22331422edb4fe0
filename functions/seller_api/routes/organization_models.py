"""What the routes of organizations take and answer."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field
from quietline.http.model import Model
from quietline.kernel.clock import to_text
from quietline.sellers.model import Address, OrganizationType

from functions.seller_api.routes.instants import Instant
from functions.seller_api.routes.models import InModel, Text, example

if TYPE_CHECKING:
    from pydantic.config import JsonDict
    from quietline.sellers.model import Organization, OrganizationEvent
    from quietline.sellers.record import Changes

ADDRESS: "JsonDict" = {
    "line1": "1 Example Street",
    "city": "Springfield",
    "region": "IL",
    "postal_code": "62701",
    "country": "US",
}


class AddressIn(InModel):
    """A postal address."""

    line1: Text
    line2: Annotated[str, Field(max_length=200)] = ""
    city: Text
    region: Text
    postal_code: Annotated[str, Field(min_length=1, max_length=20)]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", examples=["US"])]


class ContactIn(InModel):
    """Whom the registry writes to."""

    name: Text
    email: Annotated[str, Field(min_length=3, max_length=254, examples=["compliance@example.com"])]


class OrganizationIn(InModel):
    """A new organization."""

    model_config = example(
        {
            "name": "Example Solar LLC",
            "type": "seller",
            "address": ADDRESS,
            "contact": {"name": "Sam Sample", "email": "compliance@example.com"},
            "language": "en",
        }
    )

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Example Solar LLC"])]
    type: Annotated[
        Literal["seller", "telemarketer", "exempt", "sandbox"],
        Field(description="`sandbox` tests with magic numbers and never meets the list."),
    ]
    exempt_reason: Annotated[str, Field(max_length=40, description="Of an exempt one; empty for none.")] = ""
    address: AddressIn
    contact: ContactIn
    language: Annotated[str, Field(min_length=2, max_length=8, examples=["en"])] = "en"


class TaxIdIn(InModel):
    """A tax id; an empty `number` clears it."""

    kind: Annotated[str, Field(max_length=20, examples=["ein"])] = "ein"
    number: Annotated[str, Field(max_length=30, examples=["12-3456789"])]


class ContactChangeIn(InModel):
    """Whom the registry writes to; what is left out stays."""

    name: Text | None = None
    email: Annotated[str, Field(max_length=254)] | None = None


class OrganizationChangeIn(InModel):
    """Changes of an organization; what is left out stays as it is."""

    model_config = example({"version": 1, "name": "Example Solar Inc.", "phone": "(305) 555-0187"})

    version: Annotated[int, Field(ge=0, description="Of the organization as you read it.")]
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    type: Literal["seller", "telemarketer", "exempt", "sandbox"] | None = None
    exempt_reason: Annotated[str, Field(max_length=40, description="Of an exempt one; empty for none.")] | None = None
    address: AddressIn | None = None
    phone: Annotated[str, Field(max_length=60, description="Empty for none.")] | None = None
    tax_id: TaxIdIn | None = None
    contact: ContactChangeIn | None = None
    language: Annotated[str, Field(min_length=2, max_length=8)] | None = None

    def changes(self) -> "Changes":
        """Return what the use case takes."""
        from quietline.sellers.record import Changes

        contact = self.contact or ContactChangeIn()
        return Changes(
            name=self.name,
            type=OrganizationType(self.type) if self.type else None,
            exempt_reason=self.exempt_reason,
            address=Address(**self.address.model_dump()) if self.address else None,
            phone=self.phone,
            tax_id=(self.tax_id.kind, self.tax_id.number) if self.tax_id else None,
            contact_name=contact.name,
            contact_email=contact.email,
            language=self.language,
        )


class CloseIn(InModel):
    """The organization's name, typed again, and the version as you read it."""

    model_config = example({"name": "Example Solar LLC", "version": 1})

    name: Text
    version: Annotated[int, Field(ge=0)]


class AddressOut(Model):
    """A postal address."""

    line1: str
    line2: str
    city: str
    region: str
    postal_code: str
    country: str


class TaxIdOut(Model):
    """A tax id; of a person's only the last digits."""

    kind: str
    number: Annotated[str, Field(examples=["12-3456789"])]


class OrganizationOut(Model):
    """An organization; `san` is empty until it has certified."""

    id: str
    name: str
    type: str
    san: str
    certified_version: str
    status: Annotated[str, Field(description="`active`, `suspended` or `closed`.")]
    status_reason: Annotated[str, Field(description="Why it is suspended; else empty.")]
    contact_name: str
    language: str
    created_at: str
    version: Annotated[int, Field(description="To be sent with a change.")]
    address: AddressOut
    phone: Annotated[str, Field(description="Empty for none.")]
    tax_id: TaxIdOut | None
    exempt_reason: str

    @classmethod
    def of(cls, one: "Organization") -> "OrganizationOut":
        """Return the answer's form."""
        address = one.address
        return cls(
            id=one.id,
            name=one.name,
            type=one.type,
            san=one.san,
            certified_version=one.certified_version,
            status=one.status,
            status_reason=one.status_reason,
            contact_name=one.contact_name,
            language=one.language,
            created_at=to_text(one.created_at),
            version=one.version,
            address=AddressOut(
                line1=address.line1,
                line2=address.line2,
                city=address.city,
                region=address.region,
                postal_code=address.postal_code,
                country=address.country,
            ),
            phone=one.phone,
            tax_id=TaxIdOut(kind=one.tax_id.kind, number=one.tax_id.shown) if one.tax_id else None,
            exempt_reason=one.exempt_reason,
        )


class OrganizationEventOut(Model):
    """One entry of the history."""

    at: Instant
    action: Annotated[str, Field(examples=["changed"])]
    by: Annotated[str, Field(description="A user id, or who operates the registry.")]
    detail: Annotated[dict[str, str], Field(examples=[{"fields": "name", "name_before": "Example Solar LLC"}])]


class OrganizationEventsOut(Model):
    """The newest hundred entries, newest first."""

    events: list[OrganizationEventOut]

    @classmethod
    def of(cls, found: "list[OrganizationEvent]") -> "OrganizationEventsOut":
        """Return the answer's form."""
        return cls(
            events=[OrganizationEventOut(at=one.at, action=one.action, by=one.by, detail=one.detail) for one in found]
        )
