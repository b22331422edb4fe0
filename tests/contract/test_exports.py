"""The registry read from an export: the same as scanned, and refused when it is not whole."""

from datetime import UTC, datetime
from itertools import chain
from typing import Any

import pytest
from quietline.adapters.aws import client
from quietline.adapters.dynamodb.numbers import number_writes
from quietline.adapters.dynamodb.reconciliation import DynamoRegistryScan, S3Exports
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.s3 import Bucket
from quietline.kernel.errors import ConfigurationError
from quietline.kernel.phone import from_parts
from quietline.profiles import Profile
from quietline.reconciliation.model import NumberState
from quietline.registrations.model import NumberRecord

from tests.fakes import exports

BEFORE = datetime(2026, 11, 24, tzinfo=UTC)
SEGMENTS = 3


class Registry:
    """Seven numbers and a thing that is none, in the table and in an export of it."""

    def __init__(self, cloud: Any, profile: Profile) -> None:
        self.rules, self.table = profile.rules, Table(cloud.registry_table)
        for day in range(1, 8):
            number = from_parts("202", 5550100 + day, self.rules)
            record = NumberRecord(number, "202", (), 0)
            for change, at in (("A", day), ("D", day + 20)):
                record = record.changed(change, datetime(2026, 11, at, tzinfo=UTC), f"change:{day}{change}")
            self.table.write(*number_writes(self.table, None, record))
        self.bucket = Bucket(cloud.operations_bucket)
        items = self.table.client.scan(TableName=self.table.name)["Items"]
        assert len(items) > 7
        self.manifest = exports.write(self.put, "exports/run/AWSDynamoDB/0123-abcd", items)

    def put(self, key: str, body: bytes) -> None:
        self.bucket.put(key, body, "application/octet-stream")

    def exported(self) -> list[list[NumberState]]:
        export = S3Exports(self.bucket.name, self.rules).exported(self.manifest)
        return [list(export.states(segment, SEGMENTS, BEFORE)) for segment in range(SEGMENTS)]


@pytest.fixture
def registry(cloud: Any, profile: Profile) -> Registry:
    return Registry(cloud, profile)


def test_an_export_says_what_a_scan_says(registry: Registry) -> None:
    scan = DynamoRegistryScan(registry.table, registry.rules)
    scanned = [state for segment in range(SEGMENTS) for state in scan.states(segment, SEGMENTS, BEFORE)]
    exported = registry.exported()

    assert sorted(map(str, chain(*exported))) == sorted(map(str, scanned))
    assert len(scanned) == 7
    assert sum(map(bool, exported)) > 1


@pytest.mark.parametrize("key", ["data/0.json.gz", "manifest-files.json", "manifest-summary.json"])
def test_an_export_that_lacks_a_file_is_refused(registry: Registry, key: str) -> None:
    folder = registry.manifest.rpartition("/")[0]
    client("s3").delete_object(Bucket=registry.bucket.name, Key=f"{folder}/{key}")

    with pytest.raises(ConfigurationError, match="missing"):
        registry.exported()


@pytest.mark.parametrize("harm", [lambda body: body[:-9], lambda body: b"x" + body, lambda _body: b""])
def test_a_damaged_file_is_refused(registry: Registry, harm: Any) -> None:
    key = registry.manifest.replace("manifest-summary.json", "data/0.json.gz")
    body = registry.bucket.get(key)
    assert body is not None
    registry.put(key, harm(body))

    with pytest.raises(ConfigurationError, match=r"damaged|holds 0 items"):
        registry.exported()


def test_a_list_of_files_that_lacks_one_is_refused(registry: Registry) -> None:
    key = registry.manifest.replace("manifest-summary.json", "manifest-files.json")
    body = registry.bucket.get(key)
    assert body is not None
    registry.put(key, body.split(b"\n", 1)[1])

    with pytest.raises(ConfigurationError, match="all of its items"):
        registry.exported()
