"""The trading pages: areas and price, orders and papers, downloads, washes, lookups, clients, webhooks, notices."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from quietline import bootstrap
from quietline.adapters import aws
from quietline.kernel.settings.functions import PortalSettings
from quietline.profiles.profile import Profile, load_profile

from functions.portal import wiring
from tests.conftest import Cloud
from tests.helpers import Tripwire
from tests.portal import Person, Visitor, organization, person
from tests.trade import Market, publish, washed

SIX = ["202", "301", "410", "443", "571", "703"]


@pytest.fixture
def market(portal: PortalSettings, cloud: Cloud) -> Market:
    return Market(
        cloud.use(
            PortalSettings, user_pool_id=portal.user_pool_id, portal_client_id=portal.portal_client_id, test_payments=1
        )
    )


@pytest.fixture
def kim(market: Market) -> Person:
    made = person()
    organization(made)
    return made


@pytest.fixture
def visitor(kim: Person) -> Visitor:
    return Visitor().sign_in(kim)


def organization_of(who: Person) -> str:
    return wiring.organizations().of(who.caller).organization_id


def ordered(visitor: Visitor, areas: list[str]) -> str:
    """Order areas as a browser does; return the order's id."""
    visitor.post("areas", {"area": areas, "action": "price"}, at="areas")
    [seen] = re.findall(r'name="seen" value="([^"]+)"', visitor.plain)
    visitor.post("areas", {"area": areas, "action": "order", "seen": seen})
    assert visitor.status == 303, visitor.plain
    return visitor.location.rsplit("/", 1)[1]


def test_areas_are_priced_line_by_line_and_nothing_is_ordered_unseen(visitor: Visitor) -> None:
    visitor.post("areas", {"area": SIX, "action": "price"}, at="areas")
    assert "$85.00" in visitor.plain
    assert "5 areas free of charge" in visitor.plain
    visitor.post("areas", {"area": SIX, "action": "order"})
    assert visitor.status == 200
    assert wiring.orders().all_of(organization_of_first()) == []
    visitor.post("areas", {"area": SIX, "action": "order", "seen": "1-6-2026-01-01"})
    assert "The price is another one now" in visitor.plain
    assert wiring.orders().all_of(organization_of_first()) == []


def organization_of_first() -> str:
    found = aws.client("dynamodb").scan(TableName="quietline-sellers")["Items"]
    keys = [str(item["pk"]["S"]) for item in found]
    return next(key.removeprefix("ORGANIZATION#") for key in keys if key.startswith("ORGANIZATION#"))


def test_a_whole_state_is_chosen_and_dropped_without_javascript(visitor: Visitor, profile: Profile) -> None:
    visitor.post("areas", {"area": ["202"], "toggle": "Maryland"}, at="areas")
    checked = re.findall(r'value="(\d{3})" checked', visitor.plain)
    assert sorted(checked) == sorted(["202", *profile.areas["Maryland"]])
    assert re.search(r'id="state-maryland" open', visitor.plain)
    visitor.post("areas", {"area": checked, "toggle": "Maryland"})
    assert re.findall(r'value="(\d{3})" checked', visitor.plain) == ["202"]


def test_areas_are_found_by_their_code(visitor: Visitor) -> None:
    visitor.language = "es"
    visitor.post("areas", {"typed": "212, 202", "action": "add"}, at="areas")
    assert "Elegidas: 212 (Nueva York), 202 (Distrito de Columbia)" in visitor.plain
    visitor.post("areas", {"area": "212", "typed": "999 202", "action": "add"})
    assert visitor.status == 400
    assert '<a href="#typed">Ninguna área de este registro tiene el código 999</a>' in visitor.plain
    assert re.findall(r'value="(\d{3})" checked', visitor.plain) == ["202", "212"]


def test_a_call_lists_counts_give_advice(visitor: Visitor) -> None:
    counts = ",".join(f"{area}:{100 - index}" for index, area in enumerate(SIX))
    visitor.post("areas/quote", {"area": SIX, "call_list": counts}, at="areas")
    assert "Free areas serve this call list best as" in visitor.plain
    assert "<html" not in visitor.plain
    assert visitor.post("areas/quote", {"area": SIX, "call_list": "no:counts"}, at="areas").status == 200


def test_an_order_is_paid_and_its_areas_are_held(visitor: Visitor, market: Market) -> None:
    order = ordered(visitor, SIX)
    assert visitor.follow().title == "Invoice on its way"
    market.carry_out()
    assert visitor.get(f"orders/{order}").title == "To be paid"
    visitor.post(f"orders/{order}/pay", {"payment_method": "pm_nothing"})
    assert (visitor.status, "Choose a payment method" in visitor.plain) == (400, True)
    visitor.post(f"orders/{order}/pay", {"payment_method": "pm_card_visa"})
    assert "We asked for the payment" in visitor.follow().plain
    assert "Pay $85.00" not in visitor.plain
    market.carry_out()
    assert visitor.get(f"orders/{order}").title == "Active"
    assert re.findall(r"ql-history__at.*?</span> <span>(.*?)</span>", visitor.plain) == [
        "Ordered",
        "To be paid",
        "Payment asked for",
        "Active",
    ]
    visitor.get("areas")
    assert 'value="202"' not in visitor.plain
    assert "202 <strong" in visitor.plain
    visitor.get(f"orders/{order}/invoice")
    paper = re.sub(r"<[^>]+>|\s+", " ", visitor.plain)
    for part in ("Sunny Roofs LLC", "1 Sample Street", "Federal Trade Commission", "Paid", "$85.00", "To be paid"):
        assert part in paper
    assert visitor.get(f"orders/{order}/receipt").title.startswith("Payment receipt")
    assert visitor.get("ledger").status == 200
    assert "Open balance: $0.00" in visitor.plain
    assert visitor.get("orders").plain.count("govuk-tag--green") == 1


def test_an_order_is_cancelled(visitor: Visitor, market: Market) -> None:
    order = ordered(visitor, SIX)
    market.carry_out()
    assert visitor.get("areas").plain.count(f"/portal/en/orders/{order}") == 1
    assert "$85.00, " in visitor.get("").plain
    assert visitor.get(f"orders/{order}/cancel").title == "Cancel this order?"
    visitor.post(f"orders/{order}/cancel")
    assert "being cancelled" in visitor.follow().plain
    market.carry_out()
    assert visitor.get(f"orders/{order}").title == "Cancelled"
    assert visitor.get(f"orders/{order}/cancel").status == 303
    assert "Open balance: $0.00" in visitor.get("ledger").plain


def test_credit_and_its_withdrawal_show_in_the_statement(visitor: Visitor, market: Market) -> None:
    grants = bootstrap.credit_grants(market.table.name)
    grant = grants.request(organization_of_first(), 2000, "arn:operator", "our mistake")
    market.carry_out()
    assert "Your credit: $20.00" in visitor.get("ledger").plain
    assert "Credit granted" in visitor.plain

    grants.withdraw(grant.id, "arn:operator", "the wrong organization")
    market.carry_out()
    assert "Credit taken back: granted by mistake" in visitor.get("ledger").plain
    assert "Your credit:" not in visitor.plain


def test_a_refund_shows_on_the_order_and_its_papers(visitor: Visitor, market: Market) -> None:
    order = ordered(visitor, SIX)
    market.carry_out()
    invoice = wiring.orders().get(organization_of_first(), order).invoice_id
    market.server.receive(invoice)
    market.settle(order)
    market.server.refund(invoice, 8500, "once")
    market.settle(order)
    assert visitor.get(f"orders/{order}").title == "Refunded"
    assert "Refunded ($85.00 given back)" in visitor.plain
    assert ">Refunded</strong>" in visitor.get(f"orders/{order}/invoice").plain
    assert 'value="202"' in visitor.get("areas").plain


def test_free_areas_are_taken_at_once(visitor: Visitor) -> None:
    visitor.post("areas", {"area": SIX[:5], "action": "price"}, at="areas")
    assert "Take these areas" in visitor.plain
    ordered(visitor, SIX[:5])
    assert visitor.follow().title == "Active"


def test_another_organizations_order_does_not_exist(visitor: Visitor, market: Market) -> None:
    order = ordered(visitor, SIX)
    lee = person("lee@example.com")
    organization(lee, name="Other LLC")
    other = Visitor().sign_in(lee)
    for path in (f"orders/{order}", f"orders/{order}/invoice", f"orders/{order}/receipt", f"orders/{order}/cancel"):
        assert other.get(path).status == 404
    assert other.post(f"orders/{order}/cancel", at="orders").status == 404


def test_a_downloader_sees_prices_and_lists_and_orders_nothing(kim: Person, market: Market, cloud: Cloud) -> None:
    lee = person("lee@example.com", mfa=False)
    market.hire(lee, organization_of(kim))
    order = ordered(Visitor().sign_in(kim), SIX)
    visitor = Visitor().sign_in(lee)
    visitor.post("areas", {"area": SIX, "action": "price"}, at="areas")
    assert "$85.00" in visitor.plain
    assert 'value="order"' not in visitor.plain
    [total] = {one.total.minor for one in wiring.orders().all_of(organization_of(kim))}
    term = wiring.orders().all_of(organization_of(kim))[0].term
    seen = f"{total}-6-{term.start}-{term.end}"
    assert visitor.post("areas", {"area": SIX, "action": "order", "seen": seen}).status == 403
    assert visitor.get(f"orders/{order}").status == 200
    for path in ("clients", "webhooks", "notices", f"orders/{order}/cancel"):
        assert visitor.get(path).status == 403, path
    assert visitor.post(f"orders/{order}/pay", {"payment_method": "pm_card_visa"}, at="areas").status == 403
    links = re.findall(r'<li><a href="/portal/en/([a-z]*)"', visitor.get("orders").plain)
    assert {"areas", "orders", "downloads", "washes", "lookups"} <= set(links)
    assert not {"clients", "webhooks", "notices"} & set(links)


def test_a_list_comes_by_links_with_a_receipt(visitor: Visitor, market: Market, cloud: Cloud) -> None:
    assert "No list has been published yet" in visitor.get("downloads").plain
    ordered(visitor, SIX[:5])
    publish(cloud)
    visitor.post("downloads", {"which": "some", "area": "202", "kind": "full", "format": "txt"}, at="downloads")
    assert visitor.title == "Your links and your receipt"
    [url] = re.findall(r'href="(https://quietline-lists[^"]+)"', visitor.plain)
    assert requests.get(url.replace("&amp;", "&"), timeout=5).status_code == 200
    [receipt] = re.findall(r"downloads/receipts/(\w+)", visitor.plain)
    visitor.get(f"downloads/receipts/{receipt}")
    assert visitor.answer["headers"]["content-disposition"] == f'attachment; filename="receipt-{receipt}.jws"'
    assert visitor.plain.count(".") == 2
    assert receipt in visitor.get("downloads").plain


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"which": "some"}, "areas"),
        ({"which": "some", "area": "907"}, "areas"),
        ({"kind": "bitmap", "format": "xml"}, "format"),
        ({"kind": "changes", "since": "yesterday"}, "since"),
        ({"kind": "changes", "since": "2001-01-01"}, "since"),
    ],
)
def test_what_cannot_be_downloaded_is_said_at_its_field(
    visitor: Visitor, market: Market, cloud: Cloud, fields: dict[str, Any], field: str
) -> None:
    ordered(visitor, SIX[:5])
    publish(cloud)
    visitor.post("downloads", fields, at="downloads")
    assert visitor.status == 400
    assert f'<a href="#{field}">' in visitor.plain


def test_a_call_list_is_washed(visitor: Visitor, market: Market, cloud: Cloud, tripwire: Tripwire) -> None:
    ordered(visitor, SIX[:5])
    publish(cloud)
    visitor.post("washes", {"reference": "leads 1"}, at="washes")
    assert (visitor.status, '<a href="#reference">' in visitor.plain) == (400, True)
    visitor.post("washes", {"reference": "leads-1", "header": "auto"})
    visitor.follow()
    action = re.search(r'<form action="([^"]+)" method="post" enctype="multipart/form-data"', visitor.plain)
    assert action
    policy = visitor.answer["headers"]["content-security-policy"]
    assert f"form-action 'self' {action[1]};" in policy + ";"
    fields = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', visitor.plain.split("multipart", 1)[1])
    )
    assert fields["success_action_redirect"].startswith("https://registry.example.test/portal/en/washes/")
    assert "form_token" not in fields
    data = b"phone\n(202) 555-0143\n202-555-0144\nnothing\n"
    sent = requests.post(action[1], data=fields, files={"file": ("a.csv", data)}, timeout=5, allow_redirects=False)
    assert sent.status_code in (200, 204, 303)
    back = urlsplit(fields["success_action_redirect"]).path.removeprefix("/portal/en/")
    assert visitor.get(back).title == "The file has come"
    assert 'http-equiv="refresh"' in visitor.plain
    assert 'http-equiv="refresh"' not in visitor.get(back, "still=1").plain
    washed(cloud, fields["key"], data)
    assert visitor.get(back).status == 303
    assert visitor.follow().title == "Done"
    for part in ("Listed: do not call", "no phone number: 1", "Download the answer"):
        assert part in visitor.plain
    visitor.get(back.removesuffix("sent") + "receipt")
    assert visitor.answer["headers"]["content-type"] == "application/jose"
    assert "leads-1" in visitor.get("washes").plain
    visitor.post("washes", {"reference": "leads-1", "column": "2"})
    assert "You used this name before" in visitor.plain


def test_numbers_are_looked_up_and_stay_out_of_addresses_and_logs(
    visitor: Visitor, market: Market, cloud: Cloud, tripwire: Tripwire
) -> None:
    publish(cloud)
    visitor.post("lookups", {"numbers": "(202) 555-0143\n\n202 555 0144\n800 555 0100"}, at="lookups")
    assert visitor.title == "Answers"
    assert re.findall(r"govuk-tag--\w+\">(.*?)</strong>", visitor.plain) == [
        "Listed: do not call",
        "Clear",
        "Unknown: do not call",
    ]
    visitor.post("lookups", {"numbers": " \n"}, at="lookups")
    assert '<a href="#numbers">Enter at least one number</a>' in visitor.plain
    visitor.post("lookups", {"numbers": "1\n" * 11})
    assert "Enter at most 10 numbers" in visitor.plain


def test_a_client_is_made_rotated_and_deleted_and_its_secret_shown_once(visitor: Visitor, market: Market) -> None:
    assert '<a href="#name">' in visitor.post("clients", {"name": " "}, at="clients").plain
    visitor.post("clients", {"name": "nightly"})
    assert visitor.title == "Your new client"
    client, secret = re.findall(r'summary-list__value">(.*?)</dd>', visitor.plain)[:2]
    assert visitor.answer["headers"]["cache-control"] == "no-store"
    assert secret not in visitor.get("clients").plain
    assert client in visitor.plain
    assert "never" in visitor.plain
    assert visitor.get(f"clients/{client}/rotate").title == "A new secret for this client?"
    visitor.post(f"clients/{client}/rotate")
    assert visitor.title == "The new secret"
    visitor.get(f"clients/{client}/delete")
    visitor.post(f"clients/{client}/delete")
    assert "The client is deleted." in visitor.follow().plain
    assert visitor.plain.count("/delete") == 1


def test_a_webhook_is_added_tested_and_deleted(visitor: Visitor, market: Market) -> None:
    assert '<a href="#url">' in visitor.post("webhooks", {"url": ""}, at="webhooks").plain
    assert '<a href="#url">' in visitor.post("webhooks", {"url": "http://example.com/", "event": "list.stale"}).plain
    assert '<a href="#events">' in visitor.post("webhooks", {"url": "https://hooks.example.com/q"}).plain
    visitor.post("webhooks", {"url": "https://hooks.example.com/q", "event": ["list.stale", "list.published"]})
    assert "whsec_" in visitor.plain
    [endpoint] = re.findall(r"/portal/en/webhooks/(\w+)", visitor.plain)
    visitor.get(f"webhooks/{endpoint}")
    assert "whsec_" not in visitor.plain
    visitor.post(f"webhooks/{endpoint}/test")
    assert "A test event is on its way" in visitor.follow().plain
    assert "Being tried" in visitor.plain
    visitor.post(f"webhooks/{endpoint}/disable")
    assert "Disabled by you" in visitor.follow().plain
    visitor.post(f"webhooks/{endpoint}/enable")
    visitor.get(f"webhooks/{endpoint}")
    visitor.post(f"webhooks/{endpoint}/secret")
    assert "whsec_" in visitor.plain
    assert "signs too until" in visitor.get(f"webhooks/{endpoint}").plain
    assert visitor.get(f"webhooks/{endpoint}/delete").title == "Delete this endpoint?"
    visitor.post(f"webhooks/{endpoint}/delete")
    assert visitor.get(f"webhooks/{endpoint}").status == 404


def test_mails_and_calendars_are_chosen(visitor: Visitor, market: Market, tripwire: Tripwire) -> None:
    visitor.post("notices", {"mail_published": "yes"}, at="notices")
    assert "Your choice is saved." in visitor.follow().plain
    assert re.findall(r'id="(mail_\w+)"[^>]* checked', visitor.plain) == ["mail_published"]
    assert '<a href="#name">' in visitor.post("notices/calendars", {"name": ""}).plain
    visitor.post("notices/calendars", {"name": "Compliance"})
    [address] = re.findall(r"https://registry.example.test/v1/calendars/[\w-]+\.ics", visitor.plain)
    tripwire.watch(address.rsplit("/", 1)[1].removesuffix(".ics"))
    visitor.get("notices")
    assert address not in visitor.plain
    [calendar] = re.findall(r"notices/calendars/(\w+)/delete", visitor.plain)
    visitor.get(f"notices/calendars/{calendar}/delete")
    visitor.post(f"notices/calendars/{calendar}/delete")
    assert "The calendar is revoked." in visitor.follow().plain


def test_a_length_is_chosen_where_there_are_several(
    kim: Person, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'name="months"' not in visitor.get("areas").text
    whole = load_profile("us")
    [year] = whole.fees.tariffs
    month = year.model_copy(update={"months": 1, "late_from_month": None})
    fees = whole.fees.model_copy(update={"tariffs": (year, month)})
    made = whole.model_copy(update={"fees": fees})
    for where in ("quietline.profiles.profile.load_profile", "functions.portal.wiring.load_profile"):
        monkeypatch.setattr(where, lambda _name: made)
    bootstrap.orders.cache_clear()

    assert '<option value="12" selected>12 months</option>' in visitor.get("areas").text
    visitor.post("areas", {"area": SIX, "action": "price", "months": "1"})
    [seen] = re.findall(r'name="seen" value="([^"]+)"', visitor.plain)
    visitor.post("areas", {"area": SIX, "action": "order", "seen": seen})
    assert "The price is another one now" in visitor.plain, "it was for another length"
    visitor.post("areas", {"area": SIX, "action": "order", "seen": seen, "months": "1"})
    [order] = wiring.orders().all_of(organization_of(kim))
    assert order.term.months == 1
    bootstrap.orders.cache_clear()
