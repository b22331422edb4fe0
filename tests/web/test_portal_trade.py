"""The trading pages in Chromium: no barrier that axe finds, they fit 320 pixels, and what is printed is whole."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page
from quietline.kernel.settings.functions import PortalSettings

from functions.portal import wiring
from tests.conftest import Cloud
from tests.fakes.stops import stop
from tests.portal import Person, make_portal, organization, person
from tests.trade import Market, publish
from tests.web.conftest import checked, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def portal(cloud: Cloud, site: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP", "true")
    make_portal(cloud, site_url=site, test_payments=1)
    return f"{site}/portal"


@pytest.fixture
def market(portal: str) -> Market:
    return Market(PortalSettings.from_environment())


@pytest.fixture
def kim(portal: str) -> Person:
    made = person()
    organization(made)
    return made


@pytest.fixture(params=[("en", 1280), ("es", 320)], ids=["english-desktop", "spanish-phone"])
def shown(request: pytest.FixtureRequest, browser: Browser, portal: str, kim: Person) -> Iterator[tuple[Page, str]]:
    language, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 800})
    sign_in(context, portal, kim)
    yield context.new_page(), f"{portal}/{language}"
    context.close()


def test_no_trading_page_has_a_barrier_or_scrolls_sideways(
    shown: tuple[Page, str], market: Market, cloud: Cloud
) -> None:
    page, at = shown
    publish(cloud)
    for path in ("areas", "orders", "ledger", "downloads", "washes", "lookups", "clients", "webhooks", "notices"):
        page.goto(f"{at}/{path}")
        checked(page)
    page.goto(f"{at}/areas")
    page.locator('[data-tile="Maryland"]').click()
    page.locator('button[value="order"]').wait_for()
    assert page.locator('[data-tile="Maryland"]').get_attribute("aria-pressed") == "true"
    checked(page)
    page.locator('button[value="order"]').click()
    checked(page)
    market.carry_out()
    order = page.url.rsplit("/", 1)[1]
    page.goto(f"{at}/orders/{order}")
    checked(page)
    page.locator("#payment_method ~ button, form .govuk-button").last.click()
    market.carry_out()
    for path in (f"orders/{order}", f"orders/{order}/invoice", f"orders/{order}/receipt", "orders", "ledger", "areas"):
        page.goto(f"{at}/{path}")
        checked(page)
    page.goto(f"{at}/downloads")
    page.locator("main form button").click()
    checked(page)
    page.goto(f"{at}/washes")
    page.locator("main form button").click()
    page.locator("#file").wait_for()
    checked(page)
    page.goto(f"{at}/lookups")
    page.fill("#numbers", "(202) 555-0143\n202 555 0144")
    page.locator("main form button").click()
    checked(page)
    page.goto(f"{at}/clients")
    page.fill("#name", "nightly")
    page.locator("main form button").click()
    checked(page)
    page.goto(f"{at}/webhooks")
    page.fill("#url", "https://hooks.example.com/q")
    page.locator("main form button").click()
    checked(page)
    for last, age in ((1, 0), (2, 40)):
        stop(cloud, market_organization(market), last, datetime.now(UTC) - timedelta(days=age), wiring.profile())
    page.goto(f"{at}/stop-requests")
    checked(page)
    page.locator("main form button").click()
    checked(page)
    endpoint = wiring.webhooks().listed(market_organization(market))[0].id
    page.goto(f"{at}/webhooks/{endpoint}")
    page.locator("main form button").first.click()
    checked(page)


def market_organization(market: Market) -> str:
    keys = (str(item["pk"]["S"]) for item in market.table.client.scan(TableName=market.table.name)["Items"])
    return next(key.removeprefix("ORGANIZATION#") for key in keys if key.startswith("ORGANIZATION#"))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_an_invoice_prints_whole(browser: Browser, portal: str, kim: Person, market: Market, paper: str) -> None:
    context = browser.new_context(viewport={"width": 680, "height": 900})
    sign_in(context, portal, kim)
    page = context.new_page()
    page.goto(f"{portal}/en/areas")
    for state in ("California", "Texas", "New York"):
        page.locator(f'[data-tile="{state}"]').click()
    page.locator('button[value="order"]').wait_for()
    page.wait_for_load_state("networkidle")
    page.locator('button[value="order"]').click()
    market.carry_out()
    page.goto(f"{page.url}/invoice")
    page.emulate_media(media="print")
    assert not page.locator(".ql-header").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format=paper))) == 1
    context.close()


def test_numbers_of_a_call_list_never_leave_the_browser(browser: Browser, portal: str, kim: Person) -> None:
    context = browser.new_context()
    sign_in(context, portal, kim)
    page = context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.goto(f"{portal}/en/areas")
    page.locator("#call-list summary").click()
    page.fill("#call-list-text", "Ann,(202) 555-0143\nBob;202-555-0144\n301 555 0100\nnobody")
    assert "3 numbers in 2 areas; 1 lines" in page.locator("#call-list-said").inner_text()
    page.locator("#call-list-all").click()
    page.locator('button[value="order"]').wait_for()
    assert page.locator("input[name=area]:checked").count() == 2
    assert any("202%3A2%2C301%3A1" in one for one in sent)
    assert not any("5550143" in re.sub(r"\D", "", one) for one in sent)
    context.close()
