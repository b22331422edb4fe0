"""What a page is made of: the request it gets, the answer it gives, and how it is declared."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from quietline.kernel.errors import ForbiddenError
from quietline.pages.forms import HEADERS, first_of, messages
from quietline.sessions.service import form_token

from functions.portal import wiring
from functions.portal.navigation import navigation
from functions.portal.render import pages

if TYPE_CHECKING:
    from quietline.kernel.errors import FieldError
    from quietline.profiles.profile import Profile
    from quietline.sellers.model import Membership
    from quietline.sessions.model import Session


class Who(StrEnum):
    """Who may open a page; the use case behind it checks again."""

    ANYBODY = "anybody"
    PERSON = "person"
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


@dataclass
class Request:
    """What was asked.

    Attributes:
        profile: the jurisdiction.
        language: of the page.
        path: after the language, e.g. `receipts/01K…`.
        params: what stood in the place of the pattern's `{…}`.
        pattern: the page's, e.g. `receipts/{id}`; the only form that is logged.
        query: the address's query, of a repeated name the last value.
        pairs: the form's fields as sent.
        cookies: of the browser.
        browser: the id in the session cookie, made anew when there was none; of one who is signed in the session's.
        session: who is signed in.
        origin: network address and program, see `http.origin`.
    """

    profile: "Profile"
    language: str
    path: str = ""
    params: dict[str, str] = field(default_factory=dict)
    pattern: str = ""
    query: dict[str, str] = field(default_factory=dict, repr=False)
    pairs: list[tuple[str, str]] = field(default_factory=list, repr=False)
    cookies: dict[str, str] = field(default_factory=dict, repr=False)
    browser: str = field(default="", repr=False)
    session: "Session | None" = field(default=None, repr=False)
    origin: tuple[str, str] = field(default=("", ""), repr=False)

    @cached_property
    def fields(self) -> dict[str, str]:
        """The form's fields; of a repeated one the last."""
        return dict(self.pairs)

    def every(self, name: str) -> list[str]:
        """Return all values of a repeated field (check boxes)."""
        return [value for key, value in self.pairs if key == name]

    @property
    def text(self) -> dict[str, Any]:
        """The texts of the page's language; `text[subject]` are a subject's own."""
        return pages(self.profile).text(self.language)

    @property
    def subject(self) -> str:
        """First part of the pattern, as a name: `sign-in/code` belongs to `sign_in`."""
        return self.pattern.split("/", maxsplit=1)[0].replace("-", "_") or "dashboard"

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

    def day(self, at: date | datetime) -> str:
        """Return a date in words; an instant's is that of the registry's time zone."""
        local = self.profile.local_date(at) if isinstance(at, datetime) else at
        return pages(self.profile).day(local, self.language)

    def text_of(self, language: str) -> dict[str, Any]:
        """Return the texts of another language."""
        return pages(self.profile).text(language)

    def at(self, path: str = "") -> str:
        """Return the address of a page of the portal in this language."""
        return f"/portal/{self.language}/{path}"


@dataclass(frozen=True)
class Answer:
    """A page, or where to go on."""

    status: int
    body: str = field(default="", repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = field(default=(), repr=False)

    def payload(self) -> dict[str, Any]:
        """Return what API Gateway takes (payload 2.0)."""
        return {
            "statusCode": self.status,
            "headers": HEADERS | self.headers,
            "cookies": list(self.cookies),
            "body": self.body,
            "isBase64Encoded": False,
        }


type Page = Callable[[Request], Answer]


@dataclass(frozen=True)
class Declared:
    """A page and who may open it."""

    who: Who
    page: Page


PLACE = re.compile(r"[\w.:~-]{1,128}", re.ASCII)
"""What may stand in a pattern's place: ids, user ids, account numbers; nothing that could leave a header."""
PAGES: dict[str, dict[str, Declared]] = {}
"""Pattern → method → page. Filled as `functions.portal.pages` is imported; the tests walk it with every role."""


def page(method: str, pattern: str, who: Who) -> Callable[[Page], Page]:
    """Declare a page.

    Args:
        method: `GET` or `POST`; a form posts to the address that it is shown at or below.
        pattern: path after the language, with `{name}` for one part: `receipts/{id}`.
        who: who may open it.
    """

    def declare(function: Page) -> Page:
        PAGES.setdefault(pattern, {})[method] = Declared(who, function)
        return function

    return declare


def match(path: str) -> tuple[str, dict[str, str]] | None:
    """Return the pattern of a path and what stands in its places; a pattern without places wins."""
    if path in PAGES:
        return path, {}
    parts = path.split("/")
    for pattern in PAGES:
        wanted = pattern.split("/")
        if "{" in pattern and len(wanted) == len(parts):
            pairs = list(zip(wanted, parts, strict=True))
            params = {w[1:-1]: p for w, p in pairs if w.startswith("{")}
            if all(w == p or (w.startswith("{") and PLACE.fullmatch(p)) for w, p in pairs):
                return pattern, params
    return None


def html(
    request: Request,
    template: str,
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
    cookies: Sequence[str] = (),
    **values: Any,
) -> Answer:
    """Return a rendered page.

    Its title is `text[subject].titles[template]`, or `title` of `values`; `values["values"]` is what was typed. The
    query's `done=<key>` shows `text[subject].done[<key>]` as a message on top.
    """
    own = request.text.get(request.subject, {})
    shown: dict[str, Any] = {"values": request.fields, "title": own.get("titles", {}).get(template, "")} | values
    shown |= {
        "own": own,
        "prefix": "/portal",
        "path": _shown_at(request),
        "here": request.at(request.path),
        "at": request.at(),
        "form_token": form_token(request.browser),
        "signed_in": request.session is not None,
        "member": _membership(request),
        "done": own.get("done", {}).get(request.query.get("done", ""), ""),
        "navigation": navigation(request, PAGES, _membership(request)) if request.session else [],
    }
    body = pages(request.profile).page(template, request.language, shown)
    return Answer(status, body, dict(headers or {}), tuple(cookies))


def form_again(request: Request, template: str, errors: Sequence["FieldError"], **values: Any) -> Answer:
    """Return a form with what was typed and, on top, what is wrong with it (400). No password is shown again."""
    wrong = messages(errors, request.text["errors"])
    summary = [{"field": one.field, "message": one.message} for one in wrong]
    return html(request, template, 400 if errors else 200, errors=summary, error_of=first_of(wrong), **values)


def go(request: Request, path: str, *, done: str = "", cookies: Sequence[str] = ()) -> Answer:
    """Send the browser on after a form, so that reloading sends nothing twice; `done` names the message there."""
    query = f"?done={done}" if done else ""
    return Answer(303, "", {"location": request.at(path) + query}, tuple(cookies))


def problem(request: Request, status: int, key: str = "", headers: Mapping[str, str] | None = None) -> Answer:
    """Return the page of a refusal that is not about one field."""
    known = request.text["problems"]
    found = known.get(key or str(status), known["500"])
    return html(request, "problem", status, headers=headers, title=found["title"], problem=found)


def _shown_at(request: Request) -> str:
    """Return where the page can be opened in another language: of a form's answer that is the page above it."""
    parts = request.path.split("/")
    for length in range(len(parts), 0, -1):
        found = match("/".join(parts[:length]))
        if found and "GET" in PAGES[found[0]]:
            return "/".join(parts[:length])
    return ""


def _membership(request: Request) -> "Membership | None":
    """Return what the page's head shows of the organization: it was read by who may open the page, or not at all."""
    known = vars(request)
    return known.get("representative") or known.get("member") or known.get("acting")
