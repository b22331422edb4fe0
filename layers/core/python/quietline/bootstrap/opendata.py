"""Open data: the daily files of reported calls."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import app_secret, signer

if TYPE_CHECKING:
    from quietline.kernel.settings import PublishOpenDataSettings
    from quietline.opendata.publish import OpenDataPublication


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
