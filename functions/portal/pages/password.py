"""A forgotten password: a mailed code and a new one; it ends every session of the person."""

from quietline.kernel.errors import FieldError, InvalidInputError

from functions.portal import cookies, wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page


@page("GET", "password", Who.ANYBODY)
def form(request: Request) -> Answer:
    """Ask for the address."""
    return html(request, "password")


@page("POST", "password", Who.ANYBODY)
def send(request: Request) -> Answer:
    """Mail a code, to whom has an account; the page is the same for all."""
    email = request.fields.get("email", "").strip()
    if not email:
        return form_again(request, "password", [FieldError("/email", "Enter your e-mail address.", "email_missing")])
    wiring.accounts().forgot_password(email)
    return go(request, "password/new", cookies=[cookies.step({"kind": "reset", "email": email})])


@page("GET", "password/new", Who.ANYBODY)
def new_form(request: Request) -> Answer:
    """Ask for code and password."""
    return html(request, "password_new") if _email(request) else go(request, "password")


@page("POST", "password/new", Who.ANYBODY)
def reset(request: Request) -> Answer:
    """Set the new password."""
    email = _email(request)
    if not email:
        return go(request, "password")
    given = request.fields
    try:
        wiring.accounts().reset_password(email, given.get("code", ""), given.get("password", ""))
    except InvalidInputError as error:
        return form_again(request, "password_new", error.fields)
    person = wiring.people().person(email)
    if person is not None:
        # whoever knew the old password is out
        wiring.sessions().end_all(person.sub)
    return go(request, "sign-in", done="password", cookies=[cookies.no_step()])


def _email(request: Request) -> str:
    kept = cookies.step_of(request.cookies)
    return kept.get("email", "") if kept.get("kind") == "reset" else ""
