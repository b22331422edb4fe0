"""Organizations."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from quietline.http.auth import Rule, route
from quietline.http.problems import documented
from quietline.sellers.model import Address, OrganizationType

from functions.seller_api.routes.organization_models import (
    CloseIn,
    OrganizationChangeIn,
    OrganizationEventsOut,
    OrganizationIn,
    OrganizationOut,
)
from functions.seller_api.wiring import app, caller, closing, member, organizations, records

TAGS = ["Organizations"]
OrganizationId = Annotated[str, Path(max_length=40)]


@route(
    app,
    "POST",
    "/v1/organizations",
    Rule.USER,
    summary="Create an organization",
    description="The signed-in user becomes its authorized representative. A user belongs to one organization.",
    tags=TAGS,
    operation_id="createOrganization",
    responses=documented(201, "Created.", OrganizationOut, 400, 401, 403, 409, 413, 415, 422),
)
def create(body: OrganizationIn) -> Response[OrganizationOut]:
    """Create an organization."""
    made = organizations().create(
        caller(),
        name=body.name,
        kind=OrganizationType(body.type),
        address=Address(**body.address.model_dump()),
        contact_name=body.contact.name,
        contact_email=body.contact.email,
        language=body.language,
        exempt_reason=body.exempt_reason,
    )
    return Response(status_code=201, content_type="application/json", body=OrganizationOut.of(made))


@route(
    app,
    "GET",
    "/v1/organizations/mine",
    Rule.MEMBER,
    summary="Read the organization in which you act",
    description="Of a person, or of the machine client that asks.",
    tags=TAGS,
    operation_id="readMyOrganization",
    responses=documented(200, "The organization.", OrganizationOut, 401, 403, 404),
)
def mine() -> OrganizationOut:
    """Return the caller's organization."""
    return OrganizationOut.of(organizations().get(caller(), member().organization_id))


@route(
    app,
    "GET",
    "/v1/organizations/<organization_id>",
    Rule.MEMBER,
    summary="Read your organization by its id",
    description="Any other organization does not exist for the caller.",
    tags=TAGS,
    operation_id="readOrganization",
    responses=documented(200, "The organization.", OrganizationOut, 401, 403, 404),
)
def read(organization_id: OrganizationId) -> OrganizationOut:
    """Return the caller's organization; any other does not exist for them."""
    return OrganizationOut.of(organizations().get(caller(), organization_id))


@route(
    app,
    "PATCH",
    "/v1/organizations/<organization_id>",
    Rule.REPRESENTATIVE,
    summary="Change your organization",
    description="What is left out stays. `version` is that of the organization you read: another one is refused (409). "
    "A tax id is checked for its form. The history keeps which fields were changed, by whom.",
    tags=TAGS,
    operation_id="changeOrganization",
    responses=documented(200, "The organization.", OrganizationOut, 400, 401, 403, 404, 409, 413, 415),
)
def change(organization_id: OrganizationId, body: OrganizationChangeIn) -> OrganizationOut:
    """Change the organization."""
    return OrganizationOut.of(records().edit(caller(), organization_id, body.changes(), body.version))


@route(
    app,
    "GET",
    "/v1/organizations/<organization_id>/events",
    Rule.MEMBER,
    summary="Read the history of your organization",
    description="Certified, changed, suspended, reinstated and the like: append-only, without personal data.",
    tags=TAGS,
    operation_id="listOrganizationEvents",
    responses=documented(200, "The newest entries.", OrganizationEventsOut, 401, 403, 404),
)
def events(organization_id: OrganizationId) -> OrganizationEventsOut:
    """Return the history."""
    return OrganizationEventsOut.of(records().history(caller(), organization_id))


@route(
    app,
    "POST",
    "/v1/organizations/<organization_id>/close",
    Rule.REPRESENTATIVE,
    summary="Close your organization, for good",
    description="It gets no lists any more and can do nothing; machine clients, invitations, authorizations, webhooks "
    "and feeds end. Members read its records, which are kept as long as the law says. Nothing is refunded. An unpaid "
    "or disputed order must be settled first.",
    tags=TAGS,
    operation_id="closeOrganization",
    responses=documented(200, "Closed.", OrganizationOut, 400, 401, 403, 404, 409, 413, 415, 422),
)
def close(organization_id: OrganizationId, body: CloseIn) -> OrganizationOut:
    """Close the organization."""
    return OrganizationOut.of(closing().close(caller(), organization_id, body.name, body.version))
