"""Complaints in Chromium: handed in, read, changed, and their files back."""

import pytest
from playwright.sync_api import Page
from quietline.kernel.settings.functions import ScanEvidenceSettings

from functions.scan_evidence import handler as scan_evidence
from tests.conftest import Cloud
from tests.functions.test_evidence import PNG, event_of, put
from tests.helpers import LambdaContext
from tests.web.consumers import fill_call, press

pytestmark = pytest.mark.browser


def test_a_person_complains_and_reads_the_status(page: Page, site: str) -> None:
    page.goto(f"{site}/es/complain/")
    fill_call(page, "es")
    page.get_by_role("button", name="Continuar").click()
    page.get_by_label("¿Qué pasó?").fill("Una grabación <b>larga</b>.")
    page.get_by_role("button", name="Continuar").click()
    assert "<b>larga</b>" in page.locator("main").inner_text()
    page.get_by_role("button", name="Enviar denuncia").click()
    reference, code = page.locator("dd").all_inner_texts()
    assert reference.startswith("QL-")
    page.get_by_role("link", name="Estado de una denuncia").first.click()
    page.get_by_label("Referencia").fill(reference.lower())
    page.get_by_label("Código de estado").fill(code)
    page.get_by_role("button", name="Ver estado").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Recibida"


def test_a_complaint_is_changed_and_its_secret_link_leaves_no_secret_in_an_address(
    page: Page, site: str, request: pytest.FixtureRequest
) -> None:
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(f"{site}/en/complain/")
    fill_call(page, "en")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue").click()
    page.locator(".govuk-button:not(.govuk-button--secondary)").click()
    reference, code = page.locator("dd").all_inner_texts()
    page.get_by_role("link", name="Secret link").click()
    if "no-javascript" in request.node.name:
        page.get_by_label("Reference").fill(reference)
        page.get_by_label("Status code").fill(code)
        page.locator(".govuk-button").click()
    page.get_by_label("What do you want to add?").fill("They called again.")
    page.get_by_role("button", name="Add the comment").click()
    assert "They called again." in page.locator("dd").all_inner_texts()
    page.get_by_role("button", name="Correct the call").click()
    page.get_by_label("Time of the call").fill("19:45")
    page.get_by_role("button", name="Save the correction").click()
    assert "check the call again" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Take the complaint back").click()
    page.get_by_role("button", name="Take the complaint back").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Withdrawn"
    assert not [url for url in asked if code.replace("-", "") in url.partition("#")[0].replace("-", "")]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_of_ones_own_file_has_no_barrier(phone: Page, site: str, cloud: Cloud, language: str) -> None:
    seen: list[str] = []
    send = ".govuk-button:not(.govuk-button--secondary)"
    phone.goto(f"{site}/{language}/complain/")
    fill_call(phone, language)
    for _page in ("about you", "review", "reference"):
        press(phone, send, seen)
    reference, code = phone.locator("dd").all_inner_texts()
    phone.locator("#kind").select_option("screenshot")
    press(phone, "form[action$=evidence] button", seen)
    assert phone.locator("#file").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 16
    key = phone.get_attribute("input[name=key]", "value") or ""
    cloud.use(ScanEvidenceSettings)
    scan_evidence.lambda_handler(event_of(put(cloud, key, PNG)), LambdaContext())

    phone.goto(f"{site}/{language}/complaint-status/")
    phone.fill("#reference", reference)
    phone.fill("#status_code", code)
    press(phone, send, seen)
    press(phone, "form[action$='complaint/file'] button", seen)

    assert "clean/COMPLAINT/" in (phone.get_attribute("main a[download]", "href") or "")
    press(phone, "form[action$=complaint-status] button", seen)
    assert phone.locator("form[action$='complaint/file']").count() == 1

    press(phone, "button[formaction$='file-remove']", seen)
    press(phone, ".govuk-button--warning", seen)
    assert phone.locator("form[action$='complaint/file']").count() == 0

    press(phone, "form[action$='complaint/contact'] button:not([formaction])", seen)
    phone.fill("#zip", "1" * 99)
    press(phone, send, seen)
    assert phone.locator("#zip-error").count() == 1
    phone.fill("#zip", "20001")
    press(phone, send, seen)
    assert phone.get_by_role("status").count() == 1
