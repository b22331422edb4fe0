"""Reported calls: the parameters, the documents, the limits of the FTC's API, also under its own path."""

import json
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented
from quietline.opendata.model import Row
from quietline.opendata.query import read_query

from functions.open_data_api.wiring import app, limits, profile, reported_calls

TYPE = "dnc_complaint"
ID = "2553c5a1f0e94b7d8a6b3c2d1e0f9a8b"
ATTRIBUTES = {
    "company-phone-number": "3055550187",
    "created-date": "2026-03-05 00:03:04",
    "violation-date": "2026-03-04 18:30:00",
    "consumer-city": "Springfield",
    "consumer-state": "Illinois",
    "consumer-area-code": "217",
    "subject": "Medical  & prescriptions",
    "recorded-message-or-robocall": "Y",
}
CALL: dict[str, Any] = {
    "type": TYPE,
    "id": ID,
    "attributes": ATTRIBUTES,
    "relationships": {},
    "meta": {},
    "links": {"self": f"/v1/dnc-complaints/{ID}"},
}


class CallOut(Model):
    """One reported call, as the FTC's API shows it; an attribute is empty where it is not known or not shown."""

    model_config = ConfigDict(json_schema_extra={"examples": [CALL]})

    type: str
    id: str = Field(description="32 hex digits.")
    attributes: dict[str, str] = Field(description="The eight columns of the daily file.")
    relationships: dict[str, str]
    meta: dict[str, int]
    links: dict[str, str]


class CallsOut(Model):
    """A page of reported calls."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"data": [CALL], "meta": {"records-this-page": 1, "record-total": 1}}]}
    )

    data: list[CallOut]
    meta: dict[str, int] = Field(description="`records-this-page`, and `record-total` of all pages.")


class OneCallOut(Model):
    """One reported call."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"data": CALL}]})

    data: CallOut


type Text = Annotated[str | None, Query(max_length=200)]
type Key = Annotated[
    str | None,
    Query(max_length=200, description="Left out, or `DEMO_KEY`: few requests an hour. Also as header `X-Api-Key`."),
]
type When = Annotated[
    str | None,
    Query(max_length=40, description='`"2026-03-05"` or `"2026-03-05 00:03:04"`; the quotes may be left out.'),
]
FIND: dict[str, Any] = {
    "description": "Reported calls by the FTC's parameters, oldest first. A range of dates combines with one of "
    "`state`, `area_code` and `is_robocall`. `x-ratelimit-limit` and `x-ratelimit-remaining` say how many requests of "
    "this hour are left. These are callers who were complained about, unverified; not the do-not-call list.",
    "tags": ["Open data"],
    "responses": documented(200, "A page of reported calls.", CallsOut, 400, 403, 429),
}
ONE: dict[str, Any] = {
    "description": "One reported call by its id.",
    "tags": ["Open data"],
    "responses": documented(200, "The reported call.", OneCallOut, 403, 404, 429),
}


def _find() -> Response[str]:
    given = {name: value or "" for name, value in (app.current_event.query_string_parameters or {}).items()}
    headers = _counted(given)
    page = reported_calls().find(read_query(given, profile()))
    document = {
        "data": [_shown(row) for row in page.rows],
        "meta": {"records-this-page": len(page.rows), "record-total": page.total},
    }
    return _answer(document, headers)


def _one(call_id: str) -> Response[str]:
    given = {name: value or "" for name, value in (app.current_event.query_string_parameters or {}).items()}
    headers = _counted(given)
    return _answer({"data": _shown(reported_calls().get(call_id))}, headers)


def _counted(given: dict[str, str]) -> dict[str, str]:
    headers = {name.lower(): str(value) for name, value in (app.current_event.headers or {}).items()}
    key = given.get("api_key") or headers.get("x-api-key", "")
    # CloudFront appends the viewer's address, API Gateway that of CloudFront
    chain = [part.strip() for part in headers.get("x-forwarded-for", "").split(",") if part.strip()]
    address = chain[-2] if len(chain) > 1 else (chain or [app.current_event.request_context.http.source_ip or ""])[0]
    room = limits().take(key.strip(), address)
    return {"x-ratelimit-limit": str(room.limit), "x-ratelimit-remaining": str(room.remaining)}


def _shown(row: Row) -> dict[str, Any]:
    values = (
        row.caller,
        row.created,
        row.violation,
        row.city,
        row.state,
        row.area,
        row.subject,
        row.robocall,
    )
    return {
        "type": TYPE,
        "id": row.id,
        "attributes": dict(zip(ATTRIBUTES, values, strict=True)),
        "relationships": {},
        "meta": {},
        "links": {"self": f"/v1/dnc-complaints/{row.id}"},
    }


def _answer(document: dict[str, Any], headers: dict[str, str]) -> Response[str]:
    return Response(
        status_code=200,
        content_type="application/json",
        body=json.dumps(document, ensure_ascii=False),
        headers=headers | {"Cache-Control": "no-store"},
    )


@route(
    app,
    "GET",
    "/v1/dnc-complaints",
    Rule.PUBLIC,
    summary="Find reported calls",
    operation_id="findReportedCalls",
    **FIND,
)
def find(  # noqa: PLR0917 - one for each parameter of the FTC's
    created_date: When = None,
    created_date_from: When = None,
    created_date_to: When = None,
    violation_date: When = None,
    violation_date_from: When = None,
    violation_date_to: When = None,
    state: Text = None,
    city: Text = None,
    area_code: Text = None,
    is_robocall: Text = None,
    sort_order: Text = None,
    items_per_page: Text = None,
    offset: Text = None,
    api_key: Key = None,
) -> Response[str]:
    """Return a page; the parameters stand here for the reference and are read by `read_query`."""
    return _find()


@route(
    app,
    "GET",
    "/v0/dnc-complaints",
    Rule.PUBLIC,
    summary="Find reported calls, under the FTC's path",
    operation_id="findReportedCallsV0",
    **FIND,
)
def find_v0(  # noqa: PLR0917
    created_date: When = None,
    created_date_from: When = None,
    created_date_to: When = None,
    violation_date: When = None,
    violation_date_from: When = None,
    violation_date_to: When = None,
    state: Text = None,
    city: Text = None,
    area_code: Text = None,
    is_robocall: Text = None,
    sort_order: Text = None,
    items_per_page: Text = None,
    offset: Text = None,
    api_key: Key = None,
) -> Response[str]:
    """Return a page."""
    return _find()


@route(
    app,
    "GET",
    "/v1/dnc-complaints/<call_id>",
    Rule.PUBLIC,
    summary="Read a reported call",
    operation_id="readReportedCall",
    **ONE,
)
def one(call_id: Annotated[str, Path(description="32 hex digits.")], api_key: Key = None) -> Response[str]:
    """Return one."""
    return _one(call_id)


@route(
    app,
    "GET",
    "/v0/dnc-complaints/<call_id>",
    Rule.PUBLIC,
    summary="Read a reported call, under the FTC's path",
    operation_id="readReportedCallV0",
    **ONE,
)
def one_v0(call_id: Annotated[str, Path(description="32 hex digits.")], api_key: Key = None) -> Response[str]:
    """Return one."""
    return _one(call_id)
