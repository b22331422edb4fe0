"""What a page of the portal is made of: `quietline.http.site.frame`, and in which organization the person acts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quietline.http.site.frame import ANYBODY, PERSON, Answer, Site
from quietline.http.site.frame import Declared as DeclaredPage
from quietline.http.site.frame import Request as SiteRequest
from quietline.kernel.errors import ForbiddenError, MfaRequiredError

from functions.portal import cookies, wiring
from functions.portal.navigation import navigation

if TYPE_CHECKING:
    from quietline.sellers.model import Membership

__all__ = [
    "PAGES",
    "SITE",
    "Answer",
    "Caller",
    "Declared",
    "Request",
    "Who",
    "form_again",
    "go",
    "html",
    "page",
    "problem",
]


class Who(StrEnum):
    """Who may open a page; the use case behind it checks again."""

    ANYBODY = ANYBODY
    PERSON = PERSON
    """Whoever is signed in."""
    MEMBER = "member"
    """A member of an organization, for its own account; one without an organization is sent to make one."""
    AGENT = "agent"
    """The same, also while they act for a seller's SAN as its agent: `request.acting`."""
    REPRESENTATIVE = "representative"
    """An authorized representative with a second factor."""


@dataclass(frozen=True)
class Caller:
    """Who acts, as the use cases ask it."""

    sub: str
    client_id: str
    acting_for: str = ""


class Request(SiteRequest):
    """What was asked, and where the person acts."""

    @property
    def caller(self) -> Caller:
        """Who acts; a page that anybody may open must look at `session` first."""
        assert self.session is not None
        return Caller(self.session.sub, wiring.settings().portal_client_id, self.session.acting_for)

    @cached_property
    def member(self) -> "Membership":
        """Where the person acts.

        Raises:
            ForbiddenError: nowhere.
        """
        return wiring.organizations().of(self.caller)

    @cached_property
    def acting(self) -> "Membership":
        """Where the person acts, also as an agent for another's SAN: for downloads, lookups, washes.

        Raises:
            ForbiddenError: nowhere, or the seller has taken it back.
        """
        return wiring.organizations().of(self.caller, as_agent=True)

    @cached_property
    def representative(self) -> "Membership":
        """Where the person acts as authorized representative.

        Raises:
            ForbiddenError: nowhere, or without a second factor (MfaRequiredError).
        """
        return wiring.organizations().representative(self.caller)

    @property
    def own_caller(self) -> Caller:
        """The same person, acting for nobody but themselves."""
        return replace(self.caller, acting_for="")

    @cached_property
    def may_represent(self) -> bool:
        """Whether the person may act as authorized representative: the role, and the second factor."""
        try:
            return bool(self.representative)
        except ForbiddenError:
            return False

    @cached_property
    def lacks_factor(self) -> bool:
        """Whether an authorized representative may not act as one before there is a second factor."""
        try:
            return not self.representative
        except MfaRequiredError:
            return True
        except ForbiddenError:
            return False


type Declared = DeclaredPage[Request]


def _shown(request: Request, declared: Mapping[str, Mapping[str, Declared]]) -> dict[str, Any]:
    acts = _membership(request)
    return {"member": acts, "navigation": navigation(request, declared, acts) if request.session else []}


def _membership(request: Request) -> "Membership | None":
    """Return what the page's head shows of the organization: it was read by who may open the page, or not at all."""
    known = vars(request)
    return known.get("representative") or known.get("member") or known.get("acting")


SITE = Site(
    "portal",
    home="dashboard",
    folder=Path(__file__).parent,
    request=Request,
    wiring=wiring,
    shown=_shown,
    cookie=cookies.SESSION,
)
PAGES = SITE.pages
page, html, form_again, go, problem = SITE.page, SITE.html, SITE.form_again, SITE.go, SITE.problem
