"""Self-service from the form and the API to the mails: what is shown is the same, what is true is mailed."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from quietline.adapters.dynamodb.mails import mail_write
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.ses import SesSender
from quietline.kernel.settings.functions import MailerSettings, PublicApiSettings, RelaySettings, SiteFormsSettings
from typer.testing import CliRunner

from cli.main import app as typer_app
from functions.public_api import handler as public_api
from tests.conftest import Cloud
from tests.functions.test_registrations import drain, items
from tests.functions.test_site_forms import call as page
from tests.helpers import LambdaContext, Tripwire, http_event

NUMBER, EMAIL, STRANGER = "(202) 555-0143", "alex@example.com", "sam@example.org"


@pytest.fixture(autouse=True)
def environment(cloud: Cloud, tripwire: Tripwire) -> None:
    for model in (PublicApiSettings, RelaySettings, MailerSettings, SiteFormsSettings):
        cloud.use(model)
    tripwire.watch(EMAIL, STRANGER)


@pytest.fixture
def seen() -> set[str]:
    return set()


def api(path: str, body: Any) -> tuple[int, Any]:
    answer = public_api.lambda_handler(http_event("POST", path, body), LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def last(cloud: Cloud, seen: set[str]) -> str:
    """The last mail's subject and text."""
    sent = drain(cloud, seen)[-1]
    return f"{sent['subject']}\n{sent['body']}"


def carry(patch: pytest.MonkeyPatch, cookie: str) -> None:
    """Let the next requests send a cookie."""
    from quietline.http.site import cookies

    name, _, value = cookie.partition(";")[0].partition("=")
    patch.setattr(cookies, "read", lambda _event: {name: value})


def token_in(mail: str, path: str, tripwire: Tripwire) -> str:
    found = re.search(rf"https://registry\.example\.test{path}\?lang=en&(?:amp;)?token=([\w.-]+)", mail)
    assert found, mail
    tripwire.watch(found[1])
    return found[1]


@pytest.fixture
def registered(cloud: Cloud, seen: set[str], tripwire: Tripwire) -> None:
    assert page("POST", "/forms/en/register/send", {"numbers-0": NUMBER, "email": EMAIL})["statusCode"] == 303
    token = token_in(last(cloud, seen), "/forms/confirm", tripwire)
    assert page("POST", "/forms/en/confirm", {"token": token})["statusCode"] == 200
    drain(cloud, seen)


@pytest.mark.parametrize("form", ["verify", "remove"])
def test_the_screen_says_the_same_of_every_number(registered: None, form: str) -> None:
    known = page("POST", f"/forms/es/{form}", {"numbers-0": NUMBER, "email": EMAIL})
    unknown = page("POST", f"/forms/es/{form}", {"numbers-1": "(310) 555-0144", "email": STRANGER})
    assert known == unknown
    assert (known["statusCode"], known["headers"]["location"]) == (303, "/es/asked/")
    wrong = page("POST", f"/forms/es/{form}", {"numbers-1": "12", "email": "alex@"})
    assert wrong["statusCode"] == 400
    assert 'href="#numbers-1"' in wrong["body"] and 'href="#email"' in wrong["body"]


def test_the_answer_to_a_verification_is_a_mail(registered: None, cloud: Cloud, seen: set[str]) -> None:
    status, answer = api("/v1/registrations/verifications", {"numbers": [NUMBER, "3105550144"], "email": STRANGER})
    assert (status, answer) == (202, {"answered_by": "mail"})
    mail = last(cloud, seen)
    assert "43: registered since" in mail
    assert "44: not registered." in mail
    assert "555" not in mail
    assert api("/v1/registrations/verifications", {"numbers": ["1"], "email": STRANGER})[0] == 400


def test_a_removal_by_mail_and_back(registered: None, cloud: Cloud, seen: set[str], tripwire: Tripwire) -> None:
    page("POST", "/forms/en/remove", {"numbers-0": NUMBER, "email": EMAIL})
    token = token_in(last(cloud, seen), "/forms/remove/confirm", tripwire)
    shown = page("GET", "/forms/remove/confirm", query=f"lang=en&token={token}")
    assert "Remove my numbers" in shown["body"] and token in shown["body"]
    assert items(cloud.registry_table, "NUMBER#")[0]["state"] == "listed"
    gone = page("POST", "/forms/en/remove/confirm", {"token": token})
    assert "Your numbers leave the list" in gone["body"]
    assert items(cloud.registry_table, "NUMBER#")[0]["state"] == "removed"
    assert "This link was used before" in page("POST", "/forms/en/remove/confirm", {"token": token})["body"]

    back = token_in(last(cloud, seen), "/forms/remove/undo", tripwire)
    assert "Keep my numbers registered" in page("GET", "/forms/remove/undo", query=f"lang=en&token={back}")["body"]
    assert "Your numbers stay registered" in page("POST", "/forms/en/remove/undo", {"token": back})["body"]
    [record] = items(cloud.registry_table, "NUMBER#")
    assert record["state"] == "listed"
    assert record["registered_at"] == record["history"][0]["at"]
    assert "stays registered" in last(cloud, seen)


def test_the_api_removes_and_restores(registered: None, cloud: Cloud, seen: set[str], tripwire: Tripwire) -> None:
    assert api("/v1/registrations/removals", {"numbers": [NUMBER], "email": STRANGER})[0] == 202
    assert "Nothing was removed" in last(cloud, seen)
    assert api("/v1/registrations/removals", {"numbers": [NUMBER], "email": EMAIL})[0] == 202
    token = token_in(last(cloud, seen), "/forms/remove/confirm", tripwire)
    status, removed = api("/v1/registrations/removals/confirm", {"token": token})
    assert (status, removed["numbers"]) == (200, ["+•••••••••43"])
    status, problem = api("/v1/registrations/removals/confirm", {"token": token})
    assert (status, problem["type"]) == (400, "/problems/link-not-usable")
    back = token_in(last(cloud, seen), "/forms/remove/undo", tripwire)
    assert api("/v1/registrations/removals/undo", {"token": back}) == (200, {"numbers": ["+•••••••••43"]})


def test_the_browser_that_registered_corrects_the_address(
    cloud: Cloud, seen: set[str], tripwire: Tripwire, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = page("POST", "/forms/en/register/send", {"numbers-0": NUMBER, "email": STRANGER})
    [cookie] = sent["cookies"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    tripwire.watch(cookie.partition("=")[2].partition(";")[0])
    old = token_in(last(cloud, seen), "/forms/confirm", tripwire)

    with monkeypatch.context() as browser:
        carry(browser, cookie)
        shown = page("GET", "/forms/en/check-your-mail")["body"]
        assert "Hours that the link still works" in shown and ">72<" in shown and "555" not in shown
        assert page("POST", "/forms/en/check-your-mail/again")["headers"]["location"].endswith("?done=again")
        wrong = page("POST", "/forms/en/check-your-mail/address", {"email": "alex@"})
        assert (wrong["statusCode"], 'href="#email"' in wrong["body"]) == (400, True)
        assert old in last(cloud, seen)
        corrected = page("POST", "/forms/en/check-your-mail/address", {"email": EMAIL})
    assert corrected["headers"]["location"] == "/forms/en/check-your-mail?done=corrected"
    mail = last(cloud, seen)
    assert old not in mail
    assert "This link is not complete" in page("POST", "/forms/en/confirm", {"token": old})["body"]
    carry(monkeypatch, corrected["cookies"][0])
    assert "a new link is on its way" in page("GET", "/forms/en/check-your-mail", query="done=corrected")["body"]
    new = token_in(mail, "/forms/confirm", tripwire)
    assert "You are registered" in page("POST", "/forms/en/confirm", {"token": new})["body"]
    assert "This link was used before" in page("GET", "/forms/en/check-your-mail")["body"]


def test_a_browser_that_did_not_register_corrects_nothing(cloud: Cloud) -> None:
    assert "Check your mail" in page("GET", "/forms/en/check-your-mail")["body"]
    assert page("POST", "/forms/en/check-your-mail/again")["statusCode"] == 400


def test_a_certificate_is_shown_to_the_mailbox_and_verifies_offline(
    registered: None, cloud: Cloud, seen: set[str], tripwire: Tripwire, tmp_path: Path, jwks: Path
) -> None:
    api("/v1/registrations/verifications", {"numbers": [NUMBER], "email": EMAIL})
    token = token_in(last(cloud, seen), "/forms/certificate", tripwire)
    opened = page("GET", "/forms/certificate", query=f"lang=en&token={token}")
    assert "Show the certificate" in opened["body"] and "555" not in opened["body"]
    shown = page("POST", "/forms/en/certificate", {"token": token})
    assert "(202) 555-0143" in shown["body"]
    file = page("POST", "/forms/en/certificate", {"token": token, "as": "file"})
    assert file["headers"]["content-type"] == "application/jose"
    kept = tmp_path / "certificate.jws"
    kept.write_text(file["body"])
    result = CliRunner().invoke(typer_app, ["verify", str(kept), "--jwks", str(jwks), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["verified"] and found["numbers"][0]["number"] == "+12025550143"
    kept.write_text(file["body"].replace(".", ".x", 1))
    assert CliRunner().invoke(typer_app, ["verify", str(kept), "--jwks", str(jwks)]).exit_code == 5


@pytest.fixture
def jwks(cloud: Cloud, tmp_path: Path) -> Path:
    keys = public_api.lambda_handler(http_event("GET", "/.well-known/jwks.json"), LambdaContext())
    path = tmp_path / "keys.json"
    path.write_text(keys["body"])
    return path


def test_registrations_move_and_the_old_mailbox_loses_them(
    registered: None, cloud: Cloud, seen: set[str], tripwire: Tripwire
) -> None:
    assert page("POST", "/forms/en/move", {"email": EMAIL, "new_email": EMAIL})["statusCode"] == 400
    asked = page("POST", "/forms/en/move", {"email": EMAIL, "new_email": STRANGER})
    assert asked["headers"]["location"] == "/en/asked/"
    token = token_in(last(cloud, seen), "/forms/move/release", tripwire)
    assert "Move my registrations" in page("GET", "/forms/move/release", query=f"lang=en&token={token}")["body"]
    assert "The new address has to agree" in page("POST", "/forms/en/move/release", {"token": token})["body"]
    token = token_in(last(cloud, seen), "/forms/move/finish", tripwire)
    done = page("POST", "/forms/en/move/finish", {"token": token})["body"]
    assert "Your registrations have moved" in done and ">1<" in done
    assert "This link was used before" in page("POST", "/forms/en/move/finish", {"token": token})["body"]
    drain(cloud, seen)
    api("/v1/registrations/removals", {"numbers": [NUMBER], "email": STRANGER})
    assert "will be removed" in last(cloud, seen)


def test_one_click_ends_mails_that_nobody_asked_for(
    registered: None, cloud: Cloud, seen: set[str], tripwire: Tripwire, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers: list[dict[str, str]] = []
    plain = SesSender.send

    def send(self: SesSender, to: str, subject: str, text: str, html: str, more: dict[str, str]) -> None:
        headers.append(dict(more))
        plain(self, to, subject, text, html, more)

    monkeypatch.setattr(SesSender, "send", send)
    reported(cloud)
    mail = last(cloud, seen)
    token = token_in(mail, "/forms/unsubscribe", tripwire)
    assert "Get no more mails like this one" in mail
    assert headers[-1]["List-Unsubscribe"] == f"<https://registry.example.test/forms/unsubscribe?lang=en&token={token}>"
    assert headers[-1]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    shown = page("GET", "/forms/unsubscribe", query=f"lang=en&token={token}")
    assert "No more such mails" in shown["body"]
    clicked = page("POST", "/forms/unsubscribe", {"List-Unsubscribe": "One-Click"}, query=f"lang=en&token={token}")
    assert clicked["statusCode"] == 200

    reported(cloud)
    count = len(headers)
    drain(cloud, seen)
    assert len(headers) == count
    states = [item["state"] for item in items(cloud.registry_table, "MAIL#") if item["template"] == "line-quarantined"]
    assert sorted(states) == ["sent", "unwanted"]
    api("/v1/registrations/verifications", {"numbers": [NUMBER], "email": EMAIL})
    drain(cloud, seen)
    assert headers[-1] == {} and len(headers) == count + 1
    assert page("POST", "/forms/en/unsubscribe/back", {"token": token})["statusCode"] == 200
    reported(cloud)
    drain(cloud, seen)
    assert len(headers) == count + 2
    assert page("POST", "/forms/unsubscribe", {}, query="lang=en&token=x")["statusCode"] == 400


def reported(cloud: Cloud) -> None:
    """Ask for the mail about a reported line, as a carrier's report does."""
    table = Table(cloud.registry_table)
    [registration] = items(cloud.registry_table, "REGISTRATION#")
    mail = mail_write(
        table,
        template="line-quarantined",
        language="en",
        to_ciphertext=registration["email_ciphertext"],
        facts={"number": "+•••••••••43"},
        now=datetime.now(UTC),
    )
    table.write(mail)


@pytest.mark.parametrize("channel", ["sms", "call"])
def test_a_number_is_removed_by_a_code_on_its_line(
    registered: None, cloud: Cloud, seen: set[str], tripwire: Tripwire, channel: str
) -> None:
    assert "by mail only" in page("GET", "/forms/en/remove/code")["body"]
    assert page("POST", "/forms/en/remove/code", {"number": NUMBER})["statusCode"] == 404
    lines_reached(cloud)
    wrong = page("POST", "/forms/en/remove/code", {"number": "1"})
    assert wrong["statusCode"] == 400 and 'href="#channel"' in wrong["body"]
    asked = page("POST", "/forms/en/remove/code", {"number": NUMBER, "channel": channel})["body"]
    assert "555" not in asked
    [token] = re.findall(r'name="token" value="([^"]+)"', asked)
    tripwire.watch(token)
    sent = drain(cloud, seen)[-1]
    assert sent["destinations"]["ToAddresses"] == [f"12025550143@{channel}.example.com"]
    code = code_in(sent)
    assert len(code) == 6
    assert "not the code" in page("POST", "/forms/en/remove/code/enter", {"token": token, "code": "x"})["body"]
    done = page("POST", "/forms/en/remove/code/enter", {"token": token, "code": code})["body"]
    assert "The number leaves the list" in done
    assert items(cloud.registry_table, "NUMBER#")[0]["state"] == "removed"
    again = page("POST", "/forms/en/remove/code/enter", {"token": token, "code": code})["body"]
    assert "does not work any more" in again
    assert "stay registered" in page("POST", "/forms/en/remove/code/undo", {"token": token})["body"]
    assert items(cloud.registry_table, "NUMBER#")[0]["state"] == "listed"


def code_in(told: dict[str, Any]) -> str:
    """Return the code that a line was told."""
    return "".join(re.findall(r"your code is ([\d, ]+)\.", str(told["body"]))[0].replace(",", " ").split())


def lines_reached(cloud: Cloud) -> None:
    """Switch codes on, and read the settings anew."""
    from functions.mailer import handler as mailer
    from functions.site_forms import wiring

    cloud.use(SiteFormsSettings, line_codes=1)
    cloud.use(MailerSettings, mailed_lines=1)
    wiring.settings.cache_clear()
    mailer.settings.cache_clear()
