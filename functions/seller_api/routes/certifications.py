"""Certifications: what is to be certified, certifying it, what was certified."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.origin import origin_of
from quietline.http.problems import documented
from quietline.orders.standing import running_term

from functions.seller_api.routes.instants import Instant
from functions.seller_api.wiring import (
    app,
    caller,
    certifications,
    member,
    orders,
    representative,
)

if TYPE_CHECKING:
    from quietline.sellers.access import CertificationStanding
    from quietline.sellers.model import Certification

TAGS = ["Organizations"]
TEXT = "I certify, under penalty of law, that this organization will use the information from the registry only to …"


class CertificationIn(Model):
    """The text that is certified, by its version and language."""

    model_config = ConfigDict(
        extra="forbid",
        str_strip_whitespace=True,
        json_schema_extra={"examples": [{"version": "2026-10", "language": "en"}]},
    )

    version: Annotated[str, Field(min_length=1, max_length=20, examples=["2026-10"])]
    language: Annotated[str, Field(min_length=2, max_length=8, examples=["en"])] = "en"


class CertifiedOut(Model):
    """What was certified."""

    version: str
    language: str
    text: str
    by: str = Field(description="The person's user id.")
    certified_at: Instant

    @classmethod
    def of(cls, one: "Certification") -> "CertifiedOut":
        """Return the answer's form."""
        return cls(version=one.version, language=one.language, text=one.text, by=one.by, certified_at=one.at)


class CertificationOut(CertifiedOut):
    """What was certified, and the organization's subscription account number."""

    san: str


class CertificationsOut(Model):
    """What the organization certified, newest first."""

    certifications: list[CertifiedOut]


class CurrentOut(Model):
    """The text that is to be certified today, and how the organization stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "state": "current",
                    "version": "2026-10",
                    "since": "2026-10-01",
                    "language": "en",
                    "languages": ["en", "es"],
                    "text": TEXT,
                    "certified_version": "2026-10",
                    "held_until": "2027-11-01",
                    "due_on": "2027-12-01",
                    "san": "123-456-7897",
                }
            ]
        }
    )

    state: str = Field(
        description="`missing` (never certified), `current`, `due` (lists are still handed out until `due_on`) or "
        "`overdue` (lists are refused)."
    )
    version: str
    since: dt.date = Field(description="The day from which this text holds.")
    language: str
    languages: list[str] = Field(description="In which the text can be read and certified.")
    text: str
    certified_version: str = Field(description="Of the newest certification; empty for none.")
    held_until: dt.date | None = Field(description="The day from which the newest certification holds no more.")
    due_on: dt.date | None = Field(description="The last day on which lists are handed out without a new one.")
    san: str


@route(
    app,
    "GET",
    "/v1/certifications/current",
    Rule.MEMBER,
    summary="Read what is to be certified",
    description="The text that holds today in one of its languages, and until when the organization's last "
    "certification holds.",
    tags=TAGS,
    operation_id="readCurrentCertification",
    responses=documented(200, "The text and the standing.", CurrentOut, 401, 403),
)
def current(language: Annotated[str, Query(max_length=8)] = "") -> CurrentOut:
    """Return what is to be certified."""
    acts = member()
    standing = certifications().standing(acts, running_term(orders().entitlements(acts.organization_id)))
    return _current(standing, acts.certified_version, acts.san, language)


@route(
    app,
    "GET",
    "/v1/certifications",
    Rule.MEMBER,
    summary="List what your organization certified",
    description="Text, version, language, who and when, newest first.",
    tags=TAGS,
    operation_id="listCertifications",
    responses=documented(200, "The certifications.", CertificationsOut, 401, 403),
)
def listed() -> CertificationsOut:
    """Return the history."""
    return CertificationsOut(certifications=[CertifiedOut.of(one) for one in certifications().history(member())])


@route(
    app,
    "POST",
    "/v1/certifications",
    Rule.REPRESENTATIVE,
    summary="Certify how the registry will be used",
    description="Certifies the text that holds today; the first time issues the subscription account number. To be "
    "renewed in each term. The request's network address and program are kept encrypted.",
    tags=TAGS,
    operation_id="certify",
    responses=documented(201, "Certified.", CertificationOut, 400, 401, 403, 409, 413, 415, 422),
)
def certify(body: Annotated[CertificationIn, Body()]) -> Response[CertificationOut]:
    """Certify."""
    address, program = origin_of(app.current_event.raw_event)
    made, san = certifications().certify(
        representative(),
        by=caller().sub,
        version=body.version,
        language=body.language,
        address=address,
        program=program,
    )
    answer = CertificationOut(
        san=san, version=made.version, language=made.language, text=made.text, by=made.by, certified_at=made.at
    )
    return Response(status_code=201, content_type="application/json", body=answer)


def _current(standing: "CertificationStanding", certified: str, san: str, language: str) -> CurrentOut:
    texts = standing.text.text
    chosen = language if language in texts else next(iter(texts))
    return CurrentOut(
        state=standing.state,
        version=standing.text.version,
        since=standing.text.since,
        language=chosen,
        languages=list(texts),
        text=texts[chosen],
        certified_version=certified,
        held_until=standing.held_until,
        due_on=standing.due_on,
        san=san,
    )
