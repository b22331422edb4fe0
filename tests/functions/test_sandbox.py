"""The sandbox end to end with real stores: published, ordered, downloaded, looked up and washed; and never mixed up."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb.table import Table
from quietline.kernel import jws
from quietline.kernel.settings.functions import PublicApiSettings, PublishSandboxSettings, PublishSettings, WashSettings
from quietline.profiles.profile import Profile
from quietline.profiles.sandbox import changes

from functions.public_api import handler as public
from functions.publish_area import handler as area
from functions.publish_manifest import handler as manifest
from functions.publish_plan import handler as plan
from functions.publish_sandbox import handler as sandbox
from functions.wash import handler as wash
from tests.functions.test_seller_api import BERT, Api, api
from tests.helpers import LambdaContext, http_event, load_event

__all__ = ["api"]


@pytest.fixture
def published(api: Api, cloud: Any) -> dict[str, Any]:
    """Publish the sandbox's list of today; ANNA has a sandbox organization with its five areas."""
    cloud.use(PublishSandboxSettings)
    cloud.use(PublicApiSettings)
    made: dict[str, Any] = sandbox.lambda_handler(load_event("publish_sandbox/daily"), LambdaContext())
    organization_id = api.organization(kind="sandbox")
    assert organization_id.startswith("SANDBOX-")
    return made


def order(api: Api, profile: Profile) -> None:
    status, made = api("POST", "/v1/orders", {"areas": list(profile.sandbox.areas)})
    assert (status, made["state"], made["total"]["minor"]) == (201, "active", 0)


def publish_real(cloud: Any) -> None:
    cloud.use(PublishSettings, settle_seconds=0)
    made = plan.lambda_handler({}, LambdaContext())
    for item in made["items"]:
        event = {"date": made["date"], "since": made["since"], "cutoff": made["cutoff"], "areas": item["areas"]}
        area.lambda_handler(event, LambdaContext())
    manifest.lambda_handler({"date": made["date"]}, LambdaContext())


def payload(signed: str) -> Any:
    return jws.parse(signed).payload


def on_todays_list(profile: Profile, subscriber: int) -> bool:
    done = changes(profile, subscriber, datetime.now(UTC))
    return bool(done) and done[-1][1]


def test_the_list_is_published_once_a_day_and_apart(published: dict[str, Any], api: Api, cloud: Any) -> None:
    again = sandbox.lambda_handler({}, LambdaContext())

    assert again == published
    assert (published["areas"], published["numbers"]) == (5, 25)
    s3, names = aws.client("s3"), set()
    for item in s3.list_objects_v2(Bucket=cloud.lists_bucket)["Contents"]:
        names.add("/".join(item["Key"].split("/")[:2]))
    assert names == {"areas/sandbox", "manifests/sandbox"}
    items = aws.client("dynamodb").scan(TableName=cloud.registry_table)["Items"]
    assert {item["pk"]["S"].split("#")[0] for item in items} == {"SANDBOX"}
    latest = public.lambda_handler(http_event("GET", "/v1/manifests/latest"), LambdaContext())
    assert latest["statusCode"] == 409
    of_day = public.lambda_handler(http_event("GET", f"/v1/manifests/sandbox/{published['date']}"), LambdaContext())
    assert payload(of_day["body"])["sandbox"] is True


def test_areas_are_free_and_the_sandboxs_only(published: dict[str, Any], api: Api, profile: Profile) -> None:
    order(api, profile)

    assert api("GET", "/v1/entitlements")[1]["areas"] == sorted(profile.sandbox.areas)
    assert api("POST", "/v1/orders", {"areas": ["212"]})[0] == 400


@pytest.mark.parametrize(("kind", "format_"), [("full", "txt"), ("bitmap", "roar"), ("changes", "txt")])
def test_files_come_with_a_receipt_that_says_sandbox(
    published: dict[str, Any], api: Api, profile: Profile, kind: str, format_: str
) -> None:
    order(api, profile)

    status, made = api("POST", "/v1/downloads", {"kind": kind, "format": format_})

    assert status == 201, made
    receipt = payload(made["receipt"])
    assert (receipt["sandbox"], receipt["list_date"]) == (True, published["date"])
    assert {file["count"] for file in made["files"] if file["kind"] == "full"} <= {5}
    assert all("/sandbox/" in file["url"] for file in made["files"])


def test_lookups_answer_from_magic_numbers(published: dict[str, Any], api: Api, profile: Profile) -> None:
    magic = profile.sandbox
    texts = [f"202{number}" for number in (magic.listed[0], magic.clear[0], magic.alternating[0], magic.opposite[0])]

    status, made = api("POST", "/v1/lookups", {"numbers": [*texts, magic.invalid[0], "2125550100"]})

    assert status == 200, made
    flips = "listed" if on_todays_list(profile, magic.alternating[0]) else "clear"
    other = "clear" if flips == "listed" else "listed"
    assert [answer["status"] for answer in made["answers"]] == ["listed", "clear", flips, other, "unknown", "unknown"]
    assert payload(made["signed"])["sandbox"] is True


def test_a_call_list_is_washed_against_magic_numbers(
    published: dict[str, Any], api: Api, cloud: Any, profile: Profile
) -> None:
    order(api, profile)
    magic = profile.sandbox
    cloud.use(WashSettings)
    made = api("POST", "/v1/washes", {"client_reference": "test-1"})[1]
    body = f"phone\n202{magic.listed[0]}\n202{magic.clear[0]}\n"
    key = made["upload"]["fields"]["key"]
    put = aws.client("s3").put_object(Bucket=cloud.washes_bucket, Key=key, Body=body.encode())
    detail = {"object": {"key": key, "etag": put["ETag"].strip('"'), "size": len(body)}}
    record = {"messageId": "1", "body": json.dumps({"detail": detail})}

    assert wash.lambda_handler({"Records": [record]}, LambdaContext()) == {"batchItemFailures": []}

    done = api("GET", f"/v1/washes/{made['id']}")[1]
    assert (done["state"], done["result"]["listed"], done["result"]["clear"]) == ("done", 1, 1)
    assert payload(done["result"]["receipt"])["sandbox"] is True


def test_the_real_list_and_the_sandbox_never_meet(
    published: dict[str, Any], api: Api, cloud: Any, profile: Profile
) -> None:
    """An order of the sandbox opens nothing of the list, and a seller sees nothing of the sandbox."""
    order(api, profile)
    publish_real(cloud)
    api.organization(BERT)
    assert api("POST", "/v1/orders", {"areas": ["202"]}, BERT)[0] == 201

    theirs = api("POST", "/v1/downloads", {"kind": "full"}, BERT)[1]
    looked_up = api("POST", "/v1/lookups", {"numbers": [f"202{profile.sandbox.listed[0]}"]}, BERT)[1]
    ours = api("POST", "/v1/downloads", {"kind": "full"})[1]

    assert [file["count"] for file in theirs["files"]] == [0]
    assert "sandbox" not in payload(theirs["receipt"])
    assert looked_up["answers"][0]["status"] == "clear"
    assert {file["count"] for file in ours["files"]} == {5}


def test_services_of_the_real_list_refuse_the_sandbox_by_themselves(
    published: dict[str, Any], api: Api, cloud: Any
) -> None:
    """Whatever a route forgets: the id of the organization alone closes the list to it."""
    from quietline import bootstrap
    from quietline.kernel.errors import ForbiddenError
    from quietline.lists.model import Kind
    from quietline.usage.model import Standing

    mine = api("GET", "/v1/organizations/mine")[1]["id"]

    with pytest.raises(ForbiddenError, match="sandbox"):
        bootstrap.downloads(api.settings).create(mine, "123-456-7897", None, Kind.FULL, None)
    with pytest.raises(ForbiddenError, match="sandbox"):
        bootstrap.lookups(api.settings).look_up(Standing(mine, "123-456-7897", frozenset(), True), ["2025550100"])
    with pytest.raises(ForbiddenError, match="sandbox"):
        bootstrap.downloads(api.settings, sandbox=True).create("01K", "123-456-7897", None, Kind.FULL, None)


def test_what_was_asked_for_is_counted_but_alarms_nobody(
    published: dict[str, Any], api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    api("POST", "/v1/lookups", {"numbers": ["2025550100"]})

    assert "CloudWatchMetrics" not in capsys.readouterr().out
    mine = api("GET", "/v1/organizations/mine")[1]["id"]
    assert [item["looked_up"] for item in Table(api.table.name).query(f"ORGANIZATION#{mine}", prefix="USAGE#")] == [1]


def test_yesterday_is_kept(api: Api, cloud: Any, profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of the next day continues the one before: changes are those of the numbers that flip."""
    from quietline import bootstrap
    from quietline.kernel.clock import FixedClock

    settings = cloud.use(PublishSandboxSettings)
    clock = FixedClock(datetime.now(UTC) - timedelta(days=1))
    monkeypatch.setattr("quietline.kernel.clock.SystemClock", lambda: clock)
    before = bootstrap.sandbox_publication(settings).publish()
    clock.instant += timedelta(days=1)

    after = bootstrap.sandbox_publication(settings).publish()

    assert before["date"] < after["date"]
    assert (after["areas"], after["numbers"], after["added"], after["removed"]) == (5, 25, 10, 10)
