"""Sign-in and sign-out: the pages of `quietline.http.site.sign_in`, as the portal has them."""

from quietline.http.site.sign_in import SignIn

from functions.portal import cookies
from functions.portal.frame import SITE, Answer, Request, go


def _after(request: Request) -> str:
    """Go on with an invitation that waits."""
    return "invitation" if cookies.INVITATION in request.cookies else ""


def _unverified(request: Request, email: str) -> Answer:
    return go(request, "sign-up/code", cookies=[cookies.step({"kind": "sign-up", "email": email})])


SIGN_IN = SignIn(SITE, after=_after, unverified=_unverified)
