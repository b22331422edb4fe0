"""API Gateway → the hosted pages' forms: plain HTML, no script, no session; a review page carries what was typed.

Nothing typed is ever in an address: forms are POSTed, and only the mailed link has its single-use token there.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from aws_lambda_powertools import Logger
from quietline.http.site import cookies
from quietline.http.site.door import AGAIN
from quietline.kernel.errors import InvalidInputError, LinkError, NotFoundError, QuietlineError, UnavailableError
from quietline.pages.forms import BadBodyError

from functions.site_forms import complain, complaint, registered, sellers, stop, waiting, wiring
from functions.site_forms.answers import Answer, Request, form_again, html
from functions.site_forms.forms import CODE_FIELD, check_registration, codes_of, fields_of, numbers_of, placed
from functions.site_forms.render import pages
from functions.site_forms.self_service import link_refused

if TYPE_CHECKING:
    from quietline.profiles.profile import Profile

type Page = Callable[[Request], Answer]
log = Logger()


def register(request: Request) -> Answer:
    """Check a registration: the review page, or the form again with what is wrong."""
    errors = check_registration(wiring.registrations(), request.fields, request.language)
    if errors or request.fields.get("action") == "change":
        return form_again(request, "register", [] if request.fields.get("action") == "change" else errors)
    return html(request, "register_review", numbers=numbers_of(request.fields))


def register_send(request: Request) -> Answer:
    """Register, and send the browser on, so that reloading sends nothing twice."""
    numbers = numbers_of(request.fields)
    try:
        made = wiring.registrations().register(
            list(numbers.values()), request.fields.get("email", ""), request.language, request.fields.get("channel", "")
        )
    except InvalidInputError as error:
        return form_again(request, "register", placed(error.fields, list(numbers)))
    return waiting.go(request, made.waiting_token)


def confirm_page(request: Request) -> Answer:
    """Show the button: programs that only follow the links of a mail confirm nothing."""
    token = request.query.get("token", "")
    try:
        return html(request, "confirm", token=token, codes=_codes_wanted(token))
    except LinkError as error:
        return link_refused(request, error)


def confirm(request: Request) -> Answer:
    """Use the link, with the codes where the profile asks for them."""
    token = request.fields.get("token", "")
    try:
        confirmed = wiring.registrations().confirm(token, codes_of(request.fields))
    except LinkError as error:
        return link_refused(request, error)
    except InvalidInputError as error:
        return form_again(request, "confirm", error.fields, token=token, codes=_codes_wanted(token))
    shown = pages(request.profile)
    return html(
        request,
        "confirmed",
        numbers=[str(number) for number in confirmed.numbers],
        certificate_token=confirmed.certificate_token,
        listed_from=shown.day(confirmed.listed_from, request.language),
        sellers_bound_from=shown.day(confirmed.sellers_bound_from, request.language),
        unproved=[
            {"number": str(one.number), "reason": request.text["confirmed"][one.reason]} for one in confirmed.unproved
        ],
    )


def _codes_wanted(token: str) -> dict[str, str]:
    """Return the fields of the codes that the link wants → the masked number of each."""
    return {f"{CODE_FIELD}{place}": str(number) for place, number in wiring.registrations().unproved(token).items()}


ROUTES: dict[str, dict[str, Page]] = {
    "register": {"POST": register},
    "register/send": {"POST": register_send},
    "confirm": {"GET": confirm_page, "POST": confirm},
    "complain": {"POST": complain.step},
    "complain/send": {"POST": complain.send},
    **complaint.ROUTES,
    **registered.ROUTES,
    **sellers.ROUTES,
    **stop.ROUTES,
}
MAILED = ("confirm", *registered.MAILED, *stop.MAILED, *complaint.MAILED)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request with a page."""
    profile = wiring.profile()
    language, name, query = _asked(event, profile)
    method = event["requestContext"]["http"]["method"]
    request = Request(profile, language, {}, query, cookies.read(event))
    methods = ROUTES.get(name)
    if methods is None:
        return problem(request, 404).payload()
    # a HEAD is answered as the GET that it asks about; API Gateway drops the body
    page = methods.get("GET" if method == "HEAD" else method)
    if page is None:
        return problem(request, 405, {"allow": ", ".join(methods)}).payload()
    try:
        if method == "POST":
            request = replace(request, fields=fields_of(event))
        return page(request).payload()
    except BadBodyError as error:
        return problem(request, error.status).payload()
    except NotFoundError:
        return problem(request, 404).payload()
    except QuietlineError as error:
        log.warning("refused", error=type(error).__name__)
        return problem(request, error.status, AGAIN if error.status == UnavailableError.status else None).payload()
    except Exception as error:
        from quietline.adapters.aws import is_busy_or_away

        # only the class and the place: a message could hold what was typed
        log.error("failed", error=type(error).__name__, place=_place(error))  # noqa: TRY400 - no traceback on purpose
        answer = problem(request, 503, AGAIN) if is_busy_or_away(error) else problem(request, 500)
        return answer.payload()


def problem(request: Request, status: int, headers: dict[str, str] | None = None) -> Answer:
    """Return the page of a refusal that is not about one field."""
    known = request.text["problems"]
    found = known.get(str(status), known["500"])
    return html(request, "problem", status, headers, title=found["title"], body=found["body"])


def _asked(event: dict[str, Any], profile: "Profile") -> tuple[str, str, dict[str, str]]:
    query = {name: values[-1] for name, values in parse_qs(event.get("rawQueryString", "")).items()}
    parts = [part for part in event["rawPath"].split("/") if part][1:]
    if parts and parts[0] in profile.languages:
        return parts[0], "/".join(parts[1:]), query
    wished = query.get("lang", "")
    language = wished if wished in profile.languages else profile.languages[0]
    # without a language in their path there are only the mailed links
    name = "/".join(parts)
    return language, name if name in MAILED else "", query


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
