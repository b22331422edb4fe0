"""`quietline login` and what it keeps."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.registry import API, FakeRegistry


def test_tokens_are_kept_for_the_owner_only(
    registry: FakeRegistry, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("QUIETLINE_CLIENT_ID")

    result = run("login", "anna@example.com", "--password-stdin", text="right\n")

    assert result.exit_code == 0, result.output
    path = tmp_path / "home/credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "right" not in path.read_text()
    assert run("lookup", "2025550144").exit_code == 0
    assert registry.requests[-2].headers["Authorization"] == "Bearer user-token"
    assert json.loads(run("status", "--json").stdout)["signed_in_as"] == "user"


def test_a_second_factor_is_asked_for(registry: FakeRegistry, run: Any) -> None:
    registry.mfa = True

    asked = run("login", "anna@example.com", text="right\n123456\n")
    assert asked.exit_code == 0, asked.output
    assert run("login", "anna@example.com", "--password-stdin", "--mfa-code", "123456", text="right\n").exit_code == 0
    wrong = run("login", "anna@example.com", "--password-stdin", "--mfa-code", "000000", text="right\n")
    assert (wrong.exit_code, "code is wrong" in wrong.stderr) == (3, True)


def test_a_wrong_password(registry: FakeRegistry, run: Any) -> None:
    result = run("login", "anna@example.com", "--password-stdin", text="wrong\n")

    assert (result.exit_code, "password is wrong" in result.stderr) == (3, True)


def test_a_machine_signs_in(
    registry: FakeRegistry, run: Any, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    monkeypatch.delenv("QUIETLINE_CLIENT_ID")
    monkeypatch.delenv("QUIETLINE_CLIENT_SECRET")
    assert run("pull", folder).exit_code == 3

    assert run("login", "--client-id", "machine-1", "--client-secret-stdin", text="wrong\n").exit_code == 3
    assert run("login", "--client-id", "machine-1", "--client-secret-stdin", text="hush\n").exit_code == 0

    assert "hush" not in (tmp_path / "home/credentials.json").read_text()
    assert run("pull", folder).exit_code == 0
    assert run("logout").exit_code == 0
    assert run("pull", folder).exit_code == 3


def test_an_expired_token_is_renewed_for_people_and_asked_for_again_of_machines(
    registry: FakeRegistry, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QUIETLINE_CLIENT_ID")
    registry.expires_in = 30
    run("login", "anna@example.com", "--password-stdin", text="right\n")
    registry.requests.clear()

    assert run("lookup", "2025550144").exit_code == 0
    assert json.loads(registry.requests[0].content)["AuthFlow"] == "REFRESH_TOKEN_AUTH"
    run("login", "--client-id", "machine-1", "--client-secret-stdin", text="hush\n")
    expired = run("lookup", "2025550144")
    assert (expired.exit_code, "has expired" in expired.stderr) == (3, True)


def test_signing_in_as_both_is_refused(registry: FakeRegistry, run: Any) -> None:
    assert run("login", "anna@example.com", "--client-id", "machine-1").exit_code == 2
    assert run("login", "--password-stdin", text="x\n").exit_code == 2
    assert run("login", "a@example.com", "--password-stdin", text="").exit_code == 2


def test_no_registry_is_known(registry: FakeRegistry, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUIETLINE_API")

    result = run("status")

    assert (result.exit_code, "No registry is known" in result.stderr) == (2, True)
    assert run("status", "--api", "http://registry.example").exit_code == 2
    assert run("--api", API, "status").exit_code == 0
