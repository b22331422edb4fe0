"""The worker of `publish`: builds the files of one changed area, or of several that are still empty."""

from datetime import date
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.clock import from_text
from quietline.kernel.settings import PublishSettings

logger = Logger(service="publish_area")


@cache
def settings() -> PublishSettings:
    """Return the settings, read at the first call."""
    return PublishSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Build the areas of one work item: `{"date", "since", "cutoff", "areas": [{"area", "base"}]}`."""
    day = date.fromisoformat(event["date"])
    since, cutoff = from_text(event["since"]), from_text(event["cutoff"])
    builder = bootstrap.area_build(settings())
    numbers = 0
    for work in event["areas"]:
        count = builder.build(work["area"], work["base"], day, since, cutoff)
        logger.info("built", date=event["date"], area=work["area"], count=count)
        numbers += count
    return {"areas": len(event["areas"]), "numbers": numbers}
