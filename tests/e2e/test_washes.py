"""A call list on the running local cloud: uploaded by form, washed from the event, recovered by its name."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import PASSWORD, Cloud, wait_for

pytestmark = pytest.mark.local_cloud

ADDRESS = {"line1": "1 Test Street", "city": "Springfield", "region": "IL", "postal_code": "62701", "country": "US"}
CALLS = b"name,phone\nEli,(213) 555-0141\nMia,1-213-555-0188\nTom,305.555.0121\nZoe,nonsense\n"
ELI = "+12135550141"
"""One of the sample registrations."""


def organization(cloud: Cloud, name: str, areas: list[str]) -> httpx.Client:
    api = cloud.as_user(cloud.sign_in(f"{name}@example.com"))
    contact = {"name": "Test Washer", "email": f"{name}@example.com"}
    body = {"name": name, "type": "seller", "address": ADDRESS, "contact": contact}
    assert api.post("/v1/organizations", json=body).status_code == 201
    assert api.post("/v1/certifications", json={"version": "2026-10", "language": "en"}).status_code == 201
    assert api.post("/v1/orders", json={"areas": areas}).status_code == 201
    return api


def test_a_call_list_is_washed(cloud: Cloud, run_id: str, tmp_path: Path) -> None:
    api = organization(cloud, f"washer-{run_id}", ["213"])
    asked = api.post("/v1/washes", json={"client_reference": "leads"})
    assert asked.status_code == 201, asked.text
    form = asked.json()["upload"]
    forged = form["fields"] | {"key": form["fields"]["key"] + "x"}
    assert httpx.post(form["url"], data=forged, files={"file": CALLS}, timeout=60).status_code == 403
    stored = httpx.post(form["url"], data=form["fields"], files={"file": CALLS}, timeout=60)
    assert stored.status_code == 204, stored.text

    address = f"/v1/washes/{asked.json()['id']}"

    def done() -> Any:
        wash = api.get(address).json()
        assert wash["state"] != "failed", wash
        return wash["state"] == "done" and wash

    wash = wait_for(done, "the answer")
    result = wash["result"]
    answer = httpx.get(result["answer_url"], timeout=60)
    rows = [line.split(",")[:4] for line in answer.text.splitlines()]
    assert rows == [
        ["name", "phone", "status", "reason"],
        ["Eli", "(213) 555-0141", "listed", ""],
        ["Mia", "1-213-555-0188", "clear", ""],
        ["Tom", "305.555.0121", "unknown", "not_entitled"],
        ["Zoe", "nonsense", "unknown", "not_a_number"],
    ]
    assert (wash["progress"]["bytes_done"], result["metered_numbers"]) == (len(CALLS), 2)

    again = api.post("/v1/washes", json={"client_reference": "leads"})
    assert (again.status_code, again.json()["id"], again.json()["upload"]) == (200, wash["id"], None)
    assert api.post("/v1/washes", json={"client_reference": "leads", "column": "1"}).status_code == 409
    stranger = organization(cloud, f"stranger-{run_id}", ["213"])
    assert stranger.get(address).status_code == 404
    assert stranger.get("/v1/washes").json()["washes"] == []

    looked_up = api.post("/v1/lookups", json={"numbers": [ELI], "as_of": result["list_date"]}).json()
    assert looked_up["answers"][0]["status"] == "listed"
    assert looked_up["answers"][0]["first_listed"] <= result["list_date"]
    assert api.post("/v1/lookups", json={"numbers": [ELI], "as_of": "2003-06-27"}).status_code == 422


def test_the_terminal_washes_in_the_cloud(cloud: Cloud, run_id: str, tmp_path: Path) -> None:
    email = f"washer-{run_id}@example.com"
    code = ("--mfa-code", cloud.code(email))
    signed_in = cloud.command("login", email, "--password-stdin", *code, home=tmp_path, stdin=f"{PASSWORD}\n")
    assert signed_in.returncode == 0, signed_in.stderr
    file = tmp_path / "calls.csv"
    file.write_bytes(CALLS)

    washed = cloud.command("wash", "--cloud", str(file), "--column", "phone", home=tmp_path)

    assert washed.returncode == 0, washed.stdout + washed.stderr
    answer = (tmp_path / "calls.washed.csv").read_text()
    assert answer.splitlines()[1].startswith("Eli,(213) 555-0141,listed,,")
    assert (tmp_path / "calls.washed.csv.receipt.jws").is_file()
