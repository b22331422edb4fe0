"""Last step of `import`: sums up."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.lists import ImportSettings

logger = Logger(service="import_finish")


@cache
def settings() -> ImportSettings:
    """Return the settings, read at the first call."""
    return ImportSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Finish `{"id"}`; the answer is the import's summary."""
    made = bootstrap.import_finish(settings()).finish(event["id"])
    logger.info("imported", import_id=made["id"], lines=made["lines"], added=made["added"], refused=made["rejected"])
    return made
