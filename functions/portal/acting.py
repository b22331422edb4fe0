"""For whom the pages of the lists act: the own organization, or the one whose SAN an agent uses."""

from quietline.orders.standing import running_term, standing
from quietline.usage.model import Agent, Standing

from functions.portal import wiring
from functions.portal.frame import Request


def agent_of(request: Request) -> Agent | None:
    """Return who acts for the organization, when it does not act itself."""
    found = request.acting
    return Agent(found.agent_organization_id, found.agent_san) if found.is_agent else None


def standing_of(request: Request) -> Standing:
    """Return how the organization stands for which the person acts."""
    found = request.acting
    held = wiring.orders().entitlements(found.organization_id)
    return standing(found.organization_id, found.san, held, exempt=found.exempt, agent=agent_of(request))


def may_get_lists(request: Request) -> None:
    """Check that the organization for which the person acts may download, look up and wash today.

    Raises:
        OrganizationSuspendedError: the registry has suspended it.
        OrganizationClosedError: it was closed.
        CertificationDueError: its certification is missing or overdue.
    """
    held = wiring.orders().entitlements(request.acting.organization_id)
    wiring.certifications().may_get_lists(request.acting, running_term(held))
