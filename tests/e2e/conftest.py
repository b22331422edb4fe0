"""The running local cloud (`make up`), seen as its users see it: over HTTP and through the `quietline` command."""

import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from quietline.kernel.totp import totp

ROOT = Path(__file__).parents[2]
STATE = Path(os.environ.get("QUIETLINE_LOCAL", ROOT / ".local"))
PASSWORD = "Quiet-Line-2026!"
TOKEN = re.compile(r"(?<!/certificate)\?\S*token=([0-9A-Za-z_.-]+)")


class Cloud:
    """Addresses and clients of the local cloud."""

    def __init__(self) -> None:
        path = (STATE if STATE.is_absolute() else ROOT / STATE) / "outputs.json"
        if not path.is_file():
            pytest.fail(f"The local cloud is not running ({path} is missing): run `make up` first.")
        self.outputs: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        self.http = httpx.Client(base_url=self.outputs["api_url"], timeout=60)
        self.outputs_file = path
        self.clients = [self.http]
        self.secrets: dict[str, str] = {}

    def aws(self, name: str) -> Any:
        return boto3.client(
            name,
            endpoint_url=self.outputs["emulator_url"],
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def as_user(self, token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx.Client(base_url=self.outputs["api_url"], timeout=60, headers=headers)
        self.clients.append(client)
        return client

    def sign_in(self, email: str, group: str = "") -> str:
        """Access token of a person who is made for the test, with a second factor."""
        cognito, pool = self.aws("cognito-idp"), self.outputs["user_pool_id"]
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        )
        cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True)
        if group:
            cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
        answer = cognito.initiate_auth(
            ClientId=self.outputs["cli_client_id"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
        )
        token = str(answer["AuthenticationResult"]["AccessToken"])
        self.enrol(email, token)
        return token

    def enrol(self, email: str, token: str) -> None:
        """Set up a person's second factor."""
        cognito = self.aws("cognito-idp")
        secret = self.secrets[email] = cognito.associate_software_token(AccessToken=token)["SecretCode"]
        cognito.verify_software_token(AccessToken=token, UserCode=totp(secret, time.time()))
        preference = {"Enabled": True, "PreferredMfa": True}
        cognito.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings=preference)

    def code(self, email: str) -> str:
        """The code that the person's authenticator app shows now."""
        return totp(self.secrets[email], time.time())

    def mails_to(self, email: str) -> list[dict[str, Any]]:
        messages = httpx.get(f"{self.outputs['mail_url']}/messages.json", timeout=20).json()["messages"]
        return [mail for mail in messages if email in mail["to"]]

    def link_token(self, email: str) -> str:
        """The token of the newest link mailed to an address."""

        def found() -> str:
            for mail in self.mails_to(email):
                match = TOKEN.search(mail["text"])
                if match:
                    return match.group(1)
            return ""

        return str(wait_for(found, "the mail with the link"))

    def command(self, *arguments: str, home: Path, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Run `quietline` as a person at a terminal would; `more` are variables of its environment."""
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            env=self.environment(home) | more,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def environment(self, home: Path) -> dict[str, str]:
        """Of a `quietline` at a terminal."""
        return os.environ | {
            "QUIETLINE_HOME": str(home),
            "QUIETLINE_API": self.outputs["api_url"],
            "QUIETLINE_OUTPUTS": str(self.outputs_file),
            "PYTHONPATH": os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT)]),
            "AWS_ENDPOINT_URL": self.outputs["emulator_url"],
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }


def wait_for(read: Callable[[], Any], what: str | Callable[[], str], seconds: float = 60) -> Any:
    """Return the first true answer of `read`; fail with a sentence after `seconds`, made only then where it is made."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = read()
        if value:
            return value
        time.sleep(0.5)
    return pytest.fail(f"Waited {seconds:.0f} s for {what if isinstance(what, str) else what()} in vain.")


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    made = Cloud()
    yield made
    for client in made.clients:
        client.close()


@pytest.fixture(scope="session")
def run_id() -> str:
    """A word that makes this run's people and callers its own."""
    return uuid.uuid4().hex[:10]


def carrier_token(cloud: Cloud, client: dict[str, Any]) -> str:
    """Return an access token of a carrier's machine client, as `ops carriers add --json` made it."""
    answer = httpx.post(
        f"{cloud.outputs['emulator_url']}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "quietline/carriers"},
        auth=(client["client_id"], client["client_secret"]),
        timeout=30,
    )
    return str(answer.json()["access_token"])
