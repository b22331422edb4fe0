"""Trusted reporters."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.kernel.settings import PublicApiSettings
    from quietline.reporters.service import BatchService, ReporterAdministration


@cache
def batches(settings: "PublicApiSettings") -> "BatchService":
    """Return what takes reporters' batches."""
    from quietline.adapters.dynamodb.reporters import DynamoReporters
    from quietline.adapters.dynamodb.table import Table
    from quietline.bootstrap.consumers import complaints
    from quietline.profiles.profile import load_profile
    from quietline.reporters.service import BatchService

    return BatchService(
        DynamoReporters(Table(settings.cases_table)), complaints(settings), load_profile(settings.profile)
    )


def reporter_administration(cases_table: str, user_pool_id: str) -> "ReporterAdministration":
    """Return what an operator administers reporters' machine clients with."""
    from quietline.adapters.cognito import CognitoClients
    from quietline.adapters.dynamodb.reporters import DynamoReporters
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.reporters.service import ReporterAdministration

    clients = CognitoClients(user_pool_id, "quietline/reporters")
    return ReporterAdministration(DynamoReporters(Table(cases_table)), clients, SystemClock())
