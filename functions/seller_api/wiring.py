"""The resolver, and the use cases built from this function's settings at the first call."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from quietline import bootstrap
from quietline.http.app import make_app
from quietline.http.auth import Principal
from quietline.kernel.ids import is_sandbox
from quietline.kernel.settings.sellers import SellerApiSettings
from quietline.orders.model import Buyer, Entitlement
from quietline.orders.standing import running_term
from quietline.orders.standing import standing as stand
from quietline.usage.model import Agent, Standing

if TYPE_CHECKING:
    from quietline.cases.replies import ReplyService
    from quietline.ledger.service import LedgerService
    from quietline.lists.service import Downloads
    from quietline.lookups.service import Lookups
    from quietline.notices.calendar import CalendarService
    from quietline.notices.service import PreferenceService
    from quietline.orders.service import OrderService
    from quietline.sellers.agents import AgentService
    from quietline.sellers.caller_numbers import CallerNumberService
    from quietline.sellers.certifications import CertificationService
    from quietline.sellers.clients import ClientService
    from quietline.sellers.closing import CloseService
    from quietline.sellers.invitations import InvitationService
    from quietline.sellers.members import MemberService
    from quietline.sellers.model import Membership
    from quietline.sellers.record import RecordService
    from quietline.sellers.service import OrganizationService
    from quietline.stops.feed import StopFeed
    from quietline.usage.service import Metering
    from quietline.washes.service import Washes
    from quietline.webhooks.service import WebhookService

app = make_app()


@cache
def settings() -> SellerApiSettings:
    """Return the settings, read at the first call."""
    return SellerApiSettings.from_environment()


def organizations() -> "OrganizationService":
    """Return the use cases of organizations."""
    return bootstrap.organizations(settings())


def members() -> "MemberService":
    """Return the use cases of people."""
    return bootstrap.members(settings())


def invitations() -> "InvitationService":
    """Return the use cases of invitations."""
    return bootstrap.invitations(settings())


def agents() -> "AgentService":
    """Return the use cases of agents."""
    return bootstrap.agents(settings())


def machine_clients() -> "ClientService":
    """Return the use cases of machine clients."""
    return bootstrap.machine_clients(settings())


def certifications() -> "CertificationService":
    """Return the use cases of certifications."""
    return bootstrap.certifications(settings())


def records() -> "RecordService":
    """Return the use cases of organizations' records."""
    return bootstrap.records(settings())


def closing() -> "CloseService":
    """Return what closes organizations."""
    return bootstrap.closing(settings())


def caller_numbers() -> "CallerNumberService":
    """Return the use cases of caller numbers."""
    return bootstrap.caller_numbers(settings())


def replies() -> "ReplyService":
    """Return the right of reply."""
    return bootstrap.replies(settings())


def orders() -> "OrderService":
    """Return the use cases of orders."""
    return bootstrap.orders(settings())


def ledger() -> "LedgerService":
    """Return what is read of the ledger."""
    return bootstrap.ledger(settings().sellers_table)


def downloads(organization_id: str) -> "Downloads":
    """Return what hands out lists to an organization."""
    return bootstrap.downloads(settings(), sandbox=is_sandbox(organization_id))


def lookups(organization_id: str) -> "Lookups":
    """Return what looks numbers up for an organization."""
    return bootstrap.lookups(settings(), sandbox=is_sandbox(organization_id))


def washes() -> "Washes":
    """Return what takes requests for washes."""
    return bootstrap.washes(settings())


def webhooks() -> "WebhookService":
    """Return what organizations do with their webhooks."""
    return bootstrap.webhooks(settings())


def stop_feed() -> "StopFeed":
    """Return what sellers do with stop requests."""
    return bootstrap.stop_feed(settings().sellers_table, settings().profile)


def preferences() -> "PreferenceService":
    """Return which mails organizations want."""
    return bootstrap.preferences(settings())


def calendars() -> "CalendarService":
    """Return the feeds of deadlines."""
    return bootstrap.calendars(settings())


def metering() -> "Metering":
    """Return what counts an account's numbers."""
    return bootstrap.metering(settings().sellers_table, settings().profile)


def caller() -> Principal:
    """Return who calls; the route's rule was checked before."""
    principal: Principal = app.context["principal"]
    return principal


def language() -> str:
    """Return the first language of `Accept-Language` that the profile has; empty when none is named."""
    from quietline.profiles import load_profile

    known = load_profile(settings().profile).languages
    asked = (app.current_event.headers.get("accept-language") or "").lower().split(",")
    tongues = (one.split(";")[0].strip().split("-")[0] for one in asked)
    return next((tongue for tongue in tongues if tongue in known), "")


def member() -> "Membership":
    """Return the organization in which the caller acts.

    Raises:
        ForbiddenError: in none.
    """
    return organizations().of(caller())


def acting() -> "Membership":
    """Return the organization for which the caller reads, also as an agent: for routes of the rule `AGENT` only.

    Raises:
        ForbiddenError: for none, or not for the SAN that they name.
        InvalidInputError: what they name is no SAN.
    """
    return organizations().of(caller(), as_agent=True)


def using() -> "Membership":
    """Return the organization for which the caller uses the lists, also as an agent.

    Raises:
        ForbiddenError: for none, not for the SAN that they name, or it is suspended, closed or has to certify.
        InvalidInputError: what they name is no SAN.
    """
    found = acting()
    return _may_get_lists(found, orders().entitlements(found.organization_id))


def agent_of(found: "Membership") -> Agent | None:
    """Return who acts for the organization, when it does not act itself."""
    return Agent(found.agent_organization_id, found.agent_san) if found.is_agent else None


def representative() -> "Membership":
    """Return the organization for which the caller acts as authorized representative.

    Raises:
        ForbiddenError: the caller is none.
    """
    return organizations().representative(caller())


def buyer() -> Buyer:
    """Return the caller as an authorized representative who orders and pays.

    Raises:
        ForbiddenError: the caller is none.
    """
    found = organizations().representative(caller())
    return Buyer(found.organization_id, caller().sub, exempt=found.exempt, certified=bool(found.san))


def standing() -> Standing:
    """Return how the organization stands for which the caller acts, also as an agent: see `using`."""
    found = acting()
    held = orders().entitlements(found.organization_id)
    return standing_of(_may_get_lists(found, held), held)


def _may_get_lists(found: "Membership", held: Sequence[Entitlement]) -> "Membership":
    return certifications().may_get_lists(found, running_term(held))


def standing_of(found: "Membership", held: Sequence[Entitlement]) -> Standing:
    """Return how an organization stands that holds these entitlements."""
    return stand(found.organization_id, found.san, held, exempt=found.exempt, agent=agent_of(found))
