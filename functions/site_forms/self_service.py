"""Pages of registered people: verify numbers, remove them, take that back. Answers about numbers are mails only."""

from collections.abc import Callable, Sequence
from typing import Any

from quietline.kernel.errors import InvalidInputError, LinkError

from functions.site_forms import wiring
from functions.site_forms.answers import Answer, Request, form_again, html
from functions.site_forms.forms import numbers_of, placed
from functions.site_forms.render import pages


def verify(request: Request) -> Answer:
    """Ask what the registry knows of numbers."""
    return _ask(request, "verify", wiring.verifications().ask)


def remove(request: Request) -> Answer:
    """Ask for the link that removes numbers."""
    return _ask(request, "remove", wiring.removals().ask)


def _ask(request: Request, form: str, ask: Callable[[Sequence[str], str, str], None]) -> Answer:
    numbers = numbers_of(request.fields)
    try:
        ask(list(numbers.values()), request.fields.get("email", ""), request.language)
    except InvalidInputError as error:
        return form_again(request, form, placed(error.fields, list(numbers)))
    return Answer(303, "", {"location": f"/{request.language}/asked/"})


def button(name: str, action: str, *, warning: bool = False) -> Callable[[Request], Answer]:
    """Return the page behind a mailed link: a button that POSTs the token, for mail scanners follow GETs.

    Args:
        name: of its title and of its texts in `press`.
        action: where the button posts to.
        warning: whether the button looks dangerous.
    """

    def page(request: Request) -> Answer:
        t, token = request.text, request.query.get("token", "")
        values = {"title": t["titles"][name], "press": t["press"][name], "action": action, "token": token}
        return html(request, "press", **values, warning=warning)

    return page


def removed(request: Request) -> Answer:
    """Remove the numbers of the link."""
    try:
        done = wiring.removals().remove(request.fields.get("token", ""))
    except LinkError as error:
        return link_refused(request, error)
    shown = pages(request.profile)
    values = {
        "numbers": ", ".join(map(str, done.numbers)),
        "off_from": shown.day(done.off_from, request.language),
        "undo_until": shown.instant(done.undo_until, request.language),
    }
    return told(request, "removed", values)


def undone(request: Request) -> Answer:
    """Take the removal of the link back."""
    try:
        done = wiring.removals().undo(request.fields.get("token", ""))
    except LinkError as error:
        return link_refused(request, error)
    return told(request, "undone", {"numbers": ", ".join(map(str, done.numbers))})


def told(request: Request, name: str, values: dict[str, Any]) -> Answer:
    """Return the page of something done: the texts of `name`, and its values under their labels."""
    own = request.text[name]
    rows = [{"label": own[label], "value": value} for label, value in values.items()]
    return html(request, "done", title=request.text["titles"][name], rows=rows, paragraphs=own["paragraphs"])


def link_refused(request: Request, error: LinkError) -> Answer:
    """Return the page of a link that cannot be used."""
    return html(request, "link_refused", 400, reason=request.text["links"][error.reason])


ROUTES: dict[str, dict[str, Callable[[Request], Answer]]] = {
    "verify": {"POST": verify},
    "remove": {"POST": remove},
    "remove/confirm": {"GET": button("remove_confirm", "remove/confirm", warning=True), "POST": removed},
    "remove/undo": {"GET": button("undo_confirm", "remove/undo"), "POST": undone},
}
MAILED = ("remove/confirm", "remove/undo")
