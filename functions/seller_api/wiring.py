"""The resolver, and the use cases built from this function's settings at the first call."""

from functools import cache

from quietline import bootstrap
from quietline.http.app import make_app
from quietline.http.auth import Principal
from quietline.kernel.settings import SellerApiSettings
from quietline.lists.service import Downloads
from quietline.lookups.service import Lookups
from quietline.orders.model import Buyer
from quietline.orders.service import OrderService
from quietline.sellers.model import Membership
from quietline.sellers.service import OrganizationService

app = make_app()


@cache
def settings() -> SellerApiSettings:
    """Return the settings, read at the first call."""
    return SellerApiSettings.from_environment()


def organizations() -> OrganizationService:
    """Return the use cases of organizations."""
    return bootstrap.organizations(settings())


def orders() -> OrderService:
    """Return the use cases of orders."""
    return bootstrap.orders(settings())


def downloads() -> Downloads:
    """Return what hands out lists."""
    return bootstrap.downloads(settings())


def lookups() -> Lookups:
    """Return what looks numbers up."""
    return bootstrap.lookups(settings())


def caller() -> Principal:
    """Return who calls; the route's rule was checked before."""
    principal: Principal = app.context["principal"]
    return principal


def member() -> Membership:
    """Return the organization in which the caller acts.

    Raises:
        ForbiddenError: in none.
    """
    return organizations().of(caller())


def buyer() -> Buyer:
    """Return the caller as an authorized representative who orders and pays.

    Raises:
        ForbiddenError: the caller is none.
    """
    found = organizations().representative(caller())
    return Buyer(found.organization_id, caller().sub, exempt=found.exempt, certified=bool(found.san))
