"""Metering."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.usage.service import Metering


@cache
def metering(sellers_table: str, profile: str, *, sandbox: bool = False) -> "Metering":
    """Return what counts an account's numbers; of the sandbox's nobody is told."""
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.dynamodb.usage import DynamoUsage
    from quietline.adapters.metrics import NoUsageLog, UsageLog
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.usage.service import Metering

    metrics = NoUsageLog() if sandbox else UsageLog()
    return Metering(load_profile(profile), SystemClock(), DynamoUsage(Table(sellers_table)), metrics)
