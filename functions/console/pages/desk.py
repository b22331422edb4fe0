"""The people at the desk, and what supervisors read: the audit log."""

from datetime import date
from typing import Any

from quietline.kernel.errors import FieldError, InvalidInputError

from functions.console import filters, wiring, words
from functions.console.frame import Answer, Request, Who, form_again, go, html, page

LIMIT = 50


@page("GET", "people", Who.INVESTIGATOR)
def people(request: Request) -> Answer:
    """Show who works at the desk, and ask for one's own name."""
    return html(request, "people", **_people(request))


@page("POST", "people", Who.INVESTIGATOR)
def call_me(request: Request) -> Answer:
    """Keep the name that colleagues see."""
    try:
        wiring.reader().call_me(request.fields.get("name", ""), request.investigator)
    except InvalidInputError as error:
        return form_again(request, "people", error.fields, **_people(request))
    return go(request, "people", done="named")


def _people(request: Request) -> dict[str, Any]:
    names = words.names(request)
    mine = next((one.name for one in names.everybody if one.sub == request.sub), "")
    rows = [
        {"name": names.of(one.sub), "agency": words.agency_name(request, one.agency), "supervises": one.supervises}
        for one in names.everybody
    ]
    return {"rows": rows, "values": {"name": request.fields.get("name", mine)}}


@page("GET", "workload", Who.SUPERVISOR)
def workload(request: Request) -> Answer:
    """Show who of the agency has how much to do, the most overdue first."""
    names, nobody = words.names(request), request.text["queue"]["nobody"]
    agency = request.supervisor.agency
    rows = [
        {
            "name": names.of(one.sub) if one.sub else nobody,
            "href": filters.address_of({"assignee": one.sub or "none", "agency": agency, "sort": "due"}),
            "cases": one.cases,
            "overdue": one.overdue,
            "resting": one.resting,
            "urgent": one.urgent,
            "next_due": request.day(one.next_due),
        }
        for one in wiring.workload().of(request.supervisor)
    ]
    late = filters.address_of({"overdue": "yes", "agency": agency, "sort": "due"})
    return html(request, "workload", rows=rows, late=late, agency=words.agency_name(request, agency))


@page("GET", "audit", Who.SUPERVISOR)
def audit(request: Request) -> Answer:
    """Show what people did on a day, newest first."""
    given = request.query.get("day", "")
    errors = []
    day: date | None = None
    if given:
        try:
            day = date.fromisoformat(given)
        except ValueError:
            errors = [FieldError("/day", "Enter a date like 2026-11-20.", "date")]
    if errors:
        return form_again(request, "audit", errors, rows=[], following="", values={"day": given})
    found = wiring.reader().audit(day, LIMIT, request.query.get("cursor", ""), request.supervisor)
    names = words.names(request)
    rows = [
        {
            "at": request.instant(one.at),
            "by": names.of(one.by),
            "case": one.subject.removeprefix("CASE#") if one.subject.startswith("CASE#") else "",
            **words.action(request, one.action, one.detail, names),
        }
        for one in found.entries
    ]
    following = filters.address_of({"day": given} if given else {}, cursor=found.cursor) if found.cursor else ""
    return html(request, "audit", rows=rows, following=following, values={"day": given})
