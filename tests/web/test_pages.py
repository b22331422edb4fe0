"""The journeys in Chromium; each page and error state has no barrier that axe finds, and fits 320 pixels."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Page
from quietline.adapters import aws
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.settings.functions import SiteFormsSettings
from quietline.mails.links import (
    CONFIRM_REGISTRATION,
    CONFIRM_STOP,
    REMOVE_NUMBERS,
    UNDO_REMOVAL,
    WITHDRAW_STOP,
    LinkSigner,
)
from quietline.profiles.profile import Profile

from functions.site_forms import wiring
from tests.conftest import Cloud
from tests.fakes.stops import list_seller
from tests.web.conftest import checked
from tests.web.consumers import NUMBER, fill_call, press

pytestmark = pytest.mark.browser

STATIC = [
    "",
    "register/",
    "verify/",
    "remove/",
    "move/",
    "asked/",
    "stop/",
    "complain/",
    "complaint-status/",
    "who-called/",
    "sellers/",
    "privacy/",
    "accessibility/",
]
FIRST_VIEW = 20_000


def token(cloud: Cloud) -> str:
    found = aws.client("dynamodb").scan(TableName=cloud.registry_table)["Items"]
    [item] = [item for item in found if item["pk"]["S"].startswith("REGISTRATION#")]
    return LinkSigner(b"s" * 48).token(
        CONFIRM_REGISTRATION, item["pk"]["S"].removeprefix("REGISTRATION#"), item["nonce"]["S"]
    )


def request_token(cloud: Cloud, purpose: str) -> str:
    found = aws.client("dynamodb").scan(TableName=cloud.registry_table)["Items"]
    [item] = [item for item in found if item["pk"]["S"].startswith("REQUEST#")]
    return LinkSigner(b"s" * 48).token(purpose, item["pk"]["S"].removeprefix("REQUEST#"), item["nonce"]["S"])


def register(page: Page, site: str, cloud: Cloud, language: str = "en") -> None:
    send = ".govuk-button:not(.govuk-button--secondary)"
    page.goto(f"{site}/{language}/register/")
    page.fill("#numbers-0", NUMBER)
    page.fill("#email", "alex@example.com")
    page.locator(send).click()
    page.locator(send).click()
    page.goto(f"{site}/forms/confirm?lang={language}&token={token(cloud)}")
    page.locator(send).click()


def test_a_person_registers_and_confirms(page: Page, site: str, cloud: Cloud) -> None:
    page.goto(f"{site}/")
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Register a number").click()
    page.get_by_label("First number").fill("12")
    page.get_by_role("button", name="Continue").click()
    assert page.title().startswith("Error: Register your number")
    page.get_by_role("link", name="Enter a phone number with its area code").click()
    page.get_by_label("First number").fill(NUMBER)
    page.get_by_label("E-mail address").fill("alex@example.com")
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Check before you send"
    page.get_by_role("button", name="Change").click()
    assert page.get_by_label("First number").input_value() == NUMBER
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send me the link").click()
    assert page.url == f"{site}/forms/en/check-your-mail"
    page.get_by_role("button", name="Correct the address").click()
    assert page.title().startswith("Error: Check your mail")
    page.get_by_label("Right e-mail address").fill("alex@example.org")
    page.get_by_role("button", name="Correct the address").click()
    assert "a new link is on its way" in page.get_by_role("status").inner_text()
    page.goto(f"{site}/forms/confirm?lang=en&token={token(cloud)}")
    page.get_by_role("button", name="Confirm registration").click()
    assert page.get_by_role("heading", level=1).inner_text() == "You are registered"
    assert "token" not in page.url


def test_a_person_removes_a_number_and_takes_it_back(page: Page, site: str, cloud: Cloud) -> None:
    register(page, site, cloud)
    page.get_by_role("link", name="Remove your number").click()
    page.get_by_role("button", name="Send me the link").click()
    assert page.title().startswith("Error: Remove your number")
    page.get_by_label("First number").fill(NUMBER)
    page.get_by_label("E-mail address").fill("alex@example.com")
    page.get_by_role("button", name="Send me the link").click()
    assert page.url == f"{site}/en/asked/"
    page.goto(f"{site}/forms/remove/confirm?lang=en&token={request_token(cloud, REMOVE_NUMBERS)}")
    page.get_by_role("button", name="Remove my numbers").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your numbers leave the list"
    page.goto(f"{site}/forms/remove/undo?lang=en&token={request_token(cloud, UNDO_REMOVAL)}")
    page.get_by_role("button", name="Keep my numbers registered").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your numbers stay registered"
    assert "token" not in page.url


def stop_token(cloud: Cloud, purpose: str) -> str:
    [item] = Table(cloud.sellers_table).scan("STOP_REQUEST#")
    return LinkSigner(b"s" * 48).token(purpose, item["id"], item["nonce"])


def test_a_person_tells_a_seller_to_stop_and_takes_it_back(page: Page, site: str, cloud: Cloud) -> None:
    list_seller(Table(cloud.sellers_table))
    page.goto(f"{site}/en/")
    page.get_by_role("link", name="Tell one seller to stop").first.click()
    page.get_by_label("Your phone number").fill(NUMBER)
    page.get_by_label("The seller").fill("Nobody")
    page.get_by_label("E-mail address").fill("alex@example.com")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="No registered seller has this name").click()
    page.get_by_label("The seller").fill("123 456 7897")
    page.get_by_role("button", name="Continue").click()
    assert "Acme" in page.get_by_role("main").inner_text()
    page.get_by_role("button", name="Send me the link").click()
    assert page.url == f"{site}/en/asked/"
    page.goto(f"{site}/forms/stop/confirm?lang=en&token={stop_token(cloud, CONFIRM_STOP)}")
    page.get_by_role("button", name="Tell the seller to stop").click()
    assert page.get_by_role("heading", level=1).inner_text() == "The seller has been told"
    assert "token" not in page.url
    page.goto(f"{site}/forms/stop/withdraw?lang=en&token={stop_token(cloud, WITHDRAW_STOP)}")
    page.get_by_role("button", name="Take it back").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your request is taken back"


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_of_stop_requests_has_a_barrier(phone: Page, site: str, cloud: Cloud, language: str) -> None:
    seen: list[str] = []
    list_seller(Table(cloud.sellers_table))
    send = ".govuk-button:not(.govuk-button--secondary)"
    phone.goto(f"{site}/{language}/stop/")
    press(phone, send, seen)  # errors
    phone.fill("#number", NUMBER)
    phone.fill("#seller", "123-456-7897")
    phone.fill("#email", "alex@example.com")
    press(phone, send, seen)  # review
    press(phone, send, seen)  # asked
    for name, purpose in (("confirm", CONFIRM_STOP), ("withdraw", WITHDRAW_STOP)):
        phone.goto(f"{site}/forms/stop/{name}?lang={language}&token={stop_token(cloud, purpose)}")
        seen.append(checked(phone))
        press(phone, send, seen)  # done
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_certificate_has_no_barrier_and_prints_alone(phone: Page, site: str, cloud: Cloud, language: str) -> None:
    register(phone, site, cloud, language)
    phone.locator(f"form[action='/forms/{language}/certificate'] button").click()
    checked(phone)
    assert "(202) 555-0143" in phone.locator("article").inner_text()
    fonts = "all => [...new Set(all.map(one => getComputedStyle(one).fontFamily))]"
    for medium in ("print", "screen"):
        phone.emulate_media(media=medium)
        assert len(phone.locator("article, article *").evaluate_all(fonts)) == 1
    assert "555" not in phone.url
    phone.emulate_media(media="print")
    assert not phone.locator("header").is_visible()
    assert not phone.locator(".ql-screen").first.is_visible()
    assert phone.locator("article").is_visible()
    phone.emulate_media(media="screen")
    with phone.expect_download() as download:
        phone.locator("form.ql-screen button").click()
    assert download.value.suggested_filename.endswith(".jws")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_of_a_code_have_no_barrier(phone: Page, site: str, cloud: Cloud, language: str) -> None:
    seen: list[str] = []
    send = "main .govuk-button"
    phone.goto(f"{site}/forms/{language}/remove/code")
    seen.append(checked(phone))  # not offered
    cloud.use(SiteFormsSettings, line_codes=1)
    wiring.settings.cache_clear()
    phone.goto(f"{site}/{language}/remove/")
    phone.locator("main a[href$='/remove/code']").click()
    press(phone, send, seen)  # errors
    phone.fill("#number", NUMBER)
    phone.locator("input[name=channel][value=sms]").check()
    press(phone, send, seen)  # enter the code
    press(phone, send, seen)  # wrong
    [code] = codes(cloud).values()
    phone.fill("#code", code)
    press(phone, send, seen)  # removed
    press(phone, send, seen)  # nothing to take back
    assert len(set(seen)) == 6


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_person_proves_a_line_while_registering(
    phone: Page, site: str, cloud: Cloud, proving_profile: Profile, language: str
) -> None:
    cloud.use(SiteFormsSettings, profile=proving_profile.name)
    wiring.settings.cache_clear()
    seen: list[str] = []
    send = "main .govuk-button:not(.govuk-button--secondary)"
    phone.goto(f"{site}/{language}/register/")
    phone.fill("#numbers-0", NUMBER)
    phone.fill("#numbers-1", "(310) 555-0144")
    phone.fill("#email", "alex@example.com")
    press(phone, send, seen)  # by what?
    phone.locator("input[name=channel][value=call]").check()
    press(phone, send, seen)  # review
    press(phone, send, seen)  # sent
    phone.goto(f"{site}/forms/confirm?lang={language}&token={token(cloud)}")
    seen.append(checked(phone))
    phone.fill("#codes-0", "12")
    press(phone, send, seen)  # mistyped, and missing
    phone.fill("#codes-0", codes(cloud)["+12025550143"])
    press(phone, send, seen)  # registered, but one
    assert phone.locator("main h2").is_visible()
    assert phone.locator("main dl").nth(1).locator("dt").count() == 1
    assert len(set(seen)) == 6


def codes(cloud: Cloud) -> dict[str, str]:
    """The code of each line."""
    proofs = [
        item
        for item in aws.client("dynamodb").scan(TableName=cloud.registry_table)["Items"]
        if item["pk"]["S"].startswith("LINE_PROOF#")
    ]
    signer = LinkSigner(b"s" * 48)
    return {
        one["number"]["S"]: signer.code(one["pk"]["S"].removeprefix("LINE_PROOF#"), one["nonce"]["S"]) for one in proofs
    }


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_of_registered_people_has_a_barrier(phone: Page, site: str, cloud: Cloud, language: str) -> None:
    seen: list[str] = []
    send = ".govuk-button"
    register(phone, site, cloud, language)
    phone.goto(f"{site}/{language}/verify/")
    press(phone, send, seen)  # errors
    phone.goto(f"{site}/{language}/move/")
    press(phone, send, seen)  # errors
    for name in ("move/release", "move/finish", "unsubscribe"):
        phone.goto(f"{site}/forms/{name}?lang={language}&token=x")
        seen.append(checked(phone))
        press(phone, send, seen)  # not complete
    phone.goto(f"{site}/{language}/remove/")
    press(phone, send, seen)  # errors
    phone.fill("#numbers-0", NUMBER)
    phone.fill("#email", "alex@example.com")
    press(phone, send, seen)  # asked
    for name, purpose in (("confirm", REMOVE_NUMBERS), ("undo", UNDO_REMOVAL)):
        link = f"{site}/forms/remove/{name}?lang={language}&token={request_token(cloud, purpose)}"
        phone.goto(link)
        seen.append(checked(phone))
        press(phone, send, seen)  # done
        phone.goto(link)
        press(phone, send, seen)  # used
    assert len(set(seen)) >= 8


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_or_state_has_a_barrier_or_scrolls_sideways(
    phone: Page, site: str, cloud: Cloud, language: str
) -> None:
    seen = []
    for path in [f"/{language}/{name}" for name in STATIC] + ["/", "/404.html", f"/forms/{language}/nothing"]:
        phone.goto(site + path)
        seen.append(checked(phone))
    send = ".govuk-button:not(.govuk-button--secondary)"
    phone.goto(f"{site}/{language}/register/")
    press(phone, send, seen)  # errors
    phone.fill("#numbers-0", NUMBER)
    phone.fill("#email", "alex@example.com")
    press(phone, send, seen)  # review
    press(phone, send, seen)  # check your mail
    press(phone, send, seen)  # errors of the address
    link = f"{site}/forms/confirm?lang={language}&token={token(cloud)}"
    phone.goto(link)
    seen.append(checked(phone))
    press(phone, send, seen)  # confirmed
    phone.goto(link)
    press(phone, send, seen)  # used
    phone.goto(f"{site}/{language}/complain/")
    press(phone, send, seen)  # errors of the call
    fill_call(phone, language)
    phone.locator("#subject").select_option("8")
    press(phone, send, seen)  # another agency's
    press(phone, ".govuk-button", seen)  # back
    phone.locator("#subject").select_option("12")
    press(phone, "button[value=more]", seen)  # one more call
    phone.locator("input[name='more_calls-1-call_date']").fill("2026-11-02")
    press(phone, send, seen)  # its time is missing
    phone.locator("input[name='more_calls-1-call_time']").fill("09:15")
    press(phone, send, seen)  # about you
    phone.fill("#email", "nobody")
    press(phone, send, seen)  # errors about you
    phone.fill("#email", "")
    press(phone, send, seen)  # review
    press(phone, send, seen)  # reference
    reference, _, code = phone.locator("dd").all_inner_texts()
    phone.locator("#kind").select_option("screenshot")
    press(phone, "form[action$=evidence] button", seen)  # choose a file
    phone.goto(f"{site}/forms/{language}/complaint/sent")
    seen.append(checked(phone))
    phone.goto(f"{site}/{language}/complaint-status/")
    press(phone, send, seen)  # not found
    phone.fill("#reference", reference)
    phone.fill("#status_code", code)
    press(phone, send, seen)  # status
    assert len(set(seen)) >= 23


@pytest.mark.parametrize(
    "barrier", ["<img src='/assets/icon.svg'>", f"<pre>{'wide' * 99}</pre>"], ids=["no text", "wide"]
)
def test_a_barrier_is_found(phone: Page, site: str, barrier: str) -> None:
    phone.goto(f"{site}/en/")
    markup = phone.content().replace("</main>", f"{barrier}</main>")
    phone.set_content(markup)
    with pytest.raises(AssertionError):
        checked(phone)


def test_the_first_view_is_small(built: Path) -> None:
    css = len(gzip.compress((built / "assets" / "site.css").read_bytes()))
    pages = sorted(built.rglob("*.html"))
    assert len(pages) == 28
    for page in pages:
        assert css + len(gzip.compress(page.read_bytes())) < FIRST_VIEW, page


def test_each_language_calls_the_registry_by_its_name(page: Page, site: str, profile: Profile) -> None:
    for language, other in (("en", "es"), ("es", "en")):
        for path in ("", "register/", "complain/", "complaint-status/"):
            page.goto(f"{site}/{language}/{path}")
            shown = page.title() + page.locator("body").inner_text()
            assert profile.titled(language) in shown
            assert profile.titled(other) not in shown
