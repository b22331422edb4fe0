"""What consumers do on the site's pages."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

from tests.web.conftest import checked

NUMBER = "(202) 555-0143"


def fill_call(page: Page, language: str) -> None:
    page.fill("#called_number", NUMBER)
    page.fill("#call_date", (datetime.now(UTC) - timedelta(days=3)).date().isoformat())
    page.fill("#call_time", "18:30")
    page.locator("input[name=kind][value=call]").check()
    page.locator("input[name=robocall][value=yes]").check()
    page.fill("#caller_name", "Sunny Warranties")
    page.select_option("#subject", "12")


def press(page: Page, selector: str, seen: list[str]) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()
    seen.append(checked(page))
