"""Metrics in CloudWatch's embedded format: a log line that CloudWatch counts; dimensions are never people."""

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from quietline.usage.model import Channel

logger = Logger(child=True)
NAMESPACE = "Quietline"
ANY_FUNCTION = "quietline"
"""The dimension that Powertools would set to the function's name: an alarm watches one metric, whoever reports it."""


class HygieneLog:
    """Implements `carriers.ports.HygieneMetrics`."""

    def removed(self, numbers: int) -> None:
        """Report how many numbers left the list because of carriers' reports: metric `NumbersReassigned`."""
        with single_metric("NumbersReassigned", MetricUnit.Count, numbers, namespace=NAMESPACE):
            pass


class UsageLog:
    """Implements `usage.ports.UsageMetrics`; who seems to enumerate is in the log, not in the metric."""

    def asked(self, channel: Channel, numbers: int) -> None:
        """Report how many different numbers a question held: metric `NumbersAsked` by channel."""
        with single_metric("NumbersAsked", MetricUnit.Count, numbers, namespace=NAMESPACE) as metric:
            metric.add_dimension("channel", channel.value)

    def suspected(self, channel: Channel, organization_id: str, why: str) -> None:
        """Report that an account seems to enumerate: metric `EnumerationSuspected`, and a warning with its id."""
        logger.warning("enumeration_suspected", channel=channel.value, organization=organization_id, why=why)
        with single_metric("EnumerationSuspected", MetricUnit.Count, 1, namespace=NAMESPACE) as metric:
            metric.add_dimension("service", ANY_FUNCTION)


class NoUsageLog:
    """Implements `usage.ports.UsageMetrics` for the sandbox: tests of integrators alarm nobody."""

    def asked(self, channel: Channel, numbers: int) -> None:
        """Report nothing."""

    def suspected(self, channel: Channel, organization_id: str, why: str) -> None:
        """Report nothing."""
