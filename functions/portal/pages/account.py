"""The person's own account: the second factor, and signing out everywhere.

Setting up asks for the password once more, so that an unattended browser cannot bind somebody else's app.
"""

from typing import Any

from quietline.kernel.errors import FieldError, InvalidInputError, NoOrganizationError, UnauthenticatedError
from quietline.sellers.accounts import Challenge, Person, otpauth_uri

from functions.portal import cookies, wiring
from functions.portal.frame import Answer, Request, Who, form_again, go, html, page

WRONG = FieldError("/password", "The password is wrong.", "password_wrong")


@page("GET", "account", Who.PERSON)
def show(request: Request) -> Answer:
    """Show address and second factor."""
    return html(request, "account", person=_person(request))


@page("POST", "account/sign-out-everywhere", Who.PERSON)
def sign_out_everywhere(request: Request) -> Answer:
    """End every session of this person."""
    wiring.sessions().end_all(request.caller.sub)
    return go(request, "sign-in", done="everywhere", cookies=[cookies.session("")])


@page("GET", "account/second-factor", Who.PERSON)
def second_factor(request: Request) -> Answer:
    """Ask for the password, and for a code of the app in use."""
    return html(request, "account_second_factor", person=_person(request))


@page("POST", "account/second-factor", Who.PERSON)
def begin(request: Request) -> Answer:
    """Make a secret for the authenticator app."""
    person, accounts = _person(request), wiring.accounts()
    try:
        made = accounts.sign_in(person.email, request.fields.get("password", "") or "-")
        if isinstance(made, Challenge):
            made = accounts.answer(made, request.fields.get("code", ""))
    except InvalidInputError as error:
        return form_again(request, "account_second_factor", error.fields, person=person)
    except UnauthenticatedError:
        return form_again(request, "account_second_factor", [WRONG], person=person)
    if isinstance(made, Challenge):
        return form_again(request, "account_second_factor", [WRONG], person=person)
    secret = accounts.begin_mfa(made.access_token)
    kept = {"kind": "second-factor", "token": made.access_token, "secret": secret}
    return go(request, "account/second-factor/code", cookies=[cookies.step(kept)])


@page("GET", "account/second-factor/code", Who.PERSON)
def show_secret(request: Request) -> Answer:
    """Show the secret, as a picture and as text, and ask for the first code."""
    kept = _kept(request)
    if not kept:
        return go(request, "account/second-factor")
    return html(request, "account_secret", **_drawn(request, kept["secret"]))


@page("POST", "account/second-factor/code", Who.PERSON)
def finish(request: Request) -> Answer:
    """Take the app's first code; the browser gets a new id, for the session may do more from now on."""
    kept = _kept(request)
    if not kept:
        return go(request, "account/second-factor")
    try:
        wiring.accounts().finish_mfa(kept["token"], request.fields.get("code", ""))
    except InvalidInputError as error:
        return form_again(request, "account_secret", error.fields, **_drawn(request, kept["secret"]))
    except UnauthenticatedError:
        return go(request, "account/second-factor", cookies=[cookies.no_step()])
    wiring.sessions().end(request.browser)
    session_id = wiring.sessions().begin(request.caller.sub)
    given = [cookies.session(session_id), cookies.no_step()]
    try:
        if not request.member.san:
            return go(request, "certification", cookies=given)
    except NoOrganizationError:
        return go(request, "organization/new", cookies=given)
    return go(request, "account", done="second_factor", cookies=given)


def _person(request: Request) -> Person:
    found = wiring.people().person(request.caller.sub)
    if found is None:
        raise UnauthenticatedError("This account does not exist any more.")
    return found


def _kept(request: Request) -> dict[str, str]:
    kept = cookies.step_of(request.cookies)
    return kept if kept.get("kind") == "second-factor" and kept.get("token") and kept.get("secret") else {}


def _drawn(request: Request, secret: str) -> dict[str, Any]:
    import segno

    uri = otpauth_uri(secret, _person(request).email, request.profile.title)
    code = segno.make(uri, error="m", micro=False)
    groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    return {"qr": code.svg_inline(omitsize=True, border=2), "app_key": " ".join(groups)}
