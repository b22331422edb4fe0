"""Remove a number by a code that is told to its line: whoever holds the line may, whatever a mailbox says."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented
from quietline.kernel.errors import NotFoundError

from functions.public_api import wiring
from functions.public_api.app import app, settings
from functions.public_api.routes.registrations import LINK, TAGS
from functions.public_api.routes.self_service import RemovalOut, RestoredOut

type Token = Annotated[str, Field(max_length=200, description="`removal_token` of the answer to the question.")]


class LineQuestionIn(Model):
    """A number, and by what its line is told the code."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"number": "(202) 555-0143", "channel": "sms", "language": "en"}]},
    )

    number: Annotated[str, Field(max_length=200)] = Field(description="As people write it.")
    channel: Annotated[str, Field(max_length=20)] = Field(
        description="`sms` or `call`, as far as the profile has them."
    )
    language: Annotated[str, Field(max_length=20)] = Field(
        default="en", description="Language of the code's text: one of the profile's."
    )


class ToldToTheLineOut(Model):
    """The same whatever is true of the number."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answered_by": "line", "removal_token": LINK, "minutes": 10}]}
    )

    answered_by: Literal["line"] = Field(description="Where the code is.")
    removal_token: str = Field(description="Secret: the code is entered with it, and it takes the removal back.")
    minutes: int = Field(description="How long the code works.")


class CodeIn(Model):
    """The code, and the token of the question that it answers."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"removal_token": LINK, "code": "402713"}]}
    )

    removal_token: Token
    code: Annotated[str, Field(max_length=40)] = Field(description="Six digits; spaces do not matter.")


class RemovalTokenIn(Model):
    """The token of a removal."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"removal_token": LINK}]})

    removal_token: Token


@route(
    app,
    "POST",
    "/v1/registrations/removals/line",
    Rule.PUBLIC,
    summary="Have a removal code told to a line",
    description="Tells a code to the number itself, by text message or automated call. The answer here is the same for "
    "every number; one that had its codes of the day is told none. 404 where the deployment cannot reach lines: "
    "numbers are removed by mail there.",
    tags=TAGS,
    operation_id="askLineForRemovalCode",
    responses=documented(202, "The code is on its way.", ToldToTheLineOut, 400, 404, 409, 413, 415, 422),
)
def ask(question: Annotated[LineQuestionIn, Body()]) -> Response[ToldToTheLineOut]:
    """Have a code told to the line."""
    rules = wiring.profile().registration.removal
    if not settings().line_codes or not rules.channels:
        raise NotFoundError("Codes cannot be told to telephone lines here: numbers are removed by mail.")
    token = wiring.line_removals().ask(question.number, question.channel, question.language)
    out = ToldToTheLineOut(answered_by="line", removal_token=token, minutes=rules.minutes)
    return Response(202, "application/json", out)


@route(
    app,
    "POST",
    "/v1/registrations/removals/line/code",
    Rule.PUBLIC,
    summary="Remove a number by its code",
    description="A wrong code is a field error and counts as a try; after the profile's tries, or its minutes, the "
    "code has ended (400, `link-not-usable`). The number is off the list, if it was on it.",
    tags=TAGS,
    operation_id="removeNumberByCode",
    responses=documented(200, "The number is off the list.", RemovalOut, 400, 409, 413, 415, 422),
)
def enter(entered: Annotated[CodeIn, Body()]) -> RemovalOut:
    """Enter the code."""
    removed = wiring.line_removals().remove(entered.removal_token, entered.code)
    return RemovalOut(
        numbers=[str(number) for number in removed.numbers],
        off_from=removed.off_from,
        undo_until=removed.undo_until,
    )


@route(
    app,
    "POST",
    "/v1/registrations/removals/line/undo",
    Rule.PUBLIC,
    summary="Take a removal by code back",
    description="Once, within the profile's hours: no mailbox is known that a link could go to, so the token of the "
    "question does it. The number is listed again and keeps the date of its registration.",
    tags=TAGS,
    operation_id="undoRemovalByCode",
    responses=documented(200, "The number is registered as before.", RestoredOut, 400, 409, 413, 415, 422),
)
def undo(asked: Annotated[RemovalTokenIn, Body()]) -> RestoredOut:
    """Take a removal back."""
    return RestoredOut(numbers=[str(number) for number in wiring.line_removals().undo(asked.removal_token).numbers])
