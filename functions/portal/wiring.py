"""The use cases that the pages call, built from this function's settings at the first call."""

from functools import cache
from typing import TYPE_CHECKING

from quietline import bootstrap
from quietline.kernel.settings import PortalSettings
from quietline.profiles.profile import Profile, load_profile

if TYPE_CHECKING:
    from quietline.orders.service import OrderService
    from quietline.sellers.accounts import Accounts, People
    from quietline.sellers.agents import AgentService
    from quietline.sellers.invitations import InvitationService
    from quietline.sellers.members import MemberService
    from quietline.sellers.service import OrganizationService
    from quietline.sessions.service import SessionService


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


def orders() -> "OrderService":
    """Return the use cases of orders."""
    return bootstrap.orders(settings())


def members() -> "MemberService":
    """Return the use cases of an organization's people."""
    return bootstrap.members(settings())


def invitations() -> "InvitationService":
    """Return the use cases of invitations."""
    return bootstrap.invitations(settings())


def agents() -> "AgentService":
    """Return the use cases of agents on a SAN."""
    return bootstrap.agents(settings())
