"""How an organization stands with the lists, by what it holds."""

from collections.abc import Sequence

from quietline.fees.model import Term
from quietline.orders.model import Entitlement
from quietline.usage.model import Agent, Standing


def standing(
    organization_id: str, san: str, held: Sequence[Entitlement], *, exempt: bool, agent: Agent | None = None
) -> Standing:
    """Return how an organization stands that holds these entitlements today; a subscriber pays, or need not."""
    areas = frozenset[str]().union(*(one.areas for one in held))
    subscriber = any(one.amount > 0 for one in held) or (exempt and bool(held))
    return Standing(organization_id, san, areas, subscriber, agent)


def running_term(held: Sequence[Entitlement]) -> Term | None:
    """Return the newest term of entitlements that hold today, or None without any."""
    return max((one.term for one in held), key=lambda term: term.start, default=None)
