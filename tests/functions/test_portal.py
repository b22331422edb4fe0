"""The portal's frame: who may open what, sign-in and sign-out, forms from elsewhere, sessions that end."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from quietline.adapters import aws
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import UnavailableError
from quietline.kernel.settings.functions import PortalSettings
from quietline.kernel.totp import totp
from quietline.sessions.service import SessionService

from functions.portal import cookies, wiring
from functions.portal.frame import PAGES, Who
from functions.portal.handler import lambda_handler
from tests.conftest import NOW
from tests.helpers import LambdaContext, Tripwire, http_event, load_event
from tests.portal import EMAIL, PASSWORD, SITE, Visitor, organization, person


def items(settings: PortalSettings, prefix: str) -> list[dict[str, Any]]:
    found = aws.client("dynamodb").scan(TableName=settings.sellers_table)["Items"]
    return [item for item in found if item["pk"]["S"].startswith(prefix)]


def test_the_event_file_is_answered_with_the_sign_in_page(portal: PortalSettings) -> None:
    answer = lambda_handler(load_event("portal/sign_in"), LambdaContext())
    assert answer["statusCode"] == 200
    assert "<title>Sign in - " in answer["body"]
    assert answer["headers"]["cache-control"] == "no-store"


@pytest.mark.parametrize(("wish", "language"), [("es-MX,en;q=0.5", "es"), ("fr", "en"), ("", "en")])
def test_an_address_without_a_language_goes_to_the_wished_one(portal: PortalSettings, wish: str, language: str) -> None:
    event = http_event("GET", "/portal", headers={"accept-language": wish})
    answer = lambda_handler(event | {"rawQueryString": "a=b"}, LambdaContext())
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, f"/portal/{language}/?a=b")


def test_a_person_signs_in_with_a_second_factor(portal: PortalSettings, tripwire: Tripwire) -> None:
    kim = person()
    organization(kim)
    visitor = Visitor()
    assert visitor.get("").location == "/portal/en/sign-in"
    anonymous = visitor.follow().jar[cookies.SESSION]
    assert not items(portal, "SESSION#")
    visitor.post("sign-in", {"email": EMAIL, "password": PASSWORD})
    assert visitor.location == "/portal/en/sign-in/code"
    tripwire.watch(visitor.jar[cookies.STEP])
    assert visitor.follow().title == "Enter the code of your app"
    assert not items(portal, "SESSION#")
    visitor.post("sign-in/code", {"code": "000000"})
    assert (visitor.status, "This code is wrong" in visitor.text) == (400, True)
    visitor.post("sign-in/code", {"code": totp(kim.secret, time.time())})
    assert visitor.location == "/portal/en/"
    signed_in = visitor.jar[cookies.SESSION]
    tripwire.watch(signed_in, anonymous)
    assert visitor.follow().title == "Overview"
    # an id that somebody planted before is worth nothing
    assert signed_in != anonymous
    assert cookies.STEP not in visitor.jar
    [stored] = items(portal, "SESSION#")
    assert signed_in not in str(stored)
    assert EMAIL not in str(stored)


def test_the_page_that_was_asked_for_comes_after_the_sign_in_and_no_other_site(portal: PortalSettings) -> None:
    person(mfa=False)
    for wanted, location in {"sign-in/code": "/portal/en/sign-in/code", "//evil.test": "/portal/en/"}.items():
        visitor = Visitor().get("sign-in", f"next={wanted}")
        visitor.post("sign-in", {"email": EMAIL, "password": PASSWORD, "next": wanted})
        assert visitor.location == location


def test_a_wrong_password_and_an_unknown_address_read_the_same(portal: PortalSettings) -> None:
    person(mfa=False)
    shown = set()
    for email, password in ((EMAIL, "Wrong-Line-2026!"), ("nobody@example.com", PASSWORD)):
        visitor = Visitor().post("sign-in", {"email": email, "password": password}, at="sign-in")
        assert visitor.status == 400
        assert password not in visitor.text
        shown.add(re.sub(r'value="[^"]*"', "", visitor.text))
    assert len(shown) == 1


def test_what_is_missing_is_said(portal: PortalSettings) -> None:
    visitor = Visitor("es").post("sign-in", {"email": "", "password": ""}, at="sign-in")
    assert '<a href="#email">Escriba' in visitor.text
    assert '<a href="#password">Escriba su contraseña</a>' in visitor.text
    assert "autofocus" in visitor.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": SITE},
    ],
)
def test_a_form_from_elsewhere_is_refused(portal: PortalSettings, headers: dict[str, str]) -> None:
    visitor = Visitor().post("sign-in", {"email": EMAIL, "password": PASSWORD}, at="sign-in", **headers)
    assert (visitor.status, visitor.title) == (403, "This form is no longer good")


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_its_token_is_refused(portal: PortalSettings, token: str) -> None:
    visitor = Visitor().post("sign-in", {"email": EMAIL, "form_token": token}, at="sign-in")
    assert visitor.status == 403


def test_an_old_browser_is_known_by_the_origin_it_names(portal: PortalSettings) -> None:
    person(mfa=False)
    visitor = Visitor().get("sign-in")
    token = re.search(r'name="form_token" value="(\w+)"', visitor.text)
    assert token
    for origin, status in ((SITE, 400), ("https://evil.test", 403), ("null", 403), ("", 403)):
        event = http_event("POST", "/portal/en/sign-in", f"form_token={token[1]}", headers={"origin": origin})
        event["cookies"] = [f"{cookies.SESSION}={visitor.jar[cookies.SESSION]}"]
        assert lambda_handler(event, LambdaContext())["statusCode"] == status


def test_a_form_of_the_time_before_the_sign_in_is_refused_after_it(portal: PortalSettings) -> None:
    kim = person()
    organization(kim)
    visitor = Visitor().get("sign-in")
    visitor.sign_in(kim)
    assert visitor.post("sign-out").status == 403


def test_signing_out_kills_the_session(portal: PortalSettings) -> None:
    kim = person()
    organization(kim)
    visitor = Visitor().sign_in(kim)
    stolen = Visitor(jar=dict(visitor.jar))
    assert visitor.get("").status == 200
    visitor.post("sign-out")
    assert (visitor.location, cookies.SESSION in visitor.jar) == ("/portal/en/sign-in?done=signed_out", False)
    assert "You have signed out." in visitor.follow().text
    assert stolen.get("").status == 303
    assert not items(portal, "SESSION#")


def test_a_session_ends_without_use_and_in_any_case(portal: PortalSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FixedClock(NOW)
    real = wiring.sessions()
    monkeypatch.setattr(wiring, "sessions", lambda: SessionService(real.store, clock, real.limits))
    kim = person()
    organization(kim)
    idle = Visitor().sign_in(kim)
    used = Visitor().sign_in(kim)
    for _ in range(12 * 60 // 29):
        clock.instant += timedelta(minutes=29)
        assert used.get("").status == 200
    assert idle.get("").status == 303
    clock.instant = NOW + timedelta(hours=12)
    assert used.get("").location == "/portal/en/sign-in"
    assert used.post("sign-out", {"form_token": "x"}).status == 403
    assert not items(portal, "SESSION#")


def test_every_session_of_a_person_can_be_ended(portal: PortalSettings) -> None:
    kim, lee = person(), person("lee@example.com")
    organization(kim)
    organization(lee)
    browsers = [Visitor().sign_in(kim), Visitor().sign_in(kim)]
    other = Visitor().sign_in(lee)
    wiring.sessions().end_all(kim.sub)
    assert [browser.get("").status for browser in browsers] == [303, 303]
    assert other.get("").status == 200


def roles() -> dict[str, Visitor]:
    kim, nobody, bare = person(), person("lee@example.com"), person("mia@example.com", mfa=False)
    organization(kim)
    organization(bare, certified=False)
    return {
        "nobody": Visitor(),
        "person": Visitor().sign_in(nobody),
        "representative": Visitor().sign_in(kim),
        "without a second factor": Visitor().sign_in(bare),
    }


def test_every_page_opens_for_just_those_it_is_for(portal: PortalSettings) -> None:
    assert len(PAGES) > 3
    order = [Who.ANYBODY, Who.PERSON, Who.AGENT, Who.MEMBER, Who.REPRESENTATIVE]
    reach = {"nobody": 0, "person": 1, "representative": 4, "without a second factor": 3}
    for name, visitor in roles().items():
        for pattern, methods in PAGES.items():
            path = re.sub(r"{\w+}", "01KB3Q6W5N8Y2C4D6E8F0G1H2J", pattern)
            if "GET" not in methods:
                continue
            visitor.get(path)
            needed = order.index(methods["GET"].who)
            if needed == 0:
                continue
            if reach[name] >= needed:
                assert visitor.status in (200, 303, 404), (name, pattern)
                assert "/sign-in" not in visitor.answer["headers"].get("location", ""), (name, pattern)
            elif name == "without a second factor":
                assert (visitor.status, visitor.title) == (403, "Set up a second factor first"), pattern
            elif name == "nobody":
                assert visitor.location.startswith("/portal/en/sign-in"), pattern
            else:
                assert visitor.location == "/portal/en/organization/new", (name, pattern)


def test_what_does_not_exist(portal: PortalSettings) -> None:
    assert Visitor().get("nothing/here").status == 404
    assert Visitor().post("sign-out/now").status == 404
    gone = Visitor().get("sign-out")
    assert (gone.status, gone.answer["headers"]["allow"]) == (405, "POST")


def test_a_failure_shows_a_page_and_logs_no_word_of_it(
    portal: PortalSettings, monkeypatch: pytest.MonkeyPatch, tripwire: Tripwire
) -> None:
    def fail() -> None:
        raise RuntimeError(f"{EMAIL} {PASSWORD}")

    monkeypatch.setattr(wiring, "accounts", fail)
    visitor = Visitor().post("sign-in", {"email": EMAIL, "password": PASSWORD}, at="sign-in")
    assert (visitor.status, EMAIL in visitor.text) == (500, False)


BUSY = (
    ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": EMAIL}}, "GetItem"),
    EndpointConnectionError(endpoint_url="https://dynamodb.example.com"),
    UnavailableError("Others change the same records."),
)


@pytest.mark.parametrize("error", BUSY)
@pytest.mark.parametrize(("service", "method"), [(SessionService, "find"), (SessionService, "end")])
def test_a_service_that_is_busy_is_a_page_that_says_when_to_come_again(
    portal: PortalSettings, monkeypatch: pytest.MonkeyPatch, error: Exception, service: type, method: str
) -> None:
    visitor = Visitor().sign_in(person())
    visitor.get("account")

    def busy(*_arguments: Any) -> None:
        raise error

    monkeypatch.setattr(service, method, busy)
    visitor.post("sign-out")
    assert (visitor.status, visitor.answer["headers"]["retry-after"]) == (503, "5")
    assert visitor.title == "Please try again shortly"


def test_a_session_that_cannot_be_read_is_a_page_too(portal: PortalSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor().sign_in(person())

    def broken(*_arguments: Any) -> None:
        raise RuntimeError(EMAIL)

    monkeypatch.setattr(SessionService, "find", broken)
    visitor.get("account")
    assert (visitor.status, EMAIL in visitor.text) == (500, False)
