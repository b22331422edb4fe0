"""A registration that waits for its link: how long, send the link again, correct the address."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.public_api import wiring
from functions.public_api.app import app
from functions.public_api.routes.registrations import LINK, MASKED, TAGS

if TYPE_CHECKING:
    from quietline.registrations.waiting import Waiting


class WaitingIn(Model):
    """The token that the answer to the registration gave."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"waiting_token": LINK}]})

    waiting_token: Annotated[str, Field(max_length=200)] = Field(
        description="Of the registration, or of the last step."
    )


class CorrectionIn(WaitingIn):
    """The token, and the address as it should have been."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"waiting_token": LINK, "email": "alex@example.com"}]}
    )

    email: Annotated[str, Field(max_length=1000)] = Field(description="Where the new link is sent.")


class WaitingOut(Model):
    """What waits; it says nothing of whether a number is known."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "numbers": ["+•••••••••43"],
                    "expires_at": "2026-11-27T15:00:00Z",
                    "hours_left": 71,
                    "mails_left": 3,
                    "waiting_token": LINK,
                }
            ]
        }
    )

    numbers: list[str] = Field(description=MASKED)
    expires_at: datetime = Field(description="The link works until then; sending it again does not move that.")
    hours_left: int = Field(description="Until then, rounded up.")
    mails_left: int = Field(description="How many more mails this registration may ask for.")
    waiting_token: str = Field(description="For the next step; another one after the address was corrected.")


def _out(found: "Waiting") -> WaitingOut:
    return WaitingOut(
        numbers=list(found.numbers),
        expires_at=found.expires_at,
        hours_left=found.hours_left,
        mails_left=found.mails_left,
        waiting_token=found.token,
    )


@route(
    app,
    "POST",
    "/v1/registrations/waiting",
    Rule.PUBLIC,
    summary="See a registration that waits",
    description="How long its link still works. Refused when the link was used, or is too old.",
    tags=TAGS,
    operation_id="seeWaitingRegistration",
    responses=documented(200, "What waits.", WaitingOut, 400, 409, 413, 415, 422),
)
def see(asked: Annotated[WaitingIn, Body()]) -> WaitingOut:
    """Show what waits."""
    return _out(wiring.waiting().of(asked.waiting_token))


@route(
    app,
    "POST",
    "/v1/registrations/waiting/again",
    Rule.PUBLIC,
    summary="Send the link again",
    description="Mails the same link again, as often as the profile allows (United States: 5 mails a registration). "
    "Where the profile asks for a proof of the line, numbers that are not proved are told a new code. An address "
    "that had its mails of the day gets none, and the answer is the same.",
    tags=TAGS,
    operation_id="sendLinkAgain",
    responses=documented(200, "What waits.", WaitingOut, 400, 409, 413, 415, 422),
)
def again(asked: Annotated[WaitingIn, Body()]) -> WaitingOut:
    """Send the link again."""
    return _out(wiring.waiting().again(asked.waiting_token))


@route(
    app,
    "POST",
    "/v1/registrations/waiting/address",
    Rule.PUBLIC,
    summary="Correct the address",
    description="Mails a new link to the right address; the link and the token from before end.",
    tags=TAGS,
    operation_id="correctAddress",
    responses=documented(200, "What waits.", WaitingOut, 400, 409, 413, 415, 422),
)
def correct(asked: Annotated[CorrectionIn, Body()]) -> WaitingOut:
    """Correct the address."""
    return _out(wiring.waiting().correct(asked.waiting_token, asked.email))
