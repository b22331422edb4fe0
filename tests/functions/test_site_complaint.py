"""A complaint's own page: what is added, corrected, deleted and taken back, its files, the mailed link."""

import html
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.dynamodb.table import Table
from quietline.evidence.model import Owner
from quietline.kernel.settings.functions import ScanEvidenceSettings
from quietline.mails.links import OPEN_COMPLAINT, LinkSigner

from functions.scan_evidence import handler as scan_evidence
from functions.site_forms.handler import lambda_handler
from tests.conftest import Cloud
from tests.functions.test_evidence import PNG, event_of, put
from tests.functions.test_site_forms import COMPLAINT, NUMBER, call, forms, hidden, items, sent_complaint
from tests.helpers import LambdaContext, http_event

__all__ = ["forms"]  # a fixture


def test_a_complaint_is_added_to_corrected_and_taken_back(forms: Cloud) -> None:
    secret = sent_complaint()

    assert (
        "They called again"
        in call("POST", "/forms/en/complaint/comment", secret | {"comment": "They called again"})["body"]
    )
    wrong = call("POST", "/forms/en/complaint/comment", secret | {"comment": "x" * 2001})
    assert wrong["statusCode"] == 400 and "x" * 2001 in wrong["body"], "what was refused stays to be shortened"
    added = call("POST", "/forms/en/complaint/comment", secret | {"comment": "And again"})["body"]
    assert added.count("And again") == 1, "what was taken does not wait to be sent twice"
    form = call("POST", "/forms/en/complaint/correct", secret)["body"]
    assert 'value="18:30"' in form and 'value="(305) 555-0187"' in html.unescape(form)
    fields = COMPLAINT | secret | {"corrected": "yes", "called_number": NUMBER}
    assert call("POST", "/forms/en/complaint/correct", fields | {"call_time": "x"})["statusCode"] == 400
    assert (
        "check the call again" in call("POST", "/forms/en/complaint/correct", fields | {"call_time": "19:00"})["body"]
    )
    [item] = items(forms.cases_table, "COMPLAINT#")
    assert len(item["corrections"]["L"]) == 1
    assert "Take your complaint back?" in call("POST", "/forms/en/complaint/withdraw", secret)["body"]
    assert "Withdrawn" in call("POST", "/forms/en/complaint/withdraw", secret | {"sure": "yes"})["body"]
    refused = call("POST", "/forms/en/complaint/comment", secret | {"comment": "x"})
    assert "not possible any more" in refused["body"]
    wrong = secret | {"status_code": "0000"}
    for page in ("comment", "correct", "contact", "withdraw", "evidence", "file", "file-remove"):
        assert call("POST", f"/forms/en/complaint/{page}", wrong)["statusCode"] == 400


def test_name_and_address_are_corrected_and_never_shown(forms: Cloud) -> None:
    secret = sent_complaint(first_name="Alx", city="Springfield")
    form = call("POST", "/forms/en/complaint/contact", secret)["body"]
    assert "You have given us: First name, City." in form and "Alx" not in form and "Springfield" not in form

    wrong = call("POST", "/forms/en/complaint/contact", secret | {"corrected": "yes", "zip": "1" * 99})
    assert wrong["statusCode"] == 400 and 'id="zip-error"' in wrong["body"]
    saved = call("POST", "/forms/en/complaint/contact", secret | {"corrected": "yes", "first_name": "Alex"})["body"]
    assert "We have what you changed." in saved and "You corrected: First name" in saved and "Alex" not in saved
    [item] = items(forms.cases_table, "COMPLAINT#")
    assert item["consumer"]["M"] == {"first_name": {"S": "Alex"}, "city": {"S": "Springfield"}}

    call("POST", "/forms/en/complaint/contact", secret | {"corrected": "yes", "blank": "delete", "zip": "20001"})
    [item] = items(forms.cases_table, "COMPLAINT#")
    assert item["consumer"]["M"] == {"zip": {"S": "20001"}}
    untouched = call("POST", "/forms/en/complaint/contact", secret | {"corrected": "yes"})["body"]
    assert "We have what you changed." not in untouched
    call("POST", "/forms/en/complaint/withdraw", secret | {"sure": "yes"})
    assert "Correct my name and address" in call("POST", "/forms/en/complaint-status", secret)["body"]


def test_a_file_is_deleted_once_and_what_was_used_says_that_it_stays(forms: Cloud) -> None:
    secret = sent_complaint()
    for _ in range(2):
        call("POST", "/forms/en/complaint/evidence", secret | {"kind": "screenshot"})
    table = Table(forms.cases_table)
    gone, used = (item for item in table.scan("COMPLAINT#") if item["sk"].startswith("EVIDENCE#"))
    DynamoEvidence(table).rely(Owner(used["pk"]), used["id"], datetime.now(UTC))

    asked = call("POST", "/forms/en/complaint/file-remove", secret | {"evidence": gone["id"]})["body"]
    assert "Delete this file?" in asked and hidden(asked)["evidence"] == gone["id"]
    for _ in range(2):
        done = call("POST", "/forms/en/complaint/file-remove", hidden(asked))
        assert (done["statusCode"], "The file is deleted." in done["body"]) == (200, True)
    assert done["body"].count("You deleted a file: Picture or screenshot") == 1
    assert done["body"].count("it can no longer be deleted") == done["body"].count('class="ql-file"') == 1

    for sure in ({}, {"sure": "yes"}):
        refused = call("POST", "/forms/en/complaint/file-remove", secret | {"evidence": used["id"]} | sure)["body"]
        assert re.search(r'role="status">[^<]*it can no longer be deleted', refused)
    assert call("POST", "/forms/en/complaint/file-remove", secret | {"evidence": "0"})["statusCode"] == 404


def test_a_file_goes_to_the_storage_and_the_browser_comes_back_without_a_code_in_any_address(forms: Cloud) -> None:
    secret = sent_complaint()

    page = call("POST", "/forms/en/complaint/evidence", secret | {"kind": "screenshot"})

    fields = hidden(page["body"])
    assert fields["success_action_redirect"] == "https://registry.example.test/forms/en/complaint/sent"
    assert fields["key"].startswith("uploads/COMPLAINT/")
    assert forms.evidence_bucket in page["headers"]["content-security-policy"]
    [cookie] = page["cookies"]
    assert "HttpOnly" in cookie and "Secure" in cookie
    event = http_event("GET", "/forms/en/complaint/sent") | {"cookies": [cookie.split(";")[0]]}
    back = lambda_handler(event, LambdaContext())
    assert "We have your file" in back["body"]
    assert "Being checked" in back["body"] and "Get this file" not in back["body"], "nobody gets what is not scanned"
    assert "Max-Age=0" in back["cookies"][0]
    without = lambda_handler(http_event("GET", "/forms/en/complaint/sent"), LambdaContext())
    assert "Status of a complaint" in without["body"]


def test_a_clean_file_can_be_got_back(forms: Cloud) -> None:
    secret = sent_complaint()
    key = hidden(call("POST", "/forms/en/complaint/evidence", secret | {"kind": "screenshot"})["body"])["key"]
    asked = secret | {"evidence": key.rpartition("/")[2]}
    assert "not possible any more" in call("POST", "/forms/en/complaint/file", asked)["body"]

    forms.use(ScanEvidenceSettings)
    scan_evidence.lambda_handler(event_of(put(forms, key, PNG)), LambdaContext())

    assert "Get this file" in call("POST", "/forms/en/complaint-status", secret)["body"]
    page = html.unescape(call("POST", "/forms/en/complaint/file", asked)["body"])
    assert "clean/COMPLAINT/" in page and "works for 5 minutes" in page
    wrong = asked | {"status_code": "0000"}
    assert "clean/" not in call("POST", "/forms/en/complaint/file", wrong)["body"]


def test_a_mailed_link_opens_the_complaint_once(forms: Cloud) -> None:
    sent_complaint(email="alex@example.com")
    [item] = items(forms.cases_table, "COMPLAINT#")
    token = LinkSigner(b"s" * 48).token(
        OPEN_COMPLAINT, item["pk"]["S"].removeprefix("COMPLAINT#"), item["link_nonce"]["S"]
    )

    page = call("GET", "/forms/complaint/open", query=urlencode({"lang": "es", "token": token}))
    assert "<title>Ver su denuncia" in page["body"]
    shown = call("POST", "/forms/es/complaint/open", {"token": token})
    assert shown["statusCode"] == 200
    secret = {name: hidden(shown["body"])[name] for name in ("reference", "status_code")}
    assert call("POST", "/forms/es/complaint-status", secret)["statusCode"] == 200
    assert call("POST", "/forms/es/complaint/open", {"token": token})["statusCode"] == 400
