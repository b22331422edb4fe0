"""An investigator's case in the console, in Chromium: from the sign-in to a citation, a second person, the bundle."""

import json
import os
import random
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from quietline.kernel.totp import totp

from tests.e2e.conftest import PASSWORD, Cloud, wait_for

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(600)]

CHROMIUM = os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium")
REASONS = "Recorded sales calls without anybody's written consent, to a number on the list."


def picture() -> bytes:
    """Return a PNG of one dark pixel that a browser can draw."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
    )


@pytest.fixture
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail(f"There is no Chromium at {CHROMIUM}: install it or set CHROMIUM_PATH.")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


def at_desk(cloud: Cloud, browser: Browser, email: str) -> Page:
    """Return a page of somebody who signed in with a code."""
    secrets = json.loads(cloud.outputs_file.with_name("samples.json").read_text(encoding="utf-8"))
    page = browser.new_context().new_page()
    page.set_default_timeout(60_000)
    page.goto(cloud.outputs["console_url"] + "en/")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.fill("input[name=code]", totp(secrets[email], time.time()))
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_have_text("Queue")
    return page


def report(cloud: Cloud, run_id: str, caller: str) -> str:
    """Report a robocall of yesterday with a screenshot of it; return its reference, once the file is scanned."""
    lots = random.Random(run_id)
    yesterday = (datetime.now(ZoneInfo("America/New_York")) - timedelta(days=1)).date().isoformat()
    call = {
        "called_number": f"+1907555{100 + lots.randrange(100):04}",
        "call_date": yesterday,
        "call_time": "19:40",
        "robocall": True,
        "subject": 12,
        "caller_number": caller,
        "comments": "A recorded voice about my roof.",
    }
    made = cloud.http.post("/v1/complaints", json=call).json()
    secret = {"status_code": made["status_code"]}
    data = picture()
    offer = secret | {"kind": "screenshot", "content_type": "image/png", "size": len(data)}
    upload = cloud.http.post(f"/v1/complaints/{made['reference']}/evidence", json=offer).json()["upload"]
    assert httpx.post(upload["url"], data=upload["fields"], files={"file": data}, timeout=30).status_code == 204

    def scanned() -> bool:
        status = cloud.http.post("/v1/complaints/status", json=secret | {"reference": made["reference"]}).json()
        return [one["state"] for one in status["evidence"]] == ["clean"] and status["outcome"] == "robocall"

    wait_for(scanned, "the screening and the scan", 120)
    return str(made["reference"])


def test_a_case_from_the_queue_to_a_proven_bundle(cloud: Cloud, browser: Browser, run_id: str, tmp_path: Path) -> None:
    caller = f"1302555{100 + random.Random(run_id + 'c').randrange(100):04}"
    shown = f"({caller[1:4]}) {caller[4:7]}-{caller[7:]}"
    reference = report(cloud, run_id, f"+{caller}")
    page = at_desk(cloud, browser, "inspector@example.com")

    def in_queue() -> bool:
        page.goto(cloud.outputs["console_url"] + "en/")
        page.click("text=More filters")
        page.select_option("#state", "Alaska")
        page.select_option("#robocalls", "yes")
        page.select_option("#sort", "opened")
        page.click("main form button:has-text('Show')")
        return page.locator("th a", has_text=shown).count() > 0

    wait_for(in_queue, "the case in the queue", 120)
    page.locator("th a", has_text=shown).first.click()
    expect(page.locator("h1")).to_contain_text(shown)
    case_url = page.url
    page.click("text=Assign the case")
    page.click("main button:has-text('Assign the case')")
    expect(page.get_by_role("alert")).to_contain_text("The case is assigned.")

    page.click(f"text={reference}")
    expect(page.locator("h1")).to_have_text(f"Complaint {reference}")
    rulings = page.locator("table tbody tr")
    assert rulings.count() > 8
    sources = [row.split("\t")[3] for row in rulings.all_inner_texts()]
    assert all(sources), sources
    assert any("16 CFR 310.4" in source for source in sources)
    page.click("a:has-text('Screenshot')")
    image = page.locator("img.ql-exhibit")
    expect(image).to_be_visible()
    assert image.evaluate("one => one.decode().then(() => one.naturalWidth)") == 1  # the policy lets the bucket in

    def waits() -> bool:
        page.goto(case_url)
        return page.locator("textarea[name=reasons]").count() > 0

    wait_for(waits, "the case to wait for its decision", 180)
    page.check("input[name=decision][value=citation]")
    page.fill("textarea[name=reasons]", REASONS)
    page.click("text=Decide the case")
    expect(page.get_by_role("alert")).to_contain_text("Your decision is kept.")
    expect(page.locator("main")).to_contain_text("The citation waits for another person to confirm it.")
    assert page.locator("text=Confirm the citation").count() == 0

    second = at_desk(cloud, browser, "chief@example.com")
    second.goto(cloud.outputs["console_url"] + "en/search")
    second.fill("#reference", reference)
    second.click("main form button")
    second.locator("th a", has_text=shown).click()
    second.click("text=Confirm the citation")
    expect(second.get_by_role("alert")).to_contain_text("The citation is confirmed.")

    def closed() -> bool:
        page.goto(case_url)
        return page.locator(".ql-head .govuk-tag").first.inner_text() == "Closed"

    wait_for(closed, "everybody to be told", 180)
    page.click("text=Get as one file")
    if page.locator("text=Look again").count():
        page.click("text=Look again")
    with page.expect_download() as fetched:
        page.click("text=Download the zip")
    bundle = tmp_path / "case.zip"
    bundle.write_bytes(Path(fetched.value.path()).read_bytes())
    (tmp_path / "jwks.json").write_bytes(cloud.http.get("/.well-known/jwks.json").content)

    done = cloud.command("verify", str(bundle), "--json", home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["verified"]
    with zipfile.ZipFile(bundle) as archive:
        decision = json.loads(archive.read("decision.json"))
        file = next(name for name in archive.namelist() if name.startswith(f"evidence/{reference}/"))
        actions = {event["action"] for event in json.loads(archive.read("timeline.json"))}
        assert archive.read(file) == picture()
    assert (decision["kind"], decision["reasons"]) == ("citation", REASONS)
    assert {"viewed", "decision_given", "confirmed", "decided", "closed", "exported"} <= actions
