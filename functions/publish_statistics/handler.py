"""Publishes the data book and its pages: a schedule calls it every day, and operators do."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from quietline import bootstrap
from quietline.kernel.settings.opendata import PublishStatisticsSettings

from functions.publish_statistics.pages import DataPages

logger = Logger(service="publish_statistics")
metrics = Metrics(namespace="Quietline", service="publish_statistics")


@cache
def settings() -> PublishStatisticsSettings:
    """Return the settings, read at the first call."""
    return PublishStatisticsSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Publish what has changed; of `{"years": [2024, …]}` closed years of any age too. A repeat changes no number."""
    book = bootstrap.data_book(settings())
    editions = book.publish([int(year) for year in event.get("years", ())])
    # they also list the daily files, which have changed since
    pages = DataPages(book.profile, book.files).publish()
    late = book.missing()
    # it runs every day and knows holidays: also a schedule of the files that was switched off is noticed
    metrics.add_metric("DailyFilesMissing", MetricUnit.Count, int(late is not None))
    metrics.flush_metrics()
    if late:
        logger.error("daily_file_missing", date=late.isoformat())
    logger.info("published", editions=len(editions), pages=len(pages))
    return {"editions": editions, "pages": pages}
