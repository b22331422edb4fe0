"""The store of carriers' reports on DynamoDB."""

from dataclasses import replace
from datetime import timedelta

import pytest
from quietline.adapters.dynamodb.carriers import DynamoLines
from quietline.adapters.dynamodb.numbers import DynamoNumbers, number_writes
from quietline.adapters.dynamodb.table import Table
from quietline.carriers.model import Event, Line, Report, State
from quietline.kernel.phone import PhoneNumber
from quietline.registrations.model import NumberRecord, Registration
from quietline.registrations.ports import ChangedMeanwhileError

from tests.conftest import NOW, Cloud

NUMBER = PhoneNumber("+12025550143")
OFF = Report(Event.DISCONNECTED, NOW.date(), "A1", NOW)
GONE = Report(Event.REASSIGNED, NOW.date(), "B2", NOW)
REGISTRATION = Registration("r1", (NUMBER,), "sealed", "hash", "es", "nonce", NOW, NOW, NOW)
QUARANTINED = Line(NUMBER, (OFF,), State.QUARANTINE, 1)


@pytest.fixture
def table(cloud: Cloud) -> Table:
    return Table(cloud.registry_table)


@pytest.fixture
def record(table: Table) -> NumberRecord:
    """A listed number as it lies in the table."""
    made = NumberRecord(NUMBER, "202", (), 0).changed("A", NOW, "registration:r1")
    table.write(*number_writes(table, None, made))
    return made


def mails(table: Table) -> list[str]:
    items = table.client.scan(TableName=table.name)["Items"]
    return [item["template"]["S"] for item in items if item["pk"]["S"].startswith("MAIL#")]


def test_a_line_in_quarantine_comes_back_and_its_number_is_listed_as_before(table: Table, record: NumberRecord) -> None:
    DynamoLines(table).write(QUARANTINED, record, record, ("line-quarantined", REGISTRATION))

    assert DynamoLines(table).get_many([NUMBER]) == {NUMBER: QUARANTINED}
    assert DynamoNumbers(table).get(NUMBER) == record
    assert mails(table) == ["line-quarantined"]


def test_leaving_is_written_with_its_change_or_not_at_all(table: Table, record: NumberRecord) -> None:
    lines, left = DynamoLines(table), record.changed("D", NOW + timedelta(days=60), "carrier:B2")
    lines.write(QUARANTINED, record, record, None)
    after = Line(NUMBER, (OFF, GONE), State.REASSIGNED, 2)
    for stale in (replace(after, version=1), replace(after, version=3)):
        with pytest.raises(ChangedMeanwhileError):
            lines.write(stale, record, left, ("line-reassigned", REGISTRATION))
    with pytest.raises(ChangedMeanwhileError):
        lines.write(after, replace(record, version=7), replace(left, version=8), ("line-reassigned", REGISTRATION))
    assert (DynamoNumbers(table).get(NUMBER), mails(table)) == (record, [])

    lines.write(after, record, left, ("line-reassigned", REGISTRATION))

    assert lines.get_many([NUMBER]) == {NUMBER: after}
    assert (DynamoNumbers(table).get(NUMBER), mails(table)) == (left, ["line-reassigned"])
    changes = table.client.scan(TableName=table.name)["Items"]
    assert sorted(item["change"]["S"] for item in changes if item["pk"]["S"].startswith("CHANGES#")) == ["A", "D"]
