"""What only the console has."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.cases.workload import WorkloadService
    from quietline.kernel.settings.cases import ConsoleSettings


@cache
def workload(settings: "ConsoleSettings") -> "WorkloadService":
    """Return what counts the open cases of investigators."""
    from quietline.adapters.dynamodb.case_people import DynamoAuditLog
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.cases.workload import WorkloadService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    table = Table(settings.cases_table)
    return WorkloadService(DynamoCaseStore(table), DynamoAuditLog(table), SystemClock(), load_profile(settings.profile))
