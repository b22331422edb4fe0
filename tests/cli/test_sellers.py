"""The sellers' commands against an API in memory."""

from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import sellers

PRICE = {"minor": 8500, "currency": "USD"}
RECORD: dict[str, Any] = {
    "status": "active",
    "status_reason": "",
    "address": {"line1": "1 Way", "line2": "", "city": "X", "region": "IL", "postal_code": "1", "country": "US"},
    "contact_name": "Sam",
    "phone": "",
    "tax_id": None,
    "version": 3,
}
LINES = [{"kind": "full", "count": 1, "unit": PRICE, "amount": PRICE}]


class FakeApi:
    """Answers as the API would; an order goes through `states`, one each time it is read."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)
        self.sent: list[tuple[str, dict[str, Any], str]] = []

    def get(self, path: str) -> dict[str, Any]:
        if path == "/v1/organizations/mine":
            return {"name": "Example Solar LLC", "type": "seller", "id": "01ORG", "san": "123-456-7897"} | RECORD
        if path == "/v1/entitlements":
            return {"areas": ["202", "301"]}
        return {"state": self.states.pop(0) if len(self.states) > 1 else self.states[0]}

    def post(self, path: str, body: dict[str, Any], idempotency_key: str = "") -> dict[str, Any]:
        self.sent.append((path, body, idempotency_key))
        term = {"term_start": "2026-11-01", "term_end": "2027-11-01"}
        order = {"id": "01A", "state": self.states[0] if self.states else "", "lines": LINES, "total": PRICE} | term
        return order | {"name": "Example Solar LLC", "san": "123-456-7897", "text": "I certify"}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


def run(api: FakeApi, *arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    sellers.register(app, lambda: api)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_create_sends_what_was_typed() -> None:
    api = FakeApi()
    options = "--line1 x --city y --region IL --postal-code 62701 --contact Sam --email sam@example.com"

    code, _ = run(api, "organization", "create", "--name", "Example Solar LLC", "--type", "exempt", *options.split(" "))

    assert code == 0
    path, body, _key = api.sent[0]
    assert (path, body["type"], body["address"]["region"]) == ("/v1/organizations", "exempt", "IL")
    assert body["contact"] == {"name": "Sam", "email": "sam@example.com"}


def test_show() -> None:
    code, output = run(FakeApi(), "organization", "show")

    assert code == 0
    assert "123-456-7897" in output
    assert "202, 301" in output


def test_certify_shows_the_text_and_the_san() -> None:
    code, output = run(FakeApi(), "certify", "--version", "2026-10")

    assert code == 0
    assert "I certify" in output
    assert "123-456-7897" in output


def test_an_order_is_sent_with_a_key_of_its_own() -> None:
    api = FakeApi("awaiting_invoice")

    run(api, "order", "202", "703")
    code, output = run(api, "order", "202", "703")

    assert code == 0
    assert "85.00 USD" in output
    assert "quietline pay 01A" in output
    assert api.sent[0][2] != api.sent[1][2] != ""


def test_paying_waits_until_the_order_is_active() -> None:
    api = FakeApi("awaiting_invoice", "awaiting_payment", "awaiting_payment", "active")

    code, output = run(api, "pay", "01A", "--payment-method", "pm_card_visa")

    assert code == 0
    assert "paid and active" in output
    assert api.sent[0][:2] == ("/v1/orders/01A/payments", {"payment_method": "pm_card_visa"})


def test_a_declined_payment_ends_with_an_error() -> None:
    code, output = run(FakeApi("awaiting_payment", "payment_failed"), "pay", "01A", "--payment-method", "pm_x")

    assert code == 1
    assert "payment_failed" in output


@pytest.mark.parametrize("areas", [("202", "301"), ("202,301",), ("202,", "301")])
def test_areas_are_named_by_spaces_or_commas(areas: tuple[str, ...]) -> None:
    api = FakeApi("active")

    code, _ = run(api, "order", *areas)

    assert (code, api.sent[0][1]) == (0, {"areas": ["202", "301"]})


def test_a_renewal_says_so() -> None:
    api = FakeApi("active")

    assert run(api, "order", "202", "--renew")[0] == 0
    assert api.sent[0][1] == {"areas": ["202"], "renew": True}
