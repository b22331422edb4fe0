"""The portal's cookies: those of every site with sessions, and an invitation while somebody signs up or in."""

from quietline.http.site.cookies import Cookies, header

SESSION = "__Host-quietline"
COOKIES = Cookies(SESSION)
STEP = COOKIES.step_name
session, step, no_step, step_of = COOKIES.session, COOKIES.step, COOKIES.no_step, COOKIES.step_of
INVITATION = "__Host-quietline-invitation"
INVITATION_SECONDS = 3600


def invitation(token: str) -> str:
    """Return the header that keeps an invitation's token while somebody signs up or in."""
    return header(INVITATION, token, INVITATION_SECONDS)


def no_invitation() -> str:
    """Return the header that forgets it."""
    return header(INVITATION, "", 0)
