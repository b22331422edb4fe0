"""Last step of `publish`: signs the manifest and makes the list exist."""

from datetime import date
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.lists import PublishSettings

logger = Logger(service="publish_manifest")


@cache
def settings() -> PublishSettings:
    """Return the settings, read at the first call."""
    return PublishSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Publish `{"date": "YYYY-MM-DD"}`, whose areas are built."""
    made = bootstrap.manifest_writer(settings()).write(date.fromisoformat(event["date"]))
    logger.info("published", date=made["date"], areas=made["areas"], count=made["numbers"])
    return made
