"""The public directory's pages: registered sellers, and whose number called. What is typed goes into no address."""

from collections.abc import Callable
from datetime import date

from quietline.kernel.errors import FieldError, InvalidInputError

from functions.site_forms import wiring
from functions.site_forms.answers import Answer, Request, form_again, html
from functions.site_forms.render import pages

NO_DATE = FieldError("/called_on", "Give the date of the call as YYYY-MM-DD.", "call_date")


def form(request: Request) -> Answer:
    """Show the search."""
    return html(request, "sellers")


def search(request: Request) -> Answer:
    """Show a page of what was found, below the search."""
    asked = {name: request.fields.get(name, "").strip() for name in ("name", "type", "state", "san", "cursor")}
    directory = wiring.directory()
    try:
        if asked["san"]:
            found = directory.of_san(asked["san"])
        else:
            found = directory.search(
                name=asked["name"], kind=asked["type"], state=asked["state"], cursor=asked["cursor"]
            )
    except InvalidInputError as error:
        return form_again(request, "sellers", error.fields)
    return html(request, "sellers", found=found.entries, next=found.next)


def who_form(request: Request) -> Answer:
    """Show the question."""
    return html(request, "who_called")


def who_called(request: Request) -> Answer:
    """Show who had declared the number."""
    day = request.fields.get("called_on", "").strip()
    try:
        called_on = date.fromisoformat(day) if day else None
    except ValueError:
        return form_again(request, "who_called", [NO_DATE])
    try:
        found = wiring.directory().callers(request.fields.get("number", ""), called_on)
    except InvalidInputError as error:
        return form_again(request, "who_called", error.fields)
    shown = pages(request.profile)
    callers = [{"entry": entry, "since": shown.day(span.since, request.language)} for entry, span in found]
    return html(request, "who_called", callers=callers)


ROUTES: dict[str, dict[str, Callable[[Request], Answer]]] = {
    "sellers": {"GET": form, "POST": search},
    "who-called": {"GET": who_form, "POST": who_called},
}
