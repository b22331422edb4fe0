"""The numbers that an organization calls from."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Self

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.seller_api.routes.models import InModel
from functions.seller_api.wiring import app, caller, caller_numbers

if TYPE_CHECKING:
    from quietline.directory.model import CallerNumbers

TAGS = ["Organizations"]
OrganizationId = Annotated[str, Path(max_length=40)]


class CallerNumbersIn(InModel):
    """The whole set, and the version of the set that it takes the place of (0 for the first)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"numbers": ["(305) 555-0187", "+1 800 555 0199"], "version": 0}]}
    )

    numbers: Annotated[
        list[Annotated[str, Field(max_length=60)]],
        Field(max_length=5000, description="As people write them; of any country and type."),
    ]
    version: Annotated[int, Field(ge=0)]


class CallerNumberOut(Model):
    """A number and its days, both included; `until` is null while it is declared."""

    number: str
    since: dt.date
    until: dt.date | None


class CallerNumbersOut(Model):
    """What is declared, and what was."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 2,
                    "numbers": [{"number": "+13055550187", "since": "2026-11-25", "until": None}],
                    "past": [{"number": "+18005550199", "since": "2026-11-20", "until": "2026-11-25"}],
                }
            ]
        }
    )

    version: int = Field(description="To be sent with the next change.")
    numbers: list[CallerNumberOut]
    past: list[CallerNumberOut] = Field(description="The newest end first, as far back as complaints are taken.")

    @classmethod
    def of(cls, found: "CallerNumbers") -> Self:
        """Return the answer's form."""
        return cls(
            version=found.version,
            numbers=[CallerNumberOut(number=n, since=since, until=None) for n, since in found.current.items()],
            past=[CallerNumberOut(number=n, since=span.since, until=span.until) for n, span in found.past],
        )


@route(
    app,
    "GET",
    "/v1/organizations/<organization_id>/caller-numbers",
    Rule.MEMBER,
    summary="Read the numbers that your organization calls from",
    description="Those declared now, each with its first day, and earlier ones with their days.",
    tags=TAGS,
    operation_id="readCallerNumbers",
    responses=documented(200, "The numbers.", CallerNumbersOut, 401, 403, 404),
)
def read(organization_id: OrganizationId) -> CallerNumbersOut:
    """Return the numbers."""
    return CallerNumbersOut.of(caller_numbers().read(caller(), organization_id))


@route(
    app,
    "PUT",
    "/v1/organizations/<organization_id>/caller-numbers",
    Rule.REPRESENTATIVE,
    summary="Declare the numbers that your organization calls from",
    description="Replaces the whole set from today on. `version` is that of the set you read: another one is refused "
    "(409), so that nobody's change is lost. Complaints and questions about a call from one of them lead to you.",
    tags=TAGS,
    operation_id="declareCallerNumbers",
    responses=documented(200, "The numbers as they are now.", CallerNumbersOut, 400, 401, 403, 404, 409, 413, 415),
)
def replace(organization_id: OrganizationId, body: CallerNumbersIn) -> CallerNumbersOut:
    """Replace the numbers."""
    return CallerNumbersOut.of(
        caller_numbers().replace(caller(), organization_id, numbers=body.numbers, version=body.version)
    )
