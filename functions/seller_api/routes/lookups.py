"""Lookups: whether numbers are, or were, on the list."""

import datetime as dt
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented
from quietline.lookups.model import Status

from functions.seller_api.wiring import app, lookups, standing


class LookupIn(Model):
    """Numbers as people write them."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"numbers": ["(202) 555-0143", "+1 818 555 0100"]}]}
    )

    numbers: list[Annotated[str, Field(max_length=200)]] = Field(
        max_length=20_000,
        description="The profile says how many (United States: up to 10, subscribers up to 5,000). More than 10 are "
        "answered only for the areas that the organization is entitled to.",
    )
    as_of: dt.date | None = Field(
        default=None, description="Date of the published list that answers; left out, the newest."
    )


class AnswerOut(Model):
    """The answer on one number."""

    input: str = Field(description="As it was given.")
    number: str | None = Field(description="What it was read as, in E.164; null when it is unknown.")
    status: Status = Field(description="`unknown` is never to be read as `clear`.")
    reason: str | None = Field(
        description="Why it is unknown, e.g. `not_a_number`, `toll_free`, `other_country`, `not_entitled`; "
        "`stop_requested`: the list does not hold the number, but its owner told the organization to stop calling."
    )
    first_listed: dt.date | None = Field(
        description="Date of the list that first carried the number in the listing that holds; null unless listed."
    )


class LookupOut(Model):
    """The answers in the order asked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
                    "list_date": "2026-11-23",
                    "valid_until": "2026-12-24",
                    "answers": [
                        {
                            "input": "(202) 555-0143",
                            "number": "+12025550143",
                            "status": "listed",
                            "reason": None,
                            "first_listed": "2026-10-02",
                        },
                        {
                            "input": "800-555-0100",
                            "number": None,
                            "status": "unknown",
                            "reason": "toll_free",
                            "first_listed": None,
                        },
                    ],
                    "signed": "eyJhbGciOiJFUzI1NiJ9.eyJ0eXBlIjoibG9va3VwIn0.c2lnbmF0dXJl",
                }
            ]
        }
    )

    id: str
    list_date: dt.date = Field(description="The date of the list that answers; later changes are not in it.")
    valid_until: dt.date
    answers: list[AnswerOut]
    signed: str = Field(description="The same as a compact JWS, to keep as proof.")


@route(
    app,
    "POST",
    "/v1/lookups",
    Rule.AGENT,
    summary="Look numbers up",
    description="Answers from the newest published list, or from that of `as_of`. A number whose owner told the "
    "organization to stop is `unknown`, unless the list is too old to call by. A POST, so that no number is in an "
    "address; nothing of it is kept but how many numbers it held, so Idempotency-Key is ignored.",
    tags=["Lists"],
    operation_id="lookUp",
    responses=documented(200, "The answers.", LookupOut, 400, 401, 403, 409, 413, 415, 422, 429),
)
def look_up(asked: Annotated[LookupIn, Body()]) -> Response[LookupOut]:
    """Look numbers up."""
    asks = standing()
    found = lookups(asks.organization_id).look_up(asks, asked.numbers, asked.as_of)
    answers = [
        AnswerOut(
            input=answer.input,
            number=answer.number or None,
            status=answer.status,
            reason=answer.reason or None,
            first_listed=answer.first_listed,
        )
        for answer in found.answers
    ]
    body = LookupOut(
        id=found.id,
        list_date=found.list_date,
        valid_until=found.valid_until,
        answers=answers,
        signed=found.signed,
    )
    return Response(200, "application/json", body, headers={"Cache-Control": "no-store"})
