"""Dead letters read again: stream records that no function could take, failed executions."""

import json
from typing import Any

import pytest
from quietline.adapters import aws, queues
from quietline.adapters.queues import FailedExecutions, dead_letters
from quietline.adapters.streams import LostRecords, Record
from quietline.kernel.errors import UnavailableError

from tests.conftest import Cloud


@pytest.fixture
def queue(cloud: Cloud) -> str:
    return str(aws.client("sqs").create_queue(QueueName="dead")["QueueUrl"])


@pytest.fixture
def stream(cloud: Cloud) -> str:
    made = aws.client("dynamodb").create_table(
        TableName="streamed",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    for number in range(5):
        aws.client("dynamodb").put_item(TableName="streamed", Item={"pk": {"S": f"MAIL#{number}"}})
    return str(made["TableDescription"]["LatestStreamArn"])


def letter(stream: str, first: int, last: int) -> dict[str, Any]:
    """Return a letter about some records of the stream, by their places."""
    streams = aws.client("dynamodbstreams")
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    batch = {"startSequenceNumber": numbers[first], "endSequenceNumber": numbers[last], "batchSize": last - first + 1}
    return {"DDBStreamBatchInfo": {"streamArn": stream, "shardId": shard, **batch}}


def put(queue: str, *letters: dict[str, Any]) -> None:
    for each in letters:
        aws.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(each))


def left(queue: str) -> int:
    """How many letters can be read now."""
    names = ["ApproximateNumberOfMessages"]
    return int(aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"][names[0]])


def test_the_records_of_a_letter_are_forwarded_and_the_letter_goes(queue: str, stream: str) -> None:
    put(queue, letter(stream, 1, 3), {"requestPayload": {"other": "failure"}})
    taken: list[Record] = []

    made = LostRecords(queue, taken.extend).redrive()

    assert (made.records, made.gone) == (3, 0)
    assert [one["dynamodb"]["Keys"]["pk"]["S"] for one in taken] == ["MAIL#1", "MAIL#2", "MAIL#3"]
    assert {one["eventSourceARN"] for one in taken} == {stream}
    assert left(queue) == 1, "what is about no stream stays, to be seen at once"


def test_a_letter_whose_records_cannot_be_taken_stays(queue: str, stream: str) -> None:
    put(queue, letter(stream, 0, 0))

    def refuse(records: list[Record]) -> None:
        raise UnavailableError("no")

    with pytest.raises(UnavailableError):
        LostRecords(queue, refuse).redrive()
    assert left(queue) == 1


def test_records_that_the_stream_holds_no_more_are_counted_and_their_letter_stays(queue: str, stream: str) -> None:
    gone = letter(stream, 0, 0)
    gone["DDBStreamBatchInfo"]["streamArn"] = stream.replace("streamed", "dropped")
    put(queue, gone)

    made = LostRecords(queue, lambda records: None).redrive()

    assert (made.records, made.gone, left(queue)) == (0, 1, 1)


def test_every_letter_is_read_though_others_stay(queue: str, stream: str) -> None:
    put(queue, *({"machine": "other" if n % 2 else "mine", "pk": str(n), "execution": str(n)} for n in range(60)))
    worked: list[str] = []

    count = FailedExecutions(queue).each("mine", lambda pk, execution: worked.append(pk))

    assert (count, sorted(worked, key=int)) == (30, [str(n) for n in range(0, 60, 2)])
    assert left(queue) == 30
    assert len(list(dead_letters(queue))) == 30


class Servers:
    """SQS as it may answer: without a message that another of its servers has."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = [*answers], list[dict[str, Any]]()

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        found = self.answers.pop(0) if self.answers else []
        return {"Messages": [{"MessageId": one, "ReceiptHandle": one, "Body": one} for one in found]}

    def change_message_visibility(self, **_asked: Any) -> None:
        """Hide or show one: nothing to do here."""


def test_an_empty_answer_is_not_the_end_and_two_in_a_row_are(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = Servers(["a", "b"], [], ["c"], [], [], ["never asked for"])
    monkeypatch.setattr(queues, "client", lambda _name: servers)
    monkeypatch.setattr(queues, "WAIT_SECONDS", 2)

    assert [text for text, _ in dead_letters("dead")] == ["a", "b", "c"]
    assert [one["WaitTimeSeconds"] for one in servers.asked] == [2] * 5
