"""A seller's morning in the portal, in Chromium: sign-in with the second factor, a call list washed, a list fetched."""

import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from quietline.kernel.totp import totp

from tests.e2e.conftest import PASSWORD, Cloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(300)]

CHROMIUM = os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium")
EMAIL = "friendly-calls@example.com"
LEADS = b"phone\n202-555-0198\nnonsense\n"


@pytest.fixture
def page() -> Iterator[Page]:
    if not Path(CHROMIUM).exists():
        pytest.fail(f"There is no Chromium at {CHROMIUM}: install it or set CHROMIUM_PATH.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def test_a_sellers_morning(cloud: Cloud, page: Page, run_id: str) -> None:
    secrets = json.loads(cloud.outputs_file.with_name("samples.json").read_text(encoding="utf-8"))
    portal = cloud.outputs["site_url"] + "/portal/en/"
    page.goto(portal)
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.fill("input[name=code]", totp(secrets[EMAIL], time.time()))
    page.click("main button[type=submit]")
    page.wait_for_url(portal)
    assert "202, 305" in page.inner_text("main")

    page.goto(portal + "washes")
    page.fill("#reference", f"morning-{run_id}")
    page.click("main form button[type=submit]")
    page.set_input_files("input[type=file]", files=[{"name": "leads.csv", "mimeType": "text/csv", "buffer": LEADS}])
    # straight to the bucket, which sends the browser back
    page.click("#upload button[type=submit]")
    page.wait_for_selector("#state[data-state=done]", timeout=60_000)
    with page.expect_download() as washed:
        page.click("text=Download the answer")
    answer = Path(washed.value.path()).read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[1] for line in answer] == ["status", "clear", "unknown"]

    page.goto(portal + "downloads")
    page.click("main form button[type=submit]")
    with page.expect_download() as fetched:
        page.click("main a[href*='full.txt.zip']")
    with zipfile.ZipFile(io.BytesIO(Path(fetched.value.path()).read_bytes())) as archive:
        lines = archive.read(archive.namelist()[0]).decode().splitlines()
    assert lines == sorted(lines)
    assert all(line.startswith(("202,", "305,")) for line in lines)
    page.goto(portal)
    assert "You have not fetched a list yet" not in page.inner_text("main")
