"""Stop requests: who told the organization to stop, and that it has."""

from quietline.kernel.errors import FieldError
from quietline.kernel.phone import national
from quietline.stops.feed import AT_ONCE, as_csv

from functions.portal import wiring, words
from functions.portal.frame import Answer, Request, Who, form_again, go, page

FILE = {"content-type": "text/csv; charset=utf-8", "content-disposition": 'attachment; filename="stop-requests.csv"'}


@page("GET", "stop-requests", Who.MEMBER)
def listed(request: Request) -> Answer:
    """List what was not acknowledged yet, the most urgent first."""
    return _form(request, [])


@page("POST", "stop-requests", Who.MEMBER)
def acknowledge(request: Request) -> Answer:
    """Acknowledge the chosen ones."""
    chosen = list(request.every("id"))[:AT_ONCE]
    if not chosen:
        return _form(request, [FieldError("/id", request.text["stop_requests"]["none_chosen"], "stops_none_chosen")])
    wiring.stop_feed().acknowledge(request.member.organization_id, request.caller.sub, chosen)
    return go(request, "stop-requests", done="acknowledged")


@page("GET", "stop-requests/csv", Who.MEMBER)
def file(request: Request) -> Answer:
    """Return the changes after a sequence as a file."""
    since = request.query.get("since", "0")
    page_of = wiring.stop_feed().page(
        request.member.organization_id, int(since) if since.isascii() and since.isdigit() else 0
    )
    return Answer(200, as_csv(page_of.entries), FILE)


def _form(request: Request, wrong: list[FieldError]) -> Answer:
    today = request.profile.local_date(wiring.stop_feed().clock.now())
    return form_again(
        request,
        "stop_requests",
        wrong,
        requests=[
            {
                "id": one.request_id,
                "number": national(one.number),
                "at": words.day(request, request.profile.local_date(one.requested_at)),
                "due": words.day(request, one.due_on),
                "overdue": one.is_overdue(today),
            }
            for one in wiring.stop_feed().unacknowledged(request.member.organization_id)
        ],
    )
