"""Put numbers on the list."""

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

TAGS = ["Registrations"]
MASKED = "Masked: the last two digits only."
LINK = "01KB3Q6W5N8Y2C4D6E8F0G1H2J.kq3Zb0n1m2L4x6v8t0r2p4n6l8j0h2Ya"


class RegistrationIn(Model):
    """One to three numbers and the address that the link goes to."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"numbers": ["(202) 555-0143"], "email": "alex@example.com", "language": "en"}]
        },
    )

    numbers: list[Annotated[str, Field(max_length=200)]] = Field(
        max_length=100, description="As people write them; the profile says how many (United States: 1 to 3)."
    )
    email: Annotated[str, Field(max_length=1000)] = Field(description="Where the confirmation link is sent.")
    language: Annotated[str, Field(max_length=20)] = Field(
        default="en", description="Language of the mails: one of the profile's."
    )
    channel: Annotated[str, Field(max_length=20)] = Field(
        default="",
        description="By what each number is told its code, `sms` or `call`, where the profile asks for a proof of the "
        "line (the United States do not; it is then ignored).",
    )


class RegistrationOut(Model):
    """The same for every number, whether it is known or not."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J", "expires_at": "2026-11-27T15:00:00Z", "waiting_token": LINK}
            ]
        }
    )

    id: str = Field(description="The registration.")
    expires_at: datetime = Field(description="The link in the mail works until then.")
    waiting_token: str = Field(description="Secret: sends the link again, or corrects the address, while it waits.")


class ConfirmationIn(Model):
    """The token of the mailed link."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"token": LINK}]})

    token: Annotated[str, Field(max_length=200)] = Field(description="`token` of the link's address.")


class RegistrationConfirmationIn(ConfirmationIn):
    """The token of the mailed link, and the codes that the numbers were told."""

    codes: list[Annotated[str, Field(max_length=20)]] = Field(
        default=[],
        max_length=100,
        description="In the order of the registration's numbers, where the profile asks for a proof of the line; a "
        "blank one leaves its number out.",
    )


class NotRegisteredOut(Model):
    """A number that was left out."""

    number: str = Field(description=MASKED)
    reason: Literal["code_missing", "code_ended"] = Field(description="Why its line is not proved.")


class ConfirmationOut(Model):
    """The numbers are listed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "numbers": ["+•••••••••43"],
                    "listed_from": "2026-11-25",
                    "sellers_bound_from": "2026-12-25",
                    "not_registered": [],
                    "certificate_token": LINK,
                }
            ]
        }
    )

    numbers: list[str] = Field(description=MASKED)
    listed_from: date = Field(description="From this date on all of them are on the published list.")
    sellers_bound_from: date = Field(description="From this date on no seller may call any of them.")
    not_registered: list[NotRegisteredOut] = Field(description="Numbers whose line was not proved.")
    certificate_token: str = Field(description="Secret: gets the certificate of the numbers, as the mail's link does.")


@route(
    app,
    "POST",
    "/v1/registrations",
    Rule.PUBLIC,
    summary="Register numbers",
    description="Sends a mail with a link; the numbers are listed when the link is used. The answer and work are "
    "the same for known and unknown numbers. An address that had its mails of the day gets the same answer, no mail.",
    tags=TAGS,
    operation_id="registerNumbers",
    responses=documented(202, "The mail is on its way.", RegistrationOut, 400, 409, 413, 415, 422),
)
def register(registration: Annotated[RegistrationIn, Body()]) -> Response[RegistrationOut]:
    """Register numbers."""
    receipt = wiring.registrations().register(
        registration.numbers, registration.email, registration.language, registration.channel
    )
    return Response(
        202,
        "application/json",
        RegistrationOut(id=receipt.id, expires_at=receipt.expires_at, waiting_token=receipt.waiting_token),
    )


@route(
    app,
    "POST",
    "/v1/registrations/confirm",
    Rule.PUBLIC,
    summary="Confirm a registration",
    description="Uses the link of the mail, once. A number that is listed already keeps its date. Where the profile "
    "asks for a proof of the line, a mistyped code is refused and counted and nothing is listed; numbers without a "
    "code are left out.",
    tags=TAGS,
    operation_id="confirmRegistration",
    responses=documented(200, "The numbers are listed.", ConfirmationOut, 400, 409, 413, 415, 422),
)
def confirm(confirmation: Annotated[RegistrationConfirmationIn, Body()]) -> ConfirmationOut:
    """Confirm a registration."""
    confirmed = wiring.registrations().confirm(confirmation.token, confirmation.codes)
    return ConfirmationOut(
        numbers=[str(number) for number in confirmed.numbers],
        listed_from=confirmed.listed_from,
        sellers_bound_from=confirmed.sellers_bound_from,
        not_registered=[
            NotRegisteredOut.model_validate({"number": str(one.number), "reason": one.reason})
            for one in confirmed.unproved
        ],
        certificate_token=confirmed.certificate_token,
    )
