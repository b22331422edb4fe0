"""The worker of `publish`: builds the files of one changed area, or of several that are still empty."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.clock import from_text
from quietline.kernel.settings.lists import PublishSettings

logger = Logger(service="publish_area")
THREADS = 8


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

    def build(work: dict[str, Any]) -> int:
        count = builder.build(work["area"], work["base"], day, since, cutoff)
        logger.info("built", date=event["date"], area=work["area"], count=count)
        return count

    # several areas come together only where there is nothing but waiting for S3
    with ThreadPoolExecutor(THREADS) as pool:
        return {"areas": len(event["areas"]), "numbers": sum(pool.map(build, event["areas"]))}
