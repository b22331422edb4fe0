"""Pages to remove a number by a code that is told to the line: ask for it, enter it, take the removal back."""

from quietline.kernel.errors import InvalidInputError, LinkError
from quietline.registrations.removal import RemovedNumbers

from functions.site_forms import wiring
from functions.site_forms.answers import Answer, Request, form_again, html
from functions.site_forms.render import channels_of, pages
from functions.site_forms.self_service import link_refused, told


def _channels(request: Request) -> list[dict[str, str]]:
    """Return by what a code can be told here: nothing where the deployment has no telephone number to send from."""
    offered = request.profile.registration.removal.channels if wiring.settings().line_codes else ()
    return channels_of(request.text, offered)


def show(request: Request) -> Answer:
    """Show the form."""
    return html(request, "line", channels=_channels(request))


def ask(request: Request) -> Answer:
    """Have a code told to the line; the page that follows is the same whatever is true of the number."""
    channels = _channels(request)
    if not channels:
        return html(request, "line", 404, channels=channels)
    number, channel = request.fields.get("number", ""), request.fields.get("channel", "")
    try:
        token = wiring.line_removals().ask(number, channel, request.language)
    except InvalidInputError as error:
        return form_again(request, "line", error.fields, channels=channels)
    return html(request, "line_code", token=token, values={})


def enter(request: Request) -> Answer:
    """Enter the code: the number leaves the list."""
    token = request.fields.get("token", "")
    try:
        done = wiring.line_removals().remove(token, request.fields.get("code", ""))
    except LinkError as error:
        return link_refused(request, error)
    except InvalidInputError as error:
        return form_again(request, "line_code", error.fields, token=token)
    return html(request, "line_removed", rows=_rows(request, done), token=token)


def undo(request: Request) -> Answer:
    """Take the removal back."""
    try:
        done = wiring.line_removals().undo(request.fields.get("token", ""))
    except LinkError as error:
        return link_refused(request, error)
    return told(request, "undone", {"numbers": ", ".join(map(str, done.numbers))})


def _rows(request: Request, done: RemovedNumbers) -> list[dict[str, str]]:
    own, shown = request.text["removed"], pages(request.profile)
    return [
        {"label": own["numbers"], "value": ", ".join(map(str, done.numbers))},
        {"label": own["off_from"], "value": shown.day(done.off_from, request.language)},
        {"label": own["undo_until"], "value": shown.instant(done.undo_until, request.language)},
    ]
