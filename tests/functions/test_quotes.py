"""Quotes and renewals through the sellers' API, with real stores."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from quietline.kernel.clock import FixedClock

from functions.seller_api import wiring
from tests.functions.test_payments import BUYER, SIX, Shop, deliver, shop
from tests.functions.test_seller_api import FREE, Api, api

__all__ = ["api", "shop"]  # fixtures


@pytest.fixture
def on(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Set the day of the registry on which orders and quotes are made."""
    service = wiring.orders()

    def moved(year: int, month: int, day: int) -> None:
        changed = type(service)(service.orders, FixedClock(datetime(year, month, day, 17, tzinfo=UTC)), service.profile)
        monkeypatch.setattr(wiring, "orders", lambda: changed)
        for module in ("orders", "quotes"):
            monkeypatch.setattr(f"functions.seller_api.routes.{module}.orders", lambda: changed)

    moved(2026, 11, 25)
    return moved


def test_every_line_says_why(api: Api, on: Any) -> None:
    api.organization()

    status, priced = api("POST", "/v1/quotes", {"areas": [*FREE, "703"]})

    assert status == 200
    assert priced["total"] == {"minor": 8500, "currency": "USD"}
    assert priced["language"] == "en"
    assert [line["sentence"] for line in priced["lines"]] == [
        "5 areas free of charge: the first 5 of a term cost nothing.",
        "1 area at 85.00 USD each, the fee of fiscal year 2027.",
    ]
    assert [line["basis"] for line in priced["lines"]] == ["published", "published"]
    assert priced["lines"][1]["source"].startswith("FY2027")
    assert [advice["kind"] for advice in priced["advice"]] == ["next_month"]
    assert priced["advice"][0]["facts"] == {"since": "2026-12-01", "end": "2027-11-01"}


@pytest.mark.parametrize(
    ("header", "language"),
    [("es-MX,es;q=0.9,en;q=0.8", "es"), ("fr, ES", "es"), ("fr", "en"), ("", "en"), ("en-GB", "en")],
)
def test_sentences_are_in_the_requests_language_or_the_organizations(
    api: Api, on: Any, header: str, language: str
) -> None:
    api.organization()

    priced = api("POST", "/v1/quotes", {"areas": FREE}, headers={"accept-language": header})[1]

    assert priced["language"] == language
    assert ("códigos de área" in priced["lines"][0]["sentence"]) is (language == "es")


def test_a_call_list_is_priced_by_its_counts(api: Api, on: Any) -> None:
    api.organization()
    counts = {"202": 5000, "301": 400, "410": 300, "443": 200, "571": 100, "703": 50, "212": 10, "242": 3}

    status, priced = api("POST", "/v1/quotes", {"call_list": counts})

    assert status == 200
    found = priced["coverage"]
    assert found["free"] == ["202", "301", "410", "443", "571"]
    assert (found["numbers"], found["not_served"]) == (6060, 3)
    assert [(row["area"], row["total"]["minor"]) for row in found["areas"]][-2:] == [("703", 8500), ("212", 17000)]
    assert priced["areas"] == sorted(set(counts) - {"242"})
    assert priced["total"]["minor"] == 17000
    said = priced["advice"][0]
    assert (said["kind"], said["facts"]["percent"]) == ("free_cover", 99)
    assert "6,000 of its 6,060 numbers" in said["sentence"]


def test_a_call_lists_areas_may_be_chosen(api: Api, on: Any) -> None:
    api.organization()

    priced = api("POST", "/v1/quotes", {"areas": ["202"], "call_list": {"202": 10, "703": 5}})[1]

    assert priced["areas"] == ["202"]
    assert [row["area"] for row in priced["coverage"]["areas"]] == ["202", "703"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/areas"),
        ({"call_list": {}}, "/call_list"),
        ({"call_list": {"202": -1}}, "/call_list/202"),
        ({"call_list": {"999": 5}}, "/call_list"),
        ({"areas": ["202"], "months": 3}, "/months"),
    ],
)
def test_what_cannot_be_priced_is_named(api: Api, on: Any, body: dict[str, Any], pointer: str) -> None:
    api.organization()

    status, problem = api("POST", "/v1/quotes", body)

    assert (status, problem["errors"][0]["pointer"]) == (400, pointer)


def test_a_renewal_begins_where_the_term_ends(api: Api, on: Any) -> None:
    api.organization()
    on(2026, 1, 15)
    assert api("POST", "/v1/orders", {"areas": FREE})[1]["term_end"] == "2027-01-01"
    on(2026, 12, 1)
    early = api("POST", "/v1/orders", {"areas": FREE, "renew": True})
    on(2026, 12, 2)

    priced = api("POST", "/v1/quotes", {"areas": [*FREE, "703"], "renew": True})[1]
    status, renewed = api("POST", "/v1/orders", {"areas": FREE[:4], "renew": True})
    added = api("POST", "/v1/quotes", {"areas": [*FREE, "703"], "renew": True})[1]
    here = api("POST", "/v1/quotes", {"areas": ["703"]})[1]

    assert (early[0], early[1]["detail"]) == (
        409,
        "The term ends on 2027-01-01; it can be renewed from 2026-12-02 on.",
    )
    assert (priced["renew"], priced["term_start"], priced["total"]["minor"]) == (True, "2027-01-01", 8500)
    assert (status, renewed["state"], renewed["term_start"], renewed["term_end"]) == (
        201,
        "active",
        "2027-01-01",
        "2028-01-01",
    )
    assert [(line["kind"], line["count"]) for line in added["lines"]] == [("held", 4), ("free", 1), ("full", 1)]
    assert (here["term_end"], here["lines"][0]["kind"]) == ("2027-01-01", "late")
    assert "renew_too" in [one["kind"] for one in here["advice"]]
    assert api("POST", "/v1/orders", {"areas": FREE[:4], "renew": True})[1]["errors"][0]["code"] == "areas_held"


def test_without_a_term_nothing_is_renewed(api: Api, on: Any) -> None:
    api.organization()

    status, problem = api("POST", "/v1/quotes", {"areas": FREE, "renew": True})

    assert (status, problem["type"]) == (409, "/problems/conflict")
    assert "order without" in problem["detail"]


def test_a_renewal_that_is_paid_entitles_from_the_old_terms_end(shop: Shop) -> None:
    first, invoice = shop.invoiced()
    shop.server.pay(invoice, "", "pm_card_visa", "k")
    shop.event("evt_1", "invoice.paid", invoice)
    assert deliver("PAYMENT_EVENT#evt_1") == []
    assert shop.service.get("01ORG", first.id).term.end == date(2027, 11, 1)
    shop.clock.instant = datetime(2027, 10, 20, 15, tzinfo=UTC)

    renewal = shop.service.order(BUYER, SIX, renew=True)
    assert deliver(f"ORDER#{renewal.id}") == []
    second = shop.service.get("01ORG", renewal.id).invoice_id
    shop.server.pay(second, "", "pm_card_visa", "k2")
    shop.event("evt_2", "invoice.paid", second)
    assert deliver("PAYMENT_EVENT#evt_2") == []

    paid = shop.service.get("01ORG", renewal.id)
    assert (paid.state, paid.term.start, paid.begins_term) == ("active", date(2027, 11, 1), True)
    assert shop.areas() == frozenset(SIX)
    assert [one.order_id for one in shop.service.entitlements("01ORG")] == [first.id]
    shop.clock.instant = datetime(2027, 11, 1, 15, tzinfo=UTC)
    assert [one.order_id for one in shop.service.entitlements("01ORG")] == [renewal.id]
