"""The use cases that the pages call, built from this function's settings at the first call."""

from functools import cache
from typing import TYPE_CHECKING

from quietline import bootstrap
from quietline.kernel.ids import is_sandbox
from quietline.kernel.settings.sellers import PortalSettings
from quietline.profiles.profile import Profile, load_profile

if TYPE_CHECKING:
    from quietline.cases.replies import ReplyService
    from quietline.ledger.service import LedgerService
    from quietline.lists.service import Downloads
    from quietline.lookups.service import Lookups
    from quietline.notices.calendar import CalendarService
    from quietline.notices.service import PreferenceService
    from quietline.orders.service import OrderService
    from quietline.sellers.accounts import Accounts, People
    from quietline.sellers.agents import AgentService
    from quietline.sellers.caller_numbers import CallerNumberService
    from quietline.sellers.certifications import CertificationService
    from quietline.sellers.clients import ClientService
    from quietline.sellers.closing import CloseService
    from quietline.sellers.invitations import InvitationService
    from quietline.sellers.members import MemberService
    from quietline.sellers.record import RecordService
    from quietline.sellers.service import OrganizationService
    from quietline.sessions.service import SessionService
    from quietline.stops.feed import StopFeed
    from quietline.washes.service import Washes
    from quietline.webhooks.service import WebhookService


@cache
def settings() -> PortalSettings:
    """Return the settings, read at the first call."""
    return PortalSettings.from_environment()


def profile() -> Profile:
    """Return the jurisdiction."""
    return load_profile(settings().profile)


def sessions() -> "SessionService":
    """Return the use cases of sessions."""
    return bootstrap.sessions(settings())


def accounts() -> "Accounts":
    """Return what people do with their own account."""
    return bootstrap.accounts(settings().portal_client_id)


def people() -> "People":
    """Return what is asked about people."""
    return bootstrap.people(settings().user_pool_id)


def organizations() -> "OrganizationService":
    """Return the use cases of organizations."""
    return bootstrap.organizations(settings())


def certifications() -> "CertificationService":
    """Return the use cases of certifications."""
    return bootstrap.certifications(settings())


def orders() -> "OrderService":
    """Return the use cases of orders."""
    return bootstrap.orders(settings())


def members() -> "MemberService":
    """Return the use cases of an organization's people."""
    return bootstrap.members(settings())


def invitations() -> "InvitationService":
    """Return the use cases of invitations."""
    return bootstrap.invitations(settings())


def ledger() -> "LedgerService":
    """Return what is read of the ledger."""
    return bootstrap.ledger(settings().sellers_table)


def downloads(organization_id: str) -> "Downloads":
    """Return what hands out lists to an organization: the registry's, or the sandbox's."""
    return bootstrap.downloads(settings(), sandbox=is_sandbox(organization_id))


def lookups(organization_id: str) -> "Lookups":
    """Return what looks numbers up for an organization: in the registry's list, or in the sandbox's."""
    return bootstrap.lookups(settings(), sandbox=is_sandbox(organization_id))


def washes() -> "Washes":
    """Return what takes requests for washes."""
    return bootstrap.washes(settings())


def clients() -> "ClientService":
    """Return the use cases of machine clients."""
    return bootstrap.machine_clients(settings())


def agents() -> "AgentService":
    """Return the use cases of agents on a SAN."""
    return bootstrap.agents(settings())


def records() -> "RecordService":
    """Return the use cases of organizations' records."""
    return bootstrap.records(settings())


def closing() -> "CloseService":
    """Return what closes organizations."""
    return bootstrap.closing(settings())


def replies() -> "ReplyService":
    """Return the right of reply."""
    return bootstrap.replies(settings())


def caller_numbers() -> "CallerNumberService":
    """Return the use cases of the numbers that organizations call from."""
    return bootstrap.caller_numbers(settings())


def webhooks() -> "WebhookService":
    """Return what organizations do with their webhooks."""
    return bootstrap.webhooks(settings())


def preferences() -> "PreferenceService":
    """Return which mails organizations want."""
    return bootstrap.preferences(settings())


def calendars() -> "CalendarService":
    """Return the feeds of deadlines."""
    return bootstrap.calendars(settings())


def stop_feed() -> "StopFeed":
    """Return what sellers do with stop requests."""
    return bootstrap.stop_feed(settings().sellers_table, settings().profile)
