"""The organization's record in a form: what is left empty stays where the registry cannot show it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.kernel.phone import PhoneNumber, international
from quietline.sellers.model import Address, OrganizationType
from quietline.sellers.record import Changes

from functions.portal import wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page
from functions.portal.pages.organization import ADDRESS, TYPES, reasons, wrong_fields

if TYPE_CHECKING:
    from quietline.sellers.model import Organization

FIELDS = ("name", "type", *(f"address-{name}" for name in ADDRESS), "contact-name")
KEPT_WHEN_EMPTY = ("contact-email", "tax_id-number")
OTHERS = ("exempt_reason", "phone", "tax_id-kind", "tax_id-clear", "language", *KEPT_WHEN_EMPTY)
CHANGED = FieldError("/name", "The record has changed meanwhile.", "record_changed")
TYPE = FieldError("/type", "The type cannot change now.", "type_conflict")


@page("GET", "organization/edit", Who.REPRESENTATIVE)
def form(request: Request) -> Answer:
    """Show the form with what is on record."""
    return html(request, "organization_edit", **_shown(request, _found(request)))


@page("POST", "organization/edit", Who.REPRESENTATIVE)
def edit(request: Request) -> Answer:
    """Change the record."""
    found = _found(request)
    given = {name: " ".join(request.fields.get(name, "").split()) for name in (*FIELDS, *OTHERS)}
    wrong = wrong_fields({name: given[name] for name in FIELDS})
    if wrong:
        return form_again(request, "organization_edit", wrong, **_shown(request, found))
    version = request.fields.get("version", "")
    read = int(version) if version.isdecimal() else -1
    try:
        wiring.records().edit(request.caller, found.id, _changes(given), read)
    except InvalidInputError as error:
        return form_again(request, "organization_edit", error.fields, **_shown(request, found))
    except ConflictError:
        conflict = TYPE if read == found.version and given["type"] != found.type else CHANGED
        return form_again(request, "organization_edit", [conflict], **_shown(request, _found(request)))
    return go(request, "organization", done="changed")


def _found(request: Request) -> "Organization":
    return wiring.organizations().get(request.caller, request.representative.organization_id)


def _changes(given: Mapping[str, str]) -> Changes:
    number, email = given["tax_id-number"], given["contact-email"]
    return Changes(
        name=given["name"],
        type=OrganizationType(given["type"]),
        exempt_reason=given["exempt_reason"],
        address=Address(**{name: given[f"address-{name}"] for name in ADDRESS}),
        phone=given["phone"],
        tax_id=(given["tax_id-kind"], number) if number or given["tax_id-clear"] else None,
        contact_name=given["contact-name"],
        contact_email=email or None,
        language=given["language"],
    )


def _shown(request: Request, found: "Organization") -> dict[str, Any]:
    words, of = request.text["organization"]["types"], request.profile.organizations
    kinds = (found.type,) if found.type is OrganizationType.SANDBOX else TYPES[:-1]
    stored = {
        "name": found.name,
        "type": found.type.value,
        "exempt_reason": found.exempt_reason,
        "phone": international(PhoneNumber(found.phone)) if found.phone else "",
        "tax_id-kind": found.tax_id.kind if found.tax_id else of.tax_ids[0].kind,
        "language": found.language,
        "contact-name": found.contact_name,
        **{f"address-{name}": getattr(found.address, name) for name in ADDRESS},
    }
    return {
        "types": [{"value": one.value, "label": words[one.value]} for one in kinds],
        "reasons": reasons(request),
        "tax_kinds": [{"value": one.kind, "label": one.label[request.language]} for one in of.tax_ids],
        "tax_id": found.tax_id,
        "mail_languages": [
            {"value": one, "label": request.text_of(one)["language_name"]} for one in request.profile.languages
        ],
        "version": found.version,
        "values": stored | request.fields,
    }
