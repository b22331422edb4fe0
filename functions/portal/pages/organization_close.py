"""Closing the organization: what happens to what, and the name typed again."""

from typing import Any

from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError

from functions.portal import wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

CONFLICT = FieldError("/name", "Something is not settled.", "close_conflict")


@page("GET", "organization/close", Who.REPRESENTATIVE)
def ask(request: Request) -> Answer:
    """Say what closing does."""
    return html(request, "organization_close", **_values(request))


@page("POST", "organization/close", Who.REPRESENTATIVE)
def close(request: Request) -> Answer:
    """Close it."""
    own, version = request.representative.organization_id, request.fields.get("version", "")
    try:
        wiring.closing().close(
            request.caller, own, request.fields.get("name", ""), int(version) if version.isdecimal() else -1
        )
    except InvalidInputError as error:
        return form_again(request, "organization_close", error.fields, **_values(request))
    except ConflictError:
        return form_again(request, "organization_close", [CONFLICT], **_values(request))
    return go(request, "organization", done="closed")


def _values(request: Request) -> dict[str, Any]:
    found = wiring.organizations().get(request.caller, request.representative.organization_id)
    return {"organization": found, "version": found.version}
