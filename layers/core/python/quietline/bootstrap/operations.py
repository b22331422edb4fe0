"""Taking in a registry, and comparing the registry with the list."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.lists import changes, publications

if TYPE_CHECKING:
    from quietline.adapters.streams import LostRecords
    from quietline.imports.ports import ImportStore
    from quietline.imports.service import AreaImport, ChunkReader, ImportFinish, ImportPlanner
    from quietline.kernel.settings.lists import ImportChunkSettings, ImportSettings, ReconcileSettings
    from quietline.reconciliation.service import AreaReconciliation, ReconcileFinish, ReconcilePlan, SegmentScan


@cache
def imports(registry_table: str, profile: str) -> "ImportStore":
    """Return the records of imports and their blocks."""
    from quietline.adapters.dynamodb.imports import DynamoImports
    from quietline.adapters.dynamodb.table import Table
    from quietline.profiles.profile import load_profile

    return DynamoImports(Table(registry_table), load_profile(profile).rules)


@cache
def import_planner(settings: "ImportSettings") -> "ImportPlanner":
    """Return the first step of an import."""
    from quietline.adapters.s3 import Bucket
    from quietline.imports.service import ImportPlanner
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return ImportPlanner(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        store=imports(settings.registry_table, settings.profile),
        objects=Bucket(settings.operations_bucket),
        publications=publications(settings.registry_table),
        changes=changes(settings.registry_table, settings.profile),
    )


@cache
def import_chunk_reader(settings: "ImportChunkSettings") -> "ChunkReader":
    """Return what reads a chunk; its function has the `lists` layer."""
    from quietline.adapters.s3 import Bucket
    from quietline.imports.service import ChunkReader
    from quietline.profiles.profile import load_profile

    return ChunkReader(load_profile(settings.profile), Bucket(settings.operations_bucket))


@cache
def import_area(settings: "ImportSettings") -> "AreaImport":
    """Return what adds an area; its function has the `lists` layer."""
    from quietline.adapters.s3 import Bucket
    from quietline.imports.service import AreaImport
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return AreaImport(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        store=imports(settings.registry_table, settings.profile),
        objects=Bucket(settings.operations_bucket),
        lists=Bucket(settings.lists_bucket),
        publications=publications(settings.registry_table),
        changes=changes(settings.registry_table, settings.profile),
    )


@cache
def import_finish(settings: "ImportSettings") -> "ImportFinish":
    """Return the last step of an import."""
    from quietline.adapters.s3 import Bucket
    from quietline.imports.service import ImportFinish
    from quietline.kernel.clock import SystemClock

    store = imports(settings.registry_table, settings.profile)
    return ImportFinish(SystemClock(), store, Bucket(settings.operations_bucket))


@cache
def reconcile_plan(settings: "ReconcileSettings") -> "ReconcilePlan":
    """Return the first step of a reconciliation."""
    from quietline.adapters.s3 import Bucket
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.reconciliation.service import ReconcilePlan

    return ReconcilePlan(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        publications=publications(settings.registry_table),
        lists=Bucket(settings.lists_bucket),
        segments=settings.segments,
        exports=settings.source == "export",
    )


@cache
def segment_scan(settings: "ReconcileSettings") -> "SegmentScan":
    """Return what reads a segment of the table; its function has the `lists` layer."""
    from quietline.adapters.dynamodb.reconciliation import DynamoRegistryScan, S3Exports
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.s3 import Bucket
    from quietline.profiles.profile import load_profile
    from quietline.reconciliation.service import SegmentScan

    profile = load_profile(settings.profile)
    scan = DynamoRegistryScan(Table(settings.registry_table), profile.rules)
    exports = S3Exports(settings.operations_bucket, profile.rules)
    return SegmentScan(profile, scan, exports, Bucket(settings.operations_bucket))


@cache
def area_reconciliation(settings: "ReconcileSettings") -> "AreaReconciliation":
    """Return what compares areas; its function has the `lists` layer."""
    from quietline.adapters.s3 import Bucket
    from quietline.profiles.profile import load_profile
    from quietline.reconciliation.service import AreaReconciliation

    return AreaReconciliation(
        profile=load_profile(settings.profile),
        publications=publications(settings.registry_table),
        changes=changes(settings.registry_table, settings.profile),
        lists=Bucket(settings.lists_bucket),
        objects=Bucket(settings.operations_bucket),
    )


@cache
def reconcile_finish(settings: "ReconcileSettings") -> "ReconcileFinish":
    """Return the last step of a reconciliation."""
    from quietline.adapters.s3 import Bucket
    from quietline.profiles.profile import load_profile
    from quietline.reconciliation.service import ReconcileFinish

    return ReconcileFinish(
        publications=publications(settings.registry_table),
        lists=Bucket(settings.lists_bucket),
        objects=Bucket(settings.operations_bucket),
        profile=load_profile(settings.profile),
    )


def lost_records(dead_letters_url: str, relay_name: str) -> "LostRecords":
    """Return what hands the records of streams to `relay` again that it could not take."""
    from quietline.adapters.streams import LostRecords, invoked

    return LostRecords(dead_letters_url, invoked(relay_name))
