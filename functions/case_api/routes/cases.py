"""The queue of cases, one case, its decision."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from quietline.http.auth import Rule, route
from quietline.http.problems import documented

from functions.case_api.routes.models import CaseFileOut, CaseOut, CasesOut, DecisionIn
from functions.case_api.wiring import app, cases, investigator

TAGS = ["Cases"]


@route(
    app,
    "GET",
    "/v1/cases",
    Rule.INVESTIGATOR,
    summary="List cases",
    description="Oldest first, at most 50 on a page.",
    tags=TAGS,
    operation_id="listCases",
    responses=documented(200, "One page of cases.", CasesOut, 400, 401, 403),
)
def list_cases(
    status: Annotated[str, Query(max_length=20)] = "open",
    limit: Annotated[int, Query(ge=1, le=50)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> CasesOut:
    """List cases."""
    return CasesOut.of(cases().page(status, limit, cursor))


@route(
    app,
    "GET",
    "/v1/cases/<case_id>",
    Rule.INVESTIGATOR,
    summary="Read a case",
    description="With its complaints and its audit log; the view itself is logged.",
    tags=TAGS,
    operation_id="readCase",
    responses=documented(200, "The case.", CaseFileOut, 401, 403, 404),
)
def read_case(case_id: Annotated[str, Path(max_length=40)]) -> CaseFileOut:
    """Read a case."""
    return CaseFileOut.of(cases().read(case_id, investigator()))


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
def decide_case(
    case_id: Annotated[str, Path(max_length=40)], decision: Annotated[DecisionIn, Body()]
) -> Response[CaseOut]:
    """Decide a case."""
    case = cases().decide(case_id, decision.decision, decision.reasons, investigator())
    return Response(202, "application/json", CaseOut.of(case))
