"""Sign-in: e-mail address and password, then what the account asks for besides; and sign-out."""

from collections.abc import Callable

from quietline.http.site.frame import ANYBODY, Answer, Request, Site
from quietline.kernel.errors import (
    ConflictError,
    EmailNotVerifiedError,
    FieldError,
    InvalidInputError,
    UnauthenticatedError,
)
from quietline.sellers.accounts import Challenge, SignedIn, Step

WRONG = FieldError("/email", "The e-mail address or the password is wrong.", "sign_in_wrong")
RESET = FieldError("/email", "Set a new password first.", "password_reset_first")


class SignIn[R: Request]:
    """The pages `sign-in`, `sign-in/code` and `sign-out` of a site.

    Args:
        site: gets the pages.
        may: checks that somebody who has just signed in may at all; raises ForbiddenError.
        after: returns the page to go on with when none was asked for.
        unverified: answers somebody whose address is not verified yet; None reads as a wrong password.
    """

    def __init__(
        self,
        site: Site[R],
        *,
        may: Callable[[SignedIn], None] = lambda _made: None,
        after: Callable[[R], str] = lambda _request: "",
        unverified: Callable[[R, str], Answer] | None = None,
    ) -> None:
        self._site, self._may, self._after, self._unverified = site, may, after, unverified
        site.page("GET", "sign-in", ANYBODY)(self.form)
        site.page("POST", "sign-in", ANYBODY)(self.password)
        site.page("GET", "sign-in/code", ANYBODY)(self.code_form)
        site.page("POST", "sign-in/code", ANYBODY)(self.code)
        site.page("POST", "sign-out", ANYBODY)(self.sign_out)

    def form(self, request: R) -> Answer:
        """Show the form; whoever is signed in needs none."""
        if request.session is not None:
            return self._site.go(request, "")
        return self._site.html(request, "sign_in", next=self._next(request.query.get("next", "")))

    def password(self, request: R) -> Answer:
        """Check address and password."""
        site = self._site
        wanted = self._next(request.fields.get("next", ""))
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
            return site.form_again(request, "sign_in", missing, next=wanted)
        try:
            made = site.wiring.accounts().sign_in(email, given)
        except EmailNotVerifiedError:
            if self._unverified:
                return self._unverified(request, email)
            return site.form_again(request, "sign_in", [WRONG], next=wanted)
        except UnauthenticatedError:
            return site.form_again(request, "sign_in", [WRONG], next=wanted)
        except ConflictError:
            return site.form_again(request, "sign_in", [RESET], next=wanted)
        return self.go_on(request, made, wanted)

    def go_on(self, request: R, made: SignedIn | Challenge, wanted: str = "", *, mfa: bool = False) -> Answer:
        """Go on after a password or a code: to the next question, or signed in to the page that was asked for."""
        site = self._site
        if isinstance(made, Challenge):
            kept = {"kind": made.step.value, "session": made.session, "user": made.user, "next": wanted}
            return site.go(request, "sign-in/code", cookies=[site.cookies.step(kept)])
        self._may(made)
        sessions = site.wiring.sessions()
        if request.session is not None:
            sessions.end(request.browser)
        session_id = sessions.begin(made.sub, mfa=mfa)
        return site.go(
            request, wanted or self._after(request), cookies=[site.cookies.session(session_id), site.cookies.no_step()]
        )

    def code_form(self, request: R) -> Answer:
        """Ask for what the account wants besides the password."""
        asked = self._challenge(request)
        return self._site.html(request, _template(asked)) if asked else self._site.go(request, "sign-in")

    def code(self, request: R) -> Answer:
        """Check it."""
        site, asked = self._site, self._challenge(request)
        if asked is None:
            return site.go(request, "sign-in", done="ended")
        by_app = asked.step is Step.MFA
        try:
            made = site.wiring.accounts().answer(asked, request.fields.get("code" if by_app else "password", ""))
        except InvalidInputError as error:
            return site.form_again(request, _template(asked), error.fields)
        except UnauthenticatedError:
            return site.go(request, "sign-in", done="too_late", cookies=[site.cookies.no_step()])
        wanted = self._next(site.cookies.step_of(request.cookies).get("next", ""))
        return self.go_on(request, made, wanted, mfa=by_app)

    def sign_out(self, request: R) -> Answer:
        """End the session, here and in the store."""
        site = self._site
        site.wiring.sessions().end(request.browser)
        gone = [site.cookies.session(""), site.cookies.no_step()]
        return site.go(request, "sign-in", done="signed_out", cookies=gone)

    def _next(self, path: str) -> str:
        """Return a page of ours to go on with; anything else is nothing."""
        found = self._site.match(path)
        return path if found and "GET" in self._site.pages[found[0]] else ""

    def _challenge(self, request: R) -> Challenge | None:
        kept = self._site.cookies.step_of(request.cookies)
        if kept.get("kind") not in set(Step):
            return None
        return Challenge(Step(kept["kind"]), kept.get("session", ""), kept.get("user", ""))


def _template(asked: Challenge) -> str:
    return "sign_in_code" if asked.step is Step.MFA else "sign_in_password"
