"""First step of `publish`: fixes a date's cut-off and says which areas are to be built."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.lists import PublishSettings
from quietline.lists.publish import parse_date

logger = Logger(service="publish_plan")


@cache
def settings() -> PublishSettings:
    """Return the settings, read at the first call."""
    return PublishSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Plan `{"date": "YYYY-MM-DD"}`; without a date it is the registry's present day."""
    day = parse_date(str(event["date"])) if event.get("date") else None
    plan = bootstrap.publish_plan(settings()).plan(day)
    logger.info("planned", date=plan["date"], published=plan["published"], items=len(plan.get("items", ())))
    return plan
