"""Pages of stop requests: tell one seller to stop, confirm by the mailed link, take it back by another."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from quietline.kernel.errors import InvalidInputError, LinkError

from functions.site_forms import wiring
from functions.site_forms.answers import Answer, Request, form_again, html
from functions.site_forms.render import pages
from functions.site_forms.self_service import button, link_refused, told

if TYPE_CHECKING:
    from quietline.stops.model import StopRequest


def ask(request: Request) -> Answer:
    """Find the seller, and show whom it will be sent to; with several found, one is chosen."""
    if request.fields.get("action") == "change":
        return form_again(request, "stop", [])
    try:
        asked = wiring.stops().check(*_typed(request))
    except InvalidInputError as error:
        return form_again(request, "stop", error.fields)
    return html(request, "stop_review", sellers=asked.sellers)


def send(request: Request) -> Answer:
    """Ask for the mail, and send the browser on, so that reloading sends nothing twice."""
    number, _, email = _typed(request)
    try:
        wiring.stops().ask(number, request.fields.get("chosen", ""), email, request.language)
    except InvalidInputError as error:
        return form_again(request, "stop", error.fields)
    return Answer(303, "", {"location": f"/{request.language}/asked/"})


def confirmed(request: Request) -> Answer:
    """Use the link that confirms: the seller is told."""
    try:
        done = wiring.stops().confirm(request.fields.get("token", ""))
    except LinkError as error:
        return link_refused(request, error)
    due = {"due_on": pages(request.profile).day(done.due_on, request.language)} if done.due_on else {}
    return told(request, "stop_told", _values(done) | due)


def withdrawn(request: Request) -> Answer:
    """Use the link that takes the request back."""
    try:
        done = wiring.stops().withdraw(request.fields.get("token", ""))
    except LinkError as error:
        return link_refused(request, error)
    return told(request, "stop_withdrawn", _values(done))


def _typed(request: Request) -> tuple[str, str, str]:
    return (
        request.fields.get("number", ""),
        request.fields.get("seller", ""),
        request.fields.get("email", ""),
    )


def _values(request: "StopRequest") -> dict[str, str]:
    return {"seller": request.seller.name, "number": str(request.number)}


ROUTES: dict[str, dict[str, Callable[[Request], Answer]]] = {
    "stop": {"POST": ask},
    "stop/send": {"POST": send},
    "stop/confirm": {"GET": button("stop_confirm", "stop/confirm"), "POST": confirmed},
    "stop/withdraw": {"GET": button("stop_withdraw", "stop/withdraw", warning=True), "POST": withdrawn},
}
MAILED = ("stop/confirm", "stop/withdraw")
"""Where mailed links lead; their addresses have the language in the query."""
