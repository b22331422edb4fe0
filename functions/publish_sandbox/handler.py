"""Publishes the sandbox's list of today; a schedule calls it, and whoever sets a registry up."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.lists import PublishSandboxSettings

logger = Logger(service="publish_sandbox")


@cache
def settings() -> PublishSandboxSettings:
    """Return the settings, read at the first call."""
    return PublishSandboxSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Publish today's list, whatever the event; a repeat answers the same."""
    made = bootstrap.sandbox_publication(settings()).publish()
    logger.info("published", date=made["date"], areas=made["areas"], count=made["numbers"])
    return made
