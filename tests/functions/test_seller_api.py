"""The sellers' API with real stores: from sign-up to an active order, and who may do what."""

import json
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.settings.functions import SellerApiSettings

from functions.seller_api import handler
from tests.helpers import LambdaContext, Tripwire, http_event, load_event

ANNA = {"sub": "user-anna", "client_id": "cli", "groups": "", "scopes": ""}
BERT = {"sub": "user-bert", "client_id": "cli", "groups": "", "scopes": ""}
FREE = ["202", "301", "410", "443", "571"]


class Api:
    def __init__(self, cloud: Any) -> None:
        pool = aws.client("cognito-idp").create_user_pool(PoolName="test")["UserPool"]["Id"]
        aws.client("cognito-idp").create_resource_server(
            UserPoolId=pool,
            Identifier="quietline",
            Name="quietline",
            Scopes=[{"ScopeName": "lists", "ScopeDescription": "the lists"}],
        )
        self.settings = cloud.use(SellerApiSettings, user_pool_id=pool)
        self.table = Table(self.settings.sellers_table)

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        who: dict[str, str] | None = ANNA,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        event = http_event(method, path, body, headers=headers, **(who or {}))
        answer = handler.lambda_handler(event, LambdaContext())
        return answer["statusCode"], json.loads(answer["body"])

    def organization(self, who: dict[str, str] = ANNA, kind: str = "seller", certified: bool = True) -> str:
        body = json.loads(load_event("seller_api/create_organization")["body"]) | {"type": kind}
        status, made = self("POST", "/v1/organizations", body, who)
        assert status == 201, made
        if certified:
            assert self("POST", "/v1/certifications", {"version": "2026-10", "language": "es"}, who)[0] == 201
        return str(made["id"])


@pytest.fixture
def api(cloud: Any) -> Api:
    return Api(cloud)


def test_the_event_files(api: Api) -> None:
    made = handler.lambda_handler(load_event("seller_api/create_organization"), LambdaContext())
    priced = handler.lambda_handler(load_event("seller_api/quote"), LambdaContext())

    assert (made["statusCode"], priced["statusCode"]) == (201, 200)
    first = json.loads(priced["body"])["lines"][0]
    assert (first["kind"], first["count"], first["amount"]) == ("free", 5, {"minor": 0, "currency": "USD"})


def test_the_contact_is_stored_encrypted_and_never_logged(api: Api, tripwire: Tripwire) -> None:
    tripwire.watch("compliance@example.com")
    organization_id = api.organization()

    stored = repr(list(api.table.query(f"ORGANIZATION#{organization_id}")))

    assert "compliance@example.com" not in stored
    assert "contact_email_ciphertext" in stored


def test_a_user_belongs_to_one_organization(api: Api) -> None:
    api.organization(certified=False)

    status, answer = api("POST", "/v1/organizations", json.loads(load_event("seller_api/create_organization")["body"]))

    assert (status, answer["type"]) == (409, "/problems/conflict")


def test_certifying_issues_the_san_once(api: Api) -> None:
    organization_id = api.organization(certified=False)
    assert api("GET", "/v1/organizations/mine")[1]["san"] == ""

    first = api("POST", "/v1/certifications", {"version": "2026-10", "language": "en"})
    again = api("POST", "/v1/certifications", {"version": "2026-10", "language": "es"})

    assert first[0] == again[0] == 201
    assert first[1]["san"] == again[1]["san"] != ""
    assert first[1]["text"].startswith("I certify")
    assert again[1]["text"].startswith("Certifico")
    assert api.table.get((f"SAN#{first[1]['san']}", "META")) is not None
    history = list(api.table.query(f"ORGANIZATION#{organization_id}", prefix="CERTIFICATION#"))
    assert [entry["by"] for entry in history] == ["user-anna", "user-anna"]
    assert "192.0.2.1" not in repr(history)


@pytest.mark.parametrize(("version", "language", "status"), [("1999-01", "en", 409), ("2026-10", "fr", 400)])
def test_only_the_text_that_holds_is_certified(api: Api, version: str, language: str, status: int) -> None:
    api.organization(certified=False)

    assert api("POST", "/v1/certifications", {"version": version, "language": language})[0] == status


def test_free_areas_are_active_at_once(api: Api) -> None:
    api.organization()

    status, order = api("POST", "/v1/orders", {"areas": FREE})

    assert (status, order["state"], order["total"]["minor"]) == (201, "active", 0)
    assert api("GET", "/v1/entitlements")[1]["areas"] == FREE
    detail = api("GET", f"/v1/orders/{order['id']}")[1]
    assert {name: detail[name] for name in order} == order
    assert [(one["kind"], one["state"]) for one in detail["history"]] == [("placed", "active")]
    assert api("GET", "/v1/orders")[1]["orders"] == [order]


def test_a_sixth_area_awaits_its_invoice_and_gives_nothing_yet(api: Api) -> None:
    organization_id = api.organization()
    api("POST", "/v1/orders", {"areas": FREE})

    status, order = api("POST", "/v1/orders", {"areas": ["703"]})

    assert (status, order["state"]) == (201, "awaiting_invoice")
    assert api("GET", "/v1/entitlements")[1]["areas"] == FREE
    stored = api.table.get((f"ORDER#{order['id']}", "META"))
    assert stored is not None
    assert stored["organization_id"] == organization_id
    assert api("POST", f"/v1/orders/{order['id']}/payments", {"payment_method": "pm_card_visa"})[0] == 409
    status, problem = api("POST", f"/v1/orders/{order['id']}/payments", {"payment_method": "4242 4242"})
    assert (status, problem["errors"][0]["pointer"]) == (400, "/payment_method")
    assert "^" not in problem["errors"][0]["detail"]


def test_a_second_order_waits_for_the_first_to_be_paid(api: Api) -> None:
    api.organization()
    api("POST", "/v1/orders", {"areas": [*FREE, "703"]})

    status, answer = api("POST", "/v1/orders", {"areas": ["212"]})

    assert status == 409
    assert "not paid" in answer["detail"]


def test_areas_held_already_are_not_ordered_again(api: Api) -> None:
    api.organization()
    api("POST", "/v1/orders", {"areas": FREE})

    status, answer = api("POST", "/v1/orders", {"areas": FREE[:2]})

    assert (status, answer["errors"][0]["code"]) == (400, "areas_held")


def test_an_exempt_organization_takes_everything_in_one_order(api: Api, profile: Any) -> None:
    api.organization(kind="exempt")

    status, order = api("POST", "/v1/orders", {"areas": list(profile.area_keys)})

    assert (status, order["state"], order["total"]["minor"]) == (201, "active", 0)
    assert api("GET", "/v1/entitlements")[1]["areas"] == list(profile.area_keys)


def test_without_certification_nothing_is_ordered(api: Api) -> None:
    api.organization(certified=False)

    status, answer = api("POST", "/v1/orders", {"areas": FREE})

    assert status == 409
    assert "Certify" in answer["detail"]


def test_an_unknown_area_is_named(api: Api) -> None:
    api.organization()

    status, answer = api("POST", "/v1/orders", {"areas": ["202", "999"]})

    assert (status, answer["errors"]) == (
        400,
        [
            {
                "pointer": "/areas/1",
                "detail": "This area is not served by this registry.",
                "code": "area_not_served",
            }
        ],
    )


def test_the_same_idempotency_key_orders_once(api: Api) -> None:
    api.organization()

    first = api("POST", "/v1/orders", {"areas": FREE[:1]}, headers={"idempotency-key": "k-1"})
    again = api("POST", "/v1/orders", {"areas": FREE[:1]}, headers={"idempotency-key": "k-1"})

    assert first == again
    assert len(api("GET", "/v1/orders")[1]["orders"]) == 1


def test_another_organization_sees_nothing(api: Api) -> None:
    organization_id = api.organization()
    order = api("POST", "/v1/orders", {"areas": [*FREE, "703"]})[1]
    api.organization(BERT)

    assert api("GET", f"/v1/organizations/{organization_id}", who=BERT)[0] == 404
    assert api("GET", f"/v1/orders/{order['id']}", who=BERT)[0] == 404
    assert api("POST", f"/v1/orders/{order['id']}/payments", {"payment_method": "pm_1"}, BERT)[0] == 404
    assert api("GET", "/v1/orders", who=BERT)[1] == {"orders": []}
    assert api("GET", "/v1/entitlements", who=BERT)[1]["areas"] == []


def test_a_machine_client_reads_and_does_not_order(api: Api) -> None:
    api.organization()
    api("POST", "/v1/orders", {"areas": FREE})
    status, made = api("POST", "/v1/clients", {"name": "scrubber"}, headers={"idempotency-key": "k-2"})
    machine = {"sub": "", "client_id": made["client_id"], "groups": "", "scopes": "quietline/lists"}

    assert status == 201
    assert made["client_secret"]
    assert api("GET", "/v1/entitlements", who=machine)[1]["areas"] == FREE
    for method, path, body in [
        ("POST", "/v1/orders", {"areas": ["703"]}),
        ("POST", "/v1/certifications", {"version": "2026-10"}),
        ("POST", "/v1/clients", {"name": "another"}),
        ("POST", "/v1/organizations", json.loads(load_event("seller_api/create_organization")["body"])),
    ]:
        assert api(method, path, body, machine)[0] == 403, path
    listed = api("GET", "/v1/clients")[1]["clients"]
    assert [(one["client_id"], one["name"]) for one in listed] == [(made["client_id"], "scrubber")]


def test_a_clients_secret_is_stored_nowhere(api: Api, tripwire: Tripwire) -> None:
    api.organization()
    made = api("POST", "/v1/clients", {"name": "scrubber"}, headers={"idempotency-key": "k-3"})[1]
    tripwire.watch(made["client_secret"])
    dynamodb = aws.client("dynamodb")

    everything = repr([dynamodb.scan(TableName=name)["Items"] for name in dynamodb.list_tables()["TableNames"]])

    assert made["client_id"] in everything
    assert made["client_secret"] not in everything


def test_a_downloader_reads_and_does_not_order(api: Api) -> None:
    organization_id = api.organization()
    dora = {"sub": "user-dora", "client_id": "cli", "groups": "", "scopes": ""}
    pointer = {"organization_id": organization_id, "role": "downloader"}
    api.table.write(api.table.put_new(("USER#user-dora", "META"), pointer))

    assert api("GET", "/v1/orders", who=dora)[0] == 200
    assert api("POST", "/v1/orders", {"areas": FREE}, dora)[0] == 403
    assert api("POST", "/v1/clients", {"name": "mine"}, dora)[0] == 403


def test_nobody_and_strangers(api: Api) -> None:
    assert api("GET", "/v1/orders", who=None)[0] == 401
    status, answer = api("GET", "/v1/orders", who=BERT)
    assert status == 403
    assert "create one first" in answer["detail"]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"type": "bank"},
        {"language": "xx"},
        {"contact": {"name": "Sam", "email": "sam@nowhere"}},
        {"extra": 1},
        {"name": "x" * 201},
    ],
)
def test_an_organization_that_is_not_well_formed(api: Api, change: dict[str, Any]) -> None:
    body = json.loads(load_event("seller_api/create_organization")["body"]) | change

    status, answer = api("POST", "/v1/organizations", body)

    assert status == 400, answer
    assert answer["errors"]


def test_a_wrong_method_is_405(api: Api) -> None:
    assert api("DELETE", "/v1/orders")[0] == 405
