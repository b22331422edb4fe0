"""Entitlements: one item per order, with all its areas."""

from collections.abc import Iterator
from datetime import date

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Item, Table
from quietline.fees.model import Subscription, Term
from quietline.orders.model import Entitlement, EntitlementState, StopReason


def entitlement_item(organization_id: str, entitlement: Entitlement) -> Item:
    """Return the stored form of an organization's entitlement."""
    return {
        "organization_id": organization_id,
        "gsi1pk": keys.entitlements_from(entitlement.term.start),
        "gsi1sk": f"{organization_id}#{entitlement.order_id}",
        "order_id": entitlement.order_id,
        "areas": sorted(entitlement.areas),
        "term_start": entitlement.term.start.isoformat(),
        "term_end": entitlement.term.end.isoformat(),
        "amount": entitlement.amount,
        "refunded": entitlement.refunded,
        "state": entitlement.state,
        "reason": entitlement.reason,
    }


def entitlement_of(item: Item) -> Entitlement:
    """Return the entitlement of a stored item."""
    return Entitlement(
        order_id=item["order_id"],
        areas=frozenset(item["areas"]),
        term=Term(date.fromisoformat(item["term_start"]), date.fromisoformat(item["term_end"])),
        amount=item["amount"],
        refunded=item["refunded"],
        state=EntitlementState(item["state"]),
        reason=StopReason(item["reason"]) if item["reason"] else None,
    )


def entitlements_of(table: Table, organization_id: str) -> Iterator[Entitlement]:
    """Yield every entitlement of an organization, stopped and past ones too."""
    for item in table.query(keys.organization(organization_id)[0], prefix="ENTITLEMENT#"):
        yield entitlement_of(item)


def subscription_of(table: Table, organization_id: str, on: date) -> Subscription | None:
    """Return what the organization holds and paid in the term of a day, or None when no term runs.

    What was refunded does not count as paid, and an order that was given up does not count at all.
    """
    running = [one for one in entitlements_of(table, organization_id) if one.is_held and one.term.holds(on)]
    if not running:
        return None
    newest = max((one.term for one in running), key=lambda term: term.start)
    same = [one for one in running if one.term == newest]
    areas = frozenset[str]().union(*(one.areas for one in same))
    return Subscription(newest, areas, sum(one.amount - one.refunded for one in same))
