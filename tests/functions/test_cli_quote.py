"""`quietline quote` against the API itself: what it shows, and that it sends counts only."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import api as cli_api
from cli.app import app
from cli.main import quote
from functions.seller_api import handler
from tests.functions.test_quotes import on
from tests.functions.test_seller_api import ANNA, Api, api
from tests.helpers import LambdaContext, http_event

__all__ = ["api", "on", "quote"]

ROWS = ["name,phone", "Ann,(202) 555-0143", "Ann again,202-555-0143", "Bea,+1 202 555 0144", "Cy,703.555.0100", "Di,x"]


class Client:
    """What `cli.api.Api` does, without HTTP; remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []

    def post(self, path: str, body: Any) -> Any:
        self.sent.append((path, body))
        answer = handler.lambda_handler(http_event("POST", path, body, **ANNA), LambdaContext())
        assert answer["statusCode"] == 200, answer["body"]
        return json.loads(answer["body"])


@pytest.fixture
def client(api: Api, on: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    made = Client()
    monkeypatch.setenv("QUIETLINE_API", "https://registry.example.test")
    monkeypatch.setattr(cli_api, "Api", lambda _settings: made)
    api.organization()
    return made


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    file = tmp_path / "leads.csv"
    file.write_text("\n".join(ROWS))
    return file


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["quote", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_areas_are_priced_with_reasons(client: Client) -> None:
    shown = run("202,301", "410", "443", "571", "703")

    assert " 0.00 USD  5 areas free of charge: the first 5 of a term cost nothing." in shown
    assert "85.00 USD  total, for the term from 2026-11-01 until before 2027-11-01" in shown
    assert "· A term begins on the first of the month in which it is paid." in shown
    assert client.sent == [("/v1/quotes", {"areas": ["202", "301", "410", "443", "571", "703"]})]


def test_of_a_call_list_only_counts_leave_the_machine(client: Client, leads: Path) -> None:
    shown = run("--call-list", str(leads))

    assert client.sent == [("/v1/quotes", {"areas": [], "call_list": {"202": 2, "703": 1}})]
    assert "555" not in json.dumps(client.sent)
    table = [line.split() for line in shown.splitlines()[:3]]
    assert table[1:] == [
        ["202", "2", "66.7", "%", "0.00", "USD", "free"],
        ["703", "1", "100.0", "%", "0.00", "USD", "free"],
    ]
    assert "3 different numbers in 2 areas." in shown


def test_json_is_the_apis_answer(client: Client, leads: Path) -> None:
    answer = json.loads(run("--call-list", str(leads), "--column", "phone", "--json"))

    assert [row["area"] for row in answer["coverage"]["areas"]] == ["202", "703"]
    assert answer["advice"][0]["kind"] == "free_left"


def test_what_cannot_be_counted_is_a_sentence(client: Client, leads: Path, tmp_path: Path) -> None:
    empty = tmp_path / "none.csv"
    empty.write_text("phone\n+44 20 7946 0000\n")

    assert "Name areas" in run(code=2)
    assert "There is no file" in run("--call-list", str(tmp_path / "missing.csv"), code=2)
    assert "no such column" in run("--call-list", str(leads), "--column", "mobile", code=2)
    assert "holds no number" in run("--call-list", str(empty), code=2)
    assert client.sent == []
