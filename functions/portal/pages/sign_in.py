"""Sign-in: e-mail address and password, then what the account asks for besides; and sign-out."""

from quietline.kernel.errors import (
    ConflictError,
    EmailNotVerifiedError,
    FieldError,
    InvalidInputError,
    UnauthenticatedError,
)
from quietline.sellers.accounts import Challenge, SignedIn, Step

from functions.portal import cookies, wiring
from functions.portal.frame import PAGES, Answer, Request, Who, form_again, go, html, match, page

WRONG = FieldError("/email", "The e-mail address or the password is wrong.", "sign_in_wrong")
RESET = FieldError("/email", "Set a new password first.", "password_reset_first")


@page("GET", "sign-in", Who.ANYBODY)
def form(request: Request) -> Answer:
    """Show the form; whoever is signed in needs none."""
    if request.session is not None:
        return go(request, "")
    return html(request, "sign_in", next=_next(request.query.get("next", "")))


@page("POST", "sign-in", Who.ANYBODY)
def password(request: Request) -> Answer:
    """Check address and password."""
    wanted = _next(request.fields.get("next", ""))
    email, given = request.fields.get("email", "").strip(), request.fields.get("password", "")
    missing = [
        FieldError(f"/{name}", sentence, f"{name}_missing")
        for name, value, sentence in (
            ("email", email, "Enter your e-mail address."),
            ("password", given, "Enter your password."),
        )
        if not value
    ]
    if missing:
        return form_again(request, "sign_in", missing, next=wanted)
    try:
        made = wiring.accounts().sign_in(email, given)
    except EmailNotVerifiedError:
        return go(request, "sign-up/code", cookies=[cookies.step({"kind": "sign-up", "email": email})])
    except UnauthenticatedError:
        return form_again(request, "sign_in", [WRONG], next=wanted)
    except ConflictError:
        return form_again(request, "sign_in", [RESET], next=wanted)
    return go_on(request, made, wanted)


def go_on(request: Request, made: SignedIn | Challenge, wanted: str = "") -> Answer:
    """Go on after a password or a code: to the next question, or signed in to the page that was asked for."""
    if isinstance(made, Challenge):
        kept = {"kind": made.step.value, "session": made.session, "user": made.user, "next": wanted}
        return go(request, "sign-in/code", cookies=[cookies.step(kept)])
    if request.session is not None:
        wiring.sessions().end(request.browser)
    session_id = wiring.sessions().begin(made.sub)
    if not wanted and cookies.INVITATION in request.cookies:
        wanted = "invitation"
    return go(request, wanted, cookies=[cookies.session(session_id), cookies.no_step()])


@page("GET", "sign-in/code", Who.ANYBODY)
def code_form(request: Request) -> Answer:
    """Ask for what the account wants besides the password."""
    asked = _challenge(request)
    return html(request, _template(asked)) if asked else go(request, "sign-in")


@page("POST", "sign-in/code", Who.ANYBODY)
def code(request: Request) -> Answer:
    """Check it."""
    asked = _challenge(request)
    if asked is None:
        return go(request, "sign-in", done="ended")
    name = "code" if asked.step is Step.MFA else "password"
    try:
        made = wiring.accounts().answer(asked, request.fields.get(name, ""))
    except InvalidInputError as error:
        return form_again(request, _template(asked), error.fields)
    except UnauthenticatedError:
        return go(request, "sign-in", done="too_late", cookies=[cookies.no_step()])
    return go_on(request, made, _next(cookies.step_of(request.cookies).get("next", "")))


@page("POST", "sign-out", Who.ANYBODY)
def sign_out(request: Request) -> Answer:
    """End the session, here and in the store."""
    wiring.sessions().end(request.browser)
    return go(request, "sign-in", done="signed_out", cookies=[cookies.session(""), cookies.no_step()])


def _next(path: str) -> str:
    """Return a page of ours to go on with; anything else is nothing."""
    found = match(path)
    return path if found and "GET" in PAGES[found[0]] else ""


def _challenge(request: Request) -> Challenge | None:
    kept = cookies.step_of(request.cookies)
    if kept.get("kind") not in set(Step):
        return None
    return Challenge(Step(kept["kind"]), kept.get("session", ""), kept.get("user", ""))


def _template(asked: Challenge) -> str:
    return "sign_in_code" if asked.step is Step.MFA else "sign_in_password"
