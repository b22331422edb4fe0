"""The organization: made at the first visit, and its record."""

from typing import Any

from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.sellers.model import Address, OrganizationType

from functions.portal import wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

ADDRESS = ("line1", "line2", "city", "region", "postal_code", "country")
OPTIONAL = {"address-line2"}
LONGEST = {"name": 200, "contact-name": 200, "contact-email": 254, "address-country": 2}
LONG = 100
TYPES = (OrganizationType.SELLER, OrganizationType.TELEMARKETER, OrganizationType.EXEMPT, OrganizationType.SANDBOX)
BELONGS = FieldError("/name", "You already belong to an organization.", "organization_belongs")
FIELDS = ("name", "type", *(f"address-{name}" for name in ADDRESS), "contact-name", "contact-email")


@page("GET", "organization/new", Who.PERSON)
def form(request: Request) -> Answer:
    """Show the form."""
    return html(request, "organization_new", **_choices(request))


@page("POST", "organization/new", Who.PERSON)
def create(request: Request) -> Answer:
    """Make the organization; who makes it is its authorized representative."""
    given = {name: " ".join(request.fields.get(name, "").split()) for name in FIELDS}
    wrong = _wrong(given)
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
        )
    except InvalidInputError as error:
        return form_again(request, "organization_new", error.fields, **_choices(request))
    except ConflictError:
        return form_again(request, "organization_new", [BELONGS], **_choices(request))
    person = wiring.people().person(request.caller.sub)
    return go(request, "certification" if person and person.mfa else "account/second-factor")


@page("GET", "organization", Who.MEMBER)
def show(request: Request) -> Answer:
    """Show the record."""
    found = wiring.organizations().get(request.caller, request.member.organization_id)
    return html(request, "organization", organization=found, role=request.member.role.value)


def _wrong(given: dict[str, str]) -> list[FieldError]:
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
    return {"types": [{"value": one.value, "label": words[one.value]} for one in TYPES]}
