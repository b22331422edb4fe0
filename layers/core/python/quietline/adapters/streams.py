"""Records of a table's stream that no function could take: read again and handed over, for an operator."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from quietline.adapters.aws import client
from quietline.adapters.queues import dead_letters
from quietline.kernel.errors import UnavailableError

GONE = ("TrimmedDataAccessException", "ResourceNotFoundException")

type Record = dict[str, Any]


@dataclass(frozen=True)
class Redriven:
    """What became of the dead letters.

    Attributes:
        records: how many records were handed over; their letters are deleted.
        gone: letters whose records the stream holds no more (after 24 hours); they stay.

    """

    records: int
    gone: int


@dataclass(frozen=True)
class LostRecords:
    """The dead letters of the streams' reader, `relay`.

    Attributes:
        url: the queue; letters in it that are about no stream stay.
        forward: takes records as a function gets them from a stream, and raises when one cannot be taken.

    """

    url: str
    forward: Callable[[list[Record]], None]

    def redrive(self) -> Redriven:
        """Hand the records of every dead letter over and delete the letter; what `forward` raises ends it."""
        records = gone = 0
        for text, delete in dead_letters(self.url):
            batch = json.loads(text).get("DDBStreamBatchInfo")
            if batch is None:
                continue
            found = _records(batch)
            if found is None:
                gone += 1
                continue
            if found:
                self.forward(found)
            delete()
            records += len(found)
        return Redriven(records, gone)


def invoked(function_name: str) -> Callable[[list[Record]], None]:
    """Return what hands records to a function that reports failed items.

    Raises:
        UnavailableError: (when called) the function failed, was throttled, or could not take a record.
    """

    def forward(records: list[Record]) -> None:
        payload = json.dumps({"Records": records}).encode()
        try:
            answer = client("lambda").invoke(FunctionName=function_name, Payload=payload)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"{function_name} cannot be asked ({type(error).__name__}).") from error
        said = json.loads(answer["Payload"].read())
        if answer.get("FunctionError") or said.get("batchItemFailures"):
            raise UnavailableError(f"{function_name} could not take the records; its log says why.")

    return forward


def _records(batch: dict[str, Any]) -> list[Record] | None:
    """Return the records of a dead letter's batch, keys only; None when the stream holds them no more."""
    streams, last = client("dynamodbstreams"), int(batch["endSequenceNumber"])
    try:
        iterator = streams.get_shard_iterator(
            StreamArn=batch["streamArn"],
            ShardId=batch["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch["startSequenceNumber"],
        )["ShardIterator"]
        found: list[Record] = []
        while iterator:
            page = streams.get_records(ShardIterator=iterator, Limit=1000)
            found += page["Records"]
            if not page["Records"] or int(found[-1]["dynamodb"]["SequenceNumber"]) >= last:
                break
            iterator = page.get("NextShardIterator")
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return None
        raise
    mine = [one for one in found if int(one["dynamodb"]["SequenceNumber"]) <= last]
    if not mine:
        return None
    return [
        {
            "eventName": one["eventName"],
            "eventSource": "aws:dynamodb",
            "eventSourceARN": batch["streamArn"],
            "dynamodb": {name: one["dynamodb"][name] for name in ("Keys", "SequenceNumber")},
        }
        for one in mine
    ]
