"""`quietline wash` against a pulled folder with real signatures."""

import csv
import gzip
import hashlib
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyroaring import BitMap
from quietline.kernel import jws
from typer.testing import Result

from cli import age
from cli.local_copy import LocalCopy, open_copy
from tests.fakes.lists import MemorySigner
from tests.fakes.registry import BEFORE, YESTERDAY, FakeRegistry

CALLS = "name,phone\nAnn,(202) 555-0103\nBob,818-555-0199\nCy,n/a\nDee,907 555 0100\nEd,212 555 0100\n"


@pytest.fixture
def wash(registry: FakeRegistry, run: Any, folder: Path, pulled: Any) -> Callable[..., Result]:
    pulled()

    def invoke(*arguments: Any, text: str | None = None) -> Result:
        result: Result = run("wash", *arguments, "--folder", folder, text=text)
        return result

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


def test_a_call_list_is_answered_beside_itself(wash: Any, calls: Path, tmp_path: Path) -> None:
    result = wash(calls)

    assert result.exit_code == 0, result.output
    assert statuses((tmp_path / "leads.washed.csv").read_text()) == EXPECTED
    assert "5 rows washed by “phone”, 4 different numbers" in result.stdout
    assert "1 listed" in result.stdout
    assert "not in this copy: 212, 907" in result.stdout
    assert f"List of {BEFORE}, good until {BEFORE + timedelta(days=31)}" in result.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["leads.csv", "leads.washed.csv", "lists"]


@pytest.mark.parametrize("left", [False, True])
def test_a_pull_in_the_middle_of_a_wash_is_no_false_alarm(
    registry: FakeRegistry,
    wash: Any,
    pulled: Any,
    calls: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    left: bool,
) -> None:
    def overtaken(folder: Path) -> LocalCopy:
        copy = open_copy(folder)
        registry.record("202", YESTERDAY, 5550111)
        registry.publish(YESTERDAY)
        if left:
            registry.entitlements.areas["acme"].remove("202")
        pulled()
        return copy

    with monkeypatch.context() as patched:
        patched.setattr("cli.wash.open_copy", overtaken)
        result = wash(calls)

    assert (result.exit_code, "A pull changed the copy meanwhile" in result.stderr) == (6, True), result.output
    assert not (tmp_path / "leads.washed.csv").exists()
    assert wash(calls).exit_code == 0


def test_who_told_the_seller_to_stop_is_not_clear(wash: Any, calls: Path, tmp_path: Path, folder: Path) -> None:
    told = wash(calls).stdout.replace("\n", " ")
    assert "No stop requests are in this folder" in told and f"pull --folder {folder}" in told
    asked = {"id": "01", "requested_at": "2026-11-20T10:00:00.000Z", "due_on": "2026-12-07"}
    kept = {"version": 1, "next": 7, "numbers": {"+12025550103": asked, "+18185550199": asked}}
    (folder / "stop-requests.json").write_text(json.dumps(kept))

    result = wash(calls)

    expected = [EXPECTED[0], ("unknown", "stop_requested"), *EXPECTED[2:]]
    assert statuses((tmp_path / "leads.washed.csv").read_text()) == expected
    assert "1 stop requested" in result.stdout and "No stop requests" not in result.stdout
    report = json.loads(wash(calls, "--json").stdout)
    assert (report["stop_requests"], report["clear"]) == ({"next": 7, "numbers": 2}, 0)
    (folder / "stop-requests.json").write_text("{}")
    assert wash(calls).exit_code == 2


def test_which_list_was_used_is_kept_without_any_number(wash: Any, calls: Path, folder: Path) -> None:
    report = json.loads(wash(calls, "--json").stdout)

    (kept,), (receipt,) = (folder / "washes").iterdir(), (folder / "receipts").iterdir()
    record = json.loads(kept.read_text())
    assert record == {name: value for name, value in report.items() if name not in {"out", "record"}}
    assert (record["list_date"], record["receipts"]) == (BEFORE.isoformat(), [receipt.stem])
    manifest = (folder / f"manifests/{BEFORE}.jws").read_bytes()
    assert record["manifest"] == {"date": BEFORE.isoformat(), "sha256": hashlib.sha256(manifest).hexdigest()}
    assert record["call_list"]["sha256"] == hashlib.sha256(CALLS.encode()).hexdigest()
    answer = calls.with_name("leads.washed.csv").read_bytes()
    assert record["answer"] == {
        "name": "leads.washed.csv",
        "bytes": len(answer),
        "sha256": hashlib.sha256(answer).hexdigest(),
    }
    assert (record["listed"], record["clear"], record["distinct_answered"]) == (1, 1, 2)
    # by the whole subscriber number: three digits of it stand in a hash now and then
    numbers = re.findall(r"555\D?(\d{4})", CALLS)
    assert numbers
    assert not [number for number in numbers if re.search(rf"555\D?{number}", kept.read_text())]


def test_standard_input_to_standard_output(wash: Any) -> None:
    result = wash("-", "--json", text=CALLS)

    assert result.exit_code == 0
    assert statuses(result.stdout) == EXPECTED
    assert json.loads(result.stderr)["rows"] == 5


def test_a_gzipped_answer_is_the_same_bytes_each_time(wash: Any, calls: Path, tmp_path: Path) -> None:
    (tmp_path / "leads.csv.gz").write_bytes(gzip.compress(CALLS.encode()))
    target = tmp_path / "answer.csv.gz"
    wash(tmp_path / "leads.csv.gz", "--out", target)
    first = target.read_bytes()
    report = json.loads(wash(tmp_path / "leads.csv.gz", "--out", target, "--json").stdout)

    assert target.read_bytes() == first
    assert report["answer"]["sha256"] == hashlib.sha256(first).hexdigest()
    assert statuses(gzip.decompress(first).decode()) == EXPECTED


def test_the_column_may_be_named(wash: Any, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("home phone,mobile phone\n2025550103,8185550199\n8185550199,2025550103\n")

    refused = wash(path)
    assert refused.exit_code == 2
    assert "“home phone”, “mobile phone”" in refused.stderr
    assert "--column" in refused.stderr
    assert wash(path, "--column", "Mobile Phone").exit_code == 0
    assert [status for status, _ in statuses((tmp_path / "two.washed.csv").read_text())] == ["clear", "listed"]
    assert wash(path, "--column", "3").exit_code == 2


def test_a_list_that_is_too_old_washes_nothing(
    wash: Any, calls: Path, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(age, "today", lambda _: BEFORE + timedelta(days=31))
    assert wash(calls, "--out", tmp_path / "in-time.csv").exit_code == 0

    monkeypatch.setattr(age, "today", lambda _: BEFORE + timedelta(days=32))
    state = json.loads((folder / "pull.json").read_text())
    for held in state["areas"].values():
        held["valid_until"] = "2999-01-01"
    (folder / "pull.json").write_text(json.dumps(state))  # what is not signed is not believed
    result = wash(calls)

    assert result.exit_code == 7
    assert "nothing was washed" in result.stderr
    assert not (tmp_path / "leads.washed.csv").exists()


def test_a_bitmap_that_was_changed_is_refused(wash: Any, calls: Path, folder: Path, tmp_path: Path) -> None:
    path = folder / "bitmaps" / "202.roar"
    path.write_bytes(BitMap([5550144]).serialize())
    changed = wash(calls)
    path.unlink()
    gone = wash(calls)

    assert (changed.exit_code, gone.exit_code) == (5, 5)
    assert "area 202" in changed.stderr
    assert not [one for one in tmp_path.iterdir() if "washed" in one.name]


def test_a_list_that_is_not_called_need_not_be_proven(wash: Any, folder: Path, tmp_path: Path) -> None:
    (folder / "bitmaps" / "818.roar").unlink()
    (tmp_path / "leads.csv").write_text("phone\n2025550103\n")

    assert wash(tmp_path / "leads.csv").exit_code == 0


@pytest.mark.parametrize("proof", ["manifests", "receipts"])
def test_a_forged_or_missing_proof_is_refused(wash: Any, calls: Path, folder: Path, proof: str) -> None:
    (path,) = (folder / proof).iterdir()
    head, payload, _ = path.read_text().split(".")
    forger = MemorySigner()
    path.write_text(forger.sign(jws.parse(path.read_text()).payload))
    forged = wash(calls)
    path.write_text(f"{head}.{payload}.{'A' * 86}")
    spoilt = wash(calls)
    path.unlink()
    missing = wash(calls)

    assert [result.exit_code for result in (forged, spoilt, missing)] == [5, 5, 5]


def test_an_area_that_the_last_pull_left_out_is_unknown(
    registry: FakeRegistry, wash: Any, pulled: Any, calls: Path, tmp_path: Path
) -> None:
    registry.record("202", YESTERDAY, 5550111)
    registry.publish(YESTERDAY)
    pulled("--areas", "202")

    assert wash(calls).exit_code == 0
    assert statuses((tmp_path / "leads.washed.csv").read_text())[:2] == [
        ("listed", ""),
        ("unknown", "area_not_current"),
    ]


def test_what_is_used_wrongly_is_said(run: Any, wash: Any, calls: Path, tmp_path: Path) -> None:
    assert wash(tmp_path / "nothing.csv").exit_code == 2
    assert wash(calls, "--out", calls).exit_code == 2
    assert wash(calls, "--out", tmp_path / "no" / "where.csv").exit_code == 2
    (tmp_path / "empty.csv").write_bytes(b"")
    assert wash(tmp_path / "empty.csv").exit_code == 2
    assert not (tmp_path / "empty.washed.csv").exists()
    nothing = run("wash", calls, "--folder", tmp_path / "home")
    assert nothing.exit_code == 2
    assert "quietline pull" in nothing.stderr
