"""Proof of the line at registration, where the profile asks for it: from form and API to the table and the codes."""

import json
import re
from typing import Any

import pytest
from quietline.kernel.settings.functions import MailerSettings, PublicApiSettings, RelaySettings, SiteFormsSettings
from quietline.profiles.profile import Profile

from functions.mailer import handler as mailer
from functions.public_api import app as public_app
from functions.public_api import handler as public_api
from functions.site_forms import wiring
from tests.conftest import Cloud
from tests.functions.test_registrations import drain, items
from tests.functions.test_self_service import carry, token_in
from tests.functions.test_site_forms import call as page
from tests.helpers import LambdaContext, Tripwire, http_event

FIRST, SECOND, EMAIL = "(202) 555-0143", "(310) 555-0144", "alex@example.com"
FORM = {"numbers-0": FIRST, "numbers-1": SECOND, "email": EMAIL, "channel": "sms"}


@pytest.fixture(autouse=True)
def environment(cloud: Cloud, proving_profile: Profile, tripwire: Tripwire) -> None:
    cloud.use(RelaySettings)
    for model in (PublicApiSettings, SiteFormsSettings):
        cloud.use(model, profile=proving_profile.name)
    cloud.use(MailerSettings, profile=proving_profile.name, mailed_lines=1)
    for settings in (wiring.settings, mailer.settings, public_app.settings):
        settings.cache_clear()
    tripwire.watch(EMAIL)


@pytest.fixture
def seen() -> set[str]:
    return set()


def api(path: str, body: Any) -> tuple[int, Any]:
    answer = public_api.lambda_handler(http_event("POST", path, body), LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def told(cloud: Cloud, seen: set[str], tripwire: Tripwire) -> tuple[str, dict[str, str]]:
    """The token of the mailed link, and the code of each number's last two digits."""
    sent = drain(cloud, seen)
    codes, link = {}, ""
    for mail in sent:
        text = str(mail)
        line = re.search(r"'1\d{8}(\d\d)@(?:sms|call)\.example\.com'", text)
        if line:
            found = re.search(r"code is ([\d, ]+)\.", text)
            assert found and "put this number on the list" in text
            codes[line[1]] = re.sub(r"\D", "", found[1])
        elif "/forms/confirm" in text:
            link = token_in(text, "/forms/confirm", tripwire)
    return link, codes


def state(cloud: Cloud) -> dict[str, str]:
    return {item["pk"][-2:]: item["state"] for item in items(cloud.registry_table, "NUMBER#")}


def test_the_page_asks_for_the_codes_and_says_who_was_left_out(
    cloud: Cloud, seen: set[str], tripwire: Tripwire, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "By text message" in page("POST", "/forms/en/register", FORM)["body"]
    missing = page("POST", "/forms/en/register", FORM | {"channel": ""})
    assert missing["statusCode"] == 400 and 'href="#channel"' in missing["body"]
    sent = page("POST", "/forms/en/register/send", FORM)
    with monkeypatch.context() as browser:
        carry(browser, sent["cookies"][0])
        assert "A code for each number" in page("GET", "/forms/en/check-your-mail")["body"]
    link, codes = told(cloud, seen, tripwire)
    assert sorted(codes) == ["43", "44"]

    shown = page("GET", "/forms/confirm", query=f"lang=en&token={link}")["body"]
    assert 'name="codes-0"' in shown and 'name="codes-1"' in shown and "555" not in shown
    none = page("POST", "/forms/en/confirm", {"token": link})
    assert none["statusCode"] == 400 and 'href="#codes-0"' in none["body"] and 'href="#codes-1"' in none["body"]
    assert state(cloud) == {}
    mistyped = {"token": link, "codes-0": codes["43"], "codes-1": codes["43"]}
    again = page("POST", "/forms/en/confirm", mistyped)
    assert again["statusCode"] == 400 and 'href="#codes-1"' in again["body"]
    assert 'name="codes-0"' not in again["body"], "a right code is remembered"
    done = page("POST", "/forms/en/confirm", {"token": link, "codes-1": ""})["body"]
    assert "Not registered" in done and "No code was entered" in done
    assert state(cloud) == {"43": "listed"}
    assert "This link was used before" in page("GET", "/forms/confirm", query=f"lang=en&token={link}")["body"]


def test_the_api_takes_channel_and_codes(cloud: Cloud, seen: set[str], tripwire: Tripwire) -> None:
    body = {"numbers": [FIRST, SECOND], "email": EMAIL}
    status, problem = api("/v1/registrations", body)
    assert (status, [error["pointer"] for error in problem["errors"]]) == (400, ["/channel"])
    assert api("/v1/registrations", body | {"channel": "call"})[0] == 202
    link, codes = told(cloud, seen, tripwire)
    wrong = f"{(int(codes['44']) + 1) % 10**6:06d}"
    status, problem = api("/v1/registrations/confirm", {"token": link, "codes": [codes["43"], wrong]})
    assert (status, [(error["pointer"], error["code"]) for error in problem["errors"]]) == (
        400,
        [("/codes/1", "code_wrong")],
    )
    status, confirmed = api("/v1/registrations/confirm", {"token": link, "codes": ["", codes["44"]]})
    assert (status, len(confirmed["numbers"]), confirmed["not_registered"]) == (200, 2, [])
    assert state(cloud) == {"43": "listed", "44": "listed"}


def test_a_link_without_its_codes_lists_nothing(cloud: Cloud, seen: set[str], tripwire: Tripwire) -> None:
    api("/v1/registrations", {"numbers": [FIRST], "email": EMAIL, "channel": "sms"})
    link, _ = told(cloud, seen, tripwire)
    status, problem = api("/v1/registrations/confirm", {"token": link})
    assert (status, problem["errors"][0]["code"]) == (400, "code_missing")
    assert state(cloud) == {}
