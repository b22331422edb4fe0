"""The person's own account: the second factor, a forgotten password, and signing out everywhere.

Setting up asks for the password once more, so that an unattended browser cannot bind somebody else's app.
"""

from collections.abc import Callable
from typing import Any

from quietline.http.site.frame import ANYBODY, PERSON, Answer, Request, Site
from quietline.kernel.errors import FieldError, InvalidInputError, UnauthenticatedError
from quietline.sellers.accounts import Challenge, Person, otpauth_uri

WRONG = FieldError("/password", "The password is wrong.", "password_wrong")
NO_ADDRESS = FieldError("/email", "Enter your e-mail address.", "email_missing")


class Account[R: Request]:
    """The page `account` of a site, and those below it.

    Args:
        site: gets the pages.
        after: returns path and message to go on with once a second factor is set up.
    """

    def __init__(self, site: Site[R], *, after: Callable[[R], tuple[str, str]]) -> None:
        self._site, self._after = site, after
        site.page("GET", "account", PERSON)(self.show)
        site.page("POST", "account/sign-out-everywhere", PERSON)(self.sign_out_everywhere)
        site.page("GET", "account/second-factor", PERSON)(self.second_factor)
        site.page("POST", "account/second-factor", PERSON)(self.begin)
        site.page("GET", "account/second-factor/code", PERSON)(self.show_secret)
        site.page("POST", "account/second-factor/code", PERSON)(self.finish)

    def show(self, request: R) -> Answer:
        """Show address and second factor."""
        return self._site.html(request, "account", person=self._person(request))

    def sign_out_everywhere(self, request: R) -> Answer:
        """End every session of this person."""
        site = self._site
        site.wiring.sessions().end_all(request.sub)
        return site.go(request, "sign-in", done="everywhere", cookies=[site.cookies.session("")])

    def second_factor(self, request: R) -> Answer:
        """Ask for the password, and for a code of the app in use."""
        return self._site.html(request, "account_second_factor", person=self._person(request))

    def begin(self, request: R) -> Answer:
        """Make a secret for the authenticator app."""
        site, person = self._site, self._person(request)
        accounts = site.wiring.accounts()
        try:
            made = accounts.sign_in(person.email, request.fields.get("password", "") or "-")
            if isinstance(made, Challenge):
                made = accounts.answer(made, request.fields.get("code", ""))
        except InvalidInputError as error:
            return site.form_again(request, "account_second_factor", error.fields, person=person)
        except UnauthenticatedError:
            return site.form_again(request, "account_second_factor", [WRONG], person=person)
        if isinstance(made, Challenge):
            return site.form_again(request, "account_second_factor", [WRONG], person=person)
        secret = accounts.begin_mfa(made.access_token)
        kept = {"kind": "second-factor", "token": made.access_token, "secret": secret}
        return site.go(request, "account/second-factor/code", cookies=[site.cookies.step(kept)])

    def show_secret(self, request: R) -> Answer:
        """Show the secret, as a picture and as text, and ask for the first code."""
        kept = self._kept(request)
        if not kept:
            return self._site.go(request, "account/second-factor")
        return self._site.html(request, "account_secret", **self._drawn(request, kept["secret"]))

    def finish(self, request: R) -> Answer:
        """Take the app's first code; the browser gets a new id, for the session may do more from now on."""
        site, kept = self._site, self._kept(request)
        if not kept:
            return site.go(request, "account/second-factor")
        try:
            site.wiring.accounts().finish_mfa(kept["token"], request.fields.get("code", ""))
        except InvalidInputError as error:
            return site.form_again(request, "account_secret", error.fields, **self._drawn(request, kept["secret"]))
        except UnauthenticatedError:
            return site.go(request, "account/second-factor", cookies=[site.cookies.no_step()])
        sessions = site.wiring.sessions()
        sessions.end(request.browser)
        session_id = sessions.begin(request.sub, mfa=True)
        path, done = self._after(request)
        return site.go(request, path, done=done, cookies=[site.cookies.session(session_id), site.cookies.no_step()])

    def _person(self, request: R) -> Person:
        found = self._site.wiring.people().person(request.sub)
        if found is None:
            raise UnauthenticatedError("This account does not exist any more.")
        return found

    def _kept(self, request: R) -> dict[str, str]:
        kept = self._site.cookies.step_of(request.cookies)
        return kept if kept.get("kind") == "second-factor" and kept.get("token") and kept.get("secret") else {}

    def _drawn(self, request: R, secret: str) -> dict[str, Any]:
        import segno

        uri = otpauth_uri(secret, self._person(request).email, request.profile.titled(request.language))
        code = segno.make(uri, error="m", micro=False)
        groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
        return {"qr": code.svg_inline(omitsize=True, border=2), "app_key": " ".join(groups)}


class Password[R: Request]:
    """The page `password` of a site: a mailed code and a new password; it ends every session of the person."""

    def __init__(self, site: Site[R]) -> None:
        self._site = site
        site.page("GET", "password", ANYBODY)(self.form)
        site.page("POST", "password", ANYBODY)(self.send)
        site.page("GET", "password/new", ANYBODY)(self.new_form)
        site.page("POST", "password/new", ANYBODY)(self.reset)

    def form(self, request: R) -> Answer:
        """Ask for the address."""
        return self._site.html(request, "password")

    def send(self, request: R) -> Answer:
        """Mail a code, to whom has an account; the page is the same for all."""
        site, email = self._site, request.fields.get("email", "").strip()
        if not email:
            return site.form_again(request, "password", [NO_ADDRESS])
        site.wiring.accounts().forgot_password(email)
        return site.go(request, "password/new", cookies=[site.cookies.step({"kind": "reset", "email": email})])

    def new_form(self, request: R) -> Answer:
        """Ask for code and password."""
        known = self._email(request)
        return self._site.html(request, "password_new") if known else self._site.go(request, "password")

    def reset(self, request: R) -> Answer:
        """Set the new password."""
        site, email = self._site, self._email(request)
        if not email:
            return site.go(request, "password")
        given = request.fields
        try:
            site.wiring.accounts().reset_password(email, given.get("code", ""), given.get("password", ""))
        except InvalidInputError as error:
            return site.form_again(request, "password_new", error.fields)
        person = site.wiring.people().person(email)
        if person is not None:
            # whoever knew the old password is out
            site.wiring.sessions().end_all(person.sub)
        return site.go(request, "sign-in", done="password", cookies=[site.cookies.no_step()])

    def _email(self, request: R) -> str:
        kept = self._site.cookies.step_of(request.cookies)
        return kept.get("email", "") if kept.get("kind") == "reset" else ""
