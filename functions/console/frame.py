"""What a page of the console is made of: `quietline.http.site.frame`, and which role the person has."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from quietline.cases.people import Person, must_supervise, person_of
from quietline.http.site.frame import ANYBODY, PERSON, Answer, Site
from quietline.http.site.frame import Declared as DeclaredPage
from quietline.http.site.frame import Request as SiteRequest
from quietline.kernel.errors import UnauthenticatedError

from functions.console import wiring

__all__ = ["PAGES", "SITE", "Answer", "Declared", "Request", "Who", "form_again", "go", "html", "page", "problem"]

SESSION = "__Host-quietline-console"


class Who(StrEnum):
    """Who may open a page; the use case behind it checks again."""

    ANYBODY = ANYBODY
    PERSON = PERSON
    """Whoever is signed in, to set up a second factor."""
    INVESTIGATOR = "investigator"
    """A person of the group `investigator` or `supervisor` who signed in with a second factor."""
    SUPERVISOR = "supervisor"
    """The same of the group `supervisor`."""


class Request(SiteRequest):
    """What was asked, and what the person may do."""

    @cached_property
    def groups(self) -> frozenset[str]:
        """The person's groups now; whoever was taken out of one is out within a minute."""
        return wiring.people().groups(self.sub)

    @cached_property
    def investigator(self) -> Person:
        """Somebody who may work cases, as the use cases ask it.

        Raises:
            UnauthenticatedError: the account is gone.
            ForbiddenError: they may not, or not without a second factor (MfaRequiredError).
        """
        person = wiring.people().person(self.sub)
        if person is None or self.session is None:
            raise UnauthenticatedError("This account does not exist any more.")
        mfa = person.mfa and self.session.mfa
        return person_of(self.sub, self.groups, self.profile.cases.agency_keys, mfa=mfa)

    @cached_property
    def supervisor(self) -> Person:
        """Somebody who may do what only supervisors do.

        Raises:
            ForbiddenError: they are none.
        """
        must_supervise(self.investigator, "open this page")
        return self.investigator


type Declared = DeclaredPage[Request]

LINKS = (
    ("", "queue"),
    ("pictures", "pictures"),
    ("search", "search"),
    ("workload", "workload"),
    ("audit", "audit"),
    ("people", "people"),
    ("help", "help"),
    ("account", "account"),
)
"""Main links in their order: path, and key of its text. Their access keys are 1, 2, …; the page `help` lists them."""


def navigation(request: Request, pages: Mapping[str, Mapping[str, Declared]]) -> list[dict[str, Any]]:
    """Return the main links that somebody may use; a link keeps its access key whoever sees it."""
    names = request.text["console"]["nav"]
    who = vars(request).get("investigator")
    here = request.pattern.split("/", maxsplit=1)[0]
    return [
        {"href": request.at(path), "text": names[name], "current": path == here, "key": str(number)}
        for number, (path, name) in enumerate(LINKS, start=1)
        if path in pages and _is_for(who, pages[path]["GET"].who)
    ]


def _is_for(person: Person | None, who: str) -> bool:
    if who in (ANYBODY, PERSON):
        return True
    return person is not None and (person.supervises or who == Who.INVESTIGATOR)


def _acts(request: Request) -> str:
    """Return what the page's head says of the person's role; of somebody whose role was not asked for nothing."""
    person: Person | None = vars(request).get("investigator")
    if person is None:
        return ""
    own = request.text["console"]
    agency = next(one for one in request.profile.cases.agencies if one.key == person.agency)
    return f"{own['supervisor' if person.supervises else 'investigator']}, {agency.name[request.language]}"


def _shown(request: Request, pages: Mapping[str, Mapping[str, Declared]]) -> dict[str, Any]:
    return {
        "navigation": navigation(request, pages) if request.session else [],
        "role": _acts(request),
    }


SITE = Site(
    "console",
    home="queue",
    folder=Path(__file__).parent,
    request=Request,
    wiring=wiring,
    shown=_shown,
    cookie=SESSION,
)
PAGES = SITE.pages
page, html, form_again, go, problem = SITE.page, SITE.html, SITE.form_again, SITE.go, SITE.problem
