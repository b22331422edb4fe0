"""Open data: the daily files of reported calls."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import app_secret, signer

if TYPE_CHECKING:
    from quietline.kernel.settings import OpenDataApiSettings, PublishOpenDataSettings
    from quietline.opendata.answer import ReportedCalls
    from quietline.opendata.limits import RateLimits
    from quietline.opendata.publish import OpenDataPublication
    from quietline.statistics.publish import DataBook


@cache
def open_data_publication(settings: "PublishOpenDataSettings") -> "OpenDataPublication":
    """Return what publishes the daily files."""
    from quietline.adapters.dynamodb.opendata import DynamoReleases, DynamoReportedComplaints
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.opendata import OpenDataBucket
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
    )


@cache
def data_book(settings: "PublishOpenDataSettings") -> "DataBook":
    """Return what publishes the data book's tables."""
    from quietline.statistics.publish import DataBook

    made = open_data_publication(settings)
    return DataBook(made.profile, made.clock, made.releases, made.files, made.signer)


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
