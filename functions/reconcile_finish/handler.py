"""Last step of `reconcile`: the report, and the metric that the alarm watches."""

from datetime import date
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from quietline import bootstrap
from quietline.kernel.settings.lists import ReconcileSettings

logger = Logger(service="reconcile_finish")
metrics = Metrics(namespace="Quietline", service="reconcile_finish")


@cache
def settings() -> ReconcileSettings:
    """Return the settings, read at the first call."""
    return ReconcileSettings.from_environment()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Report `{"run", "date", "scanned": [{"records"}, …]}`; the answer is the report: counts, no number."""
    scanned = sum(one["records"] for one in event["scanned"])
    report = bootstrap.reconcile_finish(settings()).finish(event["run"], date.fromisoformat(event["date"]), scanned)
    metrics.add_metric("AreasThatDiffer", MetricUnit.Count, len(report["differences"]))
    metrics.add_metric("NumbersThatDiffer", MetricUnit.Count, report["missing"] + report["extra"])
    metrics.flush_metrics()
    logger.info("reconciled", run=event["run"], agrees=report["agrees"], areas=report["areas"])
    return report
