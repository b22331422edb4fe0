"""The public directory: which sellers are registered, and who declared a number that called."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal, Self

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.public_api import wiring
from functions.public_api.app import app

if TYPE_CHECKING:
    from pydantic.config import JsonDict
    from quietline.directory.entries import Entry
    from quietline.directory.model import Span

TAGS = ["Sellers"]
SELLER: "JsonDict" = {
    "name": "Sunny Roofs LLC",
    "type": "seller",
    "city": "Springfield",
    "state": "IL",
    "country": "US",
}


DECLARED: "JsonDict" = SELLER | {"declared_since": "2026-11-01", "declared_until": None}


class SellerOut(Model):
    """A registered organization, as the public sees it."""

    model_config = ConfigDict(json_schema_extra={"examples": [SELLER]})

    name: str
    type: Literal["seller", "telemarketer", "exempt"]
    city: str
    state: str
    country: str = Field(description="ISO 3166.")

    @classmethod
    def facts(cls, one: "Entry") -> dict[str, str]:
        """Return what an entry shows."""
        shown = {"name": one.name, "type": one.type, "city": one.city}
        return shown | {"state": one.region, "country": one.country}


class SellersOut(Model):
    """A page of the directory."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sellers": [SELLER], "next": None}]})

    sellers: list[SellerOut]
    next: str | None = Field(
        description="`cursor` of the next page, null at the end. A page may hold fewer than `limit` and have a next."
    )


class CallerIn(Model):
    """A number that called, in the body so that no address holds it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"number": "(305) 555-0187", "called_on": "2026-11-20"}]}
    )

    number: Annotated[str, Field(max_length=200)]
    called_on: dt.date | None = Field(default=None, description="Day of the call in the registry's time zone; today.")


class DeclaredOut(SellerOut):
    """A registered organization that had declared the number on the day of the call."""

    model_config = ConfigDict(json_schema_extra={"examples": [DECLARED]})

    declared_since: dt.date
    declared_until: dt.date | None = Field(description="The last day; null while it is declared.")

    @classmethod
    def of(cls, entry: "Entry", span: "Span") -> Self:
        """Return the answer's form."""
        return cls.model_validate(SellerOut.facts(entry) | {"declared_since": span.since, "declared_until": span.until})


class CallersOut(Model):
    """Who had declared the number; nobody, or a telemarketer and the seller that it calls for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"callers": [SELLER | {"declared_since": "2026-11-01", "declared_until": None}]}]
        }
    )

    callers: list[DeclaredOut]


@route(
    app,
    "GET",
    "/v1/sellers",
    Rule.PUBLIC,
    summary="Find registered sellers",
    description="Organizations that are active and certified, by name: name, type, city and state, nothing more. With "
    "`san` the one that this number was issued to, or none: the directory tells nobody a number they do not know.",
    tags=TAGS,
    operation_id="listSellers",
    responses=documented(200, "The organizations.", SellersOut, 400),
)
def listed(
    *,
    name: Annotated[str, Query(max_length=200, description="Words of the name, or how they begin.")] = "",
    type: Annotated[str, Query(max_length=20, description="`seller`, `telemarketer` or `exempt`.")] = "",
    state: Annotated[str, Query(max_length=200, description="As in the address.")] = "",
    san: Annotated[str, Query(max_length=20, description="A subscription account number; the rest is ignored.")] = "",
    cursor: Annotated[str, Query(max_length=2000, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> SellersOut:
    """List organizations."""
    directory = wiring.directory()
    search = {"name": name, "kind": type, "state": state, "cursor": cursor}
    found = directory.of_san(san) if san else directory.search(**search, limit=limit)
    sellers = [SellerOut.model_validate(SellerOut.facts(one)) for one in found.entries]
    return SellersOut(sellers=sellers, next=found.next or None)


@route(
    app,
    "POST",
    "/v1/sellers/callers",
    Rule.PUBLIC,
    summary="Ask who called you",
    description="The registered organizations that had declared the number on the day of the call. Nobody does not "
    "mean a wrong number: callers can show any number, and not every caller has to register.",
    tags=TAGS,
    operation_id="askWhoCalled",
    responses=documented(200, "Who had declared the number.", CallersOut, 400, 413, 415),
)
def callers(asked: Annotated[CallerIn, Body()]) -> CallersOut:
    """Say who had declared a number."""
    found = wiring.directory().callers(asked.number, asked.called_on)
    return CallersOut(callers=[DeclaredOut.of(entry, span) for entry, span in found])
