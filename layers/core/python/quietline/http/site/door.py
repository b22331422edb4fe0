"""API Gateway → pages: the language, the session, forms that come from our own pages, and a page for what fails.

A form is taken only when the browser says that it comes from this site, and with the token that this browser's pages
carry.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

from aws_lambda_powertools import Logger

from quietline.http.origin import origin_of
from quietline.http.site import cookies
from quietline.http.site.frame import ANYBODY, Answer, Declared, Request, Site
from quietline.kernel.errors import (
    ForbiddenError,
    MfaRequiredError,
    NotFoundError,
    QuietlineError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
    log_fields,
)
from quietline.pages.forms import BadBodyError, pairs_of
from quietline.sessions.service import is_form_token, new_id

if TYPE_CHECKING:
    from quietline.profiles.profile import Profile

MAX_FIELDS = 1500
"""As many check boxes as a form has at most: every area of the country."""

AGAIN = {"retry-after": "5"}
"""Of a page that says to try again shortly."""


class Door[R: Request]:
    """Answers the requests of a site.

    Args:
        site: its pages.
        opened: returns the page once it is sure that this person may open it; somebody is signed in.
        refused: returns the page of a refusal that only this site words, or None.
    """

    def __init__(
        self,
        site: Site[R],
        *,
        opened: Callable[[R, Declared[R]], Answer],
        refused: Callable[[R, Exception], Answer | None] = lambda _request, _error: None,
    ) -> None:
        self._site, self._opened, self._refused = site, opened, refused
        self._log = Logger(service=site.name)

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
        """Answer one request with a page."""
        request, fresh = self._request(event)
        method = event["requestContext"]["http"]["method"]
        answer = self._answer(event, request, "GET" if method == "HEAD" else method)
        if fresh and not answer.cookies and answer.status < 300:
            # a page with a form: its token belongs to this id
            answer = Answer(answer.status, answer.body, answer.headers, (self._site.cookies.session(request.browser),))
        self._log.info("answered", method=method, route=request.pattern, status=answer.status)
        return answer.payload()

    def _answer(self, event: Mapping[str, Any], request: R, method: str) -> Answer:
        site = self._site
        try:
            known = request.cookies.get(site.cookies.session_name, "")
            request.session = site.wiring.sessions().find(known) if known else None
        except Exception as error:  # noqa: BLE001, RUF100 - a page for whatever happens
            return self._failed(request, error)
        if not _has_language(event, request.profile):
            return _with_language(event, request)
        methods = site.pages[request.pattern] if site.match(request.path) else {}
        if not methods:
            return site.problem(request, 404)
        declared = methods.get(method)
        if declared is None:
            return site.problem(request, 405, headers={"allow": ", ".join(methods)})
        try:
            if method == "POST":
                request.pairs = pairs_of(event, max_fields=MAX_FIELDS)
                token = request.fields.get("form_token", "")
                if not self._from_this_site(event) or not is_form_token(request.browser, token):
                    return site.problem(request, 403, "form")
            if declared.who == ANYBODY:
                return declared.page(request)
            if request.session is None:
                return self._to_sign_in(request, method)
            return self._opened(request, declared)
        except UnauthenticatedError:
            return self._to_sign_in(request, method)
        except Exception as error:  # noqa: BLE001, RUF100 - a page for whatever happens
            return self._refused(request, error) or self._failed(request, error)

    def _failed(self, request: R, error: Exception) -> Answer:
        problem = self._site.problem
        match error:
            case MfaRequiredError():
                return problem(request, 403, "mfa_required")
            case TooManyRequestsError():
                return problem(request, 429, headers={"retry-after": str(error.retry_after)})
            case UnavailableError():
                self._log.warning("refused", extra=log_fields(error))
                return problem(request, 503, headers=AGAIN)
            case BadBodyError() | ForbiddenError() | NotFoundError():
                return problem(request, error.status)
            case QuietlineError():
                self._log.warning("refused", extra=log_fields(error))
                return problem(request, error.status)
            case _:
                from quietline.adapters.aws import is_busy_or_away

                # only the class and the place: a message could hold what was typed
                self._log.error("failed", extra=log_fields(error))
                return problem(request, 503, headers=AGAIN) if is_busy_or_away(error) else problem(request, 500)

    def _to_sign_in(self, request: R, method: str) -> Answer:
        """Ask to sign in; then it goes on with the page asked for, which is shown and never sent again."""
        wanted = request.path if method == "GET" else ""
        query = f"?next={quote(wanted)}" if wanted else ""
        if request.cookies.get(self._site.cookies.session_name) and method == "POST":
            query = "?done=ended"
        return Answer(303, "", {"location": request.at("sign-in") + query})

    def _request(self, event: Mapping[str, Any]) -> tuple[R, bool]:
        """Return the request, and whether its browser had no id yet."""
        site = self._site
        profile = site.wiring.profile()
        query = {name: values[-1] for name, values in parse_qs(event.get("rawQueryString", "")).items()}
        parts = [part for part in event["rawPath"].split("/") if part][1:]
        language = parts[0] if parts and parts[0] in profile.languages else _wished(event, query, profile)
        path = "/".join(parts[1:] if _has_language(event, profile) else parts)
        found = site.match(path)
        known = cookies.read(event)
        browser = known.get(site.cookies.session_name, "")
        request = site.request(
            site,
            profile,
            language,
            path,
            found[1] if found else {},
            found[0] if found else "",
            query,
            cookies=known,
            browser=browser or new_id(),
            origin=origin_of(event),
        )
        return request, not browser

    def _from_this_site(self, event: Mapping[str, Any]) -> bool:
        """Return whether the browser says that a form comes from our own pages.

        Every browser of today says it in `Sec-Fetch-Site`; older ones only name the origin.
        """
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        site = headers.get("sec-fetch-site")
        if site is not None:
            return bool(site == "same-origin")
        return bool(headers.get("origin") == self._site.wiring.settings().site_url)


def _has_language(event: Mapping[str, Any], profile: "Profile") -> bool:
    parts = [part for part in event["rawPath"].split("/") if part][1:]
    return bool(parts) and parts[0] in profile.languages


def _with_language(event: Mapping[str, Any], request: Request) -> Answer:
    """Send an address without a language on, e.g. a mailed one, with all that it says."""
    query = event.get("rawQueryString", "")
    return Answer(303, "", {"location": request.at(request.path) + (f"?{query}" if query else "")})


def _wished(event: Mapping[str, Any], query: Mapping[str, str], profile: "Profile") -> str:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    wishes = [query.get("lang", ""), *str(headers.get("accept-language", "")).split(",")]
    codes = (wish.split(";")[0].strip().lower().split("-")[0] for wish in wishes)
    return next((code for code in codes if code in profile.languages), profile.languages[0])
