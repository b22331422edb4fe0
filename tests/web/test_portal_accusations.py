"""An accusation and its answer, on a desktop and on a phone."""

from playwright.sync_api import Page
from quietline.adapters import aws
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.evidencefiles import EvidenceBucket
from quietline.evidence.model import Uploaded
from quietline.evidence.scan import MagicScanner
from quietline.evidence.service import EvidenceScan
from quietline.kernel.clock import SystemClock
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


def test_a_file_is_chosen_and_named_in_the_answer(signed_in: Page, portal: str, cloud: Cloud, profile: Profile) -> None:
    reply = accuse(cloud, profile)
    page, place = signed_in, f"accusations/{reply.case_id}"
    page.goto(f"{portal}/en/{place}")
    page.select_option("#kind", "document")
    page.click("text=Choose a file")
    assert page.get_attribute("#file", "accept") == "application/pdf"
    checked(page)
    key = page.get_attribute("input[name=key]", "value") or ""
    paper = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n"
    put = aws.client("s3").put_object(Bucket=cloud.evidence_bucket, Key=key, Body=paper)
    scan = EvidenceScan(
        DynamoEvidence(Table(cloud.cases_table)),
        EvidenceBucket(cloud.evidence_bucket),
        MagicScanner(),
        SystemClock(),
        profile,
    )
    page.goto(f"{portal}/es/{place}")
    assert "En comprobación" in page.inner_text("main")
    scan.run(Uploaded(key, put["ETag"].strip('"'), len(paper)))
    page.goto(f"{portal}/es/{place}")
    checked(page)
    page.goto(f"{portal}/en/{place}")
    page.select_option("#claim-others", "agreement")
    page.fill("#on-others", "2026-02-11")
    page.check("#files-others")
    page.click("text=Send the answer")
    assert page.inner_text("main").count("Supported by: 1. Document (PDF)") == len(reply.complaints)
    checked(page)
