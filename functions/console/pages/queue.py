"""The queue of cases: filters, orders; and the same cases as pictures."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from quietline.cases.model import Status
from quietline.cases.queue import NOBODY, Filter
from quietline.kernel.errors import FieldError, InvalidInputError

from functions.console import filters, inquiry, wiring, words
from functions.console.frame import Answer, Request, Who, form_again, go, page

if TYPE_CHECKING:
    from quietline.cases.model import Case

LIMIT = 50


@page("GET", "", Who.INVESTIGATOR)
def queue(request: Request) -> Answer:
    """Show one page of the cases that the filter lets through."""
    given = filters.given_of(request.query)
    errors: Sequence[FieldError] = ()
    cases: tuple[Case, ...] = ()
    following = ""
    try:
        wanted = filters.wanted_of(request, given)
        found = wiring.reader().page(wanted, LIMIT, request.query.get("cursor", ""), request.investigator)
        cases, following = found.cases, found.cursor
    except InvalidInputError as error:
        errors = error.fields
    names = words.names(request)
    return form_again(
        request,
        "queue",
        errors,
        values=given,
        rows=[row(request, case, names) for case in cases],
        following=filters.address_of(given, cursor=following) if following else "",
        pictures=filters.address_of(given),
        views=_views(request),
        form=filters.form_of(request, given, names.everybody),
    )


@page("GET", "pictures", Who.INVESTIGATOR)
def pictures(request: Request) -> Answer:
    """Show the complaints of the same cases on a map and as bars."""
    given = filters.given_of(request.query)
    try:
        found = wiring.reader().statistics(filters.wanted_of(request, given), request.investigator)
    except InvalidInputError as error:
        return form_again(request, "pictures", error.fields, values=given, drawn=None, **_asked(request, given))
    days = {date.fromisoformat(day): count for day, count in found.days.items()}
    agencies = [
        {"name": one.name[request.language], "count": found.by_agency.get(one.key, 0)}
        for one in request.profile.cases.agencies
    ]
    subjects = sorted(found.subjects.items(), key=lambda pair: (-pair[1], pair[0]))
    return form_again(
        request,
        "pictures",
        (),
        values=given,
        drawn=words.pictures(request, found.states, days),
        cases=found.cases,
        complaints=found.complaints,
        agencies=agencies,
        subjects=[{"name": words.subject(request, int(code)), "count": count} for code, count in subjects],
        **_asked(request, given),
    )


@page("GET", "next", Who.INVESTIGATOR)
def following(request: Request) -> Answer:
    """Go on with the next case to be decided: of one's own the most urgent, then of those that nobody has."""
    who, after = request.investigator, request.query.get("after", "")
    found: list[Case] = []
    for assignee in (request.sub, NOBODY):
        wanted = Filter(agency=who.agency, assignee=assignee, on_hold=False)
        found += wiring.reader().page(wanted, LIMIT, "", who).cases
    ids = [case.id for case in found if case.decision is None]
    behind = ids[ids.index(after) + 1 :] if after in ids else []
    following = next(iter([*behind, *(one for one in ids if one != after)]), "")
    return go(request, f"cases/{following}") if following else go(request, "", done="all_done")


@page("POST", "views", Who.INVESTIGATOR)
def save(request: Request) -> Answer:
    """Keep the queue's filter under a name."""
    given = filters.given_of(request.fields)
    try:
        filters.wanted_of(request, given)
        wiring.views().save(request.fields.get("name", ""), filters.kept_of(given), request.investigator)
    except InvalidInputError as error:
        return form_again(request, "view", error.fields, kept=given)
    return go(request, filters.address_of(given, done="saved"))


@page("POST", "views/{id}/delete", Who.INVESTIGATOR)
def forget(request: Request) -> Answer:
    """Delete a saved view."""
    wiring.views().delete(request.params["id"], request.investigator)
    return go(request, "", done="deleted")


def _views(request: Request) -> list[dict[str, str]]:
    return [
        {"id": one.id, "name": one.name, "href": filters.address_of(filters.given_by(one.wanted))}
        for one in wiring.views().mine(request.investigator)
    ]


def _asked(request: Request, given: dict[str, str]) -> dict[str, Any]:
    form = filters.form_of(request, given, words.names(request).everybody)
    return {"form": form, "queue": filters.address_of(given)}


def row(request: Request, case: "Case", names: words.Names) -> dict[str, Any]:
    """Return a case as a line of a table."""
    now = wiring.reader().clock.now()
    return {
        "id": case.id,
        "caller": words.caller(request, case),
        "priority": case.priority.points,
        "complaints": case.complaints,
        "opened": request.day(case.opened_at),
        "due": request.day(case.due_at),
        "late": case.status is Status.OPEN and case.due_at < now,
        "status": case.status.value,
        "colour": words.COLOURS[case.status],
        "failure": case.failure,
        "agency": words.agency(request, case),
        "assignee": names.of(case.assignee) if case.assignee else "",
        "on_hold": case.on_hold(request.profile.local_date(now)),
        "referred": bool(case.referral),
        "second": case.status is Status.OPEN and case.decision is not None and case.decision.kind == inquiry.CITATION,
    }
