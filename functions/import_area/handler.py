"""The worker of `import` that adds the numbers of one area to the registry."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.lists import ImportSettings

logger = Logger(service="import_area")


@cache
def settings() -> ImportSettings:
    """Return the settings, read at the first call."""
    return ImportSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Add one area: `{"id", "area"}`."""
    made = bootstrap.import_area(settings()).add(event["id"], event["area"])
    logger.info("added", import_id=event["id"], area=made.area, numbers=made.numbers, added=made.added)
    return {"added": made.added}
