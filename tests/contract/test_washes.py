"""Washes in DynamoDB and their files in S3 (moto)."""

import base64
import hashlib
import json
from datetime import date, timedelta
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError, IncompleteReadError
from quietline.adapters import aws, parted
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.dynamodb.usage import DynamoUsage
from quietline.adapters.dynamodb.washes import DynamoWashes
from quietline.adapters.washfiles import WashBucket, WashForms
from quietline.kernel.ids import new_ulid
from quietline.usage.model import Channel, DayUsage, Take
from quietline.washes.model import FileFacts, Result, State, Uploaded, Wash, WashRequest
from quietline.washes.ports import ChangedMeanwhileError

from tests.conftest import NOW

DAY = date(2026, 11, 24)
KEY = "uploads/acme/1/1"


@pytest.fixture
def store(cloud: Any) -> DynamoWashes:
    return DynamoWashes(Table(cloud.sellers_table))


def wash(reference: str = "leads-1", organization: str = "acme", seconds: int = 0) -> Wash:
    at = NOW + timedelta(seconds=seconds)
    request = WashRequest(reference, "phone", header=True)
    return Wash(new_ulid(at), organization, "SAN-1", request, at, "user-1", State.AWAITING_UPLOAD, at)


def done(before: Wash) -> Wash:
    result = Result(
        list_date=DAY,
        valid_until=DAY,
        rows=3,
        listed=1,
        clear=1,
        unknown={"not_a_number": 1},
        distinct_numbers=2,
        distinct_answered=2,
        column=1,
        column_name="phone",
        source=FileFacts("u", 1, "00"),
        answer=FileFacts("a", 2, "11"),
        receipt="jws",
        finished_at=NOW,
    )
    return before.moved(NOW, State.DONE, result=result)


def take(numbers: int) -> Take:
    return Take("acme", DAY, Channel.WASH, numbers, limit=10)


def test_a_wash_is_kept_as_it_is(store: DynamoWashes) -> None:
    made = wash()

    assert store.add(made)
    assert store.get("acme", made.id) == store.of_reference("acme", "leads-1") == made
    assert store.finish(done(made), take(2))
    assert store.get("acme", made.id) == done(made)


def test_a_reference_is_taken_once_in_an_organization(store: DynamoWashes) -> None:
    assert store.add(wash())
    assert not store.add(wash())
    assert store.add(wash(organization="other"))
    assert len(store.page("acme", 10, "")) == 1


def test_nobody_elses_wash_is_found(store: DynamoWashes) -> None:
    made = wash()
    store.add(made)

    assert store.get("other", made.id) is None
    assert store.of_reference("other", "leads-1") is None
    assert store.get("acme", "01KB3Q6W5N8Y2C4D6E8F0G1H2J") is None


def test_pages_go_back_in_time(store: DynamoWashes) -> None:
    made = [wash(f"leads-{number}", seconds=number) for number in range(5)]
    for one in made:
        store.add(one)

    assert store.page("acme", 2, "") == [made[4], made[3]]
    assert store.page("acme", 2, made[3].id) == [made[2], made[1]]
    assert store.page("acme", 2, made[1].id) == [made[0]]


def test_a_step_is_written_on_the_version_it_was_made_from(store: DynamoWashes) -> None:
    made = wash()
    store.add(made)
    running = made.moved(NOW, State.RUNNING, bytes_total=10)
    store.save(running)

    for late in (made.moved(NOW, State.QUEUED), running):
        with pytest.raises(ChangedMeanwhileError):
            store.save(late)
    with pytest.raises(ChangedMeanwhileError):
        store.finish(done(made), take(2))
    assert store.get("acme", made.id) == running


def test_the_end_and_its_count_are_written_both_or_neither(store: DynamoWashes) -> None:
    usage = DynamoUsage(store.table)
    made, more, nothing = wash("1"), wash("2", seconds=1), wash("3", seconds=2)
    for one in (made, more, nothing):
        store.add(one)

    assert store.finish(done(made), take(8))
    assert not store.finish(done(more), take(3))
    assert not store.finish(done(more), take(11))
    assert store.finish(done(nothing), take(0))

    assert usage.of_day("acme", DAY) == DayUsage(DAY, washed=8)
    assert store.get("acme", more.id) == more
    with pytest.raises(ChangedMeanwhileError):
        store.finish(done(made), take(1))
    assert usage.of_day("acme", DAY).washed == 8


def put(cloud: Any, data: bytes) -> Uploaded:
    etag = aws.client("s3").put_object(Bucket=cloud.washes_bucket, Key=KEY, Body=data)["ETag"]
    return Uploaded(KEY, etag.strip('"'), len(data))


def test_a_form_takes_a_file_of_its_size_and_type(cloud: Any) -> None:
    url, fields = WashForms(cloud.washes_bucket).form(KEY, 100, 60)

    answer = requests.post(url, data=fields, files={"file": ("leads.csv", b"phone\n")}, timeout=5)

    assert answer.status_code in (200, 204)
    stored = aws.client("s3").get_object(Bucket=cloud.washes_bucket, Key=KEY)
    assert (stored["Body"].read(), stored["ContentType"]) == (b"phone\n", "application/octet-stream")
    assert fields["x-amz-server-side-encryption"] == "AES256"
    assert fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_a_form_sends_a_browser_back_only_to_the_address_it_was_made_for(cloud: Any) -> None:
    back = "https://registry.example.test/portal/en/washes/01KB/sent"

    _, fields = WashForms(cloud.washes_bucket).form(KEY, 100, 60, back)

    assert fields["success_action_redirect"] == back
    conditions = json.loads(base64.b64decode(fields["policy"]))["conditions"]
    assert {"success_action_redirect": back} in conditions


def test_a_call_list_is_read_in_ranges(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parted, "PIECE", 10)
    data = bytes(range(95))
    source = WashBucket(cloud.washes_bucket).source(put(cloud, data))

    read = source.read(7) + source.read(7) + source.read(30)
    rest = b""
    while piece := source.read():
        rest += piece

    assert read + rest == data
    assert source.read(5) == b""
    assert source.facts() == FileFacts(KEY, 95, hashlib.sha256(data).hexdigest())


def test_what_nobody_read_is_hashed_too(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parted, "PIECE", 10)
    data = bytes(range(95))
    source = WashBucket(cloud.washes_bucket).source(put(cloud, data))
    source.read(3)

    assert source.facts().sha256 == hashlib.sha256(data).hexdigest()


def test_a_file_that_was_replaced_is_not_read(cloud: Any) -> None:
    first = put(cloud, b"one")
    put(cloud, b"two")

    with pytest.raises(ClientError):
        WashBucket(cloud.washes_bucket).source(first).read()


@pytest.mark.parametrize(("breaks", "ends_well"), [(3, True), (4, False)])
def test_a_range_that_breaks_off_is_asked_for_again(
    cloud: Any, monkeypatch: pytest.MonkeyPatch, breaks: int, ends_well: bool
) -> None:
    uploaded = put(cloud, b"phone\n")
    left = [IncompleteReadError(actual_bytes=1, expected_bytes=6)] * breaks
    get = aws.client("s3").get_object

    class Body:
        def __init__(self, body: Any) -> None:
            self.body = body

        def read(self) -> bytes:
            if left:
                raise left.pop()
            return bytes(self.body.read())

    monkeypatch.setattr(aws.client("s3"), "get_object", lambda **asked: {"Body": Body(get(**asked)["Body"])})
    source = WashBucket(cloud.washes_bucket).source(uploaded)

    if ends_well:
        assert source.read() == b"phone\n"
    else:
        with pytest.raises(IncompleteReadError):
            source.read()


@pytest.mark.parametrize("size", [0, 100, (6 << 20) + 3], ids=["empty", "at once", "in parts"])
def test_an_answer_is_written_whole(cloud: Any, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(parted, "PIECE", 5 << 20)
    data = bytes(size)
    with WashBucket(cloud.washes_bucket).sink("answers/1.csv") as sink:
        for start in range(0, size, 1 << 20):
            sink.write(data[start : start + (1 << 20)])
        facts = sink.facts()

    assert facts == FileFacts("answers/1.csv", size, hashlib.sha256(data).hexdigest())
    stored = aws.client("s3").get_object(Bucket=cloud.washes_bucket, Key="answers/1.csv")
    assert (stored["Body"].read(), stored["ContentType"]) == (data, "text/csv")


@pytest.mark.parametrize("size", [100, 6 << 20])
def test_an_answer_that_was_not_ended_does_not_exist(cloud: Any, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(parted, "PIECE", 5 << 20)
    s3 = aws.client("s3")

    with pytest.raises(KeyError), WashBucket(cloud.washes_bucket).sink("answers/1.csv") as sink:
        sink.write(bytes(size))
        raise KeyError

    assert s3.list_objects_v2(Bucket=cloud.washes_bucket)["KeyCount"] == 0
    assert s3.list_multipart_uploads(Bucket=cloud.washes_bucket).get("Uploads", []) == []


def test_deleting_is_for_good_and_may_come_twice(cloud: Any) -> None:
    put(cloud, b"phone\n")
    bucket = WashBucket(cloud.washes_bucket)

    bucket.delete(KEY)
    bucket.delete(KEY)

    assert aws.client("s3").list_objects_v2(Bucket=cloud.washes_bucket)["KeyCount"] == 0


@pytest.mark.parametrize(
    ("region", "host"),
    [("eu-west-1", "lists.s3.eu-west-1.amazonaws.com"), ("us-east-1", "lists.s3.amazonaws.com")],
)
def test_links_and_forms_name_the_buckets_region(
    cloud: Any, monkeypatch: pytest.MonkeyPatch, region: str, host: str
) -> None:
    monkeypatch.setenv("AWS_REGION", region)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    aws.forget_clients()

    form = aws.client("s3").generate_presigned_post("lists", "key")["url"]
    link = aws.client("s3").generate_presigned_url("get_object", Params={"Bucket": "lists", "Key": "key"})

    aws.forget_clients()
    assert (form, link.partition("?")[0]) == (f"https://{host}/", f"https://{host}/key")
