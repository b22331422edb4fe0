"""Carriers and their reports."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import numbers

if TYPE_CHECKING:
    from quietline.carriers.service import LineReports
    from quietline.kernel.settings.cases import CarrierApiSettings


@cache
def line_reports(settings: "CarrierApiSettings") -> "LineReports":
    """Return what takes carriers' reports."""
    from quietline.adapters.dynamodb.carriers import DynamoLines
    from quietline.adapters.dynamodb.parties import carriers
    from quietline.adapters.dynamodb.registrations import DynamoRegistrations
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.metrics import HygieneLog
    from quietline.carriers.service import LineReports
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    table = Table(settings.registry_table)
    return LineReports(
        carriers=carriers(table),
        numbers=numbers(settings.registry_table),
        registrations=DynamoRegistrations(table),
        lines=DynamoLines(table),
        metrics=HygieneLog(),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )
