"""Daily files with real stores: from complaints, from the FTC's files, and read by a tool that knows only the FTC's."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb.complaints import DynamoComplaintStore
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.clock import FixedClock, SystemClock
from quietline.kernel.jws import parse
from quietline.kernel.settings.functions import PublishOpenDataSettings
from quietline.profiles.profile import Profile
from typer.testing import CliRunner

from cli.main import app
from functions.publish_open_data import handler
from infra.local.reported import sample_file
from tests.conftest import NOW, Cloud
from tests.fakes.opendata import complaint
from tests.helpers import LambdaContext, load_event

FILES = Path(__file__).parents[1] / "unit/opendata/files"
FILE = "DNC_Complaint_Numbers_2026-11-24.csv"


@pytest.fixture
def settings(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> PublishOpenDataSettings:
    monkeypatch.setattr(SystemClock, "now", lambda _self: NOW)
    return cloud.use(PublishOpenDataSettings)


def run(event: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = handler.lambda_handler(
        load_event("publish_open_data/daily") if event is None else event, LambdaContext()
    )["files"]
    return made


def public(settings: PublishOpenDataSettings, name: str) -> bytes:
    body: bytes = aws.client("s3").get_object(Bucket=settings.open_data_bucket, Key=f"data/{name}")["Body"].read()
    return body


def by_name(data: bytes) -> list[dict[str, str]]:
    """Read as tools for the FTC's file do: columns by name."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


def report(settings: PublishOpenDataSettings, *numbers: int) -> None:
    store = DynamoComplaintStore(Table(settings.cases_table))
    for number in numbers:
        assert store.add(complaint(number, reference=f"QL-{number:08d}", received_at=NOW - timedelta(days=1)))


def test_complaints_of_the_day_before_are_in_todays_file(settings: PublishOpenDataSettings) -> None:
    report(settings, *range(1, 7))

    assert run() == [{"date": "2026-11-24", "file": FILE, "version": 1, "rows": 6}]
    assert run() == []
    rows = by_name(public(settings, FILE))
    assert {row["Company_Phone_Number"] for row in rows} == {"3055550187"}
    assert {(row["Consumer_City"], row["Consumer_State"]) for row in rows} == {("Springfield", "Illinois")}


def test_a_withdrawn_complaint_leaves_and_the_manifests_tell(settings: PublishOpenDataSettings) -> None:
    report(settings, *range(1, 7))
    run()
    table = Table(settings.cases_table)
    table.write(table.delete((f"REPORTED#{(NOW - timedelta(days=1)).date()}", f"2026-11-23T15:00:00.000Z#{6:026d}")))

    assert [(one["version"], one["rows"]) for one in run()] == [(2, 5)]
    first, second = (
        parse(public(settings, f"manifests/2026-11-24.v{version}.jws").decode()).payload for version in (1, 2)
    )
    assert second["previous"]["sha256"] == first["files"][0]["sha256"]
    assert len(by_name(public(settings, FILE))) == 5


def test_two_that_publish_the_same_day_make_one_version(settings: PublishOpenDataSettings) -> None:
    from quietline import bootstrap

    report(settings, 1)
    publication = bootstrap.open_data_publication(settings)
    release = publication.publish(date(2026, 11, 24))
    assert release is not None

    assert not publication.releases.put(release)
    assert publication.releases.get(release.date) == release


@pytest.fixture
def operator(settings: PublishOpenDataSettings, monkeypatch: pytest.MonkeyPatch) -> PublishOpenDataSettings:
    """An operator's terminal; calling the function runs it here."""
    monkeypatch.setenv("QUIETLINE_API", "https://registry.example.test")
    monkeypatch.setenv("QUIETLINE_OPEN_DATA_BUCKET", settings.open_data_bucket)
    monkeypatch.setenv("QUIETLINE_PUBLISH_OPEN_DATA", "publish")

    class Lambda:
        def invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:
            assert FunctionName == "publish"
            answer = handler.lambda_handler(json.loads(Payload), LambdaContext())
            return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    known = aws.client
    monkeypatch.setattr(aws, "client", lambda name: Lambda() if name == "lambda" else known(name))
    return settings


def quietline(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_an_operator_imports_the_ftcs_files_unchanged(operator: PublishOpenDataSettings) -> None:
    ended = quietline("ops", "import-reported", str(FILES), "--json")

    assert ended.exit_code == 0, ended.output
    assert [one["rows"] for one in json.loads(ended.stdout)["files"]] == [5]
    assert public(operator, FILE) == (FILES / FILE).read_bytes()
    assert "nothing was changed" in quietline("ops", "import-reported", str(FILES / FILE)).output
    assert "nothing was changed" in quietline("ops", "open-data", "publish", "--date", "2026-11-24").output


def test_wrong_lines_are_told_and_the_others_imported(operator: PublishOpenDataSettings, tmp_path: Path) -> None:
    header, first, *_rest = (FILES / FILE).read_text().splitlines()
    wrong = ["x,2026-11-23 00:03:04,,,,,,Y", "1,yesterday,,,,,,Y", "1,2", "1,2026-11-23 00:03:04,,,,,,maybe"]
    (tmp_path / FILE).write_text("\n".join([header, first, *wrong]) + "\n")

    ended = quietline("ops", "import-reported", str(tmp_path / FILE), "--json")

    taken = json.loads(ended.stdout)["imported"][0]
    assert taken["rows"] == 1
    assert [line["line"] for line in taken["refused"]] == [3, 4, 5, 6]


@pytest.mark.parametrize("name", ["other.csv", "DNC_Complaint_Numbers_2026-11-31.csv"])
def test_a_file_of_another_name_is_refused(operator: PublishOpenDataSettings, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a,b\n")

    assert quietline("ops", "import-reported", str(tmp_path / name)).exit_code == 2


def test_a_file_of_other_columns_is_refused(operator: PublishOpenDataSettings, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("Phone,Date\n1,2\n")

    ended = quietline("ops", "import-reported", str(tmp_path / FILE))

    assert ended.exit_code == 4
    assert "Company_Phone_Number" in ended.output + ended.stderr


def test_sample_days_look_like_the_ftcs_and_name_no_real_caller(profile: Profile, clock: FixedClock) -> None:
    day = date(2026, 11, 23)
    text = sample_file(day, 200, profile)

    assert text == sample_file(day, 200, profile)
    rows = by_name(text.encode())
    assert len(rows) == 200
    assert all(row["Company_Phone_Number"][3:8] == "55501" for row in rows)
    assert {row["Created_Date"][:10] for row in rows} == {"2026-11-20", "2026-11-21", "2026-11-22"}


def test_nothing_is_fetched_from_elsewhere(operator: PublishOpenDataSettings) -> None:
    assert quietline("ops", "import-reported", "--from", f"http://example.test/{FILE}").exit_code == 2


def test_an_operator_issues_a_key(operator: PublishOpenDataSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    from quietline.opendata.limits import key_hash

    monkeypatch.setenv("QUIETLINE_CASES_TABLE", operator.cases_table)
    made = json.loads(quietline("ops", "open-data", "key", "Call blocker", "--json").stdout)["api_key"]

    stored = Table(operator.cases_table).get(("OPEN_DATA_KEYS", key_hash(made)))
    assert stored is not None
    assert made not in str(stored)
