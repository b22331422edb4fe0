"""The organization: made at the first visit, and its record."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.kernel.phone import PhoneNumber, international
from quietline.sellers.model import Address, OrganizationType, Role

from functions.portal import wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

if TYPE_CHECKING:
    from quietline.sellers.model import OrganizationEvent

ADDRESS = ("line1", "line2", "city", "region", "postal_code", "country")
OPTIONAL = {"address-line2", "exempt_reason"}
LONGEST = {"name": 200, "contact-name": 200, "contact-email": 254, "address-country": 2}
LONG = 100
EVENTS = 20
"""Entries of the history that the page shows."""
TYPES = (OrganizationType.SELLER, OrganizationType.TELEMARKETER, OrganizationType.EXEMPT, OrganizationType.SANDBOX)
BELONGS = FieldError("/name", "You already belong to an organization.", "organization_belongs")
REASON = FieldError("/exempt_reason", "Say why the organization is exempt.", "exempt_reason_missing")
FIELDS = ("name", "type", "exempt_reason", *(f"address-{name}" for name in ADDRESS), "contact-name", "contact-email")


@page("GET", "organization/new", Who.PERSON)
def form(request: Request) -> Answer:
    """Show the form."""
    return html(request, "organization_new", **_choices(request))


@page("POST", "organization/new", Who.PERSON)
def create(request: Request) -> Answer:
    """Make the organization; who makes it is its authorized representative."""
    given = {name: " ".join(request.fields.get(name, "").split()) for name in FIELDS}
    wrong = wrong_fields(given)
    if given["type"] == OrganizationType.EXEMPT and not given["exempt_reason"]:
        wrong.append(REASON)
    if wrong:
        return form_again(request, "organization_new", wrong, **_choices(request))
    try:
        wiring.organizations().create(
            request.caller,
            name=given["name"],
            kind=OrganizationType(given["type"]),
            address=Address(**{name: given[f"address-{name}"] for name in ADDRESS}),
            contact_name=given["contact-name"],
            contact_email=given["contact-email"],
            language=request.language,
            exempt_reason=given["exempt_reason"],
        )
    except InvalidInputError as error:
        return form_again(request, "organization_new", error.fields, **_choices(request))
    except ConflictError:
        return form_again(request, "organization_new", [BELONGS], **_choices(request))
    person = wiring.people().person(request.caller.sub)
    return go(request, "certification" if person and person.mfa else "account/second-factor", done="organization")


@page("GET", "organization", Who.MEMBER)
def show(request: Request) -> Answer:
    """Show the record."""
    found = wiring.organizations().get(request.caller, request.member.organization_id)
    events = wiring.records().history(request.caller, found.id)[:EVENTS]
    return html(
        request,
        "organization",
        organization=found,
        role=request.member.role.value,
        leads=request.member.role is Role.REPRESENTATIVE,
        phone=international(PhoneNumber(found.phone)) if found.phone else "",
        events=[{"day": request.day(one.at), **_worded(request, one)} for one in events],
    )


def _worded(request: Request, event: "OrganizationEvent") -> dict[str, str]:
    """Return what an entry of the history says: the action, and which fields or why."""
    own = request.text["organization"]
    fields = [own["fields"].get(name, name) for name in event.detail.get("fields", "").split(", ") if name]
    said = ", ".join(fields) or event.detail.get("reason", "") or event.detail.get("version", "")
    return {"action": own["actions"][event.action.value], "detail": said}


def wrong_fields(given: Mapping[str, str]) -> list[FieldError]:
    """Return what is missing or too long in a record's form."""
    wrong = []
    for name, value in given.items():
        if not value and name not in OPTIONAL:
            wrong.append(FieldError(f"/{name}", "Fill this in.", "field_missing"))
        elif len(value) > LONGEST.get(name, LONG):
            wrong.append(FieldError(f"/{name}", "This is too long.", "too_long"))
    if given["type"] and given["type"] not in TYPES:
        wrong.append(FieldError("/type", "Choose one.", "organization_type"))
    return wrong


def _choices(request: Request) -> dict[str, Any]:
    words = request.text["organization"]["types"]
    return {"types": [{"value": one.value, "label": words[one.value]} for one in TYPES], "reasons": reasons(request)}


def reasons(request: Request) -> list[dict[str, str]]:
    """Return why an organization may be exempt, as options."""
    return [
        {"value": one.code, "label": one.label[request.language]} for one in request.profile.organizations.exemptions
    ]
