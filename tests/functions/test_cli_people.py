"""The commands of people, teams and agents: `quietline` against the API's function and moto's Cognito."""

import base64
import json
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from quietline.adapters import aws
from quietline.adapters.dynamodb.sessions import DynamoSessions
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.clock import SystemClock
from quietline.kernel.totp import totp
from quietline.sessions.model import Limits
from quietline.sessions.service import SessionService
from typer.testing import CliRunner

from cli import api as cli_api
from cli import tokens
from cli.main import app
from functions.seller_api import handler
from tests.functions.test_team import Town
from tests.helpers import LambdaContext, http_event
from tests.machines import items

PASSWORD = "Quiet-Line-2026!"
API = "https://registry.example.test"
COGNITO = "https://cognito.example.test"


class Terminal:
    """A person at a terminal: each has a home of their own."""

    def __init__(self, cloud: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.town = Town(cloud, mfa="required")
        client = self.town.cognito.create_user_pool_client(UserPoolId=self.town.pool, ClientName="cli")
        self.home = tmp_path / "home"
        self.patch = monkeypatch
        self.revoked: list[str] = []
        for name, value in {
            "QUIETLINE_API": API,
            "QUIETLINE_HOME": str(self.home),
            "QUIETLINE_COGNITO_URL": COGNITO,
            "QUIETLINE_USER_CLIENT_ID": client["UserPoolClient"]["ClientId"],
            "MOTO_COGNITO_IDP_USER_POOL_ENABLE_TOTP": "true",
            "COLUMNS": "200",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("QUIETLINE_SAN", raising=False)
        monkeypatch.delenv("QUIETLINE_CLIENT_ID", raising=False)
        monkeypatch.chdir(tmp_path)
        transport = httpx.MockTransport(self.answer)
        monkeypatch.setattr(cli_api, "http_client", lambda: httpx.Client(transport=transport))

    def answer(self, request: httpx.Request) -> httpx.Response:
        if str(request.url).startswith(COGNITO):
            return self._cognito(request)
        token = request.headers["Authorization"].removeprefix("Bearer ")
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        who = {"sub": claims["sub"], "client_id": "cli", "groups": "", "scopes": ""}
        headers = {"quietline-san": request.headers["Quietline-SAN"]} if "Quietline-SAN" in request.headers else None
        body = request.content.decode() or None
        event = http_event(request.method, request.url.raw_path.decode(), body, headers=headers, **who)
        made = handler.lambda_handler(event, LambdaContext())
        return httpx.Response(made["statusCode"], content=made["body"])

    def _cognito(self, request: httpx.Request) -> httpx.Response:
        operation = request.headers["X-Amz-Target"].rpartition(".")[2]
        if operation == "RevokeToken":  # moto has none
            self.revoked.append(json.loads(request.content)["Token"])
            return httpx.Response(200, json={})
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).replace("MFAP", "MFA_P").lower()
        try:
            made = getattr(aws.client("cognito-idp"), name)(**json.loads(request.content))
        except ClientError as error:
            return httpx.Response(400, json={"__type": error.response["Error"]["Code"]})
        made.pop("ResponseMetadata")
        return httpx.Response(200, json=made)

    def run(self, *arguments: str, text: str | None = None, code: int = 0) -> str:
        result = CliRunner().invoke(app, list(arguments), input=text)
        assert result.exit_code == code, result.output
        return result.output

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def sits(self, who: str) -> None:
        """Somebody else sits down."""
        self.patch.setenv("QUIETLINE_HOME", str(self.home / who))

    def person(self, name: str) -> str:
        """Sign a person up and in; return the address."""
        self.sits(name)
        email = f"{name}@example.com"
        self.run("sign-up", email, "--password-stdin", text=PASSWORD + "\n")
        self.run("sign-up", email, "--code", "123456")
        verified = [{"Name": "email_verified", "Value": "true"}]  # which moto leaves out
        self.town.cognito.admin_update_user_attributes(
            UserPoolId=self.town.pool, Username=email, UserAttributes=verified
        )
        self.run("login", email, "--password-stdin", text=PASSWORD + "\n")
        return email

    def enroll(self) -> None:
        self.run("mfa", "enroll", text=totp("asdfasdfasdf", time.time()) + "\n")

    def organization(self, kind: str = "seller") -> str:
        """Return the SAN of a new organization of whoever sits here."""
        address = "--line1 1 --city Springfield --region IL --postal-code 62701 --contact Sam --email sam@example.com"
        self.run("organization", "create", "--name", "Acme", "--type", kind, *address.split())
        self.enroll()
        self.run("certify", "--version", "2026-10")
        return str(self.json("me")["san"])


@pytest.fixture
def terminal(cloud: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    return Terminal(cloud, monkeypatch, tmp_path)


def test_from_sign_up_to_a_sign_in_with_a_code(terminal: Terminal) -> None:
    email = terminal.person("ana")
    assert "no" in terminal.run("me")
    wrong = terminal.run("mfa", "enroll", text="000000\n111111\n222222\n", code=3)
    assert "code is wrong" in wrong

    terminal.enroll()

    assert terminal.json("me")["mfa"] is True
    terminal.run("login", email, "--password-stdin", "--mfa-code", "000000", text=PASSWORD + "\n", code=3)
    code = totp("asdfasdfasdf", time.time())
    terminal.run("login", email, "--password-stdin", "--mfa-code", code, text=PASSWORD + "\n")
    assert "Signed out" in terminal.run("logout")
    assert len(terminal.revoked) == 1
    terminal.run("me", code=3)


LIMITS = Limits(timedelta(hours=1), timedelta(hours=8))
REASON = "Came to the counter with her passport."


@pytest.fixture
def operator(terminal: Terminal, cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("QUIETLINE_USER_POOL", terminal.town.pool)
    monkeypatch.setenv("QUIETLINE_SELLERS_TABLE", cloud.sellers_table)
    monkeypatch.setenv("QUIETLINE_CASES_TABLE", cloud.cases_table)
    return terminal


def test_who_lost_the_authenticator_sets_up_another_and_the_organization_hears_of_it(
    operator: Terminal, cloud: Any
) -> None:
    email = operator.person("ana")
    operator.organization()
    assert operator.json("me")["mfa"] is True
    me = operator.json("me")["sub"]
    sites = [
        SessionService(DynamoSessions(Table(name)), SystemClock(), LIMITS)
        for name in (cloud.sellers_table, cloud.cases_table)
    ]
    sessions = [site.begin(me, mfa=True) for site in sites]
    assert "10 to 500" in operator.run("ops", "reset-mfa", email, "--reason", "short", code=2)

    assert operator.json("ops", "reset-mfa", f" {email} ", "--reason", REASON) == {"user": me}

    assert [site.find(one) for site, one in zip(sites, sessions, strict=True)] == [None, None]
    assert "no second factor" in operator.run("ops", "reset-mfa", email, "--reason", REASON, code=4)
    operator.run("login", email, "--password-stdin", text=PASSWORD + "\n")
    assert operator.json("me")["mfa"] is False
    [mail] = [one for one in operator.town.table.scan("MAIL#", "META") if one["template"] == "second-factor-reset"]
    assert (mail["facts"], mail["language"]) == ({"organization": "Acme"}, "en")
    operator.enroll()
    [entry] = [one for one in operator.json("members", "history") if one["what"] == "second_factor_reset"]
    assert (entry["subject"], entry["detail"]) == (me, REASON)
    assert email not in str(entry)


def test_an_investigators_factor_is_noted_at_the_desk(operator: Terminal, cloud: Any) -> None:
    email = operator.person("lee")
    operator.enroll()

    operator.run("ops", "reset-mfa", email, "--reason", REASON)

    [entry] = [one for one in items(Table(cloud.cases_table)) if one["pk"].startswith("AUDIT#")]
    assert (entry["action"], entry["detail"]) == ("second_factor_reset", REASON)
    assert entry["subject"].startswith("USER#") and email not in str(entry)
    assert "No account" in operator.run("ops", "reset-mfa", "nobody@example.com", "--reason", REASON, code=4)


def test_a_new_password_is_typed_twice(terminal: Terminal) -> None:
    assert "differ" in terminal.run("sign-up", "ana@example.com", text="one\ntwo\n", code=4)
    weak = terminal.run("sign-up", "ana@example.com", text="short\nshort\n", code=3)
    assert "too weak" in weak


def test_a_team_grows_and_shrinks(terminal: Terminal) -> None:
    bea = terminal.person("bea")
    terminal.person("ana")
    terminal.organization()
    assert "Invited" in terminal.run("invitations", "send", bea)
    [invitation] = terminal.json("invitations", "list")
    terminal.run("invitations", "resend", invitation["id"])
    token = terminal.town.token()
    terminal.sits("bea")
    assert "downloader" in terminal.run("invitations", "accept", f"https://x.example/portal/invitation?token={token}")
    terminal.sits("ana")
    members = terminal.json("members", "list")
    assert [one["email"] for one in members] == ["ana@example.com", "bea@example.com"]
    ana, member = members
    assert "keeps one" in terminal.run("members", "remove", ana["sub"], code=4)
    terminal.run("members", "role", member["sub"], "representative")
    terminal.run("members", "remove", member["sub"])
    assert len(terminal.json("members", "list")) == 1
    assert terminal.json("members", "history")[0]["what"] == "member_removed"
    terminal.run("invitations", "send", bea)
    terminal.run("invitations", "withdraw", terminal.json("invitations", "list")[0]["id"])
    assert "No open" in terminal.run("invitations", "list")


def test_an_agent_names_the_san_that_it_acts_for(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.person("tom")
    agent = terminal.organization("telemarketer")
    terminal.person("ana")
    seller = terminal.organization()
    terminal.run("order", "202")
    terminal.run("agents", "add", agent)
    assert agent in terminal.run("agents", "list")

    terminal.sits("tom")
    assert seller in terminal.run("agents", "for")
    shown = terminal.run("--san", seller, "organization", "show", code=4)
    assert "nothing else" in shown
    monkeypatch.setenv("QUIETLINE_SAN", "")  # which the option set for this process
    made = terminal.json("clients", "create", "for ana", "--for-san", seller)
    assert made["san"] == seller

    terminal.sits("ana")
    terminal.run("agents", "remove", agent)
    assert "Nobody" in terminal.run("agents", "list")


def test_machine_clients(terminal: Terminal) -> None:
    terminal.person("ana")
    terminal.organization()
    first = terminal.json("clients", "create", "nightly")
    assert "client_secret: " in terminal.run("clients", "rotate", first["client_id"])
    old, new = terminal.json("clients", "list")
    assert old["replaced_by"] == new["client_id"]
    for one in (old, new):
        terminal.run("clients", "delete", one["client_id"])
    assert "No machine clients" in terminal.run("clients", "list")


def test_the_sample_users_codes(terminal: Terminal, tmp_path: Path) -> None:
    assert "no sample user" in terminal.run("mfa", "code", "ana@example.com", code=2)
    (tmp_path / ".local").mkdir()
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    (tmp_path / ".local/samples.json").write_text(json.dumps({"ana@example.com": secret}))

    before = totp(secret, time.time())
    shown = terminal.run("mfa", "code", "ana@example.com").strip()

    assert shown in (before, totp(secret, time.time()))


def test_a_reset_needs_the_mailed_code(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    def call(_self: Any, operation: str, body: dict[str, Any], *, client: bool = True) -> dict[str, Any]:
        asked.append((operation, body))
        return {}

    monkeypatch.setattr(tokens.Identity, "call", call)
    terminal.run("reset-password", "ana@example.com", text=f"654321\n{PASSWORD}\n{PASSWORD}\n")
    terminal.run("reset-password", "ana@example.com", "--password-stdin", text=PASSWORD + "\n", code=2)

    confirm = {"Username": "ana@example.com", "ConfirmationCode": "654321", "Password": PASSWORD}
    assert asked == [("ForgotPassword", {"Username": "ana@example.com"}), ("ConfirmForgotPassword", confirm)]
