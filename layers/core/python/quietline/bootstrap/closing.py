"""Closing organizations."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.kernel.settings.sellers import NotifySettings, TeamSettings
    from quietline.sellers.closing import ClearingService, CloseService
    from quietline.sellers.erasing import ErasureService


@cache
def closing(settings: "TeamSettings") -> "CloseService":
    """Return what closes organizations."""
    from quietline.adapters.dynamodb.closing import ClosingStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.bootstrap.sellers import organizations
    from quietline.sellers.closing import CloseService

    service = organizations(settings)
    return CloseService(service, ClosingStore(Table(settings.sellers_table)), service.clock, service.profile)


@cache
def clearing(settings: "NotifySettings") -> "ClearingService":
    """Return what clears away what a closed organization had open."""
    from quietline.adapters.cognito import CognitoClients
    from quietline.adapters.dynamodb.closing import ClosingStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.sellers.closing import ClearingService

    return ClearingService(ClosingStore(Table(settings.sellers_table)), CognitoClients(settings.user_pool_id))


def erasure(sellers_table: str, profile: str) -> "ErasureService":
    """Return what an operator erases closed organizations with."""
    from quietline.adapters.dynamodb.erasing import ErasureStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.sellers.erasing import ErasureService

    return ErasureService(ErasureStore(Table(sellers_table)), SystemClock(), load_profile(profile))
