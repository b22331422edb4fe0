"""The queue of cases, one case, its decision."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from quietline.http.auth import Rule, route
from quietline.http.problems import documented

from functions.case_api.routes.models import CaseFileOut, CaseOut, CasesOut, DecisionIn, EventOut, EventsOut, FactsOut
from functions.case_api.routes.queue_models import FilterIn, QueueIn, SearchIn, SearchOut, StatisticsOut
from functions.case_api.wiring import app, decisions, moves, person, reader

TAGS = ["Cases"]
CaseId = Annotated[str, Path(max_length=40)]


@route(
    app,
    "GET",
    "/v1/cases",
    Rule.INVESTIGATOR,
    summary="List cases",
    description="The most urgent first, at most 50 on a page; a page may be short before the end, `next` goes on. "
    "`sort` puts up to 5,000 cases of the status in another order. Both agencies see all cases. It is logged.",
    tags=TAGS,
    operation_id="listCases",
    responses=documented(200, "One page of cases.", CasesOut, 400, 401, 403),
)
def list_cases(queue: Annotated[QueueIn, Query()]) -> CasesOut:
    """List cases."""
    who = person()
    return CasesOut.of(reader().page(queue.wanted(who.sub), queue.limit, queue.cursor, who))


@route(
    app,
    "GET",
    "/v1/cases/statistics",
    Rule.INVESTIGATOR,
    summary="Count cases and complaints",
    description="Over the cases that a filter lets through: by agency, and their complaints by state, area, subject "
    "and day, for a map and bars.",
    tags=TAGS,
    operation_id="countCases",
    responses=documented(200, "The counts.", StatisticsOut, 400, 401, 403),
)
def count_cases(wanted: Annotated[FilterIn, Query()]) -> StatisticsOut:
    """Count cases and complaints."""
    who = person()
    return StatisticsOut.of(reader().statistics(wanted.wanted(who.sub), who))


@route(
    app,
    "POST",
    "/v1/cases/search",
    Rule.INVESTIGATOR,
    summary="Search cases",
    description="By a complaint's reference, or by the caller's number or name. A POST, because an address is kept in "
    "logs and a number must not be.",
    tags=TAGS,
    operation_id="searchCases",
    responses=documented(200, "What was found.", SearchOut, 400, 401, 403, 413, 415, 422),
)
def search_cases(search: Annotated[SearchIn, Body()]) -> SearchOut:
    """Search cases."""
    return SearchOut.of(reader().search(search.reference, search.caller_number, search.caller_name, person()))


@route(
    app,
    "GET",
    "/v1/cases/<case_id>",
    Rule.INVESTIGATOR,
    summary="Read a case",
    description="With its complaints, its timeline, notes and links; the view itself is logged.",
    tags=TAGS,
    operation_id="readCase",
    responses=documented(200, "The case.", CaseFileOut, 401, 403, 404),
)
def read_case(case_id: CaseId) -> CaseFileOut:
    """Read a case."""
    who = person()
    moves().resume(case_id)
    return CaseFileOut.of(reader().read(case_id, who))


@route(
    app,
    "GET",
    "/v1/cases/<case_id>/events",
    Rule.INVESTIGATOR,
    summary="Read a case's timeline",
    description="The append-only audit log of one case, oldest first; the view itself is logged.",
    tags=TAGS,
    operation_id="readCaseEvents",
    responses=documented(200, "The timeline.", EventsOut, 401, 403, 404),
)
def read_events(case_id: CaseId) -> EventsOut:
    """Read a case's timeline."""
    return EventsOut(events=[EventOut.of(event) for event in reader().events(case_id, person())])


@route(
    app,
    "GET",
    "/v1/cases/<case_id>/statistics",
    Rule.INVESTIGATOR,
    summary="Count one case's complaints",
    description="By state, area, subject and every day, for a map and bars.",
    tags=TAGS,
    operation_id="countCase",
    responses=documented(200, "The counts.", FactsOut, 401, 403, 404),
)
def count_case(case_id: CaseId) -> FactsOut:
    """Count one case's complaints."""
    return FactsOut.of(reader().case_statistics(case_id, person()))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/decision",
    Rule.INVESTIGATOR,
    summary="Decide a case",
    description="Wakes the waiting case; recording the decision and telling the complainants follow.",
    tags=TAGS,
    operation_id="decideCase",
    responses=documented(202, "The decision is kept.", CaseOut, 400, 401, 403, 404, 409, 413, 415, 422),
)
def decide_case(case_id: CaseId, decision: Annotated[DecisionIn, Body()]) -> Response[CaseOut]:
    """Decide a case."""
    case = decisions().decide(case_id, decision.decision, decision.reasons, person())
    return Response(202, "application/json", CaseOut.of(case))
