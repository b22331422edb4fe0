"""Requests generated from our own OpenAPI document, valid and invalid, as each kind of caller: no answer is a 5xx.

Every answer must have a status that the document knows. What is generated comes of one seed, and time decides how far a
run gets; `QUIETLINE_FUZZ_SECONDS` gives it more time than CI has, and a seed of its own, which a failure names.
"""

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import ROOT, Cloud
from tests.e2e.test_people import organization

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(3600)]

FUZZER = ROOT / ".local/fuzz/bin/st"
CHECKS = "not_a_server_error,status_code_conformance"
SHARES = {"anybody": 1, "seller": 3, "investigator": 1.5, "carrier": 0.5}
"""How much of the time each kind of caller gets."""
RULES = {
    "anybody": {"public", "signed"},
    "seller": {"user", "representative", "member", "agent"},
    "investigator": {"investigator", "supervisor"},
    "carrier": {"carrier", "reporter"},
}
SECONDS = float(os.environ.get("QUIETLINE_FUZZ_SECONDS", "16"))
SEED = random.SystemRandom().randrange(2**32) if "QUIETLINE_FUZZ_SECONDS" in os.environ else 1


def token_of(kind: str, cloud: Cloud, run_id: str, home: Path) -> str:
    if kind == "anybody":
        return ""
    if kind == "seller":
        token = cloud.sign_in(f"fuzz-{run_id}@example.com")
        api = cloud.as_user(token)
        organization(api, f"Fuzz {run_id}")
        assert api.post("/v1/orders", json={"areas": ["202", "207"]}).status_code == 201
        return token
    if kind == "investigator":
        return cloud.sign_in(f"fuzz-inspector-{run_id}@example.com", "investigator")
    made = cloud.command(
        "ops", "carriers", "add", f"{random.Random(run_id).randrange(1000, 9999)}", "Fuzz", "--json", home=home
    )
    assert made.returncode == 0, made.stderr
    client = json.loads(made.stdout)
    answer = httpx.post(
        f"{cloud.outputs['emulator_url']}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "quietline/carriers"},
        auth=(client["client_id"], client["client_secret"]),
        timeout=30,
    )
    return str(answer.json()["access_token"])


def operations_for(rules: set[str]) -> dict[str, Any]:
    """The document with only the operations of these rules; what others may not is walked by tests/functions."""
    document: dict[str, Any] = json.loads((ROOT / "docs/reference/openapi.json").read_text(encoding="utf-8"))
    paths: dict[str, Any] = {}
    for path, operations in document["paths"].items():
        kept = {method: one for method, one in operations.items() if one.get("x-quietline-auth") in rules}
        if kept:
            paths[path] = kept
    return document | {"paths": paths}


@pytest.mark.skipif(os.environ.get("QUIETLINE_AUTH") != "1", reason="once is enough: with IAM, where more can fail")
@pytest.mark.parametrize("kind", SHARES)
def test_no_request_makes_it_fail(kind: str, cloud: Cloud, run_id: str, tmp_path: Path) -> None:
    if not FUZZER.exists():
        pytest.fail("The fuzzer is not installed; `make setup` installs it (requirements/fuzz.txt).")
    document = operations_for(RULES[kind])
    assert document["paths"], kind
    (tmp_path / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    token = token_of(kind, cloud, f"{run_id}{kind[0]}", tmp_path)
    arguments = ["run", str(tmp_path / "openapi.json"), "--url", cloud.outputs["api_url"], "--checks", CHECKS]
    arguments += ["--phases", "examples,coverage,fuzzing", "--max-time", str(int(SECONDS * SHARES[kind]))]
    arguments += ["--seed", str(SEED), "--workers", "2", "--warnings", "off", "--no-color", "--continue-on-failure"]
    if token:
        arguments += ["--header", f"Authorization: Bearer {token}"]
    done = subprocess.run(
        [str(FUZZER), *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=3000, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-20000:]}\n--seed {SEED}"
