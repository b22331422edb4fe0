"""The portal's journeys of people: account, second factor, organization, certification, team, agents."""

import re
import time
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb.table import decode_item
from quietline.kernel.settings.functions import PortalSettings
from quietline.kernel.totp import totp
from quietline.mails.links import ACCEPT_INVITATION, LinkSigner
from quietline.sellers.model import OrganizationType

from functions.portal import cookies, wiring
from tests.helpers import Tripwire
from tests.portal import EMAIL, PASSWORD, Visitor, organization, person

LEE = "lee@example.com"
ORGANIZATION = {
    "name": "Sunny <b>Roofs</b> LLC",
    "type": "seller",
    "address-line1": "1 Sample Street",
    "address-line2": "",
    "address-city": "Springfield",
    "address-region": "IL",
    "address-postal_code": "62701",
    "address-country": "US",
    "contact-name": "Kim",
    "contact-email": EMAIL,
}


def stored(settings: PortalSettings, prefix: str) -> list[dict[str, Any]]:
    found = aws.client("dynamodb").scan(TableName=settings.sellers_table)["Items"]
    return [decode_item(item) for item in found if item["pk"]["S"].startswith(prefix)]


def pending(settings: PortalSettings) -> dict[str, Any]:
    [item] = [one for one in stored(settings, "ORGANIZATION#") if one.get("nonce")]
    return item


def token_of(settings: PortalSettings) -> str:
    item = pending(settings)
    return LinkSigner(b"s" * 48).token(ACCEPT_INVITATION, item["id"], item["nonce"])


def test_an_exempt_organization_says_why(portal: PortalSettings) -> None:
    lee = person("lee@example.com")
    visitor = Visitor().sign_in(lee).get("organization/new")
    exempt = ORGANIZATION | {"type": "exempt", "contact-email": "lee@example.com"}
    visitor.post("organization/new", exempt | {"exempt_reason": ""})
    assert '<a href="#exempt_reason">Say why the organization is exempt' in visitor.plain
    visitor.post("organization/new", exempt | {"exempt_reason": "nonsense"})
    assert '<a href="#exempt_reason">Choose one of the reasons' in visitor.plain
    visitor.post("organization/new", exempt | {"exempt_reason": "charity"})
    assert visitor.status == 303
    assert [one["exempt_reason"] for one in stored(portal, "ORGANIZATION#") if "type" in one] == ["charity"]


def test_from_nothing_to_an_account_number(
    portal: PortalSettings, tripwire: Tripwire, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []  # moto sends no code again
    monkeypatch.setattr(type(wiring.accounts()), "resend_code", lambda _, email: sent.append(email))
    visitor = Visitor().post("sign-up", {"email": EMAIL, "password": "weak"}, at="sign-up")
    assert (visitor.status, "Choose a password of at least" in visitor.text) == (400, True)
    visitor.post("sign-up", {"email": EMAIL, "password": PASSWORD})
    assert visitor.follow().title == "Enter the code from the mail"
    assert EMAIL not in visitor.text
    visitor.post("sign-up/again")
    assert "A new code is on its way." in visitor.follow().text
    assert sent == [EMAIL]
    visitor.post("sign-up/code", {"code": "123456"})
    assert "Your address is verified." in visitor.follow().text
    visitor.post("sign-in", {"email": EMAIL, "password": PASSWORD})
    assert visitor.follow().location == "/portal/en/organization/new"
    visitor.follow().post("organization/new", ORGANIZATION | {"name": "", "type": "", "contact-email": "kim"})
    for name in ("name", "type"):
        assert f'<a href="#{name}">' in visitor.text
    assert 'value="1 Sample Street"' in visitor.text
    assert 'href="/portal/es/organization/new" hreflang="es"' in visitor.text
    visitor.post("organization/new", ORGANIZATION)
    assert visitor.location == "/portal/en/account/second-factor?done=organization"
    before = visitor.jar[cookies.SESSION]
    visitor.follow().post("account/second-factor", {"password": "wrong"})
    assert "The password is wrong" in visitor.text
    visitor.post("account/second-factor", {"password": PASSWORD})
    shown = visitor.follow().text
    secret = re.search(r'class="ql-code">([^<]+)<', shown)
    assert secret
    assert "<svg" in shown
    assert "style=" not in shown
    visitor.post("account/second-factor/code", {"code": "000000"})
    assert "This code is wrong" in visitor.text
    visitor.post("account/second-factor/code", {"code": totp(secret[1].replace(" ", ""), time.time())})
    assert visitor.location == "/portal/en/certification"
    assert visitor.jar[cookies.SESSION] != before
    assert cookies.STEP not in visitor.jar
    text = wiring.certifications().text()
    assert text.text["en"] in visitor.follow().text
    visitor.post("certification", {"version": text.version})
    assert "Check the box" in visitor.text
    visitor.post("certification", {"version": text.version, "agree": "yes"})
    assert "this is your account number" in visitor.follow().text
    [made] = [item for item in stored(portal, "ORGANIZATION#") if item["sk"] == "META"]
    assert re.search(rf'govuk-panel__title">{made["san"]}<', visitor.text)
    assert "Sunny &lt;b&gt;Roofs" in visitor.get("organization").text


def test_who_signs_in_unverified_is_asked_for_the_mailed_code(portal: PortalSettings) -> None:
    wiring.accounts().sign_up(EMAIL, PASSWORD, "en")
    visitor = Visitor().post("sign-in", {"email": EMAIL, "password": PASSWORD}, at="sign-in")
    assert visitor.location == "/portal/en/sign-up/code"


def test_a_new_password_ends_every_session(portal: PortalSettings) -> None:
    kim = person()
    organization(kim)
    stolen = Visitor().sign_in(kim)
    visitor = Visitor().post("password", {"email": EMAIL}, at="password")
    assert EMAIL not in visitor.follow().text
    answers = aws.client("cognito-idp").forgot_password(ClientId=portal.portal_client_id, Username=EMAIL)
    sent = answers["ResponseMetadata"]["HTTPHeaders"]["x-moto-forgot-password-confirmation-code"]
    visitor.post("password/new", {"code": sent, "password": "Other-Line-2026!"})
    assert visitor.location == "/portal/en/sign-in?done=password"
    assert stolen.get("").status == 303


def test_the_address_of_a_new_password_tells_nothing(portal: PortalSettings) -> None:
    visitor = Visitor().post("password", {"email": "nobody@example.com"}, at="password")
    assert visitor.location == "/portal/en/password/new"
    assert Visitor().get("password/new").location == "/portal/en/password"
    assert Visitor().post("password", {"email": ""}, at="password").status == 400


def test_the_app_is_replaced_only_with_a_code_of_the_old_one(portal: PortalSettings) -> None:
    kim = person()
    organization(kim)
    visitor = Visitor().sign_in(kim).get("account/second-factor")
    visitor.post("account/second-factor", {"password": PASSWORD, "code": "000000"})
    assert "This code is wrong" in visitor.text
    visitor.post("account/second-factor", {"password": PASSWORD, "code": totp(kim.secret, time.time())})
    assert visitor.location == "/portal/en/account/second-factor/code"
    visitor.follow().post("account/second-factor/code", {"code": totp(kim.secret, time.time())})
    assert visitor.location == "/portal/en/account?done=second_factor"


def test_a_representative_without_a_second_factor_is_told_how(portal: PortalSettings) -> None:
    kim = person(mfa=False)
    organization(kim, certified=False)
    visitor = Visitor().sign_in(kim)
    visitor.post("certification", {"agree": "yes"}, at="certification")
    assert (visitor.status, visitor.title) == (403, "Set up a second factor first")
    assert 'href="/portal/en/account/second-factor"' in visitor.text
    assert visitor.get("team").status == 200


def test_everywhere_means_every_browser(portal: PortalSettings) -> None:
    kim = person()
    organization(kim)
    one, other = Visitor().sign_in(kim), Visitor().sign_in(kim)
    one.post("account/sign-out-everywhere", at="account")
    assert other.get("").status == 303
    assert "in every browser" in one.follow().text


def test_a_person_is_invited_joins_and_leaves(portal: PortalSettings, tripwire: Tripwire) -> None:
    kim = person()
    organization(kim)
    lead = Visitor().sign_in(kim)
    lead.post("team/invite", {"email": "lee", "role": "downloader", "language": "es"}, at="team")
    assert 'href="#email"' in lead.text
    invited = {"email": LEE, "role": "downloader", "language": "es"}
    lead.post("team/invite", invited)
    assert "The invitation is on its way." in lead.follow().text
    assert LEE in lead.text
    lead.post("team/invite", invited)
    assert "open invitation" in lead.text
    assert 'href="/portal/es/team" hreflang="es"' in lead.text
    token = token_of(portal)
    tripwire.watch(LEE, token)
    # the link of the mail, before there is an account
    guest = Visitor().get("invitation", f"token={token}")
    assert token not in guest.location
    assert "Sunny Roofs LLC" in guest.follow().text
    assert token not in guest.text
    lee = person(LEE)
    guest.post("sign-in", {"email": LEE, "password": PASSWORD}, at="sign-in")
    guest.follow().post("sign-in/code", {"code": totp(lee.secret, time.time())})
    assert guest.location == "/portal/en/invitation"
    guest.follow().post("invitation")
    assert guest.location == "/portal/en/team?done=joined"
    assert "Welcome" in guest.follow().text
    # a downloader leads nothing
    assert guest.post("team/invite", invited, at="team").status == 403
    assert guest.get("team").text.count("<form") == 1  # sign-out
    lead.post(f"team/{lee.sub}/role", {"role": "representative"}, at="team")
    assert "The role is changed." in lead.follow().text
    assert guest.get("team").text.count("<form") > 1
    assert lead.get(f"team/{lee.sub}/remove").title == "Remove a member"
    lead.post(f"team/{lee.sub}/remove")
    assert lead.location == "/portal/en/team?done=removed"
    # gone at the next click, though the session lives on
    assert guest.get("team").location == "/portal/en/organization/new"
    lead.post(f"team/{kim.sub}/remove", at=f"team/{kim.sub}/remove")
    assert "keeps one authorized representative" in lead.text
    used = Visitor().get("invitation", f"token={token}").follow()
    assert (used.status, used.title) == (400, "This invitation cannot be used")


def test_an_invitation_is_for_its_address_only(portal: PortalSettings) -> None:
    kim, mia = person(), person("mia@example.com")
    organization(kim)
    lead = Visitor().sign_in(kim)
    lead.post("team/invite", {"email": LEE, "role": "downloader", "language": "en"}, at="team")
    stranger = Visitor().sign_in(mia).get("invitation", f"token={token_of(portal)}").follow()
    assert "for another e-mail address" in stranger.post("invitation").text
    path = f"team/invitations/{pending(portal)['id']}"
    lead.post(f"{path}/again", at="team")
    assert lead.location.endswith("done=sent")
    lead.post(f"{path}/withdraw", at="team")
    assert lead.location.endswith("done=withdrawn")
    assert stranger.get("invitation").status == 400


@pytest.mark.parametrize("query", ["token=a%0d%0aset-cookie:%20x", "token=a;b", f"token={'x' * 300}", ""])
def test_a_token_that_is_none_leaves_no_trace(portal: PortalSettings, query: str) -> None:
    visitor = Visitor().get("invitation", query)
    if visitor.status == 303:
        visitor.follow()
    assert visitor.status == 400
    assert cookies.INVITATION not in visitor.jar


def test_a_telemarketer_acts_for_one_seller_at_a_time(portal: PortalSettings) -> None:
    kim, lee = person(), person(LEE)
    seller = organization(kim)
    caller = organization(lee, OrganizationType.TELEMARKETER, name="Friendly Calls Inc.")
    lead, agent = Visitor().sign_in(kim), Visitor().sign_in(lee)
    for wrong, sentence in {"123": "no account number", seller: "your own number"}.items():
        assert sentence in lead.post("agents", {"san": wrong}, at="agents").text
    lead.post("agents", {"san": caller})
    assert "Friendly Calls Inc." in lead.follow().text
    assert "act for you already" in lead.post("agents", {"san": caller}).text
    assert "Choose for which seller you act" in agent.get("").text
    assert "You may not act" in agent.post("acting", {"san": "123-456-7897"}, at="acting").text
    agent.post("acting", {"san": seller})
    assert agent.location == "/portal/en/downloads"
    # the organization's own pages are not for agents
    assert (agent.get("team").status, agent.title) == (403, "Not while you act for another")
    lead.post(f"agents/{caller}/withdraw", at="agents")
    assert lead.location.endswith("done=withdrawn")
    over = "You may not act for this organization any more"
    assert [agent.get(path).title for path in ("downloads", "team", "")] == [over] * 3
    agent.post("acting", {"san": caller}, at="acting")
    assert agent.follow().status == 200
    assert caller in agent.text


def test_an_agent_sees_its_own_washes_and_nobody_elses(portal: PortalSettings) -> None:
    kim, lee, mia = person(), person(LEE), person("mia@example.com")
    seller = organization(kim)
    lead = Visitor().sign_in(kim)
    agents = []
    for who in (lee, mia):
        san = organization(who, OrganizationType.TELEMARKETER, name="Friendly Calls Inc.")
        lead.post("agents", {"san": san}, at="agents")
        agents.append(Visitor().sign_in(who))
        agents[-1].post("acting", {"san": seller}, at="acting")
    lead.post("areas", {"area": ["202"], "action": "price"}, at="areas")
    [seen] = re.findall(r'name="seen" value="([^"]+)"', lead.plain)
    lead.post("areas", {"area": ["202"], "action": "order", "seen": seen})

    paths = {}
    for visitor, reference in ((lead, "own-1"), (agents[0], "lee-1"), (agents[1], "mia-1")):
        visitor.post("washes", {"reference": reference}, at="washes")
        paths[reference] = visitor.location.removeprefix("/portal/en/")
        assert visitor.follow().status == 200
    for visitor, own in ((agents[0], "lee-1"), (agents[1], "mia-1")):
        visitor.get("washes")
        assert re.findall(r"(?:own|lee|mia)-1", visitor.plain) == [own]
        for path in (path for reference, path in paths.items() if reference != own):
            for below in ("", "/sent", "/progress", "/receipt"):
                assert visitor.get(path + below).status == 404, path + below
            assert visitor.post(f"{path}/again", at="washes").status == 404
    assert lead.post(f"{paths['lee-1']}/again", at="washes").status == 404, "it would be another wash, the seller's"
    lead.get("washes")
    assert all(reference in lead.plain for reference in paths)
