"""Publishing the list, handing it out, looking numbers up."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import numbers, signer
from quietline.bootstrap.sellers import orders
from quietline.bootstrap.usage import metering

if TYPE_CHECKING:
    from quietline.kernel.settings import PublicApiSettings, PublishSettings, RenderListSettings, SellerApiSettings
    from quietline.lists.ports import ChangeReader, PublicationStore
    from quietline.lists.publish import AreaBuild, ManifestWriter, PublishPlan
    from quietline.lists.render import Renderer
    from quietline.lists.service import Downloads, Manifests
    from quietline.lookups.service import Lookups


@cache
def publications(registry_table: str) -> "PublicationStore":
    """Return the dates begun and published."""
    from quietline.adapters.dynamodb.lists import DynamoPublicationStore
    from quietline.adapters.dynamodb.table import Table

    return DynamoPublicationStore(Table(registry_table))


@cache
def changes(registry_table: str, profile: str) -> "ChangeReader":
    """Return the registry's dated changes."""
    from quietline.adapters.dynamodb.lists import DynamoChangeReader
    from quietline.adapters.dynamodb.table import Table
    from quietline.profiles.profile import load_profile

    return DynamoChangeReader(Table(registry_table), load_profile(profile).rules)


@cache
def publish_plan(settings: "PublishSettings") -> "PublishPlan":
    """Return the first step of a publication."""
    from datetime import timedelta

    from quietline.adapters.s3 import Bucket
    from quietline.kernel.clock import SystemClock
    from quietline.lists.publish import PublishPlan
    from quietline.profiles.profile import load_profile

    return PublishPlan(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        store=publications(settings.registry_table),
        changes=changes(settings.registry_table, settings.profile),
        objects=Bucket(settings.lists_bucket),
        settle=timedelta(seconds=settings.settle_seconds),
        days_ahead=settings.days_ahead,
    )


@cache
def area_build(settings: "PublishSettings") -> "AreaBuild":
    """Return what builds an area; its function has the `lists` layer."""
    from quietline.adapters.s3 import Bucket
    from quietline.lists.publish import AreaBuild
    from quietline.profiles.profile import load_profile

    return AreaBuild(
        profile=load_profile(settings.profile),
        changes=changes(settings.registry_table, settings.profile),
        objects=Bucket(settings.lists_bucket),
    )


@cache
def manifest_writer(settings: "PublishSettings") -> "ManifestWriter":
    """Return the last step of a publication."""
    from quietline.adapters.s3 import Bucket
    from quietline.lists.publish import ManifestWriter
    from quietline.profiles.profile import load_profile

    return ManifestWriter(
        profile=load_profile(settings.profile),
        store=publications(settings.registry_table),
        objects=Bucket(settings.lists_bucket),
        signer=signer(settings.signing_key_ids),
    )


@cache
def manifests(settings: "PublicApiSettings") -> "Manifests":
    """Return the reader of published manifests."""
    from quietline.adapters.s3 import Bucket
    from quietline.lists.service import Manifests

    return Manifests(publications(settings.registry_table), Bucket(settings.lists_bucket))


@cache
def downloads(settings: "SellerApiSettings") -> "Downloads":
    """Return what hands out lists."""
    from quietline.adapters.dynamodb.lists import DynamoReceiptStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.render import RenderFunction
    from quietline.adapters.s3 import Bucket
    from quietline.kernel.clock import SystemClock
    from quietline.lists.service import Downloads
    from quietline.profiles.profile import load_profile

    return Downloads(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        store=publications(settings.registry_table),
        objects=Bucket(settings.lists_bucket),
        entitlements=orders(settings),
        receipts=DynamoReceiptStore(Table(settings.sellers_table), load_profile(settings.profile).lists.warn_age_days),
        signer=signer(settings.signing_key_ids),
        renders=RenderFunction(settings.render_function),
        url_seconds=settings.download_url_seconds,
    )


@cache
def renderer(settings: "RenderListSettings") -> "Renderer":
    """Return what renders files on demand; its function has the `lists` layer."""
    from quietline.adapters.s3 import Bucket
    from quietline.lists.render import Renderer
    from quietline.profiles.profile import load_profile

    return Renderer(load_profile(settings.profile), Bucket(settings.lists_bucket))


@cache
def lookups(settings: "SellerApiSettings") -> "Lookups":
    """Return what looks numbers up in published lists."""
    from quietline.adapters.dynamodb.lookups import ManifestLists, RegistryHistories
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.s3 import Bucket
    from quietline.kernel.clock import SystemClock
    from quietline.lookups.service import Lookups
    from quietline.profiles.profile import load_profile

    return Lookups(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        lists=ManifestLists(
            Table(settings.registry_table), publications(settings.registry_table), Bucket(settings.lists_bucket)
        ),
        histories=RegistryHistories(numbers(settings.registry_table)),
        meter=metering(settings.sellers_table, settings.profile),
        signer=signer(settings.signing_key_ids),
    )
