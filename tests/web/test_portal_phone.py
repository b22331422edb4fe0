"""The portal on a phone: a table is one card a row, and the menu is folded, without JavaScript."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.portal import Person
from tests.web.conftest import sign_in

pytestmark = pytest.mark.browser
COLUMN = "getComputedStyle(document.querySelector('#members td'), '::before').content"
BOXES = "[...document.querySelectorAll('#members td')].map(e => e.getBoundingClientRect().left)"


@pytest.fixture
def team(browser: Browser, portal: str, kim: Person) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 700})
    sign_in(context, portal, kim)
    page = context.new_page()
    page.goto(f"{portal}/en/team")
    yield page
    context.close()


def test_each_cell_says_its_column_and_is_still_a_cell(team: Page) -> None:
    assert team.evaluate(COLUMN) == '"Role" / ""'
    assert len(set(team.evaluate(BOXES))) == 1
    assert team.get_by_role("columnheader").all_inner_texts() == [
        "E-mail address",
        "Role",
        "Second factor",
        "Since",
        "Change",
    ]
    assert team.get_by_role("table", name="Members").get_by_role("cell", name="Authorized representative").count() == 1

    team.set_viewport_size({"width": 1280, "height": 700})
    assert team.evaluate(COLUMN) == "none"
    assert len(set(team.evaluate(BOXES))) == 4


def test_the_menu_is_one_row_until_it_is_opened(team: Page) -> None:
    menu = team.get_by_role("navigation", name="Portal")
    closed = menu.bounding_box()
    assert closed
    assert closed["height"] < 70
    assert menu.get_by_role("link").count() == 0

    menu.get_by_text("Menu: Team").click()
    assert menu.get_by_role("link", name="Team").get_attribute("aria-current") == "page"
    menu.get_by_role("link", name="Orders").click()
    assert team.url.endswith("/en/orders")


def test_a_desktop_shows_every_link_once(team: Page) -> None:
    team.set_viewport_size({"width": 1280, "height": 700})
    menu = team.get_by_role("navigation", name="Portal")
    assert not menu.get_by_text("Menu").is_visible()
    assert menu.get_by_role("link", name="Orders").count() == 1
    assert menu.get_by_role("link").count() == menu.locator("details a").count()


def test_the_map_and_the_price_of_what_is_chosen_fit_the_screen(browser: Browser, portal: str, kim: Person) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    sign_in(context, portal, kim)
    page = context.new_page()
    page.goto(f"{portal}/en/areas")
    wider = (
        "[...document.querySelectorAll('.ql-tile')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent)"
    )
    assert page.evaluate(wider) == []

    page.locator('[data-tile="Maryland"]').click()
    bar = page.get_by_role("link", name=re.compile(r"Price: \d+ areas, \$"))
    bar.wait_for()
    page.locator('[data-state="Wyoming"]').scroll_into_view_if_needed()
    place = bar.bounding_box()
    assert place
    assert 0 <= place["y"] < 10
    bar.click()
    assert page.url.endswith("#price")
    context.close()
