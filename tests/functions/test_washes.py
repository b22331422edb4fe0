"""A call list through the functions: asked for, posted to S3, washed from the event, fetched by its link."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.stops import DynamoStops
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.settings.functions import WashSettings
from quietline.profiles import Profile

from functions.seller_api import handler as sellers
from functions.wash import handler as wash
from tests.fakes.stops import stop
from tests.functions.test_lists import DAY, MACHINE, OTHERS, Lists, lists
from tests.helpers import LambdaContext, Tripwire, http_event, load_event

__all__ = ["lists"]

CALLS = b"name;phone\r\nAnn;(202) 555-0143\r\nBob;202-555-0144\r\nCy;9075550100\r\nDi;\r\n"


class Context(LambdaContext):
    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.fixture
def washing(lists: Lists, cloud: Any) -> Lists:
    cloud.use(WashSettings)
    lists.record("+12025550143")
    lists.publish()
    return lists


def get(path: str, who: dict[str, str] = MACHINE, query: str = "") -> tuple[int, Any]:
    event = http_event("GET", path, **who) | {"rawQueryString": query}
    event["queryStringParameters"] = dict(part.split("=") for part in query.split("&")) if query else None
    answer = sellers.lambda_handler(event, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def upload(made: dict[str, Any], data: bytes = CALLS) -> dict[str, Any]:
    """Post a call list as a caller would; return the event that its arrival makes."""
    form = made["upload"]
    answer = requests.post(form["url"], data=form["fields"], files={"file": ("leads.csv", data)}, timeout=5)
    assert answer.status_code in (200, 204)
    key = form["fields"]["key"]
    stored = aws.client("s3").head_object(Bucket="quietline-washes", Key=key)
    event = load_event("wash/uploaded")
    body = json.loads(event["Records"][0]["body"])
    body["detail"]["object"] |= {"key": key, "size": len(data), "etag": stored["ETag"].strip('"')}
    event["Records"][0]["body"] = json.dumps(body)
    return event


def test_a_call_list_goes_all_the_way(washing: Lists, tripwire: Tripwire) -> None:
    tripwire.watch("+12025550143", "+12025550144", "+19075550100", "Ann;")
    status, made = washing.post("/v1/washes", {"client_reference": "leads-1"})
    assert (status, made["state"], made["result"]) == (201, "awaiting_upload", None)

    assert wash.lambda_handler(upload(made), Context()) == {"batchItemFailures": []}

    status, done = get(f"/v1/washes/{made['id']}")
    assert (status, done["state"], done["upload"], done["failure"]) == (200, "done", None, None)
    result = done["result"]
    assert (result["listed"], result["clear"]) == (1, 1)
    assert result["unknown"] == {"not_entitled": 1, "no_number": 1}
    assert (result["metered_numbers"], result["list_date"]) == (2, DAY.isoformat())
    answer = requests.get(result["answer_url"], timeout=5)
    until = (DAY + timedelta(days=31)).isoformat()
    assert answer.content.decode().splitlines() == [
        "name;phone;status;reason;list_date;valid_until",
        f"Ann;(202) 555-0143;listed;;{DAY};{until}",
        f"Bob;202-555-0144;clear;;{DAY};{until}",
        f"Cy;9075550100;unknown;not_entitled;{DAY};{until}",
        f"Di;;unknown;no_number;{DAY};{until}",
    ]
    receipt = washing.keys().verify(result["receipt"])
    assert (receipt["type"], receipt["san"], receipt["answer"]) == ("wash", "SAN-acme", result["answer"])
    left = aws.client("s3").list_objects_v2(Bucket="quietline-washes", Prefix="uploads/")
    assert left["KeyCount"] == 0


def test_who_told_the_seller_to_stop_is_not_clear(washing: Lists, cloud: Any, profile: Profile) -> None:
    now = datetime.now(UTC)
    held, ended = (stop(cloud, "acme", place, now, profile) for place in (1, 2))
    stop(cloud, "other", 3, now, profile)
    store = DynamoStops(Table(cloud.sellers_table))
    known = store.get(ended.id)
    assert known is not None
    store.withdraw(known, now)
    calls = f"phone\n{held.number.e164}\n{ended.number.e164}\n+12025550143\n+12025550103\n".encode()
    _, made = washing.post("/v1/washes", {"client_reference": "stops"})

    wash.lambda_handler(upload(made, calls), Context())

    result = get(f"/v1/washes/{made['id']}")[1]["result"]
    answer = requests.get(result["answer_url"], timeout=5).content
    assert [row.split(",")[1:3] for row in answer.decode().splitlines()[1:]] == [
        ["unknown", "stop_requested"],
        ["clear", ""],
        ["listed", ""],
        ["clear", ""],
    ]
    assert washing.keys().verify(result["receipt"])["unknown"] == {"stop_requested": 1}


def test_the_same_reference_recovers_the_wash(washing: Lists) -> None:
    _, made = washing.post("/v1/washes", {"client_reference": "leads-1"})
    wash.lambda_handler(upload(made), Context())

    status, again = washing.post("/v1/washes", {"client_reference": "leads-1"})

    assert (status, again["id"], again["state"], again["upload"]) == (200, made["id"], "done", None)
    assert requests.get(again["result"]["answer_url"], timeout=5).status_code == 200
    assert washing.post("/v1/washes", {"client_reference": "leads-1", "column": "2"})[0] == 409


def test_another_organizations_wash_is_not_there(washing: Lists) -> None:
    _, made = washing.post("/v1/washes", {"client_reference": "leads-1"})

    assert get(f"/v1/washes/{made['id']}", OTHERS)[0] == 404
    assert get("/v1/washes", OTHERS)[1]["washes"] == []
    assert washing.post("/v1/washes", {"client_reference": "leads-1"}, OTHERS)[1]["id"] != made["id"]


def test_pages_of_washes(washing: Lists) -> None:
    ids = [washing.post("/v1/washes", {"client_reference": f"leads-{number}"})[1]["id"] for number in range(3)]

    first = get("/v1/washes", query="limit=2")[1]
    second = get("/v1/washes", query=f"limit=2&cursor={first['next']}")[1]

    seen = [one["id"] for one in (*first["washes"], *second["washes"])]
    assert (sorted(seen), second["next"]) == (sorted(ids), "")
    assert get("/v1/washes", query="limit=51")[0] == 400
    assert get("/v1/washes", query="cursor=x%2Fy")[0] == 400


def test_a_failed_wash_says_why_and_takes_another_upload(washing: Lists) -> None:
    _, made = washing.post("/v1/washes", {"client_reference": "leads-1"})
    wash.lambda_handler(upload(made, b"name,age\nAnn,3\n"), Context())

    failed = get(f"/v1/washes/{made['id']}")[1]
    assert (failed["state"], failed["failure"]["code"]) == ("failed", "column_not_found")
    _, again = washing.post("/v1/washes", {"client_reference": "leads-1"})
    wash.lambda_handler(upload(again), Context())

    assert get(f"/v1/washes/{made['id']}")[1]["state"] == "done"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"client_reference": ""},
        {"client_reference": "a/b"},
        {"client_reference": "x" * 101},
        {"client_reference": "x", "column": 3},
        {"client_reference": "x", "url": "https://example.com"},
    ],
)
def test_a_request_of_the_wrong_shape_is_refused(washing: Lists, body: Any) -> None:
    assert washing.post("/v1/washes", body)[0] == 400


def test_a_day_that_is_used_up_says_when_to_come_back(washing: Lists, profile: Profile) -> None:
    now = profile.local_date(datetime.now(UTC))
    for day in (now, now + timedelta(days=1)):  # the test may run over midnight
        used = {"washed": profile.usage.washes.limit}
        washing.sellers.write(washing.sellers.put(keys.usage("acme", day), used))
    event = http_event("POST", "/v1/washes", {"client_reference": "leads-1"}, **MACHINE)

    answer = sellers.lambda_handler(event, LambdaContext())

    headers = answer.get("headers", {}) | {k: v[0] for k, v in answer.get("multiValueHeaders", {}).items()}
    assert answer["statusCode"] == 429
    assert 0 < int(headers["Retry-After"]) <= 25 * 3600


def test_an_account_reads_what_it_has_asked_for(washing: Lists, profile: Profile) -> None:
    _, made = washing.post("/v1/washes", {"client_reference": "leads-1"})
    wash.lambda_handler(upload(made), Context())
    washing.post("/v1/lookups", {"numbers": ["202-555-0143", "nonsense"]})

    usage = get("/v1/organizations/mine/usage")[1]

    assert (usage["washed"], usage["looked_up"]) == (2, 1)
    assert sum(day["washed"] for day in usage["days"]) == 2
    assert usage["lookups_per_day"] == profile.usage.free_lookups.limit
    assert get("/v1/organizations/mine/usage", query="month=2003-06")[1]["days"] == []
    assert get("/v1/organizations/mine/usage", OTHERS)[1]["washed"] == 0
    for month in ("2003-13", "20２６-05"):  # full-width digits match a pattern's \d
        assert get("/v1/organizations/mine/usage", query=f"month={month}")[0] == 400


def test_an_event_for_an_unknown_wash_is_dropped(washing: Lists) -> None:
    assert wash.lambda_handler(load_event("wash/uploaded"), Context()) == {"batchItemFailures": []}


def test_a_fault_leaves_the_message_to_the_queue(washing: Lists, tripwire: Tripwire) -> None:
    _, made = washing.post("/v1/washes", {"client_reference": "leads-1"})
    event = upload(made)
    aws.client("s3").delete_object(Bucket="quietline-washes", Key=made["upload"]["fields"]["key"])

    failed = wash.lambda_handler(event, Context())
    assert failed == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert get(f"/v1/washes/{made['id']}")[1]["state"] == "queued"
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = "3"
    assert wash.lambda_handler(event, Context()) == failed

    assert get(f"/v1/washes/{made['id']}")[1]["failure"]["code"] == "internal_error"


def test_what_was_counted_is_told_without_naming_anybody(washing: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    _, made = washing.post("/v1/washes", {"client_reference": "leads-1"})
    wash.lambda_handler(upload(made), Context())

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "NumbersAsked" in line]
    assert [(line["NumbersAsked"], line["channel"]) for line in lines] == [([2.0], "washed")]
    assert "acme" not in json.dumps(lines)
    usage = list(washing.sellers.query(keys.organization("acme")[0], prefix="USAGE#"))
    assert [item["washed"] for item in usage] == [2]
