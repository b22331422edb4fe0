"""What the organization may download."""

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
    description="Past and unpaid orders entitle to nothing and are left out.",
    tags=["Orders"],
    operation_id="listEntitlements",
    responses=documented(200, "The areas, together and by order.", EntitlementsOut, 401, 403),
)
def listed() -> EntitlementsOut:
    """Return today's entitlements."""
    acts = acting()
    held = orders().entitlements(acts.organization_id)
    standing = standing_of(acts, held)
    return EntitlementsOut(
        areas=sorted(standing.areas),
        entitlements=[EntitlementOut.of(one) for one in held],
        lookup_numbers=lookups().most(standing),
    )
