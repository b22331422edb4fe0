"""The worker of `reconcile` that reads one segment of the registry."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline import bootstrap
from quietline.kernel.clock import from_text
from quietline.kernel.settings.lists import ReconcileSettings

logger = Logger(service="reconcile_segment")


@cache
def settings() -> ReconcileSettings:
    """Return the settings, read at the first call."""
    return ReconcileSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Read one segment: `{"run", "segment", "segments", "cutoff", "export"}`; `export` is empty for a scan."""
    count = bootstrap.segment_scan(settings()).read(
        event["run"], event["segment"], event["segments"], from_text(event["cutoff"]), event["export"]
    )
    logger.info("read", run=event["run"], segment=event["segment"], records=count)
    return {"records": count}
