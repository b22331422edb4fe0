"""Stop requests of the organization: the feed, and its acknowledgement."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented
from quietline.stops.feed import AT_ONCE, PAGE, as_csv
from quietline.stops.model import Answer, Change

from functions.seller_api.routes.instants import Instant
from functions.seller_api.routes.models import InModel
from functions.seller_api.wiring import acting, app, caller, member, stop_feed

if TYPE_CHECKING:
    from quietline.stops.model import Entry

TAGS = ["Stop requests"]
ID = "01KB3Q6W5N8Y2C4D6E8F0G1H2J"
CSV = {
    "description": "The changes.",
    "content": {
        "text/csv": {
            "schema": {"type": "string"},
            "example": "number,change,requested_at,due_on,id,sequence\r\n"
            f"+12025550143,requested,2026-11-24T15:00:00.000Z,2026-12-09,{ID},17\r\n",
        }
    },
}
Since = Annotated[int, Query(ge=0, description="`next` of the page before; 0 begins with the first change.")]
Limit = Annotated[int, Query(ge=1, le=PAGE)]


class StopChangeOut(Model):
    """One change of the set of numbers that your organization must not call."""

    sequence: int = Field(description="Counts the changes from 1, without a gap.")
    at: Instant
    change: Change = Field(description="`requested`: stop calling. `withdrawn`: nobody asks for it any more.")
    id: str = Field(description="Of the request: what is acknowledged.")
    number: str
    requested_at: Instant
    due_on: dt.date = Field(description="The last day on which you may still be busy taking it over.")

    @classmethod
    def of(cls, entry: "Entry") -> "StopChangeOut":
        """Return the answer's form."""
        return cls(
            sequence=entry.sequence,
            at=entry.at,
            change=entry.change,
            id=entry.request_id,
            number=entry.number.e164,
            requested_at=entry.requested_at,
            due_on=entry.due_on,
        )


class StopChangesOut(Model):
    """Changes after a sequence, oldest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "changes": [
                        {
                            "sequence": 17,
                            "at": "2026-11-24T15:00:00.000Z",
                            "change": "requested",
                            "id": ID,
                            "number": "+12025550143",
                            "requested_at": "2026-11-24T15:00:00.000Z",
                            "due_on": "2026-12-09",
                        }
                    ],
                    "next": 17,
                    "more": False,
                }
            ]
        }
    )

    changes: list[StopChangeOut]
    next: int = Field(description="What to ask with the next time, as `since`.")
    more: bool = Field(description="Whether there is more already.")


class AcknowledgementsIn(InModel):
    """Requests that your organization follows from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ids": [ID]}]})

    ids: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=AT_ONCE)]


class AcknowledgementOut(Model):
    """What became of one id."""

    id: str
    state: Answer


class AcknowledgementsOut(Model):
    """What became of each id, in the order given."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"acknowledgements": [{"id": ID, "state": "acknowledged"}]}]}
    )

    acknowledgements: list[AcknowledgementOut]


@route(
    app,
    "GET",
    "/v1/stop-requests",
    Rule.AGENT,
    summary="Read the stop requests",
    description="People who told your organization to stop calling, and those who took that back, in the order of the "
    "changes. Ask again with `next`. A stop request beats every exemption, and holds whether or not the number is on "
    "the list.",
    tags=TAGS,
    operation_id="readStopRequests",
    responses=documented(200, "The changes.", StopChangesOut, 400, 401, 403),
)
def read(since: Since = 0, limit: Limit = PAGE) -> StopChangesOut:
    """Return what changed."""
    page = stop_feed().page(acting().organization_id, since, limit)
    return StopChangesOut(changes=[StopChangeOut.of(entry) for entry in page.entries], next=page.next, more=page.more)


@route(
    app,
    "GET",
    "/v1/stop-requests/csv",
    Rule.AGENT,
    summary="Read the stop requests as CSV",
    description="The same page as a file with a header: number, change, requested_at, due_on, id, sequence. A page "
    f"with {PAGE} lines may have a next one: ask for it with the last line's sequence.",
    tags=TAGS,
    operation_id="readStopRequestsAsCsv",
    responses=documented(200, "", None, 400, 401, 403) | {200: CSV},
)
def read_csv(since: Since = 0, limit: Limit = PAGE) -> Response[str]:
    """Return what changed as a file."""
    page = stop_feed().page(acting().organization_id, since, limit)
    headers = {"content-disposition": 'attachment; filename="stop-requests.csv"'}
    return Response(200, "text/csv; charset=utf-8", as_csv(page.entries), headers)


@route(
    app,
    "POST",
    "/v1/stop-requests/acknowledgements",
    Rule.MEMBER,
    summary="Acknowledge stop requests",
    description="Says that your organization has stopped calling these numbers; the consumers are told. Due by each "
    "request's `due_on`. Acknowledging again changes nothing.",
    tags=TAGS,
    operation_id="acknowledgeStopRequests",
    responses=documented(200, "What became of each.", AcknowledgementsOut, 400, 401, 403, 413, 415),
)
def acknowledge(body: AcknowledgementsIn) -> AcknowledgementsOut:
    """Acknowledge requests."""
    found = member()
    by = caller().sub or caller().client_id
    answers = stop_feed().acknowledge(found.organization_id, by, body.ids)
    return AcknowledgementsOut(acknowledgements=[AcknowledgementOut(id=one, state=state) for one, state in answers])
