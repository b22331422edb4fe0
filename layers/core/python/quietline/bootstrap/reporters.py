"""Trusted reporters."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.kernel.settings.consumers import PublicApiSettings
    from quietline.reporters.service import BatchService


@cache
def batches(settings: "PublicApiSettings") -> "BatchService":
    """Return what takes reporters' batches."""
    from quietline.adapters.dynamodb.parties import reporters
    from quietline.adapters.dynamodb.reporters import DynamoSent
    from quietline.adapters.dynamodb.table import Table
    from quietline.bootstrap.consumers import complaints
    from quietline.profiles.profile import load_profile
    from quietline.reporters.service import BatchService

    table = Table(settings.cases_table)
    return BatchService(reporters(table), DynamoSent(table), complaints(settings), load_profile(settings.profile))
