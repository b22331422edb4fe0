"""The whole registry of record in segments: scanned, or exported to S3 by DynamoDB."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quietline.adapters.aws import client
from quietline.adapters.dynamodb.numbers import record_of
from quietline.adapters.dynamodb.table import Table, decode_item
from quietline.adapters.s3 import Bucket
from quietline.kernel.errors import ConfigurationError
from quietline.kernel.phone import NumberingRules, subscriber_of
from quietline.reconciliation.model import NumberState


@dataclass(frozen=True)
class DynamoRegistryScan:
    """`NUMBER#…` of the registry table, by a parallel scan; eventually consistent, for what is read is settled."""

    table: Table
    rules: NumberingRules

    def states(self, segment: int, segments: int, before: datetime) -> Iterator[NumberState]:
        """Yield how the numbers of a segment stood before an instant; each number is in exactly one segment."""
        request: dict[str, Any] = {
            "TableName": self.table.name,
            "Segment": segment,
            "TotalSegments": segments,
            "FilterExpression": "begins_with(pk, :number)",
            "ProjectionExpression": "pk, area, #history, #version",
            "ExpressionAttributeNames": {"#history": "history", "#version": "version"},
            "ExpressionAttributeValues": {":number": {"S": "NUMBER#"}},
        }
        while True:
            answer = self.table.client.scan(**request)
            for item in answer["Items"]:
                yield _state_of(item, before, self.rules)
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


@dataclass(frozen=True)
class S3Export:
    """A full export in DynamoDB's own JSON: a manifest that names a file of files, each gzip of an item a line.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
    """

    bucket: str
    rules: NumberingRules
    manifest: str

    def states(self, segment: int, segments: int, before: datetime) -> Iterator[NumberState]:
        """Yield how the numbers in every `segments`-th file stood before an instant.

        Raises:
            ConfigurationError: a file is missing, or does not hold as many items as the manifest says.
        """
        summary = json.loads(self._whole(self.manifest))
        lines = self._whole(summary["manifestFilesS3Key"]).splitlines()
        files = sorted((json.loads(line) for line in lines if line), key=lambda file: str(file["dataFileS3Key"]))
        if sum(int(file["itemCount"]) for file in files) != int(summary["itemCount"]):
            raise ConfigurationError(f"The files of export {self.manifest} do not hold all of its items.")
        for file in files[segment::segments]:
            yield from self._states_in(str(file["dataFileS3Key"]), int(file["itemCount"]), before)

    def _states_in(self, key: str, items: int, before: datetime) -> Iterator[NumberState]:
        if not items:  # the file of an empty partition is empty, and no gzip
            return
        found = 0
        try:
            body = client("s3").get_object(Bucket=self.bucket, Key=key)["Body"]
            with gzip.open(body) as lines:
                for found, line in enumerate(lines, start=1):  # noqa: B007 (counted)
                    item = json.loads(line)["Item"]
                    if item["pk"]["S"].startswith("NUMBER#"):
                        yield _state_of(item, before, self.rules)
        except (client("s3").exceptions.NoSuchKey, EOFError, gzip.BadGzipFile) as error:
            raise ConfigurationError(f"The export's file {key} is missing or damaged.") from error
        if found != items:
            raise ConfigurationError(f"The export's file {key} holds {found} items and not {items}.")

    def _whole(self, key: str) -> bytes:
        body = Bucket(self.bucket).get(key)
        if body is None:
            raise ConfigurationError(f"{key} is missing: there is no such export.")
        return body


@dataclass(frozen=True)
class S3Exports:
    """Exports in a bucket; implements `RegistryExports`."""

    bucket: str
    rules: NumberingRules

    def exported(self, manifest: str) -> S3Export:
        """Return the export that has this manifest."""
        return S3Export(self.bucket, self.rules, manifest)


def _state_of(item: dict[str, Any], before: datetime, rules: NumberingRules) -> NumberState:
    """Return how a number stood before an instant, of its item in DynamoDB's typed form."""
    record = record_of(decode_item(item))
    entries = [entry for entry in record.history if entry.at < before]
    last = entries[-1] if entries else None
    return NumberState(
        record.area,
        subscriber_of(record.number, rules),
        last is not None and last.change == "A",
        last.at if last else None,
    )
