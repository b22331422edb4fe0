"""What investigators do to cases: open, take, note, link, hold, refer, merge, split."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from quietline.http.auth import Rule, route
from quietline.http.problems import documented

from functions.case_api.routes.desk_models import (
    AnswerIn,
    AssignIn,
    BundleOut,
    HoldIn,
    LinkIn,
    MergeIn,
    NoteIn,
    OpenIn,
    ReferIn,
    SplitIn,
)
from functions.case_api.routes.models import CaseOut, LinkOut, NoteOut
from functions.case_api.wiring import app, desk, exports, moves, opening, person, reader, settings

TAGS = ["Cases"]
JSON = "application/json"
REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422)
CaseId = Annotated[str, Path(max_length=40)]


@route(
    app,
    "POST",
    "/v1/cases",
    Rule.INVESTIGATOR,
    summary="Open a case by hand",
    description="Of chosen complaints, of all of a caller's that are in no case, or of both; whatever the triggers "
    "say. It is yours, and for all callers of its complaints: their next ones join it.",
    tags=TAGS,
    operation_id="openCase",
    responses=documented(201, "The case.", CaseOut, 400, 401, 403, 409, 413, 415, 422),
)
def open_case(given: Annotated[OpenIn, Body()]) -> Response[CaseOut]:
    """Open a case by hand."""
    who, named = person(), bool(given.caller_number.strip() or given.caller_name.strip())
    caller = reader().caller_key(given.caller_number, given.caller_name) if named else ""
    case = opening().open(given.complaints, caller, who)
    if given.reason.strip():
        desk().note(case.id, given.reason, who)
    return Response(201, JSON, CaseOut.of(case))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/assignee",
    Rule.INVESTIGATOR,
    summary="Assign a case",
    description="Everybody takes what nobody has and hands over what is theirs; supervisors hand over every case of "
    "their agency.",
    tags=TAGS,
    operation_id="assignCase",
    responses=documented(200, "The case.", CaseOut, *REFUSALS),
)
def assign_case(case_id: CaseId, given: Annotated[AssignIn, Body()]) -> CaseOut:
    """Assign a case."""
    who = person()
    return CaseOut.of(desk().assign(case_id, who.sub if given.assignee == "me" else given.assignee, who))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/notes",
    Rule.INVESTIGATOR,
    summary="Write a note",
    description="Append-only; both agencies read it.",
    tags=TAGS,
    operation_id="noteCase",
    responses=documented(201, "The note.", NoteOut, 400, 401, 403, 404, 413, 415, 422),
)
def note_case(case_id: CaseId, given: Annotated[NoteIn, Body()]) -> Response[NoteOut]:
    """Write a note."""
    return Response(201, JSON, NoteOut.of(desk().note(case_id, given.text, person())))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/links",
    Rule.INVESTIGATOR,
    summary="Link two cases",
    description="On both sides; linked already, nothing changes.",
    tags=TAGS,
    operation_id="linkCases",
    responses=documented(201, "The link.", LinkOut, 400, 401, 403, 404, 413, 415, 422),
)
def link_cases(case_id: CaseId, given: Annotated[LinkIn, Body()]) -> Response[LinkOut]:
    """Link two cases."""
    return Response(201, JSON, LinkOut.of(desk().link(case_id, given.case_id, given.reason, person())))


@route(
    app,
    "DELETE",
    "/v1/cases/<case_id>/links/<other_id>",
    Rule.INVESTIGATOR,
    summary="End a link",
    description="On both sides.",
    tags=TAGS,
    operation_id="unlinkCases",
    responses=documented(204, "The two are not linked any more.", None, 401, 403, 404),
)
def unlink_cases(case_id: CaseId, other_id: Annotated[str, Path(max_length=40)]) -> Response[None]:
    """End a link."""
    desk().unlink(case_id, other_id, person())
    return Response(204)


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/hold",
    Rule.INVESTIGATOR,
    summary="Let a case rest",
    description="Its deadlines stand still until the date or its release.",
    tags=TAGS,
    operation_id="holdCase",
    responses=documented(200, "The case.", CaseOut, *REFUSALS),
)
def hold_case(case_id: CaseId, given: Annotated[HoldIn, Body()]) -> CaseOut:
    """Let a case rest."""
    return CaseOut.of(desk().hold(case_id, given.reason, given.until, person()))


@route(
    app,
    "DELETE",
    "/v1/cases/<case_id>/hold",
    Rule.INVESTIGATOR,
    summary="Go on with a case that rests",
    description="Its investigation goes on at once; a case that does not rest stays as it is.",
    tags=TAGS,
    operation_id="releaseCase",
    responses=documented(200, "The case.", CaseOut, 401, 403, 404, 409),
)
def release_case(case_id: CaseId) -> CaseOut:
    """Go on with a case that rests."""
    return CaseOut.of(desk().release(case_id, person()))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/referral",
    Rule.INVESTIGATOR,
    summary="Refer a case",
    description="Offers it to the other agency, whole or to be worked together; their supervisor answers.",
    tags=TAGS,
    operation_id="referCase",
    responses=documented(200, "The case.", CaseOut, *REFUSALS),
)
def refer_case(case_id: CaseId, given: Annotated[ReferIn, Body()]) -> CaseOut:
    """Refer a case."""
    return CaseOut.of(desk().refer(case_id, given.to, given.reason, person(), joint=given.joint))


@route(
    app,
    "DELETE",
    "/v1/cases/<case_id>/referral",
    Rule.INVESTIGATOR,
    summary="Take a referral back",
    description="Before it is answered; where there is none, nothing changes.",
    tags=TAGS,
    operation_id="withdrawReferral",
    responses=documented(200, "The case.", CaseOut, 401, 403, 404, 409),
)
def withdraw_referral(case_id: CaseId) -> CaseOut:
    """Take a referral back."""
    return CaseOut.of(desk().withdraw_referral(case_id, person()))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/referral/answer",
    Rule.SUPERVISOR,
    summary="Accept or refuse a referral",
    description="By a supervisor of the agency that is asked. Accepted, nobody has the case until somebody takes it.",
    tags=TAGS,
    operation_id="answerReferral",
    responses=documented(200, "The case.", CaseOut, *REFUSALS),
)
def answer_referral(case_id: CaseId, given: Annotated[AnswerIn, Body()]) -> CaseOut:
    """Accept or refuse a referral."""
    return CaseOut.of(desk().answer(case_id, given.reason, person(), accept=given.accept))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/merge",
    Rule.INVESTIGATOR,
    summary="Merge a case into another",
    description="The other gets its complaints and callers and is answered; this one points to it. While the answer's "
    "`moving` is not empty, ask again: it goes on where it stopped.",
    tags=TAGS,
    operation_id="mergeCases",
    responses=documented(200, "The case that goes on.", CaseOut, *REFUSALS),
)
def merge_cases(case_id: CaseId, given: Annotated[MergeIn, Body()]) -> CaseOut:
    """Merge a case into another."""
    return CaseOut.of(moves().merge(case_id, given.into, person()))


@route(
    app,
    "POST",
    "/v1/cases/<case_id>/split",
    Rule.INVESTIGATOR,
    summary="Split a case",
    description="Chosen complaints go to a new case, or to another open one; it is answered. The rest stays.",
    tags=TAGS,
    operation_id="splitCase",
    responses=documented(200, "The case that the complaints are in.", CaseOut, *REFUSALS),
)
def split_case(case_id: CaseId, given: Annotated[SplitIn, Body()]) -> CaseOut:
    """Split a case."""
    if given.into:
        return CaseOut.of(moves().move(case_id, given.into, given.complaints, person()))
    return CaseOut.of(moves().split(case_id, given.complaints, person()))


@route(
    app,
    "GET",
    "/v1/cases/<case_id>/bundle",
    Rule.INVESTIGATOR,
    summary="Get a case as one file",
    description="A zip with the timeline, complaints, findings, receipts, the seller's reply, decision, worksheet, "
    "notes and evidence, and a signed list of all files with their SHA-256: `quietline verify` proves it offline. The "
    "export is logged, and stands in the bundle itself. What takes longer than a request comes with the state "
    "`making`: ask for the same bundle again.",
    tags=TAGS,
    operation_id="bundleCase",
    responses=documented(200, "Where the zip is got, for ten minutes.", BundleOut, 400, 401, 403, 404, 422),
)
def bundle_case(
    case_id: CaseId,
    bundle: Annotated[
        str, Query(max_length=40, description="The `id` of one that was being made; empty for a new one.")
    ] = "",
) -> BundleOut:
    """Get a case as one file."""
    who, patience = person(), settings().bundle_wait_seconds
    if bundle:
        return BundleOut.of(exports().get(case_id, bundle, who, patience))
    moves().resume(case_id)
    return BundleOut.of(exports().begin(case_id, who, patience))
