"""`make up`: from nothing to a local cloud with sample data, one visible step after the other."""

import base64
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

from infra.local import deploy, servers
from infra.local.place import PAYMENTS_KEY, ROOT, TOOLS, WEBHOOK_SECRET, LocalCloudError, Place


def up(place: Place) -> None:
    """Start what is not running, deploy what has changed, seed what is missing.

    Raises:
        LocalCloudError: a step failed; the message says what to do.

    """
    begin = time.monotonic()
    place.state.mkdir(parents=True, exist_ok=True)
    _check_mode(place)
    restarted = servers.emulator(place).pid() is None
    for server in servers.all_servers(place):
        step(f"{server.name} on 127.0.0.1:{server.ports[0]}", server.start)
    current = deploy.is_current(place) and _deployed(place)
    if current:
        print("  deployed       nothing has changed", flush=True)
    else:
        made_of = deploy.fingerprint(place)
        with deploy.building():
            step("build layers and pages", deploy.build)
            step("write templates", lambda: deploy.synth(place))
        step("bootstrap CDK", lambda: deploy.bootstrap(place))
        print("  cdk deploy --all", flush=True)
        step("deployed", lambda: deploy.deploy(place, made_of))
        step("secrets of the payment server", lambda: write_secrets(place))
    register_webhook(place)
    from infra.local.seed import seed

    if restarted and current:
        step("cases that waited when the cloud was stopped", lambda: redrive(place))
    print("  sample data: registrations, organizations, today's list of every area (a minute or two the first time)")
    step("sample data", lambda: seed(place))
    print(f"\nReady after {time.monotonic() - begin:.0f} s.")
    tour(place)


def step(name: str, act: Callable[[], object]) -> None:
    """Do one step and print how long it took."""
    begin = time.monotonic()
    act()
    print(f"  {name:<46} {time.monotonic() - begin:5.1f} s", flush=True)


def _check_mode(place: Place) -> None:
    """A running emulator keeps the mode it was started in."""
    mark = place.run / "mode"
    mode = "enforced" if place.enforce_iam else "open"
    if servers.emulator(place).pid() is not None and mark.exists() and mark.read_text() != mode:
        raise LocalCloudError("The emulator runs with the other setting of QUIETLINE_AUTH: run `make down` first.")
    place.run.mkdir(parents=True, exist_ok=True)
    mark.write_text(mode)


def outputs_of(place: Place) -> dict[str, str]:
    """The deployed names and addresses.

    Raises:
        LocalCloudError: nothing is deployed.

    """
    try:
        found: dict[str, str] = json.loads(place.outputs_file.read_text())
    except (OSError, ValueError) as error:
        raise LocalCloudError("Nothing is deployed here: run `make up` first.") from error
    return found


def client(place: Place, service: str) -> Any:
    """A botocore client for the emulator."""
    import botocore.session

    return botocore.session.get_session().create_client(
        service,
        region_name="us-east-1",
        endpoint_url=place.emulator_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def _deployed(place: Place) -> bool:
    """Whether the emulator still knows what the outputs name (its state may have been deleted by hand)."""
    from botocore.exceptions import ClientError

    try:
        client(place, "dynamodb").describe_table(TableName=outputs_of(place)["registry_table"])
    except (ClientError, LocalCloudError, KeyError):
        return False
    return True


def write_secrets(place: Place) -> None:
    """Give the deployed functions the payment server's key and its webhook secret."""
    secret = outputs_of(place)["stripe_secret_id"]
    value = {"api_key": PAYMENTS_KEY, "webhook_secrets": [WEBHOOK_SECRET]}
    client(place, "secretsmanager").put_secret_value(SecretId=secret, SecretString=json.dumps(value))


def register_webhook(place: Place) -> None:
    """Tell the payment server where its events go; it forgets that at each start."""
    fields = urllib.parse.urlencode({"url": place.webhook_url, "secret": WEBHOOK_SECRET}).encode()
    request = urllib.request.Request(f"{place.payments_url}/_config/webhooks/quietline", data=fields)
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{PAYMENTS_KEY}:".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=10):
            pass
    except urllib.error.URLError as error:
        raise LocalCloudError(f"The payment server refused our webhook address ({error}).") from error


def redrive(place: Place) -> None:
    """Start the cases again whose executions ended with the emulator; on AWS executions never end so.

    Raises:
        LocalCloudError: the command failed.

    """
    command = [sys.executable, "-m", "cli.main", "ops", "redrive-cases"]
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    environment = os.environ | credentials | {"QUIETLINE_OUTPUTS": str(place.outputs_file)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LocalCloudError(f"Cases could not be started again: {done.stderr.strip()[-500:]}")


def tour(place: Place) -> None:
    """Addresses and what to try first."""
    from infra.local.seed import INVESTIGATOR, PASSWORD, SELLER

    elsewhere = place.state != TOOLS
    prefix = f"QUIETLINE_LOCAL={place.state} " if elsewhere else ""
    quietline = f"{prefix}.venv/bin/quietline"
    print(f"""
  site and API   {place.site_url}
  sellers sign in {place.site_url}/portal/
  investigators   {place.site_url}/console/
  sent mails     {place.mail_url}
  payments       {place.payments_url}
  AWS endpoint   {place.emulator_url}

  1. Register 202-555-0143 at {place.site_url}/en/register/
  2. Open the mail at {place.mail_url} and follow its link
  3. Publish today's list:   {quietline} ops publish
  4. Be a seller:            {quietline} login {SELLER} --mfa-code "$({quietline} mfa code {SELLER})"
                             then  pull lists/, verify lists/, lookup 202-555-0101
  5. Report a call at {place.site_url}/en/complain/, then decide the case at {place.site_url}/console/
     as {INVESTIGATOR}, or with {quietline} login {INVESTIGATOR} …, cases list
     All sample users sign in with {PASSWORD} and a code: {quietline} mfa code {SELLER}
""")
