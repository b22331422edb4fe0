"""The forms' pages: review, errors, the mailed link, complaints; always HTML, never what was typed in an address."""

import base64
import html
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.dynamodb.table import Table
from quietline.evidence.model import Owner
from quietline.kernel.settings.functions import ScanEvidenceSettings, SiteFormsSettings
from quietline.mails.links import CONFIRM_REGISTRATION, OPEN_COMPLAINT, LinkSigner
from quietline.pages.forms import MAX_BODY

from functions.scan_evidence import handler as scan_evidence
from functions.site_forms import wiring
from functions.site_forms.handler import lambda_handler
from tests.conftest import Cloud
from tests.functions.test_evidence import PNG, event_of, put
from tests.helpers import LambdaContext, Tripwire, http_event, load_event

NUMBER = "(202) 555-0143"
REGISTRATION = {"numbers-0": NUMBER, "numbers-1": "", "numbers-2": "", "email": "alex@example.com"}
COMPLAINT = {
    "called_number": NUMBER,
    "call_date": "2026-11-01",
    "call_time": "18:30",
    "kind": "call",
    "robocall": "yes",
    "caller_number": "(305) 555-0187",
    "caller_name": "Sunny <b>Warranties</b>",
    "subject": "12",
}


@pytest.fixture
def forms(cloud: Cloud) -> Cloud:
    cloud.use(SiteFormsSettings)
    return cloud


def call(method: str, path: str, fields: dict[str, str] | str | bytes | None = None, query: str = "") -> dict[str, Any]:
    body = urlencode(fields) if isinstance(fields, dict) else fields
    encoded = isinstance(body, bytes)
    event = http_event(
        method,
        path,
        base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    return lambda_handler(event | {"rawQueryString": query, "isBase64Encoded": encoded}, LambdaContext())


def items(table: str, prefix: str) -> list[dict[str, Any]]:
    found = aws.client("dynamodb").scan(TableName=table)["Items"]
    return [item for item in found if item["pk"]["S"].startswith(prefix)]


def token_of(forms: Cloud) -> str:
    item = items(forms.registry_table, "REGISTRATION#")[0]
    return LinkSigner(b"s" * 48).token(
        CONFIRM_REGISTRATION, item["pk"]["S"].removeprefix("REGISTRATION#"), item["nonce"]["S"]
    )


def test_registration_is_reviewed_and_stores_nothing_until_it_is_sent(forms: Cloud, tripwire: Tripwire) -> None:
    answer = call("POST", "/forms/en/register", REGISTRATION)
    assert answer["statusCode"] == 200
    assert "<title>Check before you send" in answer["body"]
    assert 'name="numbers-0" value="(202) 555-0143"' in answer["body"]
    assert not items(forms.registry_table, "REGISTRATION#")
    sent = call("POST", "/forms/es/register/send", REGISTRATION)
    assert (sent["statusCode"], sent["headers"]["location"]) == (303, "/forms/es/check-your-mail")
    [stored] = items(forms.registry_table, "REGISTRATION#")
    assert stored["language"]["S"] == "es"


def test_the_event_file_is_answered_with_the_review(forms: Cloud) -> None:
    answer = lambda_handler(load_event("site_forms/register"), LambdaContext())
    assert answer["statusCode"] == 200
    assert "<title>Check before you send" in answer["body"]


def test_every_wrong_field_is_listed_linked_and_keeps_what_was_typed(forms: Cloud, tripwire: Tripwire) -> None:
    typed = {"numbers-0": "", "numbers-1": '"><script>12', "numbers-2": "8005550199", "email": "alex@"}
    answer = call("POST", "/forms/en/register", typed)
    page = answer["body"]
    assert answer["statusCode"] == 400
    assert "<title>Error: Register your number" in page
    for field in ("numbers-1", "numbers-2", "email"):
        assert f'<a href="#{field}">' in page
        assert f'id="{field}-error"' in page
    assert 'href="#numbers-0"' not in page
    assert "toll-free" in page
    assert "<script" not in page
    assert "&lt;script" in page
    assert answer["headers"]["cache-control"] == "no-store"


def test_nothing_typed_is_an_error_at_the_first_field(forms: Cloud) -> None:
    page = call("POST", "/forms/es/register", {})["body"]
    assert "<title>Error: Registre su número" in page
    assert '<a href="#numbers-0">Escriba al menos un número</a>' in page


def test_change_shows_the_form_again_without_errors(forms: Cloud) -> None:
    answer = call("POST", "/forms/en/register", REGISTRATION | {"action": "change"})
    assert answer["statusCode"] == 200
    assert 'value="(202) 555-0143"' in answer["body"]
    assert "govuk-error-summary" not in answer["body"]


def test_sending_checks_again(forms: Cloud) -> None:
    answer = call("POST", "/forms/en/register/send", REGISTRATION | {"email": "nobody"})
    assert answer["statusCode"] == 400
    assert 'href="#email"' in answer["body"]
    assert not items(forms.registry_table, "REGISTRATION#")


@pytest.mark.parametrize(("path", "query"), [("/forms/confirm", "lang=es&token={}"), ("/forms/es/confirm", "token={}")])
def test_following_the_link_only_shows_a_button(forms: Cloud, path: str, query: str) -> None:
    call("POST", "/forms/es/register/send", REGISTRATION)
    token = token_of(forms)
    answer = call("GET", path, query=query.format(token))
    assert answer["statusCode"] == 200
    assert "Confirmar registro" in answer["body"]
    assert token in answer["body"]
    assert not items(forms.registry_table, "NUMBER#")


def test_the_button_lists_the_number_once(forms: Cloud, tripwire: Tripwire) -> None:
    call("POST", "/forms/en/register/send", REGISTRATION)
    token = token_of(forms)
    tripwire.watch(token)
    answer = call("POST", "/forms/en/confirm", {"token": token})
    assert answer["statusCode"] == 200
    assert "You are registered" in answer["body"]
    assert "43" in answer["body"]
    assert "555-01" not in answer["body"]
    assert len(items(forms.registry_table, "NUMBER#")) == 1
    again = call("POST", "/forms/en/confirm", {"token": token})
    assert again["statusCode"] == 400
    assert "This link was used before" in again["body"]


def test_a_forged_and_an_expired_link_are_refused_kindly(forms: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "This link is not complete" in call("POST", "/forms/en/confirm", {"token": "x"})["body"]
    call("POST", "/forms/en/register/send", REGISTRATION)
    token = token_of(forms)
    [item] = items(forms.registry_table, "REGISTRATION#")
    past = item | {"expires_at": {"S": "2020-01-01T00:00:00.000Z"}}
    aws.client("dynamodb").put_item(TableName=forms.registry_table, Item=past)
    answer = call("POST", "/forms/es/confirm", {"token": token})
    assert answer["statusCode"] == 400
    assert "Este enlace es demasiado antiguo" in answer["body"]


def test_complaint_goes_from_call_to_person_to_review_to_reference(forms: Cloud, tripwire: Tripwire) -> None:
    fields = COMPLAINT | {"call_date": _day()}
    you = call("POST", "/forms/en/complain", fields | {"action": "call"})
    assert (you["statusCode"], "About you and the caller" in you["body"]) == (200, True)
    fields |= {"done_business": "no", "first_name": "Alex", "email": "alex@example.com"}
    review = call("POST", "/forms/en/complain", fields | {"action": "you"})
    assert "<title>Check your complaint" in review["body"]
    assert "Warranties and protection plans" in review["body"]
    assert "Sunny &lt;b&gt;Warranties" in review["body"]
    assert not items(forms.cases_table, "COMPLAINT#")
    sent = call("POST", "/forms/en/complain/send", fields)
    assert sent["statusCode"] == 200
    [stored] = items(forms.cases_table, "COMPLAINT#")
    reference = re.search(r"QL-[0-9A-Z]{4}-[0-9A-Z]{4}", sent["body"])
    code = re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", sent["body"])
    assert reference
    assert code
    tripwire.watch(code[0])
    assert stored["robocall"] == {"BOOL": True}
    shown = call("POST", "/forms/es/complaint-status", {"reference": reference[0], "status_code": code[0].lower()})
    assert shown["statusCode"] == 200
    assert "Recibida" in shown["body"]
    wrong = call("POST", "/forms/en/complaint-status", {"reference": reference[0], "status_code": "0000"})
    assert wrong["statusCode"] == 400
    assert "There is no complaint with this reference" in wrong["body"]


def test_complaint_errors_come_back_at_their_step(forms: Cloud) -> None:
    first = call("POST", "/forms/en/complain", {"subject": "99", "action": "call"})
    assert first["statusCode"] == 400
    for field in ("called_number", "call_date", "kind", "robocall", "caller_number", "subject"):
        assert f'href="#{field}"' in first["body"]
    second = call("POST", "/forms/en/complain", COMPLAINT | {"call_date": _day(), "email": "nobody", "action": "you"})
    assert second["statusCode"] == 400
    assert "<title>Error: About you and the caller" in second["body"]
    assert 'href="#email"' in second["body"]
    late = call("POST", "/forms/en/complain/send", COMPLAINT | {"call_date": "1999-01-01"})
    assert late["statusCode"] == 400
    assert "<title>Error: Report an unwanted call" in late["body"]
    assert not items(forms.cases_table, "COMPLAINT#")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/forms/en/register", None, 405),
        ("DELETE", "/forms/es/confirm", None, 405),
        ("POST", "/forms/en/nothing", "", 404),
        ("POST", "/forms/fr/register", "", 404),
        ("POST", "/forms/register", "", 404),
        ("GET", "/forms", None, 404),
        ("POST", "/forms/en/register", "email=%ff", 400),
        ("POST", "/forms/en/register", b"email=\xff", 400),
        ("POST", "/forms/en/register", "email=" + "a" * MAX_BODY, 413),
        ("POST", "/forms/en/register", "&".join(f"f{i}=1" for i in range(100)), 413),
    ],
)
def test_what_cannot_be_answered_is_a_page_too(
    forms: Cloud, method: str, path: str, body: str | bytes | None, status: int
) -> None:
    answer = call(method, path, body)
    assert answer["statusCode"] == status
    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert "<h1" in answer["body"]
    if status == 405:
        assert answer["headers"]["allow"]


def test_a_bug_is_a_page_and_its_log_has_nothing_typed(
    forms: Cloud, monkeypatch: pytest.MonkeyPatch, tripwire: Tripwire
) -> None:
    def broken() -> None:
        raise RuntimeError("alex@example.com")

    monkeypatch.setattr(wiring, "registrations", broken)
    answer = call("POST", "/forms/es/register", REGISTRATION)
    assert answer["statusCode"] == 500
    assert "Algo salió mal de nuestro lado" in answer["body"]


def _day() -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.now(UTC) - timedelta(days=3)).date().isoformat()


def hidden(body: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', body)
    return {name: html.unescape(value) for name, value in found}


def sent_complaint(**more: str) -> dict[str, str]:
    """Send a complaint and return what opens it."""
    fields = hidden(call("POST", "/forms/en/complain/send", COMPLAINT | more)["body"])
    return {name: fields[name] for name in ("reference", "status_code")}


def test_another_call_gets_a_row_and_a_reference_of_its_own(forms: Cloud) -> None:
    more = call("POST", "/forms/en/complain", COMPLAINT | {"action": "more"})
    assert 'name="more_calls-1-call_date"' in more["body"]
    rows = {"more_calls-1-call_date": "", "more_calls-1-call_time": "", "more_calls-2-call_date": "2026-11-02"}
    wrong = call("POST", "/forms/en/complain", COMPLAINT | rows)
    assert wrong["statusCode"] == 400
    assert 'href="#more_calls-2-call_time"' in wrong["body"]
    rows |= {"more_calls-2-call_time": "09:15"}
    review = call("POST", "/forms/en/complain", COMPLAINT | rows | {"action": "you"})
    assert "November 2, 2026, 09:15" in review["body"] and "November 1, 2026<" in review["body"]

    done = call("POST", "/forms/en/complain/send", COMPLAINT | rows)

    assert len(items(forms.cases_table, "COMPLAINT#")) == 2
    assert "Reference: Call 1</dt>" in done["body"] and "Reference: Call 2</dt>" in done["body"]
    first = hidden(done["body"])
    shown = call("POST", "/forms/en/complaint-status", first)["body"]
    other = re.search(r'name="reference" value="(QL-[0-9A-Z]{4}-[0-9A-Z]{4})">\1</button>', shown)
    assert other and other[1] != first["reference"], "one press leads to the other call"
    assert call("POST", "/forms/en/complaint-status", first | {"reference": other[1]})["statusCode"] == 200
    assert len(set(re.findall(r"QL-[0-9A-Z]{4}-[0-9A-Z]{4}(?=</dd>)", done["body"]))) == 2
    assert re.search(
        r'href="/en/complaint-status/#QL-[0-9A-Z]{4}-[0-9A-Z]{4}\.[0-9A-Z]{16}"', html.unescape(done["body"])
    )


@pytest.mark.parametrize("subject", ["8", "15"])
def test_a_subject_of_another_agency_is_explained(forms: Cloud, subject: str) -> None:
    answer = call("POST", "/forms/es/complain", COMPLAINT | {"subject": subject})

    assert answer["statusCode"] == 200
    assert "<title>Otra agencia" in answer["body"]
    assert 'href="https://' in html.unescape(answer["body"])
    assert not items(forms.cases_table, "COMPLAINT#")


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
