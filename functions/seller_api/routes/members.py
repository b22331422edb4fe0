"""Who calls, and the people of an organization."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from quietline.http.auth import Rule, route
from quietline.http.problems import documented
from quietline.sellers.model import Role

from functions.seller_api.routes.team_models import ChangesOut, MemberOut, MembersOut, MeOut, RoleIn
from functions.seller_api.wiring import app, caller, members

TAGS = ["People"]
Sub = Annotated[str, Path(max_length=128)]


@route(
    app,
    "GET",
    "/v1/me",
    Rule.USER,
    summary="Read who you are",
    description="Your account, your organization and role, and the SANs for which you may act. Signed-in people only.",
    tags=TAGS,
    operation_id="readMe",
    responses=documented(200, "Who calls.", MeOut, 401, 403, 429),
)
def me() -> MeOut:
    """Return who calls."""
    return MeOut.of(members().me(caller()))


@route(
    app,
    "GET",
    "/v1/members",
    Rule.MEMBER,
    summary="List the organization's people",
    description="With their addresses, and whether each has a second factor.",
    tags=TAGS,
    operation_id="listMembers",
    responses=documented(200, "The members, the oldest first.", MembersOut, 401, 403, 429),
)
def listed() -> MembersOut:
    """Return the members."""
    return MembersOut(members=[MemberOut.of(one) for one in members().listed(caller())])


@route(
    app,
    "GET",
    "/v1/members/changes",
    Rule.REPRESENTATIVE,
    summary="Read the history of the team",
    description="The newest hundred changes of members, invitations, agents and machine clients. Nothing is ever "
    "taken out of it.",
    tags=TAGS,
    operation_id="listTeamChanges",
    responses=documented(200, "The changes, newest first.", ChangesOut, 401, 403),
)
def changes() -> ChangesOut:
    """Return the newest changes."""
    return ChangesOut.of(members().history(caller()))


@route(
    app,
    "PUT",
    "/v1/members/<sub>",
    Rule.REPRESENTATIVE,
    summary="Change a member's role",
    description="The last authorized representative stays one (409).",
    tags=TAGS,
    operation_id="changeRole",
    responses=documented(204, "Changed.", None, 400, 401, 403, 404, 409, 413, 415),
)
def change_role(sub: Sub, body: RoleIn) -> Response[None]:
    """Change a member's role."""
    members().change_role(caller(), sub, Role(body.role))
    return Response(status_code=204)


@route(
    app,
    "DELETE",
    "/v1/members/<sub>",
    Rule.USER,
    summary="Remove a member, or leave",
    description="An authorized representative removes anybody, everybody may leave; the last authorized "
    "representative stays (409). It holds from the next request on.",
    tags=TAGS,
    operation_id="removeMember",
    responses=documented(204, "Removed.", None, 401, 403, 404, 409, 429),
)
def remove(sub: Sub) -> Response[None]:
    """Remove a member."""
    members().remove(caller(), sub)
    return Response(status_code=204)
