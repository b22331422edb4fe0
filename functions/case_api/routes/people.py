"""Who works at the desk, and the desk's audit log."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from quietline.http.auth import Rule, route
from quietline.http.problems import documented

from functions.case_api.routes.queue_models import AuditOut, ColleagueOut, ColleaguesOut, NameIn
from functions.case_api.wiring import app, person, reader

TAGS = ["Desk"]


@route(
    app,
    "GET",
    "/v1/investigators",
    Rule.INVESTIGATOR,
    summary="List investigators",
    description="Everybody of both agencies who has been at the desk: whom cases can be assigned to.",
    tags=TAGS,
    operation_id="listInvestigators",
    responses=documented(200, "The people.", ColleaguesOut, 401, 403),
)
def list_investigators() -> ColleaguesOut:
    """List investigators."""
    return ColleaguesOut(investigators=[ColleagueOut.of(one) for one in reader().colleagues(person())])


@route(
    app,
    "PUT",
    "/v1/investigators/me",
    Rule.INVESTIGATOR,
    summary="Give your name",
    description="What colleagues see instead of your id.",
    tags=TAGS,
    operation_id="nameInvestigator",
    responses=documented(200, "You, as colleagues see you.", ColleagueOut, 400, 401, 403, 413, 415, 422),
)
def name_investigator(given: Annotated[NameIn, Body()]) -> ColleagueOut:
    """Give your name."""
    return ColleagueOut.of(reader().call_me(given.name, person()))


@route(
    app,
    "GET",
    "/v1/audit",
    Rule.SUPERVISOR,
    summary="Read the desk's audit log",
    description="What people read and did on a UTC day, newest first. Reading it is logged too.",
    tags=TAGS,
    operation_id="readAudit",
    responses=documented(200, "One page of the log.", AuditOut, 400, 401, 403),
)
def read_audit(
    day: Annotated[date | None, Query(description="A UTC date; left out, today.")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> AuditOut:
    """Read the desk's audit log."""
    return AuditOut.of(reader().audit(day, limit, cursor, person()))
