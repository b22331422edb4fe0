"""What a mailbox may do by its links: move its registrations, get a certificate, opt out of mails."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.public_api import wiring
from functions.public_api.app import app
from functions.public_api.routes.registrations import TAGS, ConfirmationIn
from functions.public_api.routes.self_service import AnsweredByMailOut, by_mail


class MoveIn(Model):
    """The address that has the registrations, and the one that shall have them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"email": "alex@example.com", "new_email": "alex@example.org", "language": "en"}]
        },
    )

    email: Annotated[str, Field(max_length=1000)] = Field(description="Has the registrations now.")
    new_email: Annotated[str, Field(max_length=1000)] = Field(description="Shall have them.")
    language: Annotated[str, Field(max_length=20)] = Field(
        default="en", description="Language of the mails: one of the profile's."
    )


class MovedOut(Model):
    """The registrations belong to the new address."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"registrations": 2}]})

    registrations: int = Field(description="How many moved; their numbers stay on the list, with their dates.")


class CertifiedNumberOut(Model):
    """A registered number."""

    number: str = Field(description="Whole, in E.164: the link proves the mailbox that registered it.")
    registered_on: date
    sellers_bound_from: date = Field(description="From this date on no seller may call it.")


class CertificateOut(Model):
    """What the registry knows today of the mailbox's numbers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
                    "as_of": "2026-11-26",
                    "numbers": [
                        {
                            "number": "+12025550143",
                            "registered_on": "2026-11-24",
                            "sellers_bound_from": "2026-12-25",
                        }
                    ],
                    "receipt": "eyJhbGciOiJFUzI1NiJ9.eyJ0eXBlIjoiY2VydGlmaWNhdGUifQ.c2lnbmF0dXJl",
                }
            ]
        }
    )

    id: str
    as_of: date = Field(description="The registry's date that it speaks of.")
    numbers: list[CertifiedNumberOut]
    receipt: str = Field(description="The same, signed (JWS); `quietline verify` and the public keys prove it.")


class OptOutOut(Model):
    """Whether the mailbox gets mails that it did not ask for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"opted_out": True}]})

    opted_out: bool


@route(
    app,
    "POST",
    "/v1/registrations/moves",
    Rule.PUBLIC,
    summary="Ask to move to another address",
    description="Mails the old address a link that lets its registrations go. The answer here is the same for every "
    "address.",
    tags=TAGS,
    operation_id="askToMove",
    responses=documented(202, "The answer is on its way by mail.", AnsweredByMailOut, 400, 409, 413, 415, 422),
)
def ask_to_move(asked: Annotated[MoveIn, Body()]) -> Response[AnsweredByMailOut]:
    """Ask for the link."""
    wiring.moves().ask(asked.email, asked.new_email, asked.language)
    return by_mail()


@route(
    app,
    "POST",
    "/v1/registrations/moves/release",
    Rule.PUBLIC,
    summary="Let registrations go",
    description="Uses the link of the old address, once; the new address gets the link that finishes the move.",
    tags=TAGS,
    operation_id="releaseRegistrations",
    responses=documented(202, "The new address has mail.", AnsweredByMailOut, 400, 409, 413, 415, 422),
)
def release(confirmation: Annotated[ConfirmationIn, Body()]) -> Response[AnsweredByMailOut]:
    """Let the registrations go."""
    wiring.moves().release(confirmation.token)
    return by_mail()


@route(
    app,
    "POST",
    "/v1/registrations/moves/finish",
    Rule.PUBLIC,
    summary="Take registrations over",
    description="Uses the link of the new address, once. Links that the old address still has end.",
    tags=TAGS,
    operation_id="takeOverRegistrations",
    responses=documented(200, "They belong to the new address.", MovedOut, 400, 409, 413, 415, 422),
)
def finish(confirmation: Annotated[ConfirmationIn, Body()]) -> MovedOut:
    """Take the registrations over."""
    return MovedOut(registrations=wiring.moves().finish(confirmation.token))


@route(
    app,
    "POST",
    "/v1/registrations/certificates",
    Rule.PUBLIC,
    summary="Get a certificate of registration",
    description="By the certificate's link, from the mail of a confirmation or a verification, as often as wanted "
    "until it ends. It tells whole numbers, and only those that the mailbox registered.",
    tags=TAGS,
    operation_id="getCertificate",
    responses=documented(200, "The certificate.", CertificateOut, 400, 409, 413, 415, 422),
)
def certificate(confirmation: Annotated[ConfirmationIn, Body()]) -> CertificateOut:
    """Issue the certificate."""
    made = wiring.certificates().issue(confirmation.token)
    return CertificateOut(
        id=made.id,
        as_of=made.as_of,
        numbers=[
            CertifiedNumberOut(
                number=one.number.e164, registered_on=one.registered_on, sellers_bound_from=one.sellers_bound_from
            )
            for one in made.numbers
        ],
        receipt=made.signed,
    )


def _opt(token: str, *, out: bool) -> OptOutOut:
    wiring.opt_outs().change(token, out=out)
    return OptOutOut(opted_out=out)


@route(
    app,
    "POST",
    "/v1/opt-outs",
    Rule.PUBLIC,
    summary="Opt out of mails",
    description="By the link in a mail that nobody asked for at that moment. Mails that answer something always come. "
    "It may be repeated.",
    tags=TAGS,
    operation_id="optOut",
    responses=documented(200, "The mailbox is out.", OptOutOut, 400, 409, 413, 415, 422),
)
def opt_out(confirmation: Annotated[ConfirmationIn, Body()]) -> OptOutOut:
    """Opt out."""
    return _opt(confirmation.token, out=True)


@route(
    app,
    "POST",
    "/v1/opt-outs/undo",
    Rule.PUBLIC,
    summary="Opt in again",
    description="By the same link.",
    tags=TAGS,
    operation_id="optIn",
    responses=documented(200, "The mailbox is in again.", OptOutOut, 400, 409, 413, 415, 422),
)
def opt_in(confirmation: Annotated[ConfirmationIn, Body()]) -> OptOutOut:
    """Opt in."""
    return _opt(confirmation.token, out=False)
