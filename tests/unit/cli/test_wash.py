"""`quietline wash` against a pulled folder with real signatures."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyroaring import BitMap
from typer.testing import CliRunner, Result

from cli.folder import HeldArea, State
from cli.main import app
from tests.fakes.lists import MemorySigner

TODAY = datetime.now(UTC).date()
CALLS = "name,phone\nAnn,(202) 555-0143\nBob,818-555-0199\nCy,n/a\nDee,303 555 0100\nEd,212 555 0100\n"


class Pulled:
    """A folder as `quietline pull` leaves it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.signer = MemorySigner()
        self.bitmaps = {"202": BitMap([5550143]).serialize(), "818": BitMap([5550100]).serialize()}

    def write(self, name: str, data: bytes | str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    def pull(self, day: date = TODAY, receipt: bool = True, areas: tuple[str, ...] = ("202", "818")) -> None:
        """Leave what a pull of the current bitmaps leaves; area 303 is published, but not pulled."""
        hashes = {area: hashlib.sha256(data).hexdigest() for area, data in self.bitmaps.items()} | {"303": "0" * 64}
        entries = [{"area": area, "files": [{"kind": "bitmap", "sha256": digest}]} for area, digest in hashes.items()]
        manifest = {"type": "manifest", "profile": "us", "date": day.isoformat(), "areas": entries}
        until = (day + timedelta(days=31)).isoformat()
        facts = {"type": "receipt", "id": f"R-{day}", "list_date": day.isoformat(), "valid_until": until}
        self.write(f"manifests/{day}.jws", self.signer.sign(manifest))
        if receipt:
            self.write(f"receipts/R-{day}.jws", self.signer.sign(facts | {"areas": [{"area": area} for area in areas]}))
        for area in areas:
            self.write(f"bitmaps/{area}.roar", self.bitmaps[area])
        self.write("jwks.json", json.dumps(self.signer.jwks()))
        held = {
            area: HeldArea(day.isoformat(), until, f"R-{day}", 1, len(self.bitmaps[area]), hashes[area])
            for area in areas
        }
        state = State(day.isoformat(), "SAN-1", "us", "roar", held)
        self.write("pull.json", json.dumps(state.to_json()))


@pytest.fixture
def pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pulled:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    made = Pulled(tmp_path / "lists")
    made.pull()
    return made


@pytest.fixture
def run(pulled: Pulled) -> Callable[..., Result]:
    def invoke(*arguments: Any, text: str | bytes | None = None) -> Result:
        whole = ["wash", *map(str, arguments), "--folder", str(pulled.path)]
        return CliRunner().invoke(app, whole, input=text)

    return invoke


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(CALLS)
    return path


def statuses(text: str) -> list[tuple[str, str]]:
    return [(row["status"], row["reason"]) for row in csv.DictReader(io.StringIO(text))]


EXPECTED = [
    ("listed", ""),
    ("clear", ""),
    ("unknown", "not_a_number"),
    ("unknown", "area_not_pulled"),
    ("unknown", "area_not_published"),
]


def test_a_call_list_is_answered_beside_itself(run: Any, calls: Path, tmp_path: Path) -> None:
    result = run(calls)

    assert result.exit_code == 0, result.output
    assert statuses((tmp_path / "leads.washed.csv").read_text()) == EXPECTED
    assert "5 rows washed by “phone”, 4 different numbers" in result.stdout
    assert "1 listed" in result.stdout
    assert "not in this copy: 212, 303" in result.stdout
    assert f"List of {TODAY}, good until {TODAY + timedelta(days=31)}" in result.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["leads.csv", "leads.washed.csv", "lists"]


def test_which_list_was_used_is_kept_without_any_number(run: Any, calls: Path, pulled: Pulled) -> None:
    report = json.loads(run(calls, "--json").stdout)

    (kept,) = (pulled.path / "washes").iterdir()
    record = json.loads(kept.read_text())
    assert record == {name: value for name, value in report.items() if name not in {"out", "record"}}
    assert (record["list_date"], record["receipts"]) == (TODAY.isoformat(), [f"R-{TODAY}"])
    manifest = (pulled.path / f"manifests/{TODAY}.jws").read_bytes()
    assert record["manifest"] == {"date": TODAY.isoformat(), "sha256": hashlib.sha256(manifest).hexdigest()}
    assert record["call_list"]["sha256"] == hashlib.sha256(CALLS.encode()).hexdigest()
    answer = calls.with_name("leads.washed.csv").read_bytes()
    assert record["answer"] == {
        "name": "leads.washed.csv",
        "bytes": len(answer),
        "sha256": hashlib.sha256(answer).hexdigest(),
    }
    assert (record["listed"], record["clear"], record["distinct_answered"]) == (1, 1, 2)
    assert "555" not in kept.read_text()


def test_standard_input_to_standard_output(run: Any) -> None:
    result = run("-", "--json", text=CALLS)

    assert result.exit_code == 0
    assert statuses(result.stdout) == EXPECTED
    assert json.loads(result.stderr)["rows"] == 5


def test_a_gzipped_answer_is_the_same_bytes_each_time(run: Any, calls: Path, tmp_path: Path) -> None:
    (tmp_path / "leads.csv.gz").write_bytes(gzip.compress(CALLS.encode()))
    target = tmp_path / "answer.csv.gz"
    run(tmp_path / "leads.csv.gz", "--out", target)
    first = target.read_bytes()
    report = json.loads(run(tmp_path / "leads.csv.gz", "--out", target, "--json").stdout)

    assert target.read_bytes() == first
    assert report["answer"]["sha256"] == hashlib.sha256(first).hexdigest()
    assert statuses(gzip.decompress(first).decode()) == EXPECTED


def test_the_column_may_be_named(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("home phone,mobile phone\n2025550143,8185550199\n8185550199,2025550143\n")

    refused = run(path)
    assert refused.exit_code == 2
    assert "“home phone”, “mobile phone”" in refused.stderr
    assert "--column" in refused.stderr
    assert run(path, "--column", "Mobile Phone").exit_code == 0
    assert [status for status, _ in statuses((tmp_path / "two.washed.csv").read_text())] == ["clear", "listed"]
    assert run(path, "--column", "3").exit_code == 2


def test_a_list_that_is_too_old_washes_nothing(run: Any, calls: Path, pulled: Pulled, tmp_path: Path) -> None:
    (pulled.path / "pull.json").unlink()
    pulled.pull(TODAY - timedelta(days=32))

    result = run(calls)

    assert result.exit_code == 7
    assert "nothing was washed" in result.stderr
    assert not (tmp_path / "leads.washed.csv").exists()


def test_dates_in_the_state_are_not_believed(run: Any, calls: Path, pulled: Pulled) -> None:
    pulled.pull(TODAY - timedelta(days=32))
    state = (pulled.path / "pull.json").read_text()
    pulled.write("pull.json", state.replace('"valid_until": "2', '"valid_until": "9'))

    assert run(calls).exit_code == 7


def test_a_bitmap_that_was_changed_is_refused(run: Any, calls: Path, pulled: Pulled, tmp_path: Path) -> None:
    pulled.write("bitmaps/202.roar", BitMap([5550144]).serialize())

    result = run(calls)

    assert result.exit_code == 5
    assert "area 202" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["leads.csv", "lists"]


def test_a_forged_manifest_is_refused(run: Any, calls: Path, pulled: Pulled) -> None:
    keys = (pulled.path / "jwks.json").read_bytes()
    pulled.signer = MemorySigner()
    pulled.bitmaps["202"] = BitMap().serialize()
    pulled.pull()
    pulled.write("jwks.json", keys)

    assert run(calls).exit_code == 5


def test_without_a_receipt_nothing_is_washed(run: Any, calls: Path, pulled: Pulled) -> None:
    pulled.pull(TODAY - timedelta(days=1), receipt=False)

    result = run(calls)

    assert result.exit_code == 5
    assert "no receipt" in result.stderr


def test_an_area_left_behind_by_the_last_pull_is_unknown(run: Any, calls: Path, pulled: Pulled, tmp_path: Path) -> None:
    older = pulled.bitmaps["818"]
    pulled.pull(TODAY - timedelta(days=3))
    pulled.bitmaps["818"] = BitMap([5550199]).serialize()
    pulled.pull(TODAY)
    pulled.write("bitmaps/818.roar", older)

    assert run(calls).exit_code == 0
    assert statuses((tmp_path / "leads.washed.csv").read_text())[1] == ("unknown", "area_not_current")


def test_what_is_used_wrongly_is_said(run: Any, calls: Path, tmp_path: Path) -> None:
    assert run(tmp_path / "nothing.csv").exit_code == 2
    assert run(calls, "--out", calls).exit_code == 2
    assert run(calls, "--out", tmp_path / "no" / "where.csv").exit_code == 2
    (tmp_path / "empty.csv").write_bytes(b"")
    assert run(tmp_path / "empty.csv").exit_code == 2
    assert not (tmp_path / "empty.washed.csv").exists()
    nothing = CliRunner().invoke(app, ["wash", str(calls), "--folder", str(tmp_path)])
    assert nothing.exit_code == 2
    assert "quietline pull" in nothing.stderr
