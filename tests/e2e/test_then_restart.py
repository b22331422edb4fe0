"""`make down && make up` in the middle of things: nothing is lost. Runs after the round trip, whose traces it finds."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.conftest import ROOT, Cloud, wait_for

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(600)]


def make(target: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "infra.local", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(os.environ.get("QUIETLINE_AUTH") == "1", reason="proven by the run without enforcement")
def test_nothing_is_lost(cloud: Cloud, run_id: str) -> None:
    consumer, caller = f"keeps-{run_id}@example.com", f"+1302555{100 + int(run_id[:6], 16) % 100:04d}"
    seller = f"keeper-{run_id}@example.com"
    token = cloud.sign_in(seller)
    organization = {
        "name": f"Keeper {run_id}",
        "type": "seller",
        "address": {
            "line1": "1 Test Street",
            "city": "Augusta",
            "region": "ME",
            "postal_code": "04330",
            "country": "US",
        },
        "contact": {"name": "Keeper", "email": seller},
    }
    asked = cloud.http.post(
        "/v1/registrations", json={"numbers": ["+12065550107"], "email": consumer, "language": "en"}
    )
    assert asked.status_code == 202, asked.text
    link = cloud.link_token(consumer)
    api = cloud.as_user(token)
    assert api.post("/v1/organizations", json=organization).status_code == 201
    san = api.post("/v1/certifications", json={"version": "2026-10", "language": "en"}).json()["san"]
    complaint = {
        "called_number": "+12075550163",
        "call_date": (datetime.now(UTC) - timedelta(days=2)).date().isoformat(),
        "call_time": "10:15",
        "robocall": True,
        "subject": 12,
        "caller_number": caller,
    }
    sent = cloud.http.post("/v1/complaints", json=complaint).json()
    ticket = {"reference": sent["reference"], "status_code": sent["status_code"]}
    email = f"patient-{run_id}@example.com"
    investigator = cloud.as_user(cloud.sign_in(email, "investigator"))

    def waiting() -> Any:
        cases = investigator.get("/v1/cases", params={"status": "open"}).json()["cases"]
        return next((one for one in cases if one["caller_number"] == caller and one["waiting"]), None)

    case = wait_for(waiting, "the case that waits for a decision", 90)
    manifest = cloud.http.get("/v1/manifests/latest").text
    mails = cloud.mails_to(consumer)

    make("down")
    said = make("up")

    assert "nothing has changed" in said
    assert cloud.http.get("/v1/manifests/latest").text == manifest
    assert cloud.mails_to(consumer) == mails
    assert api.get("/v1/organizations/mine").json()["san"] == san
    assert cloud.http.post("/v1/registrations/confirm", json={"token": link}).status_code == 200
    assert cloud.http.post("/v1/complaints/status", json=ticket).json()["outcome"] == "robocall"
    wait_for(waiting, "the case to wait again", 90)
    body = {"decision": "dismissal", "reasons": "The caller had left the country before the rule came into force."}
    decided = investigator.post(f"/v1/cases/{case['id']}/decision", json=body)
    assert decided.status_code in (200, 202), decided.text
    wait_for(
        lambda: cloud.http.post("/v1/complaints/status", json=ticket).json()["decision"] == "dismissal",
        "the decision after the restart",
        90,
    )
    again = make("up")
    assert "nothing has changed" in again
