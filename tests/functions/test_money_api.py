"""Money through the API: invoices, ledger and history, cancelling, and who may see it."""

import json
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys

from functions.seller_api import handler
from tests.functions.test_payments import SIX, Shop, deliver, shop
from tests.functions.test_seller_api import ANNA, Api, api
from tests.helpers import LambdaContext, http_event

__all__ = ["api", "shop"]  # fixtures


@pytest.fixture
def town(api: Api, shop: Shop) -> Api:
    """The API; nobody belongs to an organization yet."""
    shop.table.write(shop.table.delete(keys.user("user-anna")))
    return api


def test_the_api_tells_invoices_ledger_and_history(town: Api, shop: Shop) -> None:
    organization = town.organization()
    order = town("POST", "/v1/orders", {"areas": SIX})[1]
    assert town("GET", "/v1/invoices")[1] == {"invoices": []}
    deliver(f"ORDER#{order['id']}")
    invoice = f"in_{order['id']}"
    shop.server.receive(invoice)
    shop.server.refund(invoice, 500, "a")
    shop.billing.reconcile(invoice, "event:evt_1")

    (told,) = town("GET", "/v1/invoices")[1]["invoices"]
    assert (told["id"], told["order_id"], told["status"], told["state"]) == (invoice, order["id"], "paid", "active")
    amounts = {name: told[name]["minor"] for name in ("total", "paid", "refunded", "disputed", "due")}
    assert amounts == {"total": 8500, "paid": 8500, "refunded": 500, "disputed": 0, "due": 0}
    assert told["url"].startswith("https://")

    books = town("GET", "/v1/ledger")[1]
    assert [one["kind"] for one in books["entries"]] == ["invoiced", "paid", "refunded"]
    assert {one["account"]: one["amount"]["minor"] for one in books["balances"]} == {
        "fees": -8500,
        "processor": 8000,
        "refunds": 500,
    }
    assert books["entries"][0]["postings"][0]["account"] == f"receivable:{organization}"

    detail = town("GET", f"/v1/orders/{order['id']}")[1]
    assert [one["state"] for one in detail["history"]] == ["awaiting_invoice", "awaiting_payment", "active"]
    assert detail["problem"] is None

    shop.server.refund(invoice, 8000, "b")
    shop.billing.reconcile(invoice, "event:evt_2")
    assert town("GET", "/v1/entitlements")[1]["entitlements"] == []
    asked = http_event("GET", "/v1/entitlements", **ANNA) | {"queryStringParameters": {"all": "true"}}
    every = json.loads(handler.lambda_handler(asked, LambdaContext())["body"])
    assert every["areas"] == []
    assert [(one["state"], one["reason"]) for one in every["entitlements"]] == [("stopped", "refunded")]


def test_the_api_cancels_an_order(town: Api, shop: Shop) -> None:
    town.organization()
    order = town("POST", "/v1/orders", {"areas": SIX})[1]

    status, command = town("POST", f"/v1/orders/{order['id']}/cancel")
    assert (status, command["state"]) == (202, "requested")
    assert town("GET", f"/v1/orders/{order['id']}")[1]["cancelling"] is True
    assert town("POST", f"/v1/orders/{order['id']}/cancel")[0] == 409

    deliver(f"PAYMENT_COMMAND#{command['id']}")

    detail = town("GET", f"/v1/orders/{order['id']}")[1]
    assert (detail["state"], detail["cancelling"]) == ("voided", False)
    assert town("POST", "/v1/orders/nothing/cancel")[0] == 404


def test_money_and_areas_are_one_organizations_alone(town: Api, shop: Shop) -> None:
    bert: dict[str, Any] = {"sub": "user-bert", "client_id": "cli", "groups": "", "scopes": ""}
    town.organization()
    town.organization(bert)
    order = town("POST", "/v1/orders", {"areas": SIX})[1]
    deliver(f"ORDER#{order['id']}")
    shop.server.receive(f"in_{order['id']}")
    shop.billing.reconcile(f"in_{order['id']}", "event:evt_1")

    assert town("GET", "/v1/entitlements")[1]["areas"] == SIX
    assert town("GET", "/v1/entitlements", who=bert)[1]["areas"] == []
    assert town("GET", "/v1/invoices", who=bert)[1]["invoices"] == []
    assert town("GET", "/v1/ledger", who=bert)[1] == {"entries": [], "balances": []}
    assert town("GET", f"/v1/orders/{order['id']}", who=bert)[0] == 404
    assert town("POST", f"/v1/orders/{order['id']}/cancel", who=bert)[0] == 404
    assert town("POST", "/v1/quotes", {"areas": SIX}, bert)[1]["total"]["minor"] == 8500
