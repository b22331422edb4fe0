"""People, invitations, agents and machine clients through the sellers' API, with real stores and moto's Cognito."""

import json
import re
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters import aws
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.settings.functions import MailerSettings, SellerApiSettings

from functions.seller_api import handler, wiring
from tests.helpers import LambdaContext, Tripwire, http_event, load_event

CITY = {"city": "Springfield", "region": "IL", "postal_code": "62701", "country": "US"}


class Town:
    """Organizations and people of one user pool."""

    def __init__(self, cloud: Any, mfa: str = "optional") -> None:
        self.cloud = cloud
        self.cognito = aws.client("cognito-idp")
        self.pool = self.cognito.create_user_pool(PoolName="people", UsernameAttributes=["email"])["UserPool"]["Id"]
        scopes = [{"ScopeName": "lists", "ScopeDescription": "the lists"}]
        self.cognito.create_resource_server(UserPoolId=self.pool, Identifier="quietline", Name="q", Scopes=scopes)
        self.settings = cloud.use(SellerApiSettings, user_pool_id=self.pool, representative_mfa=mfa)
        self.table = Table(self.settings.sellers_table)

    def person(self, name: str, verified: str = "true") -> dict[str, str]:
        attributes = [{"Name": "email", "Value": f"{name}@example.com"}, {"Name": "email_verified", "Value": verified}]
        made = self.cognito.admin_create_user(
            UserPoolId=self.pool, Username=f"{name}@example.com", UserAttributes=attributes, MessageAction="SUPPRESS"
        )["User"]
        sub = next(entry["Value"] for entry in made["Attributes"] if entry["Name"] == "sub")
        return {"sub": sub, "client_id": "cli", "groups": "", "scopes": ""}

    def __call__(
        self, who: dict[str, str], method: str, path: str, body: Any = None, san: str = ""
    ) -> tuple[int, dict[str, Any]]:
        headers = {"quietline-san": san} if san else None
        answer = handler.lambda_handler(http_event(method, path, body, headers=headers, **who), LambdaContext())
        text = answer["body"] or "{}"
        return answer["statusCode"], json.loads(text) if text.startswith("{") else {"text": text}

    def organization(self, who: dict[str, str], kind: str = "seller") -> str:
        """Return the SAN of a new organization, certified."""
        body = json.loads(load_event("seller_api/create_organization")["body"]) | {"type": kind}
        assert self(who, "POST", "/v1/organizations", body)[0] == 201
        status, made = self(who, "POST", "/v1/certifications", {"version": "2026-10", "language": "en"})
        assert status == 201, made
        return str(made["san"])

    def mails(self) -> list[dict[str, Any]]:
        return [item for item in self._scan() if item["pk"].startswith("MAIL#")]

    def token(self) -> str:
        """The token of the newest invitation, as the mailer derives it."""
        mails = self.cloud.use(MailerSettings)
        items = [item for item in self.mails() if item["state"] == "waiting" and item["template"] == "invitation"]
        newest = max(items, key=lambda item: item["pk"])
        assert bootstrap.mails(mails).deliver(self.table.name, newest["pk"].removeprefix("MAIL#"))
        sent = sent_mails()[-1]
        link = re.search(r"/portal/invitation\?lang=en&(?:amp;)?token=([0-9A-Z]{26}\.[\w-]{32})", sent)
        assert link, sent
        return link.group(1)

    def enrol(self, who: dict[str, str]) -> None:
        from moto.cognitoidp.models import cognitoidp_backends

        user = cognitoidp_backends["123456789012"]["us-east-1"].admin_get_user(self.pool, who["sub"])
        user.token_verified = True
        self.cognito.admin_set_user_mfa_preference(
            UserPoolId=self.pool,
            Username=who["sub"],
            SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
        )

    def require_factor(self) -> None:
        """From now on representatives act with a second factor only."""
        self.cloud.use(SellerApiSettings, user_pool_id=self.pool, representative_mfa="required")
        wiring.settings.cache_clear()

    def _scan(self) -> list[dict[str, Any]]:
        from quietline.adapters.dynamodb.table import decode_item

        items = aws.client("dynamodb").scan(TableName=self.table.name)["Items"]
        return [decode_item(item) for item in items]


def sent_mails() -> list[str]:
    from moto.ses.models import ses_backends

    return [str(message.body) for message in ses_backends["123456789012"]["us-east-1"].sent_messages]


@pytest.fixture
def town(cloud: Any) -> Town:
    return Town(cloud)


def invited(town: Town, by: dict[str, str], name: str, role: str = "downloader") -> dict[str, str]:
    who = town.person(name)
    body = {"email": f"{name}@example.com", "role": role, "language": "en"}
    assert town(by, "POST", "/v1/invitations", body)[0] == 201
    assert town(who, "POST", "/v1/invitations/accept", {"token": town.token()})[0] == 200
    return who


def test_an_invited_person_joins_once(town: Town, tripwire: Tripwire) -> None:
    tripwire.watch("bea@example.com")
    ana, bea = town.person("ana"), town.person("bea")
    town.organization(ana)
    status, made = town(ana, "POST", "/v1/invitations", {"email": "bea@example.com", "role": "downloader"})
    assert status == 201, made
    assert "bea@example.com" not in repr(town._scan())
    token = town.token()
    assert token not in repr(town._scan())

    status, joined = town(bea, "POST", "/v1/invitations/accept", {"token": token})

    assert (status, joined["role"]) == (200, "downloader")
    assert town(ana, "GET", "/v1/invitations")[1]["invitations"] == []
    listed = town(bea, "GET", "/v1/members")[1]["members"]
    assert [(one["email"], one["role"]) for one in listed] == [
        ("ana@example.com", "representative"),
        ("bea@example.com", "downloader"),
    ]
    status, again = town(bea, "POST", "/v1/invitations/accept", {"token": token})
    assert (status, again["type"]) == (400, "/problems/link-not-usable")
    assert town(bea, "POST", "/v1/invitations", {"email": "c@example.com", "role": "downloader"})[0] == 403
    me = town(bea, "GET", "/v1/me")[1]
    assert (me["email"], me["role"], me["mfa"]) == ("bea@example.com", "downloader", False)
    changes = [one["what"] for one in town(ana, "GET", "/v1/members/changes")[1]["changes"]]
    assert changes == ["joined", "invited", "organization_created"]


def test_an_invitation_is_for_one_verified_address(town: Town) -> None:
    ana = town.person("ana")
    town.organization(ana)
    town(ana, "POST", "/v1/invitations", {"email": "bea@example.com", "role": "downloader"})
    token = town.token()

    assert town(town.person("cem"), "POST", "/v1/invitations/accept", {"token": token})[0] == 403
    assert town(town.person("bea", verified="false"), "POST", "/v1/invitations/accept", {"token": token})[0] == 403
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert town(town.person("dan"), "POST", "/v1/invitations/accept", {"token": forged})[0] == 400
    town.cognito.admin_update_user_attributes(
        UserPoolId=town.pool, Username="bea@example.com", UserAttributes=[{"Name": "email_verified", "Value": "true"}]
    )
    bea = town.cognito.admin_get_user(UserPoolId=town.pool, Username="bea@example.com")["Username"]
    who = {"sub": bea, "client_id": "cli", "groups": "", "scopes": ""}
    assert town(who, "POST", "/v1/invitations/accept", {"token": token})[0] == 200


def test_an_invitation_sent_again_or_withdrawn_ends_the_link_before(town: Town) -> None:
    ana, bea = town.person("ana"), town.person("bea")
    town.organization(ana)
    invitation = {"email": "bea@example.com", "role": "downloader"}
    made = town(ana, "POST", "/v1/invitations", invitation)[1]
    assert town(ana, "POST", "/v1/invitations", invitation)[0] == 409
    first = town.token()

    assert town(ana, "POST", f"/v1/invitations/{made['id']}/mails", {})[0] == 204

    second = town.token()
    assert second != first
    assert town(bea, "POST", "/v1/invitations/accept", {"token": first})[0] == 400
    assert town(ana, "GET", "/v1/invitations")[1]["invitations"][0]["mails"] == 2
    assert town(ana, "DELETE", f"/v1/invitations/{made['id']}")[0] == 204
    status, problem = town(bea, "POST", "/v1/invitations/accept", {"token": second})
    assert status == 400
    assert "withdrawn" in problem["detail"]
    assert town(ana, "DELETE", f"/v1/invitations/{made['id']}")[0] == 404
    assert town(ana, "POST", "/v1/invitations", invitation)[0] == 201


def test_a_person_of_another_organization_leaves_that_first(town: Town) -> None:
    ana, bea = town.person("ana"), town.person("bea")
    town.organization(ana)
    town.organization(bea)
    town(ana, "POST", "/v1/invitations", {"email": "bea@example.com", "role": "downloader"})
    token = town.token()

    status, problem = town(bea, "POST", "/v1/invitations/accept", {"token": token})

    assert (status, problem["type"]) == (409, "/problems/conflict")
    assert "another" not in problem["detail"]
    assert "Leave" in problem["detail"]


def test_the_last_representative_stays(town: Town) -> None:
    ana = town.person("ana")
    town.organization(ana)
    bea = invited(town, ana, "bea")

    for method, body in (("PUT", {"role": "downloader"}), ("DELETE", None)):
        status, problem = town(ana, method, f"/v1/members/{ana['sub']}", body)
        assert (status, problem["type"]) == (409, "/problems/conflict")
    assert town(bea, "DELETE", f"/v1/members/{ana['sub']}")[0] == 403

    assert town(ana, "PUT", f"/v1/members/{bea['sub']}", {"role": "representative"})[0] == 204
    assert town(ana, "DELETE", f"/v1/members/{ana['sub']}")[0] == 204
    assert town(ana, "GET", "/v1/members")[0] == 403
    assert town(bea, "DELETE", f"/v1/members/{bea['sub']}")[0] == 409
    assert town(bea, "PUT", f"/v1/members/{ana['sub']}", {"role": "downloader"})[0] == 404


def test_a_member_leaves_and_may_found_another_organization(town: Town) -> None:
    ana = town.person("ana")
    town.organization(ana)
    bea = invited(town, ana, "bea")

    assert town(bea, "DELETE", f"/v1/members/{bea['sub']}")[0] == 204

    town.organization(bea)
    assert [one["email"] for one in town(ana, "GET", "/v1/members")[1]["members"]] == ["ana@example.com"]


def test_representatives_need_a_second_factor(cloud: Any) -> None:
    town = Town(cloud, mfa="required")
    ana = town.person("ana")
    body = json.loads(load_event("seller_api/create_organization")["body"])
    assert town(ana, "POST", "/v1/organizations", body)[0] == 201

    status, problem = town(ana, "POST", "/v1/certifications", {"version": "2026-10", "language": "en"})

    assert (status, problem["type"]) == (403, "/problems/mfa-required")
    assert "quietline mfa enroll" in problem["detail"]
    town.enrol(ana)
    assert town(ana, "POST", "/v1/certifications", {"version": "2026-10", "language": "en"})[0] == 201
    assert town(ana, "GET", "/v1/me")[1]["mfa"] is True


def test_a_machine_client_is_rotated_and_deleted(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = town.person("ana")
    town.organization(ana)
    first = town(ana, "POST", "/v1/clients", {"name": "nightly"})[1]
    assert town(ana, "GET", "/v1/clients")[1]["clients"][0]["last_used_at"] is None

    def machine(client: dict[str, Any]) -> dict[str, str]:
        return {"sub": "", "client_id": client["client_id"], "groups": "", "scopes": "quietline/lists"}

    assert town(machine(first), "GET", "/v1/entitlements")[0] == 200
    assert town(ana, "GET", "/v1/clients")[1]["clients"][0]["last_used_at"] is not None

    status, second = town(ana, "POST", f"/v1/clients/{first['client_id']}/rotation", {})

    assert status == 201
    assert second["client_secret"] != first["client_secret"]
    assert town(machine(first), "GET", "/v1/entitlements")[0] == 200, "the old one works on for a while"
    assert town(machine(second), "GET", "/v1/entitlements")[0] == 200
    assert town(ana, "POST", f"/v1/clients/{first['client_id']}/rotation", {})[0] == 409
    listed = town(ana, "GET", "/v1/clients")[1]["clients"]
    assert [one["replaced_by"] for one in listed] == [second["client_id"], None]
    town.table.write(
        town.table.update(
            (f"CLIENT#{first['client_id']}", "META"), "SET ends_at = :at", values={":at": "2026-11-01T00:00:00.000Z"}
        )
    )
    assert town(machine(first), "GET", "/v1/entitlements")[0] == 403
    assert [one["client_id"] for one in town(ana, "GET", "/v1/clients")[1]["clients"]] == [second["client_id"]]
    assert town(ana, "DELETE", f"/v1/clients/{second['client_id']}")[0] == 204
    assert town(machine(second), "GET", "/v1/entitlements")[0] == 403
    assert town.cognito.list_user_pool_clients(UserPoolId=town.pool)["UserPoolClients"] == []
    assert town(ana, "DELETE", f"/v1/clients/{second['client_id']}")[0] == 404


class Trade:
    """A seller with areas of its own, and a telemarketer with others, which is its agent."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.ana, self.tom = town.person("ana"), town.person("tom")
        self.seller, self.agent = town.organization(self.ana), town.organization(self.tom, "telemarketer")
        assert town(self.ana, "POST", "/v1/orders", {"areas": ["202"]})[0] == 201
        assert town(self.tom, "POST", "/v1/orders", {"areas": ["212"]})[0] == 201
        status, made = town(self.ana, "POST", "/v1/agents", {"san": self.agent})
        assert (status, made["san"]) == (201, self.agent)

    def areas(self, who: dict[str, str], san: str = "") -> Any:
        return self.town(who, "GET", "/v1/entitlements", san=san)[1]["areas"]


def test_an_agent_has_the_sellers_areas_and_nobody_shares(town: Town) -> None:
    trade = Trade(town)

    assert trade.areas(trade.tom) == ["212"]
    assert trade.areas(trade.tom, trade.agent) == ["212"], "one's own SAN may be named"
    assert trade.areas(trade.tom, trade.seller) == ["202"], "never the agent's own"
    assert trade.areas(trade.ana) == ["202"]
    assert town(trade.ana, "GET", "/v1/entitlements", san=trade.agent)[0] == 403, "not the other way round"
    assert town(trade.tom, "GET", "/v1/agencies")[1]["agencies"][0]["san"] == trade.seller
    assert town(trade.tom, "GET", "/v1/me")[1]["acts_for"] == [trade.agent, trade.seller]
    assert town(trade.tom, "GET", "/v1/entitlements", san="123")[0] == 400


def test_what_was_taken_back_is_refused_at_once(town: Town) -> None:
    trade = Trade(town)
    assert town(trade.ana, "POST", "/v1/agents", {"san": trade.agent})[0] == 409

    assert town(trade.ana, "DELETE", f"/v1/agents/{trade.agent}")[0] == 204

    assert town(trade.tom, "GET", "/v1/entitlements", san=trade.seller)[0] == 403
    assert town(trade.tom, "GET", "/v1/agencies")[1]["agencies"] == []
    assert town(trade.ana, "GET", "/v1/agents")[1]["agents"] == []
    assert town(trade.ana, "DELETE", f"/v1/agents/{trade.agent}")[0] == 404
    told = [(mail["template"], mail["facts"]["san"]) for mail in town.mails() if mail["template"].startswith("agent")]
    assert sorted(told) == [("agent-authorized", trade.seller), ("agent-withdrawn", trade.seller)], "each once"


@pytest.mark.parametrize("which", ["seller", "agent"])
def test_nobody_acts_for_or_as_a_suspended_organization(town: Town, which: str) -> None:
    trade = Trade(town)
    who = trade.ana if which == "seller" else trade.tom
    organization = town(who, "GET", "/v1/me")[1]["organization_id"]

    town.table.write(
        town.table.update(
            (f"ORGANIZATION#{organization}", "META"), "SET #s = :s", names={"#s": "status"}, values={":s": "suspended"}
        )
    )

    assert town(trade.tom, "GET", "/v1/entitlements", san=trade.seller)[0] == 403


def test_who_can_be_an_agent(town: Town) -> None:
    trade = Trade(town)
    other = town.organization(town.person("zoe"))
    for san, code in ((other, "san_no_telemarketer"), (trade.seller, "san_own"), ("1234567890", "san_unknown")):
        status, problem = town(trade.ana, "POST", "/v1/agents", {"san": san})
        assert (status, problem["errors"][0]["code"]) == (400, code)


def test_a_machine_client_bound_to_a_san_acts_for_that_only(town: Town) -> None:
    trade = Trade(town)
    status, made = town(trade.tom, "POST", "/v1/clients", {"name": "for ana", "san": trade.seller})
    assert (status, made["san"]) == (201, trade.seller)
    machine = {"sub": "", "client_id": made["client_id"], "groups": "", "scopes": "quietline/lists"}

    assert trade.areas(machine) == ["202"]
    assert trade.areas(machine, trade.seller) == ["202"]
    assert town(machine, "GET", "/v1/entitlements", san=trade.agent)[0] == 403
    assert town(machine, "GET", "/v1/organizations/mine")[0] == 403, "an agent does nothing else for a seller"
    rotated = town(trade.tom, "POST", f"/v1/clients/{made['client_id']}/rotation", {})[1]
    assert rotated["san"] == trade.seller
    status, problem = town(trade.tom, "POST", "/v1/clients", {"name": "x", "san": "123-456-7897"})
    assert (status, problem["errors"][0]["code"]) == (400, "san_not_allowed")


def test_an_agents_wash_is_its_own_and_counts_as_the_sellers(town: Town) -> None:
    trade = Trade(town)
    request = {"client_reference": "leads-1"}
    theirs = town(trade.ana, "POST", "/v1/washes", request)[1]

    status, made = town(trade.tom, "POST", "/v1/washes", request, san=trade.seller)

    assert (status, made["agent_san"]) == (201, trade.agent)
    assert made["id"] != theirs["id"], "the same reference is another wash"
    assert town(trade.tom, "GET", f"/v1/washes/{theirs['id']}", san=trade.seller)[0] == 404
    assert [one["id"] for one in town(trade.tom, "GET", "/v1/washes", san=trade.seller)[1]["washes"]] == [made["id"]]
    assert {one["id"] for one in town(trade.ana, "GET", "/v1/washes")[1]["washes"]} == {made["id"], theirs["id"]}
    assert town(trade.tom, "GET", "/v1/washes")[1]["washes"] == []
