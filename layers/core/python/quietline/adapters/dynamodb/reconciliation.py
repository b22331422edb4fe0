"""The whole registry of record, scanned in segments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quietline.adapters.dynamodb.numbers import record_of
from quietline.adapters.dynamodb.table import Table, decode_item
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
                record = record_of(decode_item(item))
                entries = [entry for entry in record.history if entry.at < before]
                last = entries[-1] if entries else None
                yield NumberState(
                    record.area,
                    subscriber_of(record.number, self.rules),
                    last is not None and last.change == "A",
                    last.at if last else None,
                )
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
