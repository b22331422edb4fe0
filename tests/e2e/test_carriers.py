"""A carrier's machine client, made by an operator, reports a line; its consumer hears of it and stays on the list."""

import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.e2e.conftest import Cloud, carrier_token, wait_for

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(300)]


def test_a_carrier_reports_a_line_and_its_consumer_hears_of_it(cloud: Cloud, run_id: str, tmp_path: Path) -> None:
    number = f"+1406555{100 + random.Random(run_id).randrange(100):04d}"
    email = f"carrier-{run_id}@example.com"
    asked = {"numbers": [number], "email": email, "language": "es"}
    assert cloud.http.post("/v1/registrations", json=asked).status_code == 202
    token = cloud.link_token(email)
    assert cloud.http.post("/v1/registrations/confirm", json={"token": token}).status_code == 200
    made = cloud.command("ops", "carriers", "add", "4321", "Test Telephone", "--json", home=tmp_path)
    assert made.returncode == 0, made.stderr
    client = json.loads(made.stdout)
    carrier = cloud.as_user(carrier_token(cloud, client))
    today = datetime.now(ZoneInfo("America/New_York")).date()

    def report(day: date) -> httpx.Response:
        line = {"number": number, "event": "disconnected", "on": day.isoformat()}
        return carrier.post("/v1/carriers/disconnections", json={"reports": [line, line | {"number": "12"}]})

    # of the day before the registration: an earlier subscriber's news
    for day in (today - timedelta(days=1), today):
        told = report(day)
        assert told.status_code == 200, told.text
        assert (told.json()["accepted"], told.json()["refused"][0]["code"]) == (1, "not_a_number")
    mails = wait_for(lambda: [m for m in cloud.mails_to(email) if "desconectado" in m["subject"]], "the mail")
    assert len(mails) == 1
    assert number not in json.dumps(mails)

    disabled = cloud.command("ops", "carriers", "disable", client["client_id"], home=tmp_path)
    assert disabled.returncode == 0, disabled.stderr
    assert report(today).status_code in (401, 403)
    assert carrier.post("/v1/downloads", json={}).status_code == 403
