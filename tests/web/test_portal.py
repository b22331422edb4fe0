"""The portal in Chromium: real cookies and forms, the keyboard; no barrier that axe finds, and it fits 320 pixels."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from quietline.kernel.totp import totp

from functions.portal import cookies
from tests.portal import EMAIL, PASSWORD, Person, person
from tests.web.conftest import checked, sign_in

PATHS = [
    "",
    "account",
    "account/second-factor",
    "organization",
    "organization/edit",
    "organization/close",
    "certification",
    "team",
    "agents",
    "acting",
    "caller-numbers",
]
pytestmark = pytest.mark.browser


@pytest.fixture(params=["javascript", "no-javascript"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param == "javascript")
    yield context.new_page()
    context.close()


def test_a_person_signs_in_and_out(page: Page, portal: str, kim: Person) -> None:
    page.goto(f"{portal}/")
    assert page.url == f"{portal}/en/sign-in"
    page.get_by_role("button", name="Continue").click()
    assert page.title().startswith("Error: Sign in")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.get_by_label("Code").fill(totp(kim.secret, time.time()))
    page.get_by_role("button", name="Continue").click()
    assert page.url == f"{portal}/en/"
    assert page.get_by_role("heading", level=1).inner_text() == "Overview"
    found = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert set(found) == {cookies.SESSION}
    assert (found[cookies.SESSION]["httpOnly"], found[cookies.SESSION]["secure"]) == (True, True)
    page.get_by_role("link", name="Español").click()
    assert page.url == f"{portal}/es/"
    page.get_by_role("button", name="Cerrar sesión").click()
    assert "Ha cerrado la sesión." in page.locator("main").inner_text()
    page.goto(f"{portal}/es/")
    assert page.url == f"{portal}/es/sign-in"


def test_the_keyboard_alone_signs_in(browser: Browser, portal: str, kim: Person) -> None:
    page = browser.new_page()
    page.goto(f"{portal}/en/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # empty: the summary takes the focus
    page.wait_for_selector(".govuk-error-summary:focus")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "email"
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    page.close()


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_of_the_sign_in_has_a_barrier(browser: Browser, portal: str, kim: Person, language: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    for path in ("sign-in", "nothing", "sign-in?done=signed_out"):
        page.goto(f"{portal}/{language}/{path}")
        checked(page)
    page.locator("button.govuk-button").click()
    checked(page)
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.locator("button.govuk-button").click()
    checked(page)
    page.locator("button.govuk-button").click()
    checked(page)
    context.close()


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_of_the_portal_has_a_barrier(signed_in: Page, portal: str, language: str) -> None:
    for path in PATHS:
        signed_in.goto(f"{portal}/{language}/{path}")
        assert signed_in.url == f"{portal}/{language}/{path}"
        checked(signed_in)
        buttons = signed_in.locator("main button.govuk-button:not(.govuk-button--secondary)")
        if buttons.count():
            buttons.first.click()  # with nothing filled in: the page of its errors, or of what was done
            checked(signed_in)


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_of_the_first_visit_has_a_barrier(browser: Browser, portal: str, language: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    lee = person("lee@example.com", mfa=False)
    for path in ("sign-up", "password"):
        page.goto(f"{portal}/{language}/{path}")
        checked(page)
        page.locator("main button").first.click()
        checked(page)
    page.fill("#email", "lee@example.com")
    page.locator("main button").first.click()
    assert page.url.endswith("password/new")
    checked(page)
    sign_in(context, portal, lee)
    page.goto(f"{portal}/{language}/organization/new")
    checked(page)
    page.locator("main button").first.click()
    checked(page)
    page.goto(f"{portal}/{language}/account/second-factor")
    page.fill("#password", PASSWORD)
    page.locator("main button").first.click()
    assert page.locator("svg path").count() > 1
    checked(page)
    page.locator("main button").first.click()
    checked(page)
    context.close()
