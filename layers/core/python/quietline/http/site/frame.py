"""What a page is made of: the request it gets, the answer it gives, and how it is declared."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from quietline.http.site.cookies import Cookies
from quietline.http.site.render import Pages, pages
from quietline.pages.forms import HEADERS, first_of, messages
from quietline.sessions.service import form_token

if TYPE_CHECKING:
    from quietline.kernel.errors import FieldError
    from quietline.profiles.profile import Profile
    from quietline.sellers.accounts import Accounts, People
    from quietline.sessions.model import Session
    from quietline.sessions.service import SessionService

ANYBODY = "anybody"
"""Who may open a page: whoever comes."""
PERSON = "person"
"""Whoever is signed in."""


class Placed(Protocol):
    """Settings of a function with pages."""

    @property
    def site_url(self) -> str:
        """Where the site is reached; forms come from there and nowhere else."""
        ...


class Wiring(Protocol):
    """A function's `wiring` module, as far as the shared pages call it."""

    def settings(self) -> Placed:
        """Return the settings."""
        ...

    def profile(self) -> "Profile":
        """Return the jurisdiction."""
        ...

    def sessions(self) -> "SessionService":
        """Return the use cases of sessions."""
        ...

    def accounts(self) -> "Accounts":
        """Return what people do with their own account."""
        ...

    def people(self) -> "People":
        """Return what is asked about people."""
        ...


@dataclass
class Request:
    """What was asked.

    Attributes:
        site: the set of pages that is asked.
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

    site: "Site[Any]" = field(repr=False)
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
        return self.text_of(self.language)

    def text_of(self, language: str) -> dict[str, Any]:
        """Return the texts of another language."""
        return self.site.rendered(self.profile).text(language)

    @property
    def subject(self) -> str:
        """First part of the pattern, as a name: `sign-in/code` belongs to `sign_in`."""
        return self.pattern.split("/", maxsplit=1)[0].replace("-", "_") or self.site.home

    @property
    def sub(self) -> str:
        """Who is signed in; a page that anybody may open must look at `session` first."""
        assert self.session is not None
        return self.session.sub

    def day(self, at: date | datetime) -> str:
        """Return a date in words; an instant's is that of the registry's time zone."""
        local = self.profile.local_date(at) if isinstance(at, datetime) else at
        return self.site.rendered(self.profile).day(local, self.language)

    def instant(self, at: datetime) -> str:
        """Return an instant in words, in the registry's time zone."""
        return self.site.rendered(self.profile).instant(at, self.language)

    def at(self, path: str = "") -> str:
        """Return the address of a page in this language."""
        return f"{self.site.prefix}/{self.language}/{path}"


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


type Page[R] = Callable[[R], Answer]


@dataclass(frozen=True)
class Declared[R]:
    """A page and who may open it."""

    who: str
    page: Page[R]


PLACE = re.compile(r"[\w.:~-]{1,128}", re.ASCII)
"""What may stand in a pattern's place: ids, user ids, account numbers; nothing that could leave a header."""


class Site[R: Request]:
    """A set of pages below `/<name>/<language>/`, each declared with who may open it.

    Attributes:
        name: the address's first part, and the key of the texts of the frame.
        home: subject of the page without a path.
        request: class of its requests.
        wiring: the function's use cases.
        cookies: of its browsers.
        pages: pattern → method → page; the tests walk it with every role.
    """

    def __init__(
        self,
        name: str,
        *,
        home: str,
        folder: Path,
        request: type[R],
        wiring: Wiring,
        shown: Callable[[R, Mapping[str, Mapping[str, Declared[R]]]], Mapping[str, Any]],
        cookie: str,
    ) -> None:
        """Make a site without pages.

        Args:
            name: the address's first part.
            home: subject of the page without a path.
            folder: of the function, with its `templates` and `texts`.
            request: class of its requests.
            wiring: the function's module.
            shown: returns what the frame shows besides, e.g. `navigation`, a list of {href, text, current}.
            cookie: name of the session's cookie.
        """
        self.name, self.home, self.request, self.wiring = name, home, request, wiring
        self.cookies = Cookies(cookie)
        self.pages: dict[str, dict[str, Declared[R]]] = {}
        self._folder, self._shown = folder, shown

    @property
    def prefix(self) -> str:
        """The address's beginning."""
        return f"/{self.name}"

    def rendered(self, profile: "Profile") -> Pages:
        """Return the renderer for a jurisdiction."""
        return pages(profile.name, self._folder, self.name)

    def page(self, method: str, pattern: str, who: str) -> Callable[[Page[R]], Page[R]]:
        """Declare a page.

        Args:
            method: `GET` or `POST`; a form posts to the address that it is shown at or below.
            pattern: path after the language, with `{name}` for one part: `receipts/{id}`.
            who: who may open it.
        """

        def declare(function: Page[R]) -> Page[R]:
            self.pages.setdefault(pattern, {})[method] = Declared(who, function)
            return function

        return declare

    def match(self, path: str) -> tuple[str, dict[str, str]] | None:
        """Return the pattern of a path and what stands in its places; a pattern without places wins."""
        if path in self.pages:
            return path, {}
        parts = path.split("/")
        for pattern in self.pages:
            wanted = pattern.split("/")
            if "{" in pattern and len(wanted) == len(parts):
                pairs = list(zip(wanted, parts, strict=True))
                params = {w[1:-1]: p for w, p in pairs if w.startswith("{")}
                if all(w == p or (w.startswith("{") and PLACE.fullmatch(p)) for w, p in pairs):
                    return pattern, params
        return None

    def html(
        self,
        request: R,
        template: str,
        status: int = 200,
        *,
        headers: Mapping[str, str] | None = None,
        cookies: Sequence[str] = (),
        **values: Any,
    ) -> Answer:
        """Return a rendered page.

        Its title is `text[subject].titles[template]`, or `title` of `values`; `values["values"]` is what was typed.
        The query's `done=<key>` shows `text[subject].done[<key>]` as a message on top.
        """
        own = request.text.get(request.subject, {})
        shown: dict[str, Any] = {"values": request.fields, "title": own.get("titles", {}).get(template, "")} | values
        shown |= {
            "own": own,
            "frame": request.text[self.name],
            "prefix": self.prefix,
            "path": self._shown_at(request),
            "here": request.at(request.path),
            "at": request.at(),
            "form_token": form_token(request.browser),
            "signed_in": request.session is not None,
            "done": own.get("done", {}).get(request.query.get("done", ""), ""),
        }
        shown |= self._shown(request, self.pages)
        body = self.rendered(request.profile).page(template, request.language, shown)
        return Answer(status, body, dict(headers or {}), tuple(cookies))

    def form_again(self, request: R, template: str, errors: Sequence["FieldError"], **values: Any) -> Answer:
        """Return a form with what was typed and, on top, what is wrong with it (400). No password is shown again."""
        wrong = messages(errors, request.text["errors"])
        summary = [{"field": one.field, "message": one.message} for one in wrong]
        return self.html(request, template, 400 if errors else 200, errors=summary, error_of=first_of(wrong), **values)

    def go(self, request: R, path: str, *, done: str = "", cookies: Sequence[str] = ()) -> Answer:
        """Send the browser on after a form, so that reloading sends nothing twice; `done` names the message there."""
        query = f"?done={done}" if done else ""
        return Answer(303, "", {"location": request.at(path) + query}, tuple(cookies))

    def problem(self, request: R, status: int, key: str = "", headers: Mapping[str, str] | None = None) -> Answer:
        """Return the page of a refusal that is not about one field."""
        known = request.text["problems"]
        found = known.get(key or str(status), known["500"])
        return self.html(request, "problem", status, headers=headers, title=found["title"], problem=found)

    def _shown_at(self, request: R) -> str:
        """Return where the page can be opened in another language: of a form's answer that is the page above it."""
        parts = request.path.split("/")
        for length in range(len(parts), 0, -1):
            found = self.match("/".join(parts[:length]))
            if found and "GET" in self.pages[found[0]]:
                return "/".join(parts[:length])
        return ""
