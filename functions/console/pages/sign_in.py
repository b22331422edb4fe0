"""Sign-in and the person's own account: the shared pages, for investigators and supervisors alone."""

from quietline.cases.people import STAFF
from quietline.http.site.account import Account, Password
from quietline.http.site.sign_in import SignIn
from quietline.kernel.errors import ForbiddenError
from quietline.sellers.accounts import SignedIn

from functions.console.frame import SITE, Answer, Request, Who, html, page


def _may(made: SignedIn) -> None:
    if not made.groups & STAFF:
        raise ForbiddenError("Only investigators may do this.")


def _after(_request: Request) -> tuple[str, str]:
    return "account", "second_factor"


SIGN_IN = SignIn(SITE, may=_may)
ACCOUNT = Account(SITE, after=_after)
PASSWORD = Password(SITE)


@page("GET", "help", Who.PERSON)
def show_help(request: Request) -> Answer:
    """Say how the console is worked with the keyboard."""
    return html(request, "help")
