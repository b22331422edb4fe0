"""Add to a complaint, correct it, take it back: whoever has its reference and status code."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.public_api import wiring
from functions.public_api.app import app
from functions.public_api.routes.complaints import STATUS_CODE, TAGS, StatusOut, Text, status_out

type Reference = Annotated[str, Path(max_length=40, description="The complaint's reference.")]
type Code = Annotated[str, Field(max_length=100, description="The complaint's secret.")]


class CommentIn(Model):
    """A comment, of at most 2,000 characters."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"status_code": STATUS_CODE, "comment": "They called again today."}]},
    )

    status_code: Code
    comment: Annotated[str, Field(max_length=20_000)]


class CorrectionIn(Model):
    """What changes of the call; what is left out stays. Name and address have their own operation."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"status_code": STATUS_CODE, "call_time": "18:45", "robocall": False}]},
    )

    status_code: Code
    called_number: Text | None = None
    call_date: Text | None = None
    call_time: Text | None = None
    robocall: bool | None = None
    kind: Literal["call", "text"] | None = None
    subject: int | None = None
    subject_other: Text | None = None
    caller_number: Text | None = None
    caller_name: Text | None = None
    done_business: bool | None = None
    asked_to_stop: bool | None = None
    comments: Annotated[str | None, Field(max_length=20_000)] = None


class ContactIn(Model):
    """What changes of your name and address: what is left out stays, an empty text takes the field away."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"status_code": STATUS_CODE, "street_2": "", "zip": "20001", "email": "alex@example.com"}]
        },
    )

    status_code: Code
    first_name: Text | None = None
    last_name: Text | None = None
    street_1: Text | None = None
    street_2: Text | None = None
    city: Text | None = None
    state: Text | None = None
    zip: Text | None = None
    email: Text | None = Field(default=None, description="Where news is sent from now on; empty for nowhere.")


class WithdrawalIn(Model):
    """The status code, in the body so that no address holds it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"status_code": STATUS_CODE}]})

    status_code: Code


@route(
    app,
    "POST",
    "/v1/complaints/<reference>/comments",
    Rule.PUBLIC,
    summary="Add a comment to a complaint",
    description="Investigators read it with the complaint. A complaint takes twenty.",
    tags=TAGS,
    operation_id="commentComplaint",
    responses=documented(200, "The complaint as it is now.", StatusOut, 400, 404, 409, 413, 415),
)
def comment(reference: Reference, asked: Annotated[CommentIn, Body()]) -> StatusOut:
    """Add a comment."""
    found = wiring.complaints().opened(reference, asked.status_code)
    return status_out(wiring.changes().comment(found, asked.comment))


@route(
    app,
    "POST",
    "/v1/complaints/<reference>/corrections",
    Rule.PUBLIC,
    summary="Correct what a complaint says of the call",
    description="What stood there before is kept, and the call is screened anew. Once the case is decided nothing "
    "is corrected any more, and while a case is open the caller stays who it is.",
    tags=TAGS,
    operation_id="correctComplaint",
    responses=documented(200, "The complaint as it is now.", StatusOut, 400, 404, 409, 413, 415),
)
def correct(reference: Reference, asked: Annotated[CorrectionIn, Body()]) -> StatusOut:
    """Correct a complaint."""
    found = wiring.complaints().opened(reference, asked.status_code)
    changes: dict[str, Any] = asked.model_dump(exclude={"status_code"}, exclude_unset=True)
    return status_out(wiring.changes().correct(found, {name: to for name, to in changes.items() if to is not None}))


@route(
    app,
    "POST",
    "/v1/complaints/<reference>/contact",
    Rule.PUBLIC,
    summary="Correct your name and address",
    description="Of all calls that were reported together, whatever became of them. That something changed is kept, "
    "and what stood there before is not. With another address for mails the links that were mailed to the old one end.",
    tags=TAGS,
    operation_id="correctContact",
    responses=documented(200, "The complaint as it is now.", StatusOut, 400, 404, 409, 413, 415),
)
def contact(reference: Reference, asked: Annotated[ContactIn, Body()]) -> StatusOut:
    """Correct name and address."""
    found = wiring.complaints().opened(reference, asked.status_code)
    given: dict[str, str | None] = asked.model_dump(exclude={"status_code"}, exclude_unset=True)
    changes = {name: text for name, text in given.items() if text is not None}
    return status_out(wiring.contacts().correct(found, changes, asked.status_code))


@route(
    app,
    "POST",
    "/v1/complaints/<reference>/withdrawal",
    Rule.PUBLIC,
    summary="Take a complaint back",
    description="It counts nowhere any more and leaves its case. A second time changes nothing; once the case is "
    "decided it is too late.",
    tags=TAGS,
    operation_id="withdrawComplaint",
    responses=documented(200, "The complaint as it is now.", StatusOut, 400, 404, 409, 413, 415),
)
def withdraw(reference: Reference, asked: Annotated[WithdrawalIn, Body()]) -> StatusOut:
    """Take a complaint back."""
    found = wiring.complaints().opened(reference, asked.status_code)
    return status_out(wiring.changes().withdraw(found))
