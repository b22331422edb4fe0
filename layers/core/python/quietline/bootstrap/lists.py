"""Publishing the list, handing it out, looking numbers up."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import numbers, sandbox_signer, signer
from quietline.bootstrap.sellers import orders
from quietline.bootstrap.usage import metering

if TYPE_CHECKING:
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.s3 import Bucket
    from quietline.adapters.signing import KmsSigner, SandboxSigner
    from quietline.kernel.settings.consumers import PublicApiSettings
    from quietline.kernel.settings.lists import PublishSandboxSettings, PublishSettings, RenderListSettings
    from quietline.kernel.settings.sellers import SellerApiSettings
    from quietline.lists.ports import ChangeReader, PublicationStore
    from quietline.lists.publish import AreaBuild, ManifestWriter, PublishPlan
    from quietline.lists.render import Renderer
    from quietline.lists.sandbox import SandboxPublication
    from quietline.lists.service import Downloads, Manifests
    from quietline.lookups.service import Lookups


@cache
def publications(registry_table: str, *, sandbox: bool = False) -> "PublicationStore":
    """Return the dates begun and published."""
    from quietline.adapters.dynamodb.lists import DynamoPublicationStore

    return DynamoPublicationStore(_registry(registry_table, sandbox=sandbox))


def _registry(registry_table: str, *, sandbox: bool) -> "Table":
    from quietline.adapters.dynamodb.sandbox import SandboxTable
    from quietline.adapters.dynamodb.table import Table

    return SandboxTable(registry_table) if sandbox else Table(registry_table)


def _bucket(name: str, *, sandbox: bool) -> "Bucket":
    from quietline.adapters.s3 import Bucket

    return Bucket(name, "sandbox" if sandbox else "")


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
def sandbox_publication(settings: "PublishSandboxSettings") -> "SandboxPublication":
    """Return what publishes the sandbox's list; its function has the `lists` layer."""
    from datetime import timedelta

    from quietline.kernel.clock import SystemClock
    from quietline.lists.publish import AreaBuild, ManifestWriter, PublishPlan
    from quietline.lists.sandbox import MagicChanges, SandboxPublication
    from quietline.profiles.profile import load_profile

    profile = load_profile(settings.profile).sandboxed
    changes = MagicChanges(profile)
    store = publications(settings.registry_table, sandbox=True)
    objects = _bucket(settings.lists_bucket, sandbox=True)
    return SandboxPublication(
        plan=PublishPlan(profile, SystemClock(), store, changes, objects, settle=timedelta(0)),
        areas=AreaBuild(profile, changes, objects),
        manifest=ManifestWriter(profile, store, objects, sandbox_signer(settings.signing_key_ids)),
    )


@cache
def manifests(settings: "PublicApiSettings", *, sandbox: bool = False) -> "Manifests":
    """Return the reader of published manifests."""
    from quietline.lists.service import Manifests

    store = publications(settings.registry_table, sandbox=sandbox)
    return Manifests(store, _bucket(settings.lists_bucket, sandbox=sandbox))


@cache
def downloads(settings: "SellerApiSettings", *, sandbox: bool = False) -> "Downloads":
    """Return what hands out lists, or the sandbox's."""
    from quietline.adapters.dynamodb.lists import DynamoReceiptStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.render import RenderFunction
    from quietline.kernel.clock import SystemClock
    from quietline.lists.service import Downloads
    from quietline.profiles.profile import load_profile

    profile = load_profile(settings.profile)
    return Downloads(
        profile=profile.sandboxed if sandbox else profile,
        clock=SystemClock(),
        store=publications(settings.registry_table, sandbox=sandbox),
        objects=_bucket(settings.lists_bucket, sandbox=sandbox),
        entitlements=orders(settings),
        receipts=DynamoReceiptStore(Table(settings.sellers_table), load_profile(settings.profile).lists.warn_age_days),
        signer=_signer(settings.signing_key_ids, sandbox=sandbox),
        renders=RenderFunction(settings.render_function, sandbox),
        url_seconds=settings.download_url_seconds,
        sandbox=sandbox,
    )


@cache
def renderer(settings: "RenderListSettings", *, sandbox: bool = False) -> "Renderer":
    """Return what renders files on demand; its function has the `lists` layer."""
    from quietline.lists.render import Renderer
    from quietline.profiles.profile import load_profile

    return Renderer(load_profile(settings.profile), _bucket(settings.lists_bucket, sandbox=sandbox))


@cache
def lookups(settings: "SellerApiSettings", *, sandbox: bool = False) -> "Lookups":
    """Return what looks numbers up in published lists, or in the sandbox's."""
    from quietline.adapters.dynamodb.lookups import ManifestLists, RegistryHistories
    from quietline.adapters.dynamodb.stops import DynamoStops
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.lookups.sandbox import MagicHistories
    from quietline.lookups.service import Lookups
    from quietline.profiles.profile import load_profile

    profile, clock = load_profile(settings.profile), SystemClock()
    return Lookups(
        profile=profile,
        clock=clock,
        lists=ManifestLists(
            _registry(settings.registry_table, sandbox=sandbox),
            publications(settings.registry_table, sandbox=sandbox),
            _bucket(settings.lists_bucket, sandbox=sandbox),
        ),
        histories=MagicHistories(profile, clock) if sandbox else RegistryHistories(numbers(settings.registry_table)),
        stops=DynamoStops(Table(settings.sellers_table)),
        meter=metering(settings.sellers_table, settings.profile, sandbox=sandbox),
        signer=_signer(settings.signing_key_ids, sandbox=sandbox),
        sandbox=sandbox,
    )


def _signer(key_ids: str, *, sandbox: bool) -> "KmsSigner | SandboxSigner":
    return sandbox_signer(key_ids) if sandbox else signer(key_ids)
