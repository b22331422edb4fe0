"""The worker of `reconcile` that compares some areas with the published list."""

from datetime import date
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.lists import ReconcileSettings

logger = Logger(service="reconcile_area")


@cache
def settings() -> ReconcileSettings:
    """Return the settings, read at the first call."""
    return ReconcileSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Compare areas: `{"run", "date", "areas", "segments"}`."""
    day = date.fromisoformat(event["date"])
    reconciliation = bootstrap.area_reconciliation(settings())
    made = reconciliation.compare(event["run"], day, event["areas"], event["segments"])
    for one in made:
        if not one.agrees:
            logger.error("differs", run=event["run"], comparison=one.to_payload())
    return {"differing": sum(not one.agrees for one in made)}
