"""Pages about a mailbox: move its registrations to another one, and get no mails but those that were asked for."""

from quietline.kernel.errors import InvalidInputError, LinkError

from functions.site_forms import wiring
from functions.site_forms.answers import Answer, Request, form_again, html
from functions.site_forms.self_service import link_refused, told


def move(request: Request) -> Answer:
    """Ask for the link that lets the registrations of an address go."""
    fields = request.fields
    try:
        wiring.moves().ask(fields.get("email", ""), fields.get("new_email", ""), request.language)
    except InvalidInputError as error:
        return form_again(request, "move", error.fields)
    return Answer(303, "", {"location": f"/{request.language}/asked/"})


def release(request: Request) -> Answer:
    """Let the registrations go: the old mailbox agrees."""
    try:
        wiring.moves().release(request.fields.get("token", ""))
    except LinkError as error:
        return link_refused(request, error)
    return told(request, "move_released", {})


def finish(request: Request) -> Answer:
    """Take the registrations over: the new mailbox agrees."""
    try:
        count = wiring.moves().finish(request.fields.get("token", ""))
    except LinkError as error:
        return link_refused(request, error)
    return told(request, "move_finished", {"count": count})


def unsubscribe(request: Request) -> Answer:
    """Opt out: by the page's button, or by a mail program that POSTs to the address in the mail (RFC 8058)."""
    return _change(request, "unsubscribed", out=True)


def subscribe(request: Request) -> Answer:
    """Opt in again."""
    return _change(request, "subscribed", out=False)


def _change(request: Request, name: str, *, out: bool) -> Answer:
    token = request.fields.get("token", "") or request.query.get("token", "")
    try:
        wiring.opt_outs().change(token, out=out)
    except LinkError as error:
        return link_refused(request, error)
    title, press = request.text["titles"][name], request.text["press"][name]
    action = "unsubscribe/back" if out else "unsubscribe"
    return html(request, "press", title=title, press=press, action=action, token=token, warning=False)
