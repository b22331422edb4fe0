"""Invitations into an organization."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from quietline.http.auth import Rule, route
from quietline.http.problems import documented
from quietline.sellers.model import Role

from functions.seller_api.routes.team_models import AcceptedOut, AcceptIn, InvitationIn, InvitationOut, InvitationsOut
from functions.seller_api.wiring import app, caller, invitations

TAGS = ["People"]
Id = Annotated[str, Path(max_length=40)]


@route(
    app,
    "POST",
    "/v1/invitations",
    Rule.REPRESENTATIVE,
    summary="Invite a person",
    description="Mails a link that works once and for the profile's days (United States: 7). Whoever signs in with "
    "just this address, verified, may accept. An address has one open invitation (409). Idempotency-Key is ignored.",
    tags=TAGS,
    operation_id="invite",
    responses=documented(201, "Invited.", InvitationOut, 400, 401, 403, 409, 413, 415),
)
def invite(body: InvitationIn) -> Response[InvitationOut]:
    """Invite a person."""
    made = invitations().invite(caller(), body.email, Role(body.role), body.language)
    return Response(201, "application/json", InvitationOut.of(made))


@route(
    app,
    "GET",
    "/v1/invitations",
    Rule.REPRESENTATIVE,
    summary="List open invitations",
    description="Also those that have expired and may be sent again.",
    tags=TAGS,
    operation_id="listInvitations",
    responses=documented(200, "The open invitations, oldest first.", InvitationsOut, 401, 403),
)
def listed() -> InvitationsOut:
    """Return the open invitations."""
    return InvitationsOut(invitations=[InvitationOut.of(one) for one in invitations().listed(caller())])


@route(
    app,
    "POST",
    "/v1/invitations/accept",
    Rule.USER,
    summary="Accept an invitation",
    description="With the token of the mailed link. A person belongs to one organization (409).",
    tags=TAGS,
    operation_id="acceptInvitation",
    responses=documented(200, "You are a member now.", AcceptedOut, 400, 401, 403, 409, 413, 415, 429),
)
def accept(body: AcceptIn) -> AcceptedOut:
    """Accept an invitation."""
    made = invitations().accept(caller(), body.token)
    return AcceptedOut(organization_id=made.organization_id, role=made.role)


@route(
    app,
    "POST",
    "/v1/invitations/<invitation_id>/mails",
    Rule.REPRESENTATIVE,
    summary="Send an invitation again",
    description="With a new link; the one before works no more.",
    tags=TAGS,
    operation_id="resendInvitation",
    responses=documented(204, "Sent.", None, 401, 403, 404, 409),
)
def resend(invitation_id: Id) -> Response[None]:
    """Send an invitation again."""
    invitations().resend(caller(), invitation_id)
    return Response(status_code=204)


@route(
    app,
    "DELETE",
    "/v1/invitations/<invitation_id>",
    Rule.REPRESENTATIVE,
    summary="Withdraw an invitation",
    description="Its link works no more.",
    tags=TAGS,
    operation_id="withdrawInvitation",
    responses=documented(204, "Withdrawn.", None, 401, 403, 404, 409),
)
def withdraw(invitation_id: Id) -> Response[None]:
    """Withdraw an invitation."""
    invitations().withdraw(caller(), invitation_id)
    return Response(status_code=204)
