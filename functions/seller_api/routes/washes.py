"""Washes: a whole call list answered, by way of an upload."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from quietline.http.auth import Rule, route
from quietline.http.problems import documented

from functions.seller_api.routes.wash_models import WashesOut, WashIn, WashOut
from functions.seller_api.wiring import acting, agent_of, app, caller, standing, washes

TAGS = ["Washes"]


@route(
    app,
    "POST",
    "/v1/washes",
    Rule.AGENT,
    summary="Ask for a call list to be washed",
    description="Answers with a form to upload the call list to: CSV with any delimiter, plain, gzipped or zipped, of "
    "at most `max_bytes`; one that takes longer than 15 minutes fails. Washing begins when the file has come. The "
    "same `client_reference` again returns the same wash (200), with a new form if it still waits for its file or has "
    "failed; with another column or header it is refused (409). Idempotency-Key is ignored.",
    tags=TAGS,
    operation_id="createWash",
    responses=documented(201, "A new wash.", WashOut, 400, 401, 403, 409, 413, 415, 429)
    | documented(200, "The wash of this reference as it stands.", WashOut),
)
def create(wanted: Annotated[WashIn, Body()]) -> Response[WashOut]:
    """Ask for a wash."""
    who = caller()
    asked = washes().ask(standing(), who.sub or who.client_id, wanted.request())
    out = WashOut.of(asked.wash, washes().kept, washes().answer_link(asked.wash), asked.upload)
    status = 201 if asked.is_new else 200
    return Response(status, "application/json", out, headers={"Cache-Control": "no-store"})


@route(
    app,
    "GET",
    "/v1/washes",
    Rule.AGENT,
    summary="List washes",
    description="The organization's own, newest first, at most 50 on a page; results are there, links are not.",
    tags=TAGS,
    operation_id="listWashes",
    responses=documented(200, "One page of washes.", WashesOut, 400, 401, 403),
)
def listed(
    limit: Annotated[int, Query(ge=1, le=50)] = 50,
    cursor: Annotated[str, Query(max_length=26, pattern="^[0-9A-Z]*$")] = "",
) -> WashesOut:
    """List washes."""
    acts = acting()
    return WashesOut.of(washes().page(acts.organization_id, limit, cursor, agent_of(acts)), washes().kept)


@route(
    app,
    "GET",
    "/v1/washes/<wash_id>",
    Rule.AGENT,
    summary="Read a wash",
    description="How far it is, or its result with a link to the answer that works for minutes.",
    tags=TAGS,
    operation_id="readWash",
    responses=documented(200, "The wash.", WashOut, 401, 403, 404),
)
def read(wash_id: Annotated[str, Path(max_length=40)]) -> Response[WashOut]:
    """Read a wash."""
    acts = acting()
    found = washes().get(acts.organization_id, wash_id, agent_of(acts))
    out = WashOut.of(found, washes().kept, washes().answer_link(found))
    return Response(200, "application/json", out, headers={"Cache-Control": "no-store"})
