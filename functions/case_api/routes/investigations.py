"""The investigation of a case: findings, traceback, the second pair of eyes, opening again."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from quietline.http.auth import Rule, route
from quietline.http.problems import documented

from functions.case_api.routes.investigation_models import (
    AttributionIn,
    ConfirmationIn,
    InvestigationOut,
    ReopeningIn,
    TracebackIn,
)
from functions.case_api.wiring import app, person, reader, review

TAGS = ["Cases"]
CaseId = Annotated[str, Path(max_length=40)]
CHANGING = (400, 401, 403, 404, 409, 413, 415, 422)


@route(
    app,
    "GET",
    "/v1/cases/<case_id>/investigation",
    Rule.INVESTIGATOR,
    summary="Read a case's investigation",
    description="Who called, the carriers asked, a finding with its rules and sources for each call, the worksheet of "
    "penalties, the seller's answer. The view itself is logged.",
    tags=TAGS,
    operation_id="readInvestigation",
    responses=documented(200, "The investigation.", InvestigationOut, 401, 403, 404),
)
def read_investigation(case_id: CaseId) -> InvestigationOut:
    """Read a case's investigation."""
    reader().read(case_id, person())
    return InvestigationOut.of(review().read(case_id))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/confirmation",
    Rule.INVESTIGATOR,
    summary="Confirm a citation, or give it back",
    description="By another person than the one who decided. Given back, the case waits for a decision again.",
    tags=TAGS,
    operation_id="confirmCitation",
    responses=documented(200, "The investigation.", InvestigationOut, *CHANGING),
)
def confirm(case_id: CaseId, confirmation: Annotated[ConfirmationIn, Body()]) -> InvestigationOut:
    """Confirm a citation, or give it back."""
    if confirmation.confirmed:
        review().confirm(case_id, person())
    else:
        review().give_back(case_id, confirmation.reasons, person())
    return InvestigationOut.of(review().read(case_id))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/reopening",
    Rule.INVESTIGATOR,
    summary="Open a closed case again",
    description="Because of new facts. The decision of before is kept; everybody is told of the new one too.",
    tags=TAGS,
    operation_id="reopenCase",
    responses=documented(200, "The investigation.", InvestigationOut, *CHANGING),
)
def reopen(case_id: CaseId, reopening: Annotated[ReopeningIn, Body()]) -> InvestigationOut:
    """Open a closed case again."""
    review().reopen(case_id, reopening.reasons, person())
    return InvestigationOut.of(review().read(case_id))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/attribution",
    Rule.INVESTIGATOR,
    summary="Say which organization called",
    description="The case is examined again: lists held, exemptions, the seller's right of reply.",
    tags=TAGS,
    operation_id="attributeCase",
    responses=documented(200, "The investigation.", InvestigationOut, *CHANGING),
)
def attribute(case_id: CaseId, attribution: Annotated[AttributionIn, Body()]) -> InvestigationOut:
    """Say which organization called."""
    review().name_caller(case_id, attribution.organization, person())
    return InvestigationOut.of(review().read(case_id))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/tracebacks",
    Rule.INVESTIGATOR,
    summary="Ask a carrier where the calls came from",
    description="Where no carrier holds the number, or the last one was silent. Hop by hop until the origin.",
    tags=TAGS,
    operation_id="askCarrier",
    responses=documented(200, "The investigation.", InvestigationOut, *CHANGING),
)
def ask_carrier(case_id: CaseId, traceback: Annotated[TracebackIn, Body()]) -> InvestigationOut:
    """Ask a carrier where the calls came from."""
    review().ask_carrier(case_id, traceback.carrier, person())
    return InvestigationOut.of(review().read(case_id))
