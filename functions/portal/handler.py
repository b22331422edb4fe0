"""API Gateway → the portal's pages.

`/portal/<language>/<path>`; each page is declared with who may open it (`frame.page`). A form is taken only when the
browser says that it comes from this site, and with the token that this browser's pages carry.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

from aws_lambda_powertools import Logger
from quietline.http.origin import origin_of
from quietline.kernel.errors import (
    CertificationDueError,
    ForbiddenError,
    MfaRequiredError,
    NoOrganizationError,
    NotFoundError,
    OrganizationClosedError,
    OrganizationSuspendedError,
    QuietlineError,
    TooManyRequestsError,
    UnauthenticatedError,
    log_fields,
)
from quietline.pages.forms import BadBodyError, pairs_of
from quietline.sessions.service import is_form_token, new_id

from functions.portal import cookies, wiring
from functions.portal import pages as all_pages
from functions.portal.frame import PAGES, Answer, Declared, Request, Who, go, match, problem

if TYPE_CHECKING:
    from quietline.profiles.profile import Profile

MAX_FIELDS = 1500
"""As many check boxes as a form has at most: every area of the country."""
assert all_pages
READS = {Who.MEMBER: "member", Who.AGENT: "acting", Who.REPRESENTATIVE: "representative"}
log = Logger(service="portal")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request with a page."""
    request, fresh = _request(event)
    method = event["requestContext"]["http"]["method"]
    answer = _answer(event, request, "GET" if method == "HEAD" else method)
    if fresh and not answer.cookies and answer.status < 300:
        # a page with a form: its token belongs to this id
        answer = Answer(answer.status, answer.body, answer.headers, (cookies.session(request.browser),))
    log.info("answered", method=method, route=request.pattern, status=answer.status)
    return answer.payload()


def _answer(event: Mapping[str, Any], request: Request, method: str) -> Answer:
    if not _has_language(event, request.profile):
        return _with_language(event, request)
    methods = PAGES[request.pattern] if match(request.path) else {}
    if not methods:
        return problem(request, 404)
    declared = methods.get(method)
    if declared is None:
        return problem(request, 405, headers={"allow": ", ".join(methods)})
    try:
        if method == "POST":
            request.pairs = pairs_of(event, max_fields=MAX_FIELDS)
            if not _from_this_site(event) or not is_form_token(request.browser, request.fields.get("form_token", "")):
                return problem(request, 403, "form")
        return _opened(request, declared)
    except UnauthenticatedError:
        return _to_sign_in(request, method)
    except Exception as error:  # noqa: BLE001, RUF100 - a page for whatever happens
        return _refused(request, error)


def _refused(request: Request, error: Exception) -> Answer:
    match error:
        case MfaRequiredError():
            return problem(request, 403, "mfa_required")
        case CertificationDueError():
            return problem(request, 403, "certification_due")
        case OrganizationSuspendedError():
            return problem(request, 403, "suspended")
        case OrganizationClosedError():
            return problem(request, 403, "closed")
        case ForbiddenError() if request.session and request.session.acting_for:
            return problem(request, 403, "acting")
        case TooManyRequestsError():
            return problem(request, 429, headers={"retry-after": str(error.retry_after)})
        case BadBodyError() | ForbiddenError() | NotFoundError():
            return problem(request, error.status)
        case QuietlineError():
            log.warning("refused", extra=log_fields(error))
            return problem(request, error.status)
        case _:
            # only the class and the place: a message could hold what was typed
            log.error("failed", extra=log_fields(error))
            return problem(request, 500)


def _opened(request: Request, declared: Declared) -> Answer:
    """Return the page, once it is sure that this person may open it."""
    if declared.who is not Who.ANYBODY:
        if request.session is None:
            raise UnauthenticatedError("Sign in first.")
        if declared.who is not Who.PERSON:
            try:
                getattr(request, READS[declared.who])
            except NoOrganizationError:
                return go(request, "organization/new")
    return declared.page(request)


def _to_sign_in(request: Request, method: str) -> Answer:
    """Ask to sign in; then it goes on with the page that was asked for, which is shown and never sent again."""
    wanted = request.path if method == "GET" else ""
    query = f"?next={quote(wanted)}" if wanted else ""
    if request.cookies.get(cookies.SESSION) and method == "POST":
        query = "?done=ended"
    return Answer(303, "", {"location": request.at("sign-in") + query})


def _request(event: Mapping[str, Any]) -> tuple[Request, bool]:
    """Return the request, and whether its browser had no id yet."""
    profile = wiring.profile()
    query = {name: values[-1] for name, values in parse_qs(event.get("rawQueryString", "")).items()}
    parts = [part for part in event["rawPath"].split("/") if part][1:]
    language = parts[0] if parts and parts[0] in profile.languages else _wished(event, query, profile)
    path = "/".join(parts[1:] if _has_language(event, profile) else parts)
    found = match(path)
    known = cookies.read(event)
    browser = known.get(cookies.SESSION, "")
    session = wiring.sessions().find(browser) if browser else None
    request = Request(
        profile,
        language,
        path,
        found[1] if found else {},
        found[0] if found else "",
        query,
        cookies=known,
        browser=browser or new_id(),
        session=session,
        origin=origin_of(event),
    )
    return request, not browser


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


def _from_this_site(event: Mapping[str, Any]) -> bool:
    """Return whether the browser says that a form comes from our own pages.

    Every browser of today says it in `Sec-Fetch-Site`; older ones only name the origin.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    site = headers.get("sec-fetch-site")
    if site is not None:
        return bool(site == "same-origin")
    return bool(headers.get("origin") == wiring.settings().site_url)
