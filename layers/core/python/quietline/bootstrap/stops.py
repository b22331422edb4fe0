"""Stop requests."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import app_secret, link_signer, mailbox_cipher

if TYPE_CHECKING:
    from quietline.kernel.settings.consumers import SiteFormsSettings
    from quietline.stops.feed import StopFeed
    from quietline.stops.ports import StopStore
    from quietline.stops.service import StopService


@cache
def stops(settings: "SiteFormsSettings") -> "StopService":
    """Return what a consumer does with stop requests."""
    from quietline.adapters.dynamodb.stop_sellers import DynamoStopSellers
    from quietline.adapters.dynamodb.stops import DynamoStops
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.stops.service import StopService

    table = Table(settings.sellers_table)
    return StopService(
        sellers=DynamoStopSellers(table),
        store=DynamoStops(table, Table(settings.registry_table)),
        cipher=mailbox_cipher(settings.pii_key_id),
        links=link_signer(settings.app_secret_id),
        secret=app_secret(settings.app_secret_id),
        profile=load_profile(settings.profile),
        clock=SystemClock(),
    )


@cache
def stop_feed(sellers_table: str, profile: str) -> "StopFeed":
    """Return what a seller does with stop requests."""
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.stops.feed import StopFeed

    return StopFeed(stop_store(sellers_table), SystemClock(), load_profile(profile))


@cache
def stop_store(sellers_table: str) -> "StopStore":
    """Return the stop requests as rules and operators read them."""
    from quietline.adapters.dynamodb.stops import DynamoStops
    from quietline.adapters.dynamodb.table import Table

    return DynamoStops(Table(sellers_table))
