"""What investigators do to cases."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import signer

if TYPE_CHECKING:
    from quietline.cases.bundle import BundleService
    from quietline.cases.desk import DeskService
    from quietline.cases.exports import ExportService
    from quietline.cases.moves import MoveService
    from quietline.cases.opening import OpeningService
    from quietline.cases.views import ViewService
    from quietline.kernel.settings.cases import BundleCaseSettings, CaseApiSettings


@cache
def desk(settings: "CaseApiSettings") -> "DeskService":
    """Return how investigators take, note, link, hold and refer cases."""
    from quietline.adapters.dynamodb.case_desk import DynamoDeskStore
    from quietline.adapters.dynamodb.case_people import DynamoPeople
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.executions import StepFunctionsTasks
    from quietline.cases.desk import DeskService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    table = Table(settings.cases_table)
    return DeskService(
        store=DynamoCaseStore(table),
        desk=DynamoDeskStore(table),
        people=DynamoPeople(table),
        tasks=StepFunctionsTasks(),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def case_moves(settings: "CaseApiSettings") -> "MoveService":
    """Return what merges and splits cases."""
    from quietline.adapters.dynamodb.case_moves import DynamoMoveStore
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.executions import StepFunctionsTasks
    from quietline.cases.moves import MoveService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    table = Table(settings.cases_table)
    return MoveService(
        store=DynamoCaseStore(table),
        moves=DynamoMoveStore(table),
        tasks=StepFunctionsTasks(),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def case_opening(settings: "CaseApiSettings") -> "OpeningService":
    """Return what opens cases by hand."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.cases.opening import OpeningService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return OpeningService(DynamoCaseStore(Table(settings.cases_table)), SystemClock(), load_profile(settings.profile))


@cache
def case_views(settings: "CaseApiSettings") -> "ViewService":
    """Return the saved views of the queue."""
    from quietline.adapters.dynamodb.case_people import DynamoViews
    from quietline.adapters.dynamodb.table import Table
    from quietline.cases.views import ViewService
    from quietline.kernel.clock import SystemClock

    return ViewService(DynamoViews(Table(settings.cases_table)), SystemClock())


@cache
def bundles(settings: "BundleCaseSettings") -> "BundleService":
    """Return what makes bundles of cases."""
    from quietline.adapters.bundlefiles import BundleBucket, CaseEvidence, SignedReceipts
    from quietline.adapters.dynamodb.case_desk import DynamoDeskStore
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.evidence import DynamoEvidence
    from quietline.adapters.dynamodb.investigations import DynamoInvestigations
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.s3 import Bucket
    from quietline.cases.bundle import BundleService
    from quietline.profiles.profile import load_profile

    table = Table(settings.cases_table)
    return BundleService(
        store=DynamoCaseStore(table),
        desk=DynamoDeskStore(table),
        investigations=DynamoInvestigations(table),
        receipts=SignedReceipts(Table(settings.sellers_table)),
        evidence=CaseEvidence(DynamoEvidence(table), Bucket(settings.evidence_bucket)),
        signer=signer(settings.signing_key_ids),
        files=BundleBucket(settings.operations_bucket),
        profile=load_profile(settings.profile),
    )


@cache
def exports(settings: "CaseApiSettings") -> "ExportService":
    """Return what hands out cases as one file."""
    from quietline.adapters.bundlefiles import BundleFunction
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.s3 import Bucket
    from quietline.cases.exports import ExportService
    from quietline.kernel.clock import SystemClock

    bucket = Bucket(settings.operations_bucket)
    maker = BundleFunction(settings.bundle_function, bucket, settings.bundle_link_seconds)
    return ExportService(DynamoCaseStore(Table(settings.cases_table)), maker, SystemClock())
