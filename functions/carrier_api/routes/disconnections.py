"""Disconnections and reassignments, as carriers report them."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import ConfigDict, Field, JsonValue
from quietline.carriers.model import Entry
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.carrier_api.wiring import app, client_id, line_reports

EXAMPLE: list[JsonValue] = [
    {"number": "+12025550143", "event": "disconnected", "on": "2026-09-01"},
    {"number": "+12025550143", "event": "reassigned", "on": "2026-11-02"},
    {"number": "12", "event": "disconnected", "on": "2026-11-02"},
]


class ReportIn(Model):
    """One event of one line; a wrong value refuses this report only."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(max_length=200, description="As people write it, or E.164.")
    event: str = Field(max_length=40, description="`disconnected`, `reconnected` (same subscriber) or `reassigned`.")
    on: str = Field(max_length=40, description="The day it happened, `YYYY-MM-DD`.")


class ReportsIn(Model):
    """A batch."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reports": EXAMPLE}]})

    reports: list[ReportIn] = Field(max_length=10_000, description="As many as the profile says (United States: 500).")


class RefusedOut(Model):
    """A report that was not taken."""

    index: int = Field(description="Its place in the batch, from 0.")
    field: str
    detail: str
    code: str


class ReportsOut(Model):
    """What became of the batch. A taken report is answered the same whether or not its number is on the list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "accepted": 2,
                    "refused": [
                        {"index": 2, "field": "number", "detail": "This is not a phone number.", "code": "not_a_number"}
                    ],
                }
            ]
        }
    )

    accepted: int
    refused: list[RefusedOut]


@route(
    app,
    "POST",
    "/v1/carriers/disconnections",
    Rule.CARRIER,
    summary="Report disconnected and reassigned lines",
    description="A disconnected number stays on the list, protected, until it is reported reassigned. Reports may come "
    "in any order and more than once: the same report again changes nothing.",
    tags=["Carriers"],
    operation_id="reportDisconnections",
    responses=documented(200, "What became of each report.", ReportsOut, 400, 401, 403, 413, 415),
)
def report(batch: Annotated[ReportsIn, Body()]) -> ReportsOut:
    """Take a batch of reports."""
    entries = [Entry(one.number, one.event, one.on) for one in batch.reports]
    refused = line_reports().take(client_id(), entries)
    return ReportsOut(
        accepted=len(entries) - len(refused),
        refused=[RefusedOut(index=r.index, field=r.field, detail=r.detail, code=r.code) for r in refused],
    )
