"""Open data: the daily files of reported calls."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import app_secret, signer

if TYPE_CHECKING:
    from quietline.kernel.settings.opendata import (
        OpenDataApiSettings,
        PublishOpenDataSettings,
        PublishStatisticsSettings,
    )
    from quietline.opendata.answer import ReportedCalls
    from quietline.opendata.callers import ReportedCallers
    from quietline.opendata.limits import RateLimits
    from quietline.opendata.publish import OpenDataPublication
    from quietline.statistics.answer import Statistics
    from quietline.statistics.publish import DataBook


@cache
def open_data_publication(settings: "PublishOpenDataSettings") -> "OpenDataPublication":
    """Return what publishes the daily files."""
    from quietline.adapters.dynamodb.opendata import DynamoReleases, DynamoReportedComplaints
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.opendata import OpenDataBucket
    from quietline.adapters.parquet import columns_of
    from quietline.kernel.clock import SystemClock
    from quietline.opendata.publish import OpenDataPublication
    from quietline.profiles.profile import load_profile

    table = Table(settings.cases_table)
    return OpenDataPublication(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        complaints=DynamoReportedComplaints(table),
        releases=DynamoReleases(table),
        files=OpenDataBucket(settings.open_data_bucket),
        signer=signer(settings.signing_key_ids),
        secret=app_secret(settings.app_secret_id),
        columns=columns_of,
    )


@cache
def data_book(settings: "PublishStatisticsSettings") -> "DataBook":
    """Return what publishes the data book's tables."""
    from quietline.adapters.dynamodb.ledger import LedgerByTime
    from quietline.adapters.dynamodb.opendata import DynamoReleases
    from quietline.adapters.dynamodb.statistics import PublishedLists, SubscriptionsByTime
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.opendata import OpenDataBucket
    from quietline.adapters.s3 import Bucket
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.statistics.calls import ReportedCallsBook
    from quietline.statistics.fees import FeesBook
    from quietline.statistics.publish import DataBook
    from quietline.statistics.registrations import RegistrationsBook
    from quietline.statistics.subscribers import SubscribersBook

    profile = load_profile(settings.profile)
    lists = PublishedLists(Table(settings.registry_table), Bucket(settings.lists_bucket))
    sellers = Table(settings.sellers_table)
    releases = DynamoReleases(Table(settings.cases_table))
    return DataBook(
        profile=profile,
        clock=SystemClock(),
        files=OpenDataBucket(settings.open_data_bucket),
        signer=signer(settings.signing_key_ids),
        books=(
            ReportedCallsBook(releases, profile.statistics),
            RegistrationsBook(lists, profile),
            SubscribersBook(SubscriptionsByTime(sellers), lists, profile),
            FeesBook(LedgerByTime(sellers), lists, profile),
        ),
        releases=releases,
    )


@cache
def reported_calls(settings: "OpenDataApiSettings") -> "ReportedCalls":
    """Return what answers questions to the daily files."""
    from quietline.adapters.dynamodb.opendata import DynamoReleases
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.opendata import OpenDataBucket
    from quietline.kernel.clock import SystemClock
    from quietline.opendata.answer import ReportedCalls
    from quietline.profiles.profile import load_profile

    return ReportedCalls(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        releases=DynamoReleases(Table(settings.cases_table)),
        files=OpenDataBucket(settings.open_data_bucket),
    )


@cache
def open_data_limits(cases_table: str, idempotency_table: str, profile: str) -> "RateLimits":
    """Return what counts requests."""
    from quietline.adapters.dynamodb.opendata import DynamoCounters, DynamoKeys
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.opendata.limits import RateLimits
    from quietline.profiles.profile import load_profile

    return RateLimits(
        DynamoKeys(Table(cases_table)), DynamoCounters(idempotency_table), SystemClock(), load_profile(profile)
    )


@cache
def statistics(open_data_bucket: str) -> "Statistics":
    """Return what reads the published data book."""
    from quietline.adapters.opendata import OpenDataBucket
    from quietline.statistics.answer import Statistics

    return Statistics(OpenDataBucket(open_data_bucket))


@cache
def reported_callers(open_data_bucket: str) -> "ReportedCallers":
    """Return what reads the feed of reported callers."""
    from quietline.adapters.opendata import OpenDataBucket
    from quietline.opendata.callers import ReportedCallers

    return ReportedCallers(OpenDataBucket(open_data_bucket))
