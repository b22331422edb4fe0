"""Alarms watch metrics that somebody reports: renamed in one place only, an alarm would never ring."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from quietline.adapters.metrics import ANY_FUNCTION, NAMESPACE, HygieneLog, UsageLog
from quietline.usage.model import Channel

from tests.infra.conftest import Synthesized

ROOT = Path(__file__).parents[2]
ADAPTERS = ROOT / "layers/core/python/quietline/adapters"


def watched(made: Synthesized) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Alarm, metric name and dimensions of each alarm on a metric of ours."""
    for alarm, resource in made.of_type("AWS::CloudWatch::Alarm"):
        properties: dict[str, Any] = resource["Properties"]
        inner = [one["MetricStat"]["Metric"] for one in properties.get("Metrics", ()) if "MetricStat" in one]
        for metric in inner or [properties]:
            if metric.get("Namespace") == "Quietline":
                dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions", ())}
                yield alarm, metric["MetricName"], dimensions


def test_each_metric_is_reported_under_the_service_that_its_alarm_watches(production: Synthesized) -> None:
    found = list(watched(production))

    assert NAMESPACE == "Quietline"
    assert len(found) >= 6
    for alarm, name, dimensions in found:
        service = dimensions["service"]
        folders = [ADAPTERS] if service == ANY_FUNCTION else [ROOT / "functions" / service, ADAPTERS]
        sources = "\n".join(path.read_text() for folder in folders for path in folder.rglob("*.py"))
        assert all(folder.is_dir() for folder in folders), alarm
        assert re.search(rf'"{name}"', sources), f"{alarm} watches {name}, which {service} does not report"


@pytest.mark.parametrize(
    ("alarm", "report"),
    [
        ("EnumerationSuspected", lambda: UsageLog().suspected(Channel.LOOKUP, "acme", "walk")),
        ("ManyNumbersReassigned", lambda: HygieneLog().removed(3)),
    ],
)
def test_what_is_reported_has_the_alarms_name_and_dimensions(
    production: Synthesized,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    alarm: str,
    report: Any,
) -> None:
    [(name, dimensions)] = [(name, found) for one, name, found in watched(production) if one.startswith(alarm)]
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "carrier_api")

    report()

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    [metric] = [line for line in lines if name in line]
    [cloudwatch] = metric["_aws"]["CloudWatchMetrics"]
    assert cloudwatch["Namespace"] == "Quietline"
    assert {key: metric[key] for [*keys] in cloudwatch["Dimensions"] for key in keys} == dimensions
