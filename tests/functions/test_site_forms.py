"""The forms' pages: review, errors, the mailed link, complaints; always HTML, never what was typed in an address."""

import base64
import html
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError
from quietline.adapters import aws
from quietline.kernel.errors import UnavailableError
from quietline.kernel.settings.functions import SiteFormsSettings
from quietline.mails.links import CONFIRM_REGISTRATION, LinkSigner
from quietline.pages.forms import MAX_BODY

from functions.site_forms import wiring
from functions.site_forms.handler import lambda_handler
from tests.conftest import Cloud
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


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "alex@example.com"}}, "GetItem"),
        UnavailableError("Others change the same records."),
    ],
)
def test_a_service_that_is_busy_is_a_page_that_says_when_to_come_again(
    forms: Cloud, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def busy() -> None:
        raise error

    monkeypatch.setattr(wiring, "registrations", busy)
    answer = call("POST", "/forms/en/register", REGISTRATION)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "5")
    assert "Please try again shortly" in answer["body"]


def _day() -> str:
    from datetime import timedelta

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
