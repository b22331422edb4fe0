"""Cloud washes."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import sandbox_signer, signer
from quietline.bootstrap.lists import publications
from quietline.bootstrap.sellers import orders
from quietline.bootstrap.usage import metering

if TYPE_CHECKING:
    from quietline.kernel.settings.lists import WashSettings
    from quietline.kernel.settings.sellers import SellerApiSettings
    from quietline.washes.service import Washes
    from quietline.washes.worker import WashWorker


@cache
def washes(settings: "SellerApiSettings") -> "Washes":
    """Return what takes requests for washes and tells how they stand."""
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.dynamodb.washes import DynamoWashes
    from quietline.adapters.washfiles import WashForms
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.washes.service import Washes

    return Washes(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        store=DynamoWashes(Table(settings.sellers_table)),
        forms=WashForms(settings.washes_bucket),
        meter=metering(settings.sellers_table, settings.profile),
        upload_seconds=settings.upload_url_seconds,
        download_seconds=settings.download_url_seconds,
    )


@cache
def wash_worker(settings: "WashSettings", *, sandbox: bool = False) -> "WashWorker":
    """Return what washes uploads, with the list or with the sandbox's; its function has the `lists` layer."""
    from quietline.adapters.dynamodb.stops import DynamoStops
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.dynamodb.washes import DynamoWashes
    from quietline.adapters.s3 import Bucket
    from quietline.adapters.washfiles import WashBucket
    from quietline.adapters.washlists import NewestList
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.washes.worker import WashWorker

    return WashWorker(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        store=DynamoWashes(Table(settings.sellers_table)),
        lists=NewestList(
            publications(settings.registry_table, sandbox=sandbox),
            Bucket(settings.lists_bucket, "sandbox" if sandbox else ""),
        ),
        files=WashBucket(settings.washes_bucket),
        entitlements=orders(settings),
        stops=DynamoStops(Table(settings.sellers_table)),
        meter=metering(settings.sellers_table, settings.profile, sandbox=sandbox),
        signer=sandbox_signer(settings.signing_key_ids) if sandbox else signer(settings.signing_key_ids),
    )
