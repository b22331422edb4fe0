"""Sample data, clearly fictitious, brought in the way everybody brings it in: through the deployed API.

Numbers are from 555-0100…0199, which the numbering plan keeps for fiction; addresses end in `example.com`.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

from quietline.kernel.totp import totp
from quietline.profiles import load_profile

from infra.local.place import ROOT, LocalCloudError, Place
from infra.local.reported import sample_file
from infra.local.up import client, outputs_of

PASSWORD = "Quiet-Line-2026!"
"""Of every sample user; the local cloud listens on this machine only."""
SELLER = "sunny-roofs@example.com"
INVESTIGATOR = "inspector@example.com"
DESK = (
    (INVESTIGATOR, ("investigator", "agency-trade")),
    ("chief@example.com", ("supervisor", "agency-trade")),
    ("spectrum@example.com", ("investigator", "agency-telecom")),
    ("spectrum-chief@example.com", ("supervisor", "agency-telecom")),
)
"""Who works cases: an investigator and a supervisor of each agency."""
SAMPLES = 6
"""Counted up when there is something new to bring in; what is there already is left alone."""
REPORTED_DAYS = 10
REPORTED_A_DAY = 500

REGISTRATIONS = (
    ("ana@example.com", "en", ("+12025550101", "+12025550102")),
    ("ben@example.com", "en", ("+12125550111",)),
    ("carla@example.com", "es", ("+13055550121", "+13055550122", "+17865550123")),
    ("dora@example.com", "en", ("+13125550131",)),
    ("eli@example.com", "es", ("+12135550141", "+12135550142")),
)
ORGANIZATIONS = (
    (SELLER, "Sunny Roofs LLC (sample)", "seller", ("202", "212", "305", "312", "213")),
    ("friendly-calls@example.com", "Friendly Calls Inc. (sample)", "telemarketer", ("202", "305")),
    ("good-cause@example.com", "Good Cause Fund (sample)", "exempt", ("312",)),
    ("test-bench@example.com", "Test Bench Software (sample)", "sandbox", ("202", "301", "410", "571", "703")),
)

_CONFIRMS = re.compile(r"/forms/confirm\?\S*token=([0-9A-Za-z_-]{10,40}\.[A-Za-z0-9_-]{32})")


class Api:
    """The deployed API, as a client over HTTP sees it."""

    def __init__(self, place: Place, token: str = "") -> None:
        self._place = place
        self._token = token

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Return status and document of an answer."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._place.site_url + path, data=data, method=method)
        request.add_header("Accept", "application/json")
        if data is not None:
            request.add_header("Content-Type", "application/json")
            # The same sample always has the same key: a seed that is repeated changes nothing.
            request.add_header("Idempotency-Key", "seed-" + hashlib.sha256(f"{path}".encode() + data).hexdigest()[:32])
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, _document(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _document(error.read())

    def must(self, method: str, path: str, body: dict[str, Any] | None, *also: int) -> dict[str, Any]:
        """Like `call`, for calls that have to work; `also` are statuses that are fine as well.

        Raises:
            LocalCloudError: the API refused.

        """
        status, document = self.call(method, path, body)
        if status >= 400 and status not in also:
            detail = document.get("detail") or document.get("title") or document
            raise LocalCloudError(f"The sample data was refused: {method} {path} answered {status} ({detail}).")
        return document


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {"detail": body[:200].decode(errors="replace")}
    return document if isinstance(document, dict) else {"value": document}


def seed(place: Place) -> None:
    """Fill an empty local cloud; a cloud that was filled before is left alone.

    Raises:
        LocalCloudError: the API refused, or a mail did not come.

    """
    outputs = outputs_of(place)
    mark = place.state / "seeded.json"
    done = {"samples": SAMPLES, "registry_table": outputs["registry_table"], "user_pool_id": outputs["user_pool_id"]}
    if mark.exists() and json.loads(mark.read_text()) == done:
        return
    for email, language, numbers in REGISTRATIONS:
        register(place, email, language, numbers)
    for sample in ORGANIZATIONS:
        organize(place, outputs, sample)
    for email, groups in DESK:
        representative(place, outputs, email, *groups)
    publish(place, outputs)
    publish_sandbox(place, outputs)
    report_calls(place, outputs)
    mark.write_text(json.dumps(done))


def register(place: Place, email: str, language: str, numbers: tuple[str, ...]) -> None:
    """Register numbers and confirm them by the link in the mail; a link that was used already is fine."""
    api = Api(place)
    body = {"numbers": list(numbers), "email": email, "language": language}
    api.must("POST", "/v1/registrations", body)
    end = time.monotonic() + 40
    while time.monotonic() < end:
        for mail in _mails(place):
            link = _CONFIRMS.search(mail["text"])
            if email in mail["to"] and link:
                api.must("POST", "/v1/registrations/confirm", {"token": link[1]}, 409, 410)
                return
        time.sleep(0.3)
    raise LocalCloudError(f"No confirmation mail came for {email}; look at {place.run / 'emulator.log'}.")


def _mails(place: Place) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{place.mail_url}/messages.json", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)["messages"]
    return found


def organize(place: Place, outputs: dict[str, str], sample: tuple[str, str, str, tuple[str, ...]]) -> None:
    """A user, its organization, the certification and free areas."""
    email, name, kind, areas = sample
    api = Api(place, representative(place, outputs, email))
    street = {"line1": "1 Sample Street", "city": "Springfield", "region": "IL"}
    address = street | {"postal_code": "62701", "country": "US"}
    organization = {
        "name": name,
        "type": kind,
        "address": address,
        "contact": {"name": "Sam Sample", "email": email},
        "language": "en",
    }
    api.must("POST", "/v1/organizations", organization, 409)
    profile = load_profile(outputs["profile"])
    version = profile.certification(profile.local_date(datetime.now(UTC))).version
    api.must("POST", "/v1/certifications", {"version": version, "language": "en"}, 409)
    api.must("POST", "/v1/orders", {"areas": list(areas)}, 409)


def representative(place: Place, outputs: dict[str, str], email: str, *groups: str) -> str:
    """Access token of a sample user with a second factor, whose secret `quietline mfa code` knows."""
    users: Any = client(place, "cognito-idp")
    answer = sign_in(place, outputs, email, *groups)
    if "AuthenticationResult" in answer:
        token = str(answer["AuthenticationResult"]["AccessToken"])
        secret = str(users.associate_software_token(AccessToken=token)["SecretCode"])
        keep_secret(place, email, secret)
        users.verify_software_token(AccessToken=token, UserCode=totp(secret, time.time()))
        preference = {"Enabled": True, "PreferredMfa": True}
        users.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings=preference)
        return token
    answer = users.respond_to_auth_challenge(
        ClientId=outputs["cli_client_id"],
        ChallengeName="SOFTWARE_TOKEN_MFA",
        Session=answer["Session"],
        ChallengeResponses={
            "USERNAME": email,
            "SOFTWARE_TOKEN_MFA_CODE": totp(sample_secrets(place)[email], time.time()),
        },
    )
    return str(answer["AuthenticationResult"]["AccessToken"])


def sample_secrets(place: Place) -> dict[str, str]:
    """The second factors of the sample users, by address."""
    path = place.state / "samples.json"
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def keep_secret(place: Place, email: str, secret: str) -> None:
    """Remember a sample user's second factor: Cognito made it, and tells it nobody again."""
    path = place.state / "samples.json"
    path.write_text(json.dumps(sample_secrets(place) | {email: secret}, indent=2), encoding="utf-8")


def sign_in(place: Place, outputs: dict[str, str], email: str, *groups: str) -> dict[str, Any]:
    """What Cognito answers a sample user, who is made when there is none and put into the groups."""
    from botocore.exceptions import ClientError

    users: Any = client(place, "cognito-idp")
    pool = outputs["user_pool_id"]
    try:
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        users.admin_create_user(UserPoolId=pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS")
    except ClientError as error:
        if error.response["Error"]["Code"] != "UsernameExistsException":
            raise
    users.admin_set_user_password(UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True)
    for group in groups:
        users.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
    answer: dict[str, Any] = users.initiate_auth(
        ClientId=outputs["cli_client_id"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
    )
    return answer


def publish(place: Place, outputs: dict[str, str]) -> None:
    """Publish today's list through the state machine."""
    machines: Any = client(place, "stepfunctions")
    today = load_profile(outputs["profile"]).local_date(datetime.now(UTC)).isoformat()
    started = machines.start_execution(
        stateMachineArn=outputs["publish_machine_arn"], input=json.dumps({"date": today})
    )
    end = time.monotonic() + 400
    while time.monotonic() < end:
        state = machines.describe_execution(executionArn=started["executionArn"])
        if state["status"] == "SUCCEEDED":
            return
        if state["status"] != "RUNNING":
            cause = f"{state.get('error', '')} {state.get('cause', '')}"[:300].strip()
            raise LocalCloudError(f"Publishing the sample list ended as {state['status']}: {cause}.")
        time.sleep(0.5)
    raise LocalCloudError("Publishing the sample list took more than six minutes.")


def publish_sandbox(place: Place, outputs: dict[str, str]) -> None:
    """Publish the sandbox's list of today; on AWS an hourly rule does."""
    functions: Any = client(place, "lambda")
    answer = functions.invoke(FunctionName=outputs["publish_sandbox_name"], Payload=b"{}")
    if answer.get("FunctionError"):
        raise LocalCloudError("Publishing the sandbox's list failed: " + answer["Payload"].read(300).decode())


def report_calls(place: Place, outputs: dict[str, str]) -> None:
    """Import sample days of reported calls, as an operator imports the FTC's files."""
    profile = load_profile(outputs["profile"])
    today = profile.local_date(datetime.now(UTC))
    days = [today - timedelta(days=back) for back in range(REPORTED_DAYS)]
    folder = place.state / "reported"
    folder.mkdir(exist_ok=True)
    for day in days:
        if profile.open_data.is_business_day(day):
            path = folder / f"DNC_Complaint_Numbers_{day.isoformat()}.csv"
            path.write_text(sample_file(day, REPORTED_A_DAY, profile), encoding="utf-8")
    search = os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT)])
    environment = os.environ | {"QUIETLINE_OUTPUTS": str(place.outputs_file), "PYTHONPATH": search}
    # and the data book of them all, which a schedule makes on AWS
    for arguments in (["import-reported", str(folder)], ["open-data", "statistics"]):
        ended = subprocess.run(
            [sys.executable, "-m", "cli.main", "ops", *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        if ended.returncode:
            raise LocalCloudError(f"Publishing sample days of reported calls failed: {ended.stderr.strip()[-300:]}")
