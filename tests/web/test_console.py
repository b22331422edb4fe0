"""The console in Chromium: free of barriers on wide and narrow screens, and worked with the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect
from quietline.kernel.clock import SystemClock
from quietline.profiles.profile import Profile

from tests.conftest import Cloud
from tests.console import PNG, bundled, case, evidence, investigated
from tests.fakes.complaints import Desk
from tests.web.conftest import checked

pytestmark = pytest.mark.browser
REASONS = "Recorded messages without anybody's consent."


def test_every_page_is_free_of_barriers(at_desk: Page, console: str, cloud: Cloud, profile: Profile) -> None:
    case_id = case(cloud, profile, comments="They said that my car's warranty ends.")
    investigated(cloud, profile, case_id)
    titles = set()
    for path in (
        "sign-in",
        "",
        "?status=closed&on_hold=no&priority=25",
        "?state=x",
        "pictures",
        "search",
        "people",
        "audit",
        "workload",
        *(f"cases/{case_id}/{act}" for act in ("assign", "hold", "refer", "merge", "split", "name-caller", "reopen")),
        "help",
        "account",
        f"cases/{case_id}",
        evidence(cloud, profile, case_id, PNG),
        f"cases/{case_id}/complaints/{Desk(cloud, SystemClock(), profile).cases.accusations(case_id)[0].complaint_id}",
        bundled(cloud, case_id, made=False),
        bundled(cloud, case_id, made=True),
        "open",
        "nothing",
    ):
        at_desk.goto(f"{console}/en/{path}")
        titles.add(checked(at_desk))
    at_desk.goto(f"{console}/es/cases/{case_id}")
    checked(at_desk)
    assert len(titles) == 22


def test_a_case_is_decided_with_the_keyboard_alone(at_desk: Page, console: str, cloud: Cloud, profile: Profile) -> None:
    case_id = case(cloud, profile)
    at_desk.goto(f"{console}/en/")
    at_desk.keyboard.press("Tab")
    expect(at_desk.locator(":focus")).to_have_text("Skip to main content")
    at_desk.keyboard.press("Enter")
    for _ in range(20):
        at_desk.keyboard.press("Tab")
        if at_desk.locator(":focus").inner_text() == "(305) 555-0187":
            break
    at_desk.keyboard.press("Enter")
    at_desk.wait_for_url(f"**/cases/{case_id}")
    at_desk.get_by_role("link", name="Decision").focus()
    at_desk.keyboard.press("Enter")
    expect(at_desk.locator(":focus")).to_have_text("Decision")
    at_desk.keyboard.press("Tab")
    at_desk.keyboard.press("Space")
    at_desk.keyboard.press("Tab")
    at_desk.keyboard.type("Short")
    at_desk.keyboard.press("Tab")
    at_desk.keyboard.press("Enter")
    expect(at_desk.locator(":focus")).to_contain_text("There is a problem")
    checked(at_desk)
    at_desk.keyboard.press("Tab")
    at_desk.keyboard.press("Enter")
    expect(at_desk.locator(":focus")).to_have_attribute("name", "reasons")
    at_desk.keyboard.type(REASONS)
    at_desk.keyboard.press("Tab")
    at_desk.keyboard.press("Enter")
    expect(at_desk.get_by_role("alert")).to_contain_text("Your decision is kept.")
    checked(at_desk)
