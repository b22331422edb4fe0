"""Tracebacks: a carrier is asked where calls came from, and answers."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Self

from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.carrier_api.wiring import app, client_id, tracebacks

if TYPE_CHECKING:
    from quietline.cases.tracebacks import TracebackRequest

TAGS = ["Carriers"]


class TracedCallOut(Model):
    """A call to look for."""

    called_number: str
    called_at: dt.datetime
    kind: str


class TracebackOut(Model):
    """A question; `state` is `asked`, `origin`, `forwarded`, `refused` or `silent` (its deadline passed)."""

    id: str
    state: str
    caller_number: str = Field(description="As it was shown to the people who were called.")
    asked_at: dt.datetime
    due_at: dt.datetime
    calls: list[TracedCallOut] = Field(description="Of a question that waits; empty once it was answered.")

    @classmethod
    def of(cls, request: "TracebackRequest") -> Self:
        """Return the question."""
        hop = request.hop
        return cls(
            id=request.id,
            state=hop.state,
            caller_number=hop.caller_number,
            asked_at=hop.asked_at,
            due_at=hop.due_at,
            calls=[
                TracedCallOut(called_number=call.called, called_at=call.called_at, kind=call.kind)
                for call in request.calls
            ],
        )


class TracebacksOut(Model):
    """Newest first, 100 at most."""

    tracebacks: list[TracebackOut]


class AnswerIn(Model):
    """Exactly one of the three."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"origin": "Harbor Roofing LLC"}, {"carrier": "6214"}]},
    )

    origin: Annotated[str, Field(max_length=200)] = Field(
        "", description="Who placed the calls: name, SAN, or number in E.164."
    )
    carrier: Annotated[str, Field(max_length=20)] = Field(
        "", description="Code of the carrier that handed the calls over to you."
    )
    refusal: Annotated[str, Field(max_length=200)] = Field("", description="Why you do not say.")


@route(
    app,
    "GET",
    "/v1/carriers/tracebacks",
    Rule.CARRIER,
    summary="List tracebacks",
    description="What an investigation asks you: where calls came from.",
    tags=TAGS,
    operation_id="listTracebacks",
    responses=documented(200, "The tracebacks.", TracebacksOut, 401, 403),
)
def list_tracebacks() -> TracebacksOut:
    """List tracebacks."""
    return TracebacksOut(tracebacks=[TracebackOut.of(request) for request in tracebacks().asked(client_id())])


@route(
    app,
    "POST",
    "/v1/carriers/tracebacks/<traceback_id>",
    Rule.CARRIER,
    summary="Answer a traceback",
    description="The origin of the calls, the carrier before you, or why you refuse. The same answer again changes "
    "nothing; silence until the deadline is recorded.",
    tags=TAGS,
    operation_id="answerTraceback",
    responses=documented(200, "The traceback.", TracebackOut, 400, 401, 403, 404, 409, 413, 415, 422),
)
def answer_traceback(
    traceback_id: Annotated[str, Path(max_length=60)], answer: Annotated[AnswerIn, Body()]
) -> TracebackOut:
    """Answer a traceback."""
    made = tracebacks().answer(client_id(), traceback_id, answer.origin, answer.carrier, answer.refusal)
    return TracebackOut.of(made)
