"""Search by a complaint's reference, or by the caller's number or name. It is posted, so that no address keeps it."""

from quietline.kernel.errors import InvalidInputError

from functions.console import wiring, words
from functions.console.frame import Answer, Request, Who, form_again, html, page
from functions.console.pages.cases import complaint
from functions.console.pages.queue import row


@page("GET", "search", Who.INVESTIGATOR)
def form(request: Request) -> Answer:
    """Ask what to search for."""
    return html(request, "search", searched=False, rows=[], found=None)


@page("POST", "search", Who.INVESTIGATOR)
def search(request: Request) -> Answer:
    """Show what was found; that somebody searched is logged, and not for what."""
    given = request.fields
    try:
        found = wiring.reader().search(
            given.get("reference", ""),
            given.get("caller_number", ""),
            given.get("caller_name", ""),
            request.investigator,
        )
    except InvalidInputError as error:
        return form_again(request, "search", error.fields, searched=False, rows=[], found=None)
    names = words.names(request)
    return html(
        request,
        "search",
        searched=True,
        rows=[row(request, case, names) for case in found.cases],
        found=complaint(request, found.complaint) if found.complaint else None,
    )
