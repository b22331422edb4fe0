"""An accusation and its answer, on a desktop and on a phone."""

from playwright.sync_api import Page
from quietline.profiles.profile import Profile

from tests.accusations import accuse
from tests.conftest import Cloud
from tests.web.conftest import checked


def test_an_accusation_is_read_and_answered(signed_in: Page, portal: str, cloud: Cloud, profile: Profile) -> None:
    reply = accuse(cloud, profile)
    page = signed_in
    page.goto(f"{portal}/es/accusations")
    checked(page)
    page.goto(f"{portal}/en/accusations")
    page.click(f"text={reply.case_id}")
    checked(page)

    page.select_option("#claim-others", "agreement")
    page.click("text=Send the answer")
    assert page.locator(".govuk-error-summary a").count() == 1
    assert page.locator(".govuk-error-summary a").get_attribute("href") == "#on-others"
    checked(page)
    page.select_option("#claim-others", "error")
    page.click("text=Send the answer")
    assert "Your answer has been sent." in page.inner_text("main")
    checked(page)
