"""The list through its functions: published from events, read by anybody, downloaded and looked up by members."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

import pytest
import requests
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.clients import ClientStore
from quietline.adapters.dynamodb.entitlements import entitlement_item
from quietline.adapters.dynamodb.numbers import DynamoNumbers, number_writes
from quietline.adapters.dynamodb.sellers import OrganizationStore
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.s3 import Bucket
from quietline.fees.model import Term
from quietline.kernel import jws
from quietline.kernel.phone import PhoneNumber
from quietline.kernel.settings.functions import (
    PublicApiSettings,
    PublishSettings,
    RenderListSettings,
    SellerApiSettings,
)
from quietline.orders.model import Entitlement
from quietline.registrations.model import NumberRecord
from quietline.sellers.model import Address, MachineClient, Organization, OrganizationType
from quietline.sellers.team import TeamChange, What

from cli.trust import KeySet
from functions.public_api import handler as public
from functions.publish_area import handler as area
from functions.publish_manifest import handler as manifest
from functions.publish_plan import handler as plan
from functions.render_list import handler as render
from functions.seller_api import handler as sellers
from tests import helpers
from tests.helpers import DAY, LambdaContext, http_event, load_event, serve_only

MACHINE = {"sub": "", "client_id": "machine-1", "groups": "", "scopes": "quietline/lists"}
OTHERS = {"sub": "", "client_id": "machine-2", "groups": "", "scopes": "quietline/lists"}


class Lists:
    """A cloud with a registry of three areas and two organizations."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud
        cloud.use(PublishSettings, settle_seconds=0)
        cloud.use(PublicApiSettings)
        cloud.use(SellerApiSettings)
        cloud.use(RenderListSettings)
        self.registry, self.sellers = Table(cloud.registry_table), Table(cloud.sellers_table)
        self.member("acme", "machine-1", ["202", "818"])
        self.member("other", "machine-2", ["907"])

    def member(self, organization_id: str, client: str, areas: list[str]) -> None:
        at = datetime(2026, 11, 1, tzinfo=UTC)
        address = Address("1 Main Street", "", "Springfield", "IL", "62701", "US")
        made = Organization(
            id=organization_id,
            name=organization_id,
            type=OrganizationType.SELLER,
            address=address,
            contact_name="A",
            contact_email_ciphertext=b"-",
            language="en",
            created_at=at,
            san=f"SAN-{organization_id}",
            certified_version="2026-10",
            certified_at=at,
        )
        store = OrganizationStore(self.sellers)
        assert store.add(made, f"user-{organization_id}")
        by = f"user-{organization_id}"
        entry = TeamChange(at, What.CLIENT, by, client)
        ClientStore(self.sellers).add(organization_id, MachineClient(client, "ours", at, by), entry)
        self.entitle(organization_id, "free", areas, 0)

    def subscribe(self, organization_id: str, areas: list[str]) -> None:
        self.entitle(organization_id, "paid", areas, 8200)

    def entitle(self, organization_id: str, order_id: str, areas: list[str], amount: int) -> None:
        held = Entitlement(order_id, frozenset(areas), Term(date(2020, 1, 1), date(2099, 12, 31)), amount)
        key = keys.entitlement(organization_id, order_id)
        self.sellers.write(self.sellers.put(key, entitlement_item(organization_id, held)))

    def record(self, number: str, change: str = "A", days_ago: int = 3) -> None:
        phone = PhoneNumber(number)
        before = DynamoNumbers(self.registry).get(phone)
        record = before or NumberRecord(phone, number[2:5], (), 0)
        after = record.changed("A" if change == "A" else "D", helpers.days_ago(days_ago), "registration:test")
        self.registry.write(*number_writes(self.registry, before, after))

    def publish(self, day: Any = DAY) -> dict[str, Any]:
        made = plan.lambda_handler({"date": day.isoformat()}, LambdaContext())
        for item in made["items"]:
            event = {"date": made["date"], "since": made["since"], "cutoff": made["cutoff"], "areas": item["areas"]}
            area.lambda_handler(event, LambdaContext())
        return manifest.lambda_handler({"date": made["date"]}, LambdaContext())

    def get(self, path: str) -> dict[str, Any]:
        return public.lambda_handler(http_event("GET", path), LambdaContext())

    def post(self, path: str, body: Any, who: dict[str, str] | None = MACHINE, **headers: str) -> tuple[int, Any]:
        event = http_event("POST", path, body, headers=headers, **(who or {}))
        answer = sellers.lambda_handler(event, LambdaContext())
        return answer["statusCode"], json.loads(answer["body"])

    def keys(self) -> KeySet:
        return KeySet(json.loads(self.get("/.well-known/jwks.json")["body"]))


@pytest.fixture
def lists(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Lists:
    serve_only(monkeypatch, "202", "818", "907")
    plain = aws.client
    monkeypatch.setattr(
        "quietline.adapters.render.client", lambda name: RenderLambda() if name == "lambda" else plain(name)
    )
    return Lists(cloud)


class RenderLambda:
    """Lambda's client, which calls the handler as Lambda would: JSON in, JSON out, an error as a flag."""

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        assert FunctionName == "quietline-render-list"
        try:
            made = render.lambda_handler(json.loads(Payload), LambdaContext())
        except Exception as error:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(type(error).__name__.encode())}
        return {"Payload": io.BytesIO(json.dumps(made).encode())}


def test_the_event_files(lists: Lists) -> None:
    planned = plan.lambda_handler(load_event("publish_plan/date"), LambdaContext())
    assert planned["date"] == "2026-11-23"
    for item in planned["items"]:
        event = load_event("publish_area/new_area") | {"cutoff": planned["cutoff"], "areas": item["areas"]}
        assert area.lambda_handler(event, LambdaContext()) == {"areas": len(item["areas"]), "numbers": 0}
    made = manifest.lambda_handler(load_event("publish_manifest/date"), LambdaContext())
    assert (made["published"], made["areas"]) == (True, 3)

    assert public.lambda_handler(load_event("public_api/latest_manifest"), LambdaContext())["statusCode"] == 200
    assert public.lambda_handler(load_event("public_api/keys"), LambdaContext())["statusCode"] == 200
    assert sellers.lambda_handler(load_event("seller_api/download"), LambdaContext())["statusCode"] == 201
    event = load_event("render_list/csv")
    key = "areas/202/2026-11-23/bitmap.roar"
    event["files"][0]["snapshot"]["sha256"] = hashlib.sha256(Bucket(lists.cloud.lists_bucket).get(key)).hexdigest()
    assert render.lambda_handler(event, LambdaContext())["files"][0]["count"] == 0
    found = sellers.lambda_handler(load_event("seller_api/lookup"), LambdaContext())
    assert [answer["status"] for answer in json.loads(found["body"])["answers"]] == ["clear", "clear"]


def test_a_manifest_is_served_as_signed_and_verifies(lists: Lists) -> None:
    lists.record("+12025550143")
    made = lists.publish()

    latest, dated = lists.get("/v1/manifests/latest"), lists.get(f"/v1/manifests/{DAY}")

    assert latest["statusCode"] == dated["statusCode"] == 200
    assert latest["headers"]["Content-Type"] == "application/jose"
    assert latest["body"] == dated["body"]
    assert hashlib.sha256(latest["body"].encode()).hexdigest() == made["manifest"]["sha256"]
    assert dated["headers"]["ETag"] == f'"{made["manifest"]["sha256"]}"'
    assert lists.keys().verify(latest["body"])["date"] == DAY.isoformat()


def test_before_the_first_list_and_on_other_days_there_is_no_manifest(lists: Lists) -> None:
    assert lists.get("/v1/manifests/latest")["statusCode"] == 409
    assert lists.get(f"/v1/manifests/{DAY}")["statusCode"] == 404
    assert lists.get("/v1/manifests/someday")["statusCode"] == 400


def test_after_a_rotation_both_keys_are_served_and_old_manifests_verify(lists: Lists) -> None:
    lists.publish()
    before = lists.get("/v1/manifests/latest")["body"]
    newer = aws.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    both = f"{newer},{lists.cloud.signing_key_id}"
    for model, module in ((PublicApiSettings, public), (PublishSettings, manifest), (SellerApiSettings, sellers)):
        lists.cloud.use(model, signing_key_ids=both, **({"settle_seconds": 0} if model is PublishSettings else {}))
        module.settings.cache_clear()  # a new container

    known = lists.keys()
    lists.publish(DAY + timedelta(days=1))
    after = lists.get("/v1/manifests/latest")["body"]
    _, made = lists.post("/v1/downloads", {"areas": ["202"]})

    assert len(known.kids) == 2
    assert known.verify(before)["type"] == "manifest"
    assert known.verify(after)["previous"]["sha256"] == hashlib.sha256(before.encode()).hexdigest()
    newest, oldest = (jws.public_jwk(_spki(key))["kid"] for key in (newer, lists.cloud.signing_key_id))
    assert jws.parse(before).kid == oldest
    assert jws.parse(after).kid == jws.parse(made["receipt"]).kid == newest


def _spki(key_id: str) -> bytes:
    return bytes(aws.client("kms").get_public_key(KeyId=key_id)["PublicKey"])


def test_a_download_is_fetched_by_its_link(lists: Lists) -> None:
    lists.record("+12025550143")
    lists.record("+12025550144")
    lists.publish()

    status, made = lists.post("/v1/downloads", {"areas": ["202"]})

    assert status == 201
    (file,) = made["files"]
    answer = requests.get(file["url"], timeout=5)
    assert answer.status_code == 200
    assert (len(answer.content), hashlib.sha256(answer.content).hexdigest()) == (file["bytes"], file["sha256"])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == [file["name"].removesuffix(".zip")]
        assert archive.read(archive.namelist()[0]) == b"202,5550143\n202,5550144\n"
    query = parse_qs(urlparse(file["url"]).query)
    assert query["X-Amz-Expires"] == ["300"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert unquote(query["response-content-disposition"][0]) == f"attachment; filename*=UTF-8''{file['name']}"
    receipt = lists.keys().verify(made["receipt"])
    assert (receipt["type"], receipt["san"], receipt["organization"]) == ("receipt", "SAN-acme", "acme")
    assert receipt["areas"][0]["sha256"] == file["sha256"]
    stored = lists.sellers.get(keys.receipt("acme", made["receipt_id"]))
    assert stored is not None
    assert stored["jws"] == made["receipt"]


@pytest.mark.parametrize("how", ["refunded", "suspended"])
def test_what_is_stopped_gives_nothing_more_and_receipts_of_before_stay_valid(lists: Lists, how: str) -> None:
    lists.record("+12025550143")
    lists.publish()
    made = lists.post("/v1/downloads", {"areas": ["202"]})[1]
    if how == "refunded":
        key = keys.entitlement("acme", "free")
        names = {"#state": "state", "#reason": "reason"}
        values = {":state": "stopped", ":reason": "refunded"}
        stop = lists.sellers.update(key, "SET #state = :state, #reason = :reason", names=names, values=values)
    else:
        key = keys.organization("acme")
        stop = lists.sellers.update(key, "SET #status = :s", names={"#status": "status"}, values={":s": "suspended"})
    lists.sellers.write(stop)

    assert lists.post("/v1/downloads", {"areas": ["202"]})[0] == 403
    stored = lists.sellers.get(keys.receipt("acme", made["receipt_id"]))
    assert stored is not None
    assert lists.keys().verify(stored["jws"])["areas"] == lists.keys().verify(made["receipt"])["areas"]


def unzipped(file: dict[str, Any]) -> bytes:
    answer = requests.get(file["url"], timeout=5)
    assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return archive.read(archive.namelist()[0])


def test_changes_since_a_list_are_rendered_and_fetched_by_their_link(lists: Lists) -> None:
    older = DAY - timedelta(days=1)
    lists.record("+12025550143", days_ago=4)
    lists.record("+12025550144", days_ago=4)
    lists.publish(older)
    lists.record("+12025550145", days_ago=2)
    lists.publish()

    wanted = {"areas": ["202", "818"], "kind": "changes", "since": older.isoformat(), "format": "csv"}
    status, made = lists.post("/v1/downloads", wanted)

    assert status == 201
    changed, same = made["files"]
    assert (changed["kind"], changed["since"], changed["count"], same["count"]) == ("changes", older.isoformat(), 1, 0)
    assert unzipped(changed) == f"number,date,change\n+12025550145,{DAY},A\n".encode()
    assert unzipped(same) == b"number,date,change\n"
    assert "/renders/202/" in changed["url"]
    receipt = lists.keys().verify(made["receipt"])
    assert [entry["sha256"] for entry in receipt["areas"]] == [changed["sha256"], same["sha256"]]


def test_a_renderer_that_fails_is_told_as_trouble_and_no_receipt_is_kept(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists.publish()
    monkeypatch.setattr(render, "settings", lambda: 1 / 0)

    status, made = lists.post("/v1/downloads", {"areas": ["202"], "format": "xml"})

    assert (status, made["type"]) == (503, "/problems/unavailable")
    assert not list(lists.sellers.query("ORGANIZATION#acme", prefix="RECEIPT#"))


def test_without_areas_all_of_ones_own_come(lists: Lists) -> None:
    lists.publish()

    assert [file["area"] for file in lists.post("/v1/downloads", {})[1]["files"]] == ["202", "818"]
    assert [file["area"] for file in lists.post("/v1/downloads", {}, OTHERS)[1]["files"]] == ["907"]


@pytest.mark.parametrize(
    ("body", "who", "status", "problem"),
    [
        ({"areas": ["907"]}, MACHINE, 403, "not-entitled"),
        ({"areas": ["202"]}, OTHERS, 403, "not-entitled"),
        ({"areas": ["999"]}, MACHINE, 400, "invalid-input"),
        ({"areas": ["202"], "kind": "everything"}, MACHINE, 400, "invalid-input"),
        ({"areas": ["202"], "format": "pdf"}, MACHINE, 400, "invalid-input"),
        ({"areas": ["202"], "kind": "changes", "since": "2020-01-01"}, MACHINE, 422, "not-published-on-date"),
        ({"areas": ["202"], "kind": "changes", "since": "yesterday"}, MACHINE, 400, "invalid-input"),
        ({"areas": ["202"], "since": "2026-11-01"}, MACHINE, 400, "invalid-input"),
        ({"areas": []}, MACHINE, 400, "invalid-input"),
        ({"areas": "202"}, MACHINE, 400, "invalid-input"),
        ({"wanted": ["202"]}, MACHINE, 400, "invalid-input"),
        ({"areas": ["202"]}, None, 401, "not-signed-in"),
        ({"areas": ["202"]}, MACHINE | {"scopes": ""}, 403, "not-allowed"),
        (
            {"areas": ["202"]},
            {"sub": "stranger", "client_id": "cli", "groups": "", "scopes": ""},
            403,
            "no-organization",
        ),
    ],
)
def test_a_download_that_is_refused(
    lists: Lists, body: Any, who: dict[str, str] | None, status: int, problem: str
) -> None:
    lists.publish()

    answered, made = lists.post("/v1/downloads", body, who)

    assert (answered, made["type"]) == (status, f"/problems/{problem}")


def test_links_are_never_kept_for_a_replay(lists: Lists) -> None:
    lists.publish()

    first = lists.post("/v1/downloads", {"areas": ["202"]}, **{"Idempotency-Key": "once"})[1]
    again = lists.post("/v1/downloads", {"areas": ["202"]}, **{"Idempotency-Key": "once"})[1]

    assert first["receipt_id"] != again["receipt_id"]


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", 1764000001, True])
def test_a_date_that_is_none_is_told_in_words_for_people(lists: Lists, since: object) -> None:
    status, told = lists.post("/v1/downloads", {"kind": "changes", "since": since})

    assert status == 400
    assert [(error["pointer"], error["detail"]) for error in told["errors"]] == [
        ("/since", "Give the date as YYYY-MM-DD.")
    ]
