"""The person's own account and a forgotten password: the pages of `quietline.http.site.account`."""

from quietline.http.site.account import Account, Password
from quietline.kernel.errors import NoOrganizationError

from functions.portal.frame import SITE, Request


def _after(request: Request) -> tuple[str, str]:
    """A second factor is set up on the way to a certification, or to an organization."""
    try:
        if not request.member.san:
            return "certification", ""
    except NoOrganizationError:
        return "organization/new", ""
    return "account", "second_factor"


ACCOUNT = Account(SITE, after=_after)
PASSWORD = Password(SITE)
