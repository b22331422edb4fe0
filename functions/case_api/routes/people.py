"""Who works at the desk, their views, and the desk's audit log."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from quietline.http.auth import Rule, route
from quietline.http.problems import documented

from functions.case_api.routes.desk_models import ViewIn, ViewOut, ViewsOut
from functions.case_api.routes.queue_models import AuditOut, ColleagueOut, ColleaguesOut, NameIn
from functions.case_api.wiring import app, person, reader, views

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


@route(
    app,
    "GET",
    "/v1/views",
    Rule.INVESTIGATOR,
    summary="List your views",
    description="Filters of the queue under a name; nobody else sees them.",
    tags=TAGS,
    operation_id="listViews",
    responses=documented(200, "The views.", ViewsOut, 401, 403),
)
def list_views() -> ViewsOut:
    """List your views."""
    return ViewsOut(views=[ViewOut.of(view) for view in views().mine(person())])


@route(
    app,
    "POST",
    "/v1/views",
    Rule.INVESTIGATOR,
    summary="Save a view",
    description="A view of the same name is replaced.",
    tags=TAGS,
    operation_id="saveView",
    responses=documented(201, "The view.", ViewOut, 400, 401, 403, 409, 413, 415, 422),
)
def save_view(given: Annotated[ViewIn, Body()]) -> Response[ViewOut]:
    """Save a view."""
    wanted = given.filter.model_dump(mode="json", exclude_defaults=True)
    return Response(201, "application/json", ViewOut.of(views().save(given.name, wanted, person())))


@route(
    app,
    "DELETE",
    "/v1/views/<view_id>",
    Rule.INVESTIGATOR,
    summary="Delete a view",
    description="One of your own.",
    tags=TAGS,
    operation_id="deleteView",
    responses=documented(204, "It is gone.", None, 401, 403, 404),
)
def delete_view(view_id: Annotated[str, Path(max_length=40)]) -> Response[None]:
    """Delete a view."""
    views().delete(view_id, person())
    return Response(204)
