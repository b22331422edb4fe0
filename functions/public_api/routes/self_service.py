"""What registered people do themselves: verify numbers, remove them, take that back."""

from datetime import date, datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.public_api import wiring
from functions.public_api.app import app
from functions.public_api.routes.registrations import MASKED, TAGS, ConfirmationIn


class MailedQuestionIn(Model):
    """One to three numbers and the address that the answer goes to."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"numbers": ["(202) 555-0143"], "email": "alex@example.com", "language": "en"}]
        },
    )

    numbers: list[Annotated[str, Field(max_length=200)]] = Field(
        max_length=100, description="As people write them; the profile says how many (United States: 1 to 3)."
    )
    email: Annotated[str, Field(max_length=1000)] = Field(description="Where the answer is sent.")
    language: Annotated[str, Field(max_length=20)] = Field(
        default="en", description="Language of the mails: one of the profile's."
    )


class AnsweredByMailOut(Model):
    """The same whatever is true of the numbers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answered_by": "mail"}]})

    answered_by: Literal["mail"] = Field(description="Where the answer is.")


class RemovalOut(Model):
    """The numbers are off the list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"numbers": ["+•••••••••43"], "off_from": "2026-11-25", "undo_until": "2026-11-25T15:00:00Z"}]
        }
    )

    numbers: list[str] = Field(description=MASKED)
    off_from: date = Field(description="From this date on they are on no published list.")
    undo_until: datetime = Field(description="The link in the confirmation mail takes the removal back until then.")


class RestoredOut(Model):
    """The numbers are registered as before."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"numbers": ["+•••••••••43"]}]})

    numbers: list[str] = Field(description=MASKED)


def by_mail() -> Response[AnsweredByMailOut]:
    """Return the one answer to everything that is answered by mail."""
    return Response(202, "application/json", AnsweredByMailOut(answered_by="mail"))


@route(
    app,
    "POST",
    "/v1/registrations/verifications",
    Rule.PUBLIC,
    summary="Verify numbers",
    description="Mails to the address whether each number is registered, since when, and from when sellers may not "
    "call it. The answer here is the same for every number; an address that had its mails of the day gets none.",
    tags=TAGS,
    operation_id="verifyNumbers",
    responses=documented(202, "The answer is on its way by mail.", AnsweredByMailOut, 400, 409, 413, 415, 422),
)
def verify(question: Annotated[MailedQuestionIn, Body()]) -> Response[AnsweredByMailOut]:
    """Verify numbers."""
    wiring.verifications().ask(question.numbers, question.email, question.language)
    return by_mail()


@route(
    app,
    "POST",
    "/v1/registrations/removals",
    Rule.PUBLIC,
    summary="Ask to remove numbers",
    description="Mails a link that removes those of the numbers that the mailbox itself registered and that no other "
    "mailbox has confirmed. The answer here is the same for every number.",
    tags=TAGS,
    operation_id="askToRemoveNumbers",
    responses=documented(202, "The answer is on its way by mail.", AnsweredByMailOut, 400, 409, 413, 415, 422),
)
def ask_to_remove(question: Annotated[MailedQuestionIn, Body()]) -> Response[AnsweredByMailOut]:
    """Ask for the link."""
    wiring.removals().ask(question.numbers, question.email, question.language)
    return by_mail()


@route(
    app,
    "POST",
    "/v1/registrations/removals/confirm",
    Rule.PUBLIC,
    summary="Remove numbers",
    description="Uses the link of the mail, once. Another mail brings the link that takes it back.",
    tags=TAGS,
    operation_id="removeNumbers",
    responses=documented(200, "The numbers are off the list.", RemovalOut, 400, 409, 413, 415, 422),
)
def remove(confirmation: Annotated[ConfirmationIn, Body()]) -> RemovalOut:
    """Remove numbers."""
    removed = wiring.removals().remove(confirmation.token)
    return RemovalOut(
        numbers=[str(number) for number in removed.numbers],
        off_from=removed.off_from,
        undo_until=removed.undo_until,
    )


@route(
    app,
    "POST",
    "/v1/registrations/removals/undo",
    Rule.PUBLIC,
    summary="Take a removal back",
    description="Uses the link of the confirmation mail, once, within the profile's hours. The numbers are listed "
    "again and keep the date of their registration.",
    tags=TAGS,
    operation_id="undoRemoval",
    responses=documented(200, "The numbers are registered as before.", RestoredOut, 400, 409, 413, 415, 422),
)
def undo(confirmation: Annotated[ConfirmationIn, Body()]) -> RestoredOut:
    """Take a removal back."""
    return RestoredOut(numbers=[str(number) for number in wiring.removals().undo(confirmation.token).numbers])
