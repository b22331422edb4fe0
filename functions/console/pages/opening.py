"""A case opened by hand, of complaints that are in none."""

from quietline.cases.texts import NOTE_LENGTH, note_text
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError

from functions.console import wiring
from functions.console.frame import Answer, Request, Who, form_again, go, html, page


@page("GET", "open", Who.INVESTIGATOR)
def form(request: Request) -> Answer:
    """Ask of which complaints; the search leads here with a reference."""
    return html(request, "open", values={"complaints": request.query.get("reference", "")}, most=NOTE_LENGTH)


@page("POST", "open", Who.INVESTIGATOR)
def open_case(request: Request) -> Answer:
    """Open the case and show it."""
    given, who = request.fields, request.investigator
    number, name = given.get("caller_number", "").strip(), given.get("caller_name", "").strip()
    references = given.get("complaints", "").replace(",", " ").replace(";", " ").split()
    reason = given.get("reason", "").strip()
    try:
        if reason:
            # before the case is open: afterwards it would be, whatever is wrong with its note
            note_text("/reason", reason)
        caller = wiring.reader().caller_key(number, name) if number or name else ""
        case = wiring.opening().open(references, caller, who)
        if reason:
            wiring.desk().note(case.id, reason, who)
    except InvalidInputError as error:
        # what is wrong with one of several references is wrong with their field
        fields = [FieldError("/" + one.pointer.split("/")[1], one.detail, one.code) for one in error.fields]
        return form_again(request, "open", fields, most=NOTE_LENGTH)
    except ConflictError as error:
        return form_again(request, "open", [FieldError("/complaints", str(error), "caller_busy")], most=NOTE_LENGTH)
    return go(request, f"cases/{case.id}", done="opened")
