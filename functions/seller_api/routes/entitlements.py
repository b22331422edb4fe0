"""What the organization may download."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from quietline.http.auth import Rule, route
from quietline.http.problems import documented

from functions.seller_api.routes.models import EntitlementOut, EntitlementsOut
from functions.seller_api.wiring import acting, app, lookups, orders, standing_of


@route(
    app,
    "GET",
    "/v1/entitlements",
    Rule.AGENT,
    summary="List what the organization may download today",
    description=(
        "Orders that are unpaid, over, refunded or disputed entitle to nothing and are left out. With `all` the "
        "stopped, past and coming ones are listed too, newest first; `areas` stays what may be downloaded today."
    ),
    tags=["Orders"],
    operation_id="listEntitlements",
    responses=documented(200, "The areas, together and by order.", EntitlementsOut, 401, 403),
)
def listed(everything: Annotated[bool, Query(alias="all")] = False) -> EntitlementsOut:
    """Return today's entitlements, or all."""
    acts = acting()
    held = orders().entitlements(acts.organization_id)
    shown = orders().all_entitlements(acts.organization_id) if everything else held
    standing = standing_of(acts, held)
    return EntitlementsOut(
        areas=sorted(standing.areas),
        entitlements=[EntitlementOut.of(one) for one in shown],
        lookup_numbers=lookups(standing.organization_id).most(standing),
    )
