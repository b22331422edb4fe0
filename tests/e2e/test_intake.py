"""Intake: two calls in one form, files clean and refused, a correction, a withdrawal, and a reporter's batch."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from quietline.evidence.scan import EICAR

from tests.e2e.conftest import Cloud, wait_for

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(300)]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(500)


def form(run_id: str) -> dict[str, Any]:
    last = random.Random(run_id).randrange(100)
    day = datetime.now(ZoneInfo("America/New_York")).date() - timedelta(days=2)
    return {
        "called_number": f"+1406555{100 + last:04d}",
        "call_date": day.isoformat(),
        "call_time": "18:30",
        "robocall": True,
        "caller_name": f"Intake {run_id}",
    }


def upload(made: dict[str, Any], data: bytes) -> httpx.Response:
    return httpx.post(made["upload"]["url"], data=made["upload"]["fields"], files={"file": data}, timeout=30)


def test_a_consumer_reports_two_calls_sends_files_corrects_and_withdraws(cloud: Cloud, run_id: str) -> None:
    asked = form(run_id)
    more = [{"call_date": asked["call_date"], "call_time": "19:30"}]
    made = cloud.http.post("/v1/complaints", json=asked | {"more_calls": more}).json()
    first, second = made["references"]
    secret = {"status_code": made["status_code"]}

    def ask(reference: str, what: str, **body: Any) -> httpx.Response:
        return cloud.http.post(f"/v1/complaints/{reference}/{what}", json=secret | body)

    def status(reference: str) -> dict[str, Any]:
        read: dict[str, Any] = cloud.http.post("/v1/complaints/status", json=secret | {"reference": reference}).json()
        return read

    picture = ask(first, "evidence", kind="screenshot", content_type="image/png", size=len(PNG)).json()
    assert upload(picture, PNG + b"more than was declared").status_code in (400, 403)
    assert upload(picture, PNG).status_code == 204
    assert upload(ask(first, "evidence", kind="text").json(), EICAR).status_code == 204
    wait_for(lambda: "waiting" not in [one["state"] for one in status(first)["evidence"]], "the scan")
    link = ask(first, f"evidence/{picture['evidence']['id']}/link").json()
    assert httpx.get(link["url"]).content == PNG
    seen = [(one["state"], one["reason"]) for one in status(first)["evidence"]]
    assert seen == [("clean", None), ("refused", "malware")]

    assert ask(first, f"evidence/{picture['evidence']['id']}/removal").status_code == 200
    wait_for(lambda: httpx.get(link["url"]).status_code == 404, "the file's end")
    assert [one["kind"] for one in status(first)["removed_evidence"]] == ["screenshot"]
    assert ask(second, "contact", zip="20001").status_code == 200
    assert [one["fields"] for one in status(first)["contact_corrected"]] == [["zip"]]

    wait_for(lambda: status(first)["outcome"] and status(second)["outcome"], "screening")
    assert ask(first, "corrections", call_time="18:45").status_code == 200
    assert ask(second, "withdrawal").json()["status"] == "withdrawn"
    wait_for(lambda: status(second)["outcome"] == "withdrawn", "the screening of the withdrawal")
    assert len(status(first)["corrected_at"]) == 1


def test_a_reporter_sends_a_batch(cloud: Cloud, run_id: str, tmp_path: Path) -> None:
    made = cloud.command("ops", "reporters", "add", "LINE1", "Test Line", "--json", home=tmp_path)
    assert made.returncode == 0, made.stderr
    client = json.loads(made.stdout)
    answer = httpx.post(
        f"{cloud.outputs['emulator_url']}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "quietline/reporters"},
        auth=(client["client_id"], client["client_secret"]),
        timeout=30,
    )
    reporter = cloud.as_user(answer.json()["access_token"])
    rows = [form(run_id) | {"client_reference": run_id}, form(run_id) | {"client_reference": "x", "call_time": "25:00"}]

    first, again = (reporter.post("/v1/complaints/batch", json={"complaints": rows}) for _ in range(2))

    assert first.status_code == 200, first.text
    assert (first.json()["accepted"], first.json()["rows"][1]["errors"][0]["field"]) == (1, "call_time")
    assert again.json()["rows"][0]["reference"] == first.json()["rows"][0]["reference"]
    assert cloud.http.post("/v1/complaints/batch", json={"complaints": rows}).status_code == 401

    calls = tmp_path / "calls.csv"
    calls.write_text(f"{','.join(rows[0])}\n" + "\n".join(",".join(_cell(one) for one in row.values()) for row in rows))
    signed = {"QUIETLINE_CLIENT_ID": client["client_id"], "QUIETLINE_CLIENT_SECRET": client["client_secret"]}
    sent = cloud.command("complaints", "send", str(calls), "--json", home=tmp_path, **signed)
    assert sent.returncode == 4, sent.stderr
    told = json.loads(sent.stdout)
    assert (told["accepted"], told["rows"][1]["line"]) == (1, 3)
    assert told["rows"][0]["reference"] == first.json()["rows"][0]["reference"]


def _cell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
