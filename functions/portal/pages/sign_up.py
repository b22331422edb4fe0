"""Sign-up: an account with a verified address. Whether an address has one already shows nowhere."""

from quietline.kernel.errors import InvalidInputError

from functions.portal import cookies, wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page


@page("GET", "sign-up", Who.ANYBODY)
def form(request: Request) -> Answer:
    """Show the form."""
    return html(request, "sign_up")


@page("POST", "sign-up", Who.ANYBODY)
def make(request: Request) -> Answer:
    """Make the account; a code is mailed."""
    email = request.fields.get("email", "").strip()
    try:
        wiring.accounts().sign_up(email, request.fields.get("password", ""), request.language)
    except InvalidInputError as error:
        return form_again(request, "sign_up", error.fields)
    return go(request, "sign-up/code", cookies=[cookies.step({"kind": "sign-up", "email": email})])


@page("GET", "sign-up/code", Who.ANYBODY)
def code_form(request: Request) -> Answer:
    """Ask for the mailed code."""
    return html(request, "sign_up_code") if _email(request) else go(request, "sign-up")


@page("POST", "sign-up/code", Who.ANYBODY)
def confirm(request: Request) -> Answer:
    """Take the code: the address is verified."""
    email = _email(request)
    if not email:
        return go(request, "sign-up")
    try:
        wiring.accounts().confirm(email, request.fields.get("code", ""))
    except InvalidInputError as error:
        return form_again(request, "sign_up_code", error.fields)
    return go(request, "sign-in", done="verified", cookies=[cookies.no_step()])


@page("POST", "sign-up/again", Who.ANYBODY)
def again(request: Request) -> Answer:
    """Mail the code again."""
    email = _email(request)
    if not email:
        return go(request, "sign-up")
    wiring.accounts().resend_code(email)
    return go(request, "sign-up/code", done="sent")


def _email(request: Request) -> str:
    kept = cookies.step_of(request.cookies)
    return kept.get("email", "") if kept.get("kind") == "sign-up" else ""
