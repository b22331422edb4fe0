"""Counters in DynamoDB: conditional, by day and month, parallel batches of records."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from quietline.adapters.dynamodb.numbers import DynamoNumbers, number_writes
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.dynamodb.usage import DynamoUsage
from quietline.adapters.metrics import UsageLog
from quietline.kernel.phone import PhoneNumber
from quietline.registrations.model import HistoryEntry, NumberRecord
from quietline.usage.model import AgentUsage, Channel, DayUsage, Take

from tests.conftest import NOW

DAY = date(2026, 11, 30)


@pytest.fixture
def usage(cloud: Any) -> DynamoUsage:
    return DynamoUsage(Table(cloud.sellers_table))


def take(numbers: int, channel: Channel = Channel.LOOKUP, day: date = DAY, organization: str = "acme") -> Take:
    return Take(organization, day, channel, numbers, limit=100)


def test_sums_by_channel_and_day(usage: DynamoUsage) -> None:
    assert usage.take(take(60)) == 60
    assert usage.take(take(40)) == 100
    assert usage.take(take(7, Channel.WASH)) == 7
    assert usage.take(take(1, day=date(2026, 12, 1))) == 1
    assert usage.take(take(1, day=date(2026, 11, 3))) == 1
    assert usage.take(take(5, organization="other")) == 5

    assert usage.of_day("acme", DAY) == DayUsage(DAY, 100, 7)
    assert usage.of_day("acme", date(2026, 11, 29)) == DayUsage(date(2026, 11, 29))
    assert usage.of_month("acme", DAY) == [DayUsage(date(2026, 11, 3), 1), DayUsage(DAY, 100, 7)]


def test_what_an_agent_asks_counts_as_the_sellers_and_is_told_apart(usage: DynamoUsage) -> None:
    usage.take(take(10))
    assert usage.take(replace(take(5), agent_san="123-456-7897")) == 15
    assert usage.take(replace(take(3, Channel.WASH), agent_san="123-456-7897")) == 3
    assert usage.take(replace(take(86), agent_san="555-010-2230")) is None

    agents = {"123-456-7897": AgentUsage(looked_up=5, washed=3)}
    assert usage.of_day("acme", DAY) == DayUsage(DAY, 15, 3, agents)


def test_beyond_the_limit_nothing_is_counted(usage: DynamoUsage) -> None:
    assert usage.take(take(101)) is None
    assert usage.take(take(99)) == 99
    assert usage.take(take(2)) is None
    assert usage.take(take(101)) is None

    assert usage.of_day("acme", DAY).looked_up == 99


def test_suspicion_is_one_metric_for_all_functions_and_names_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for service in ("wash", "seller_api"):
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", service)
        UsageLog().suspected(Channel.WASH, "acme", "walk")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]

    assert [(line["EnumerationSuspected"], line["service"]) for line in lines] == [([1.0], "quietline")] * 2
    assert all(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]] for line in lines)
    assert "acme" not in json.dumps(lines)


def test_many_records_are_read_at_once(cloud: Any) -> None:
    table = Table(cloud.registry_table)
    asked = [PhoneNumber(f"+1202555{number:04d}") for number in range(250)]
    kept = [asked[0], asked[120], asked[249]]
    for number in kept:
        record = NumberRecord(number, "202", (HistoryEntry(NOW, "A", "registration:1"),), 1)
        table.write(*number_writes(table, None, record))

    assert set(DynamoNumbers(table).get_many(asked)) == set(kept)
