"""API Gateway → the portal's pages.

`/portal/<language>/<path>`; each page is declared with who may open it (`frame.page`).
"""

from typing import Any

from quietline.http.site.door import Door
from quietline.kernel.errors import (
    CertificationDueError,
    ForbiddenError,
    MfaRequiredError,
    NoOrganizationError,
    OrganizationClosedError,
    OrganizationSuspendedError,
)

from functions.portal import pages as all_pages
from functions.portal.frame import SITE, Answer, Declared, Request, Who, go, problem

assert all_pages
READS = {Who.MEMBER: "member", Who.AGENT: "acting", Who.REPRESENTATIVE: "representative"}
REFUSALS = {
    CertificationDueError: "certification_due",
    OrganizationSuspendedError: "suspended",
    OrganizationClosedError: "closed",
}


def _opened(request: Request, declared: Declared) -> Answer:
    """Return the page, once it is sure that this person may open it."""
    if declared.who != Who.PERSON:
        try:
            getattr(request, READS[Who(declared.who)])
        except NoOrganizationError:
            return go(request, "organization/new")
    return declared.page(request)


def _refused(request: Request, error: Exception) -> Answer | None:
    for kind, key in REFUSALS.items():
        if isinstance(error, kind):
            return problem(request, 403, key)
    acting = request.session and request.session.acting_for
    if acting and isinstance(error, ForbiddenError) and not isinstance(error, MfaRequiredError):
        return problem(request, 403, "acting" if _still_acts(request) else "acting_over")
    return None


def _still_acts(request: Request) -> bool:
    """Return whether the person may still act for the other organization that they chose."""
    try:
        return bool(request.acting)
    except ForbiddenError:
        return False


DOOR = Door(SITE, opened=_opened, refused=_refused)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request with a page."""
    return DOOR.answer(event)
