"""First step of `reconcile`: the newest list, the segments of the table, the areas."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.lists import ReconcileSettings

logger = Logger(service="reconcile_plan")


@cache
def settings() -> ReconcileSettings:
    """Return the settings, read at the first call."""
    return ReconcileSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Plan; `published` is false when there is no list yet."""
    plan = bootstrap.reconcile_plan(settings()).plan()
    logger.info("planned", published=plan["published"], run=plan.get("run", ""), date=plan.get("date", ""))
    return plan
