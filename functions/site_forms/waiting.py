"""The page after registering: how long the link works, send it again, correct the address.

Which registration it is about, the browser's cookie says; the token in it is worth nothing once the link was used.
"""

from collections.abc import Callable

from quietline.kernel.errors import InvalidInputError, LinkError

from functions.site_forms import wiring
from functions.site_forms.answers import Answer, Request, form_again, html
from functions.site_forms.self_service import link_refused

COOKIE = "__Host-quietline-waiting"
ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"


def go(request: Request, token: str, done: str = "") -> Answer:
    """Send the browser to the page with its token, so that reloading sends nothing twice."""
    seconds = request.profile.registration.link_hours * 3600
    asked = f"?done={done}" if done else ""
    location = {"location": f"/forms/{request.language}/check-your-mail{asked}"}
    return Answer(303, "", location, (f"{COOKIE}={token}; Max-Age={seconds}; {ATTRIBUTES}",))


def show(request: Request) -> Answer:
    """Show what waits; a browser that did not register, or not lately, gets the general advice."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        return html(request, "check_your_mail", waiting=None, done="")
    try:
        found = wiring.waiting().of(token)
    except LinkError as error:
        return link_refused(request, error)
    said = request.text["waiting"]["done"].get(request.query.get("done", ""), "")
    return html(request, "check_your_mail", waiting=found, done=said)


def again(request: Request) -> Answer:
    """Send the link again."""
    return _act(request, "again", lambda token: wiring.waiting().again(token).token)


def address(request: Request) -> Answer:
    """Correct the address; the old link ends."""
    email = request.fields.get("email", "")
    return _act(request, "corrected", lambda token: wiring.waiting().correct(token, email).token)


def _act(request: Request, done: str, act: Callable[[str], str]) -> Answer:
    token = request.cookies.get(COOKIE, "")
    try:
        return go(request, act(token), done)
    except LinkError as error:
        return link_refused(request, error)
    except InvalidInputError as error:
        found = wiring.waiting().of(token)
        return form_again(request, "check_your_mail", error.fields, waiting=found, done="")


ROUTES: dict[str, dict[str, Callable[[Request], Answer]]] = {
    "check-your-mail": {"GET": show},
    "check-your-mail/again": {"POST": again},
    "check-your-mail/address": {"POST": address},
}
