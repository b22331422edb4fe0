"""Entitlements: one item per order, with all its areas."""

from collections.abc import Iterator
from datetime import date

from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.table import Item, Table
from quietline.fees.model import Subscription, Term
from quietline.orders.model import Entitlement, Order


def entitlement_item(order: Order, term: Term) -> Item:
    """Return the stored form of what an order entitles to."""
    return {
        "order_id": order.id,
        "areas": list(order.areas),
        "term_start": term.start.isoformat(),
        "term_end": term.end.isoformat(),
        "amount": order.total.minor,
    }


def entitlements_of(table: Table, organization_id: str) -> Iterator[Entitlement]:
    """Yield every entitlement of an organization, past ones too."""
    for item in table.query(keys.organization(organization_id)[0], prefix="ENTITLEMENT#"):
        term = Term(date.fromisoformat(item["term_start"]), date.fromisoformat(item["term_end"]))
        yield Entitlement(item["order_id"], frozenset(item["areas"]), term, item["amount"])


def subscription_of(table: Table, organization_id: str, on: date) -> Subscription | None:
    """Return what the organization holds and paid in the term of a day, or None when no term runs."""
    running = [one for one in entitlements_of(table, organization_id) if one.term.holds(on)]
    if not running:
        return None
    newest = max((one.term for one in running), key=lambda term: term.start)
    same = [one for one in running if one.term == newest]
    return Subscription(newest, frozenset().union(*(one.areas for one in same)), sum(one.amount for one in same))
