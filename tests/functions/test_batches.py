"""Batches of trusted reporters: from the operator's command and a CSV to complaints, on moto."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.settings.functions import PublicApiSettings
from typer.testing import CliRunner

from cli.api import Api
from cli.main import app
from functions.public_api import handler
from tests.helpers import LambdaContext, http_event

ROW = {
    "client_reference": "a-1",
    "called_number": "(202) 555-0143",
    "call_date": "2026-11-20",
    "call_time": "18:30",
    "robocall": True,
    "caller_number": "(305) 555-0187",
}


@pytest.fixture
def reporter(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """A reporter's client id, made by the operator's command."""
    cloud.use(PublicApiSettings)
    pool = aws.client("cognito-idp").create_user_pool(PoolName="people")["UserPool"]["Id"]
    aws.client("cognito-idp").create_resource_server(
        UserPoolId=pool,
        Identifier="quietline",
        Name="quietline",
        Scopes=[{"ScopeName": "reporters", "ScopeDescription": "-"}],
    )
    monkeypatch.setenv("QUIETLINE_API", "https://registry.example.test")
    monkeypatch.setenv("QUIETLINE_CASES_TABLE", cloud.cases_table)
    monkeypatch.setenv("QUIETLINE_USER_POOL", pool)
    made = CliRunner().invoke(app, ["ops", "reporters", "add", "LINE1", "Consumer Line", "--json"])
    assert made.exit_code == 0, made.output
    shown = json.loads(made.output)
    assert shown["scope"] == "quietline/reporters"
    return str(shown["client_id"])


def post(client_id: str, rows: list[dict[str, Any]]) -> tuple[int, Any]:
    who = {"sub": "", "client_id": client_id, "groups": "", "scopes": "quietline/reporters"}
    event = http_event("POST", "/v1/complaints/batch", {"complaints": rows}, **who)
    answer = handler.lambda_handler(event, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def complaints(cloud: Any) -> list[dict[str, Any]]:
    return list(Table(cloud.cases_table).scan("COMPLAINT#", "META"))


def test_right_rows_are_taken_wrong_ones_named_and_none_is_made_twice(cloud: Any, reporter: str) -> None:
    rows = [
        ROW,
        ROW | {"client_reference": "a-2", "called_number": "12", "call_time": "25:00"},
        ROW | {"client_reference": "a-3", "subject": 8},
        ROW | {"client_reference": "not good!"},
        ROW | {"client_reference": "a-4", "call_time": "19:00"},
    ]

    status, made = post(reporter, rows)
    again = post(reporter, rows)[1]

    assert (status, made["accepted"], made["refused"]) == (200, 2, 3)
    assert [[error["field"] for error in row["errors"]] for row in made["rows"]] == [
        [],
        ["called_number", "call_time"],
        ["subject"],
        ["client_reference"],
        [],
    ]
    assert [row["reference"] for row in again["rows"]] == [row["reference"] for row in made["rows"]]
    assert not any(row["is_new"] for row in again["rows"])
    assert {item["reporter"] for item in complaints(cloud)} == {"LINE1"}
    assert len(complaints(cloud)) == 2


def test_who_is_no_reporter_or_was_disabled_is_not_heard(cloud: Any, reporter: str) -> None:
    assert post("carrier-1", [ROW])[0] == 403
    listed = CliRunner().invoke(app, ["ops", "reporters", "list"])
    assert "Consumer Line" in listed.output
    assert CliRunner().invoke(app, ["ops", "reporters", "disable", reporter]).exit_code == 0

    assert post(reporter, [ROW])[0] == 403
    assert post(reporter, [])[0] in (400, 403)
    assert complaints(cloud) == []


def test_a_csv_is_sent_and_its_refused_lines_are_named(
    cloud: Any, reporter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def through(_api: Api, path: str, body: dict[str, Any], idempotency_key: str = "") -> Any:
        assert path == "/v1/complaints/batch"
        return post(reporter, body["complaints"])[1]

    monkeypatch.setattr(Api, "post", through)
    file = tmp_path / "complaints.csv"

    def write(*rows: dict[str, Any]) -> Callable[[], Any]:
        with file.open("w", newline="") as out:
            sheet = csv.DictWriter(out, fieldnames=list(ROW))
            sheet.writeheader()
            sheet.writerows({**row, "robocall": "yes"} for row in rows)
        return lambda: CliRunner().invoke(app, ["complaints", "send", str(file), "--json"])

    wrong, rejects = ROW | {"client_reference": "a-2", "call_date": "soon"}, tmp_path / "rejects.csv"
    write(ROW, wrong)
    done = CliRunner().invoke(app, ["complaints", "send", str(file), "--rejects", str(rejects)])
    assert (done.exit_code, rejects.stat().st_mode & 0o777) == (4, 0o600)
    assert "1 complaint taken, 1 refused." in done.output
    [kept] = csv.DictReader(rejects.read_text(encoding="utf-8").splitlines())
    assert (kept["client_reference"], kept["call_date"], kept["why"][:11]) == ("a-2", "soon", "call_date: ")
    rejects.write_text(rejects.read_text(encoding="utf-8").replace(",soon,", ",2026-11-20,"), encoding="utf-8")
    assert CliRunner().invoke(app, ["complaints", "send", str(rejects)]).exit_code == 0
    assert len(complaints(cloud)) == 2

    done = write(ROW, ROW | {"client_reference": "a-3", "call_date": "soon"})()
    assert done.exit_code == 4, done.output
    assert '"line": 3' in done.output
    assert len(complaints(cloud)) == 2
    assert write(ROW)().exit_code == 0
    file.write_text("called_number\n1\n")
    assert CliRunner().invoke(app, ["complaints", "send", str(file)]).exit_code == 2
