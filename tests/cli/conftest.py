"""A registry in memory that the command talks to, and the command as a person types it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from quietline.profiles import Profile
from typer.testing import CliRunner, Result

from cli import api as cli_api
from cli import fetch
from cli.main import app
from tests.fakes.registry import API, BEFORE, COGNITO, CROWD, TODAY, TOKENS, YESTERDAY, FakeRegistry


@pytest.fixture
def registry(profile: Profile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeRegistry:
    made = FakeRegistry(profile, TODAY)
    monkeypatch.setattr(cli_api, "http_client", made.client)
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "QUIETLINE_API": API,
        "QUIETLINE_HOME": str(tmp_path / "home"),
        "QUIETLINE_COGNITO_URL": COGNITO,
        "QUIETLINE_TOKEN_URL": TOKENS,
        "QUIETLINE_USER_CLIENT_ID": "cli-client",
        "QUIETLINE_CLIENT_ID": "machine-1",
        "QUIETLINE_CLIENT_SECRET": "hush",
        "COLUMNS": "200",
    }.items():
        monkeypatch.setenv(name, value)
    for subscriber in (*CROWD, *range(5550100, 5550110)):
        made.record("202", BEFORE, subscriber)
    for subscriber in CROWD:
        made.record("818", BEFORE, subscriber)
    made.publish(BEFORE)
    return made


@pytest.fixture
def run() -> Callable[..., Result]:
    def invoke(*arguments: Any, text: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=text)

    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lists"


@pytest.fixture
def pulled(run: Callable[..., Result], folder: Path) -> Callable[..., dict[str, Any]]:
    """Pull into the folder and return the report; it must go well."""

    def pull(*arguments: str) -> dict[str, Any]:
        result = run("pull", folder, "--json", *arguments)
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    return pull


@pytest.fixture
def report(registry: FakeRegistry, pulled: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Two pulls by changes, and then no network any more."""
    pulled()
    registry.record("202", YESTERDAY, 5550111)
    registry.publish(YESTERDAY)
    made: dict[str, Any] = pulled()
    monkeypatch.setattr(cli_api, "http_client", None)
    monkeypatch.delenv("QUIETLINE_API")
    return made


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch.time, "sleep", lambda _seconds: None)
