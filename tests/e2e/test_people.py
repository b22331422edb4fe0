"""People of the local cloud: an account with a mailed code and a second factor, a colleague, an agent."""

import base64
import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from quietline.kernel.totp import totp

from tests.e2e.conftest import PASSWORD, Cloud, wait_for
from tests.e2e.test_round_trip import ADDRESS

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(300)]


def organization(api: httpx.Client, name: str, kind: str = "seller") -> str:
    """Return the SAN of a new organization."""
    contact = {"name": "Sam", "email": "sam@example.com"}
    body = {"name": name, "type": kind, "address": ADDRESS, "contact": contact}
    assert api.post("/v1/organizations", json=body).status_code == 201
    made = api.post("/v1/certifications", json={"version": "2026-10", "language": "en"})
    assert made.status_code == 201, made.text
    return str(made.json()["san"])


def mailed_code(cloud: Cloud, email: str) -> str:
    found = wait_for(lambda: cloud.mails_to(email), "the mail with the code")
    assert "Su código" in found[0]["subject"]
    code = re.search(r"\b\d{6}\b", found[0]["html"] or found[0]["text"])
    assert code
    return code.group()


def test_an_account_from_sign_up_to_the_second_factor(cloud: Cloud, run_id: str, tmp_path: Path) -> None:
    email = f"new-{run_id}@example.com"
    asked = cloud.command("sign-up", email, "--password-stdin", home=tmp_path, stdin=f"{PASSWORD}\n")
    assert asked.returncode == 0, asked.stderr
    code = mailed_code(cloud, email)
    wrong = cloud.command("sign-up", email, "--code", f"{(int(code) + 1) % 10**6:06d}", home=tmp_path)
    assert wrong.returncode == 3
    assert cloud.command("login", email, "--password-stdin", home=tmp_path, stdin=f"{PASSWORD}\n").returncode == 3
    assert cloud.command("sign-up", email, "--code", code, home=tmp_path).returncode == 0
    assert cloud.command("login", email, "--password-stdin", home=tmp_path, stdin=f"{PASSWORD}\n").returncode == 0

    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", "mfa", "enroll"],
        env=cloud.environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as enrolling:
        assert enrolling.stdin and enrolling.stdout
        for line in enrolling.stdout:
            if line.startswith("otpauth://"):
                cloud.secrets[email] = line.split("secret=")[1].split("&")[0]
                break
        enrolling.stdin.write(totp(cloud.secrets[email], time.time()) + "\n")
        enrolling.stdin.flush()
        assert enrolling.wait(60) == 0

    me = json.loads(cloud.command("me", "--json", home=tmp_path).stdout)
    assert (me["email"], me["email_verified"], me["mfa"], me["organization_id"]) == (email, True, True, None)
    without = cloud.command("login", email, "--password-stdin", "--mfa-code", "0", home=tmp_path, stdin=f"{PASSWORD}\n")
    assert without.returncode == 3


def test_two_representatives_who_remove_each_other_leave_one(cloud: Cloud, run_id: str) -> None:
    first, second = (f"rep-{name}-{run_id}@example.com" for name in ("one", "two"))
    one, two = cloud.as_user(cloud.sign_in(first)), cloud.as_user(cloud.sign_in(second))
    organization(one, f"Team {run_id}")
    body = {"email": second, "role": "representative", "language": "es"}
    assert one.post("/v1/invitations", json=body).status_code == 201
    assert [open_["email"] for open_ in one.get("/v1/invitations").json()["invitations"]] == [second]
    token = cloud.link_token(second)
    assert two.post("/v1/invitations/accept", json={"token": token}).json()["role"] == "representative"
    assert two.post("/v1/invitations/accept", json={"token": token}).status_code == 400
    subs = [one.get("/v1/me").json()["sub"], two.get("/v1/me").json()["sub"]]

    with ThreadPoolExecutor(2) as pool:
        removals = [pool.submit(api.delete, f"/v1/members/{sub}") for api, sub in ((one, subs[1]), (two, subs[0]))]
    statuses = sorted(removal.result().status_code for removal in removals)

    assert statuses[0] == 204
    assert statuses[1] in (403, 409)
    assert sorted(api.get("/v1/members").status_code for api in (one, two)) == [200, 403]


def test_an_agent_pulls_for_its_seller(cloud: Cloud, run_id: str) -> None:
    ana, tom = (cloud.as_user(cloud.sign_in(f"{name}-{run_id}@example.com")) for name in ("ana", "tom"))
    seller, agent = organization(ana, f"Seller {run_id}"), organization(tom, f"Calls {run_id}", "telemarketer")
    assert ana.post("/v1/orders", json={"areas": ["202"]}).status_code == 201
    for_seller = {"Quietline-SAN": seller}
    assert tom.post("/v1/downloads", json={}, headers=for_seller).status_code == 403

    assert ana.post("/v1/agents", json={"san": agent}).status_code == 201

    pulled = tom.post("/v1/downloads", json={"areas": ["202"]}, headers=for_seller)
    assert pulled.status_code == 201, pulled.text
    payload = pulled.json()["receipt"].split(".")[1]
    receipt = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert (receipt["san"], receipt["agent_san"]) == (seller, agent)
    assert tom.post("/v1/downloads", json={"areas": ["202"]}).status_code == 403, "nothing is shared"
    assert tom.post("/v1/lookups", json={"numbers": ["202 555 0101"]}, headers=for_seller).status_code == 200
    [day] = ana.get("/v1/organizations/mine/usage").json()["days"]
    assert day["agents"] == [{"san": agent, "looked_up": 1, "washed": 0}]
    assert ana.delete(f"/v1/agents/{agent}").status_code == 204
    assert tom.post("/v1/downloads", json={}, headers=for_seller).status_code == 403
