"""The numbers that the organization calls from: one in each line of a field, replaced as a whole."""

from typing import Any

from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError
from quietline.kernel.phone import PhoneNumber, international
from quietline.sellers.model import Role

from functions.portal import wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

WRONG = FieldError("/numbers", "Some lines hold no phone number.", "numbers_wrong")
CHANGED = FieldError("/numbers", "The numbers have changed meanwhile.", "numbers_changed")


@page("GET", "caller-numbers", Who.MEMBER)
def show(request: Request) -> Answer:
    """Show the numbers."""
    return html(request, "caller_numbers", **_values(request))


@page("POST", "caller-numbers", Who.REPRESENTATIVE)
def replace(request: Request) -> Answer:
    """Declare just the numbers of the field."""
    lines = request.fields.get("numbers", "").splitlines()
    numbered = [(index, line.strip()) for index, line in enumerate(lines, start=1) if line.strip()]
    version = request.fields.get("version", "")
    try:
        wiring.caller_numbers().replace(
            request.caller,
            request.member.organization_id,
            [line for _, line in numbered],
            int(version) if version.isdecimal() else -1,
        )
    except InvalidInputError as error:
        places = [one.pointer.split("/")[2:] for one in error.fields]
        wrong = [str(numbered[int(place[0])][0]) for place in places if place]
        errors = ([WRONG] if wrong else []) + [one for one in error.fields if one.pointer == "/numbers"]
        return form_again(request, "caller_numbers", errors, **_values(request, wrong=wrong))
    except ConflictError:
        return form_again(request, "caller_numbers", [CHANGED], **_values(request))
    return go(request, "caller-numbers", done="declared")


def _values(request: Request, wrong: list[str] | None = None) -> dict[str, Any]:
    found = wiring.caller_numbers().read(request.caller, request.member.organization_id)
    shown = {number: international(PhoneNumber(number)) for number in found.spans}
    return {
        "declared": [{"number": shown[one], "since": request.day(since)} for one, since in found.current.items()],
        "past": [
            {"number": shown[one], "since": request.day(span.since), "until": request.day(span.until or span.since)}
            for one, span in found.past
        ],
        "version": found.version,
        "wrong": wrong or [],
        "leads": request.member.role is Role.REPRESENTATIVE,
        "san": request.member.san,
        "values": {"numbers": "\n".join(shown[one] for one in found.current)} | request.fields,
    }
