"""Pages of open data in Chromium: no barrier that axe finds, 320 pixels, without JavaScript; what is drawn is said."""

import csv
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from quietline.profiles.profile import Profile

from functions.publish_statistics.charts import SECTIONS
from tests.web.conftest import Handler, checked
from tests.web.data import draw

pytestmark = pytest.mark.browser
PAGES = ("", *(f"{book}/" for book in SECTIONS))


@pytest.fixture(scope="module")
def drawn(built: Path, tmp_path_factory: pytest.TempPathFactory, profile: Profile) -> Path:
    site = tmp_path_factory.mktemp("data") / "site"
    shutil.copytree(built, site)
    draw(site, profile)
    return site


def serve(folder: Path) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def address(drawn: Path) -> Iterator[str]:
    server = serve(drawn)
    yield f"http://127.0.0.1:{server.server_address[1]}/data"
    server.shutdown()
    server.server_close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_has_no_barrier_and_fits_a_phone(phone: Page, address: str, language: str) -> None:
    titles = set()
    for path in PAGES:
        answer = phone.goto(f"{address}/{language}/{path}")
        assert answer is not None
        assert answer.status == 200
        titles.add(checked(phone))
        assert phone.locator("html").get_attribute("lang") == language
    assert len(titles) == len(PAGES)


def test_each_chart_has_its_numbers_in_a_table_beneath(phone: Page, address: str) -> None:
    for book, sections in SECTIONS.items():
        phone.goto(f"{address}/en/{book}/")
        # one more compares the years
        assert phone.locator("figure").count() == len(sections) + 1
        assert phone.locator("figure [role=img]").count() == len(sections) + 1
        for figure in phone.locator("section:has(figure)").all():
            assert figure.locator("table tbody tr").count() > 0
            assert figure.locator("[role=img]").get_attribute("aria-label")


def test_what_a_table_shows_is_what_its_file_says(phone: Page, address: str, drawn: Path) -> None:
    phone.goto(f"{address}/en/registrations/")
    table = phone.locator("section", has_text="Active registrations by month").locator("tbody tr")
    file = drawn / "data/statistics/registrations/2027/provisional/months.csv"
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))

    shown = [row.locator("td").first.inner_text() for row in table.all()]
    assert shown == [f"{int(row['active']):,}" for row in rows]
    link = phone.locator("section", has_text="by month").locator("a", has_text="CSV").first.get_attribute("href")
    assert link == "/data/statistics/registrations/2027/provisional/months.csv"


def test_a_blank_cell_is_a_dash_in_the_map_and_in_the_table(phone: Page, address: str) -> None:
    """684 has three numbers in the sample, and is the whole of American Samoa."""
    phone.goto(f"{address}/es/registrations/")

    row = phone.locator("tr", has_text="Samoa Americana").locator("td")
    assert row.first.inner_text() == "–"
    titles = phone.locator("svg rect title").all_text_contents()
    assert "Samoa Americana: –" in titles


def test_every_file_that_is_linked_is_there(phone: Page, address: str) -> None:
    links = set()
    for path in PAGES:
        phone.goto(f"{address}/en/{path}")
        links |= {str(one.get_attribute("href")) for one in phone.locator("main a").all()}
    inside = {link for link in links if link.startswith("/data/") and not link.endswith("/")}
    assert len(inside) > 40
    for link in sorted(inside):
        assert phone.request.get(address.removesuffix("/data") + link).status == 200, link


def test_the_files_of_days_are_listed_with_size_hash_and_date(phone: Page, address: str, drawn: Path) -> None:
    import hashlib

    phone.goto(f"{address}/en/")
    row = phone.locator("tbody tr").first
    body = (drawn / "data/DNC_Complaint_Numbers_2027-03-02.csv").read_bytes()

    assert row.locator("th").inner_text() == "2027-03-02"
    assert row.locator("code").inner_text() == hashlib.sha256(body).hexdigest()
    assert "kB" in row.inner_text()


def test_before_anything_is_published_the_pages_say_so(
    phone: Page, tmp_path: Path, built: Path, profile: Profile
) -> None:
    shutil.copytree(built, tmp_path / "site")
    draw(tmp_path / "site", profile, empty=True)
    server = serve(tmp_path / "site")
    for path in PAGES:
        phone.goto(f"http://127.0.0.1:{server.server_address[1]}/data/en/{path}")
        assert "ublished" in phone.locator("main").inner_text()
        checked(phone)
    server.shutdown()
    server.server_close()


def test_the_sites_home_page_leads_there(phone: Page, address: str) -> None:
    for language in ("en", "es"):
        phone.goto(f"{address.removesuffix('/data')}/{language}/")
        phone.locator(f"main a[href='/data/{language}/']").click()
        assert phone.url.endswith(f"/data/{language}/")
        assert phone.locator(f"footer a[href='/{language}/privacy/']").count() == 1
