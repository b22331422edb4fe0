"""Publishes daily files: a schedule calls it, and operators do after an import."""

from datetime import date
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.settings.opendata import PublishOpenDataSettings

logger = Logger(service="publish_open_data")


@cache
def settings() -> PublishOpenDataSettings:
    """Return the settings, read at the first call."""
    return PublishOpenDataSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Publish what is due, or the files of `{"dates": ["2026-03-05", …]}`; a repeat writes nothing."""
    publication = bootstrap.open_data_publication(settings())
    dates = [date.fromisoformat(str(day)) for day in event.get("dates", ())]
    made = publication.publish_days(dates) if dates else publication.publish_due()
    files = [
        {"date": one.date.isoformat(), "file": one.name, "version": one.current.version, "rows": one.current.rows}
        for one in made
    ]
    logger.info("published", files=len(files), rows=sum(one.current.rows for one in made))
    return {"files": files}
