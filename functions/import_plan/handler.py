"""First step of `import`: which chunks are to be read; and, once they are, which areas are to be added."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.lists import ImportSettings

logger = Logger(service="import_plan")


@cache
def settings() -> ImportSettings:
    """Return the settings, read at the first call."""
    return ImportSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Plan `{"step": "start" | "areas", "id"}`."""
    planner = bootstrap.import_planner(settings())
    step, import_id = event["step"], str(event["id"])
    plan = planner.start(import_id) if step == "start" else planner.areas(import_id)
    logger.info("planned", step=step, import_id=plan["id"], items=len(plan.get("items", ())))
    return plan
