"""The sellers' commands against an API in memory."""

from typing import Any

import pytest
import typer
from quietline.fees.model import LineKind
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
        self.invoice_url = "https://pay.example/in_1"

    def get(self, path: str) -> dict[str, Any]:
        if path == "/v1/organizations/mine":
            return {"name": "Example Solar LLC", "type": "seller", "id": "01ORG", "san": "123-456-7897"} | RECORD
        if path.startswith("/v1/certifications/current?language="):
            return {"text": f"I certify, by {path[-2:]}", "version": "2026-10"}
        if path == "/v1/entitlements":
            return {"areas": ["202", "301"]}
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"state": state, "total": PRICE, "invoice_url": self.invoice_url}

    def post(self, path: str, body: dict[str, Any], idempotency_key: str = "") -> dict[str, Any]:
        self.sent.append((path, body, idempotency_key))
        term = {"term_start": "2026-11-01", "term_end": "2027-11-01"}
        order = {"id": "01A", "state": self.states[0] if self.states else "", "lines": LINES, "total": PRICE} | term
        return order | {"name": "Example Solar LLC", "san": "123-456-7897", "version": body.get("version")}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


def run(api: FakeApi, *arguments: str, typed: str = "") -> tuple[int, str]:
    app = typer.Typer()
    sellers.register(app, lambda: api)
    result = CliRunner().invoke(app, list(arguments), input=typed)
    return result.exit_code, result.output


def test_create_sends_what_was_typed() -> None:
    api = FakeApi()
    options = "--line1 x --city y --region IL --postal-code 62701 --contact Sam --email sam@example.com"

    kind = ("--type", "exempt", "--exempt-reason", "charity")
    code, _ = run(api, "organization", "create", "--name", "Example Solar LLC", *kind, *options.split(" "))

    assert code == 0
    path, body, _key = api.sent[0]
    assert (path, body["type"], body["address"]["region"]) == ("/v1/organizations", "exempt", "IL")
    assert body["exempt_reason"] == "charity"
    assert body["contact"] == {"name": "Sam", "email": "sam@example.com"}


def test_show() -> None:
    code, output = run(FakeApi(), "organization", "show")

    assert code == 0
    assert "123-456-7897" in output
    assert "202, 301" in output


def test_what_is_certified_is_shown_and_asked_first() -> None:
    api = FakeApi()
    assert run(api, "certify", "--language", "es", typed="n\n")[0] == 1
    assert api.sent == []

    code, output = run(api, "certify", "--language", "es", typed="y\n")

    assert code == 0
    assert "I certify, by es (version 2026-10)" in output
    assert "123-456-7897" in output
    assert api.sent[0][:2] == ("/v1/certifications", {"version": "2026-10", "language": "es"})


def test_a_script_certifies_the_version_that_it_names() -> None:
    api = FakeApi()
    assert run(api, "certify", "--version", "2025-01")[0] == 0
    assert api.sent[0][1]["version"] == "2025-01"


def test_an_order_is_sent_with_a_key_of_its_own() -> None:
    api = FakeApi("awaiting_invoice")

    run(api, "order", "202", "703")
    code, output = run(api, "order", "202", "703")

    assert code == 0
    assert "85.00 USD" in output
    assert "at the year's fee" in output
    assert "quietline pay 01A" in output
    assert api.sent[0][2] != api.sent[1][2] != ""


def test_paying_waits_until_the_order_is_active() -> None:
    api = FakeApi("awaiting_invoice", "awaiting_payment", "awaiting_payment", "active")

    code, output = run(api, "pay", "01A", "--payment-method", "pm_card_visa")

    assert code == 0
    assert "paid and active" in output
    assert api.sent[0][:2] == ("/v1/orders/01A/payments", {"payment_method": "pm_card_visa"})


def test_a_person_is_told_where_to_pay() -> None:
    api = FakeApi("awaiting_invoice", "awaiting_payment", "awaiting_payment")

    code, output = run(api, "pay", "01A")

    assert code == 0
    assert "Pay 85.00 USD at https://pay.example/in_1" in output
    assert api.sent == []


@pytest.mark.parametrize(
    ("state", "address", "ends"), [("active", "https://pay.example/in_1", 4), ("awaiting_payment", "", 2)]
)
def test_where_nothing_can_be_paid_is_said(state: str, address: str, ends: int) -> None:
    api = FakeApi(state)
    api.invoice_url = address

    assert run(api, "pay", "01A")[0] == ends


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


def test_every_kind_of_line_has_words() -> None:
    assert set(sellers.WHY) == set(LineKind)
