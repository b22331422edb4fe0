"""`quietline status`: ages from signed dates, colours, and the code that stops a dialler."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from quietline.profiles import Profile

from cli import age
from tests.fakes.registry import API, BEFORE, YESTERDAY, FakeRegistry


def on(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Let it be so many days after the list's date."""
    monkeypatch.setattr(age, "today", lambda _: BEFORE + timedelta(days=days))


@pytest.mark.parametrize(("hour", "expected"), [(4, BEFORE), (5, BEFORE + timedelta(days=1))])
def test_a_day_lasts_until_midnight_where_the_registry_is(
    monkeypatch: pytest.MonkeyPatch, hour: int, expected: date
) -> None:
    class Late(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(BEFORE.year, BEFORE.month, BEFORE.day, hour, 30, tzinfo=UTC) + timedelta(days=1)

    monkeypatch.setattr(age, "datetime", Late)

    assert age.today("us") == expected
    assert age.days_left(BEFORE.isoformat(), "us") == (BEFORE - expected).days


def test_ages_and_days_left(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled()
    on(monkeypatch, 2)

    report = json.loads(run("status", folder, "--json").stdout)

    assert report["newest_list"] == BEFORE.isoformat()
    assert [(row["area"], row["age_days"], row["days_left"], row["freshness"]) for row in report["areas"]] == [
        ("202", 2, 29, "fresh"),
        ("818", 2, 29, "fresh"),
    ]
    shown = run("status", folder)
    assert "days left" in shown.stdout
    assert shown.exit_code == 0


@pytest.mark.parametrize(
    ("days", "freshness", "code"),
    [(0, "fresh", 0), (21, "fresh", 0), (22, "ageing", 0), (31, "ageing", 0), (32, "expired", 7)],
)
def test_the_profiles_days_decide(
    registry: FakeRegistry,
    run: Any,
    pulled: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    profile: Profile,
    days: int,
    freshness: str,
    code: int,
) -> None:
    assert (profile.lists.warn_age_days, profile.lists.max_age_days) == (21, 31)
    pulled()
    on(monkeypatch, days)

    result = run("status", folder, "--json")

    assert result.exit_code == code
    assert {row["freshness"] for row in json.loads(result.stdout)["areas"]} == {freshness}
    shown = run("status", folder)
    assert ("pull soon: 202, 818" in shown.stdout) == (freshness == "ageing")
    assert ("Too old to be used: 202, 818" in shown.stderr) == (freshness == "expired")


@pytest.mark.parametrize(("days", "colour"), [(0, "32"), (21, "32"), (22, "33"), (31, "33"), (32, "31")])
def test_a_row_is_green_then_yellow_then_red(
    registry: FakeRegistry,
    run: Any,
    pulled: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    colour: str,
) -> None:
    pulled()
    on(monkeypatch, days)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm-256color"}.items():
        monkeypatch.setenv(name, value)

    lines = run("status", folder).stdout.splitlines()

    rows = [line for line in lines if "202 " in line or "818 " in line]
    assert [f"\x1b[{colour}m" in row for row in rows] == [True, True], rows
    ageing = [line for line in lines if "pull soon" in line]
    assert [line.startswith("\x1b[33m") for line in ageing] == [True] * (colour == "33")


def test_areas_age_each_by_their_own_pull(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled()
    registry.publish(YESTERDAY)
    pulled("--areas", "818")
    on(monkeypatch, 32)

    result = run("status", folder, "--json")

    assert result.exit_code == 7
    assert [row["days_left"] for row in json.loads(result.stdout)["areas"]] == [-1, 0]


def test_ages_come_from_receipts_and_not_from_what_is_easily_changed(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled()
    state = (folder / "pull.json").read_text()
    (folder / "pull.json").write_text(state.replace('"valid_until": "2', '"valid_until": "3'))
    on(monkeypatch, 32)

    assert run("status", folder).exit_code == 7


def test_without_its_receipt_a_list_has_no_age(registry: FakeRegistry, run: Any, pulled: Any, folder: Path) -> None:
    receipt = folder / pulled()["receipt"]
    signed = receipt.read_text()
    receipt.unlink()
    missing = run("status", folder)
    receipt.write_text(signed[:-4] + "AAAA")
    forged = run("status", folder)
    receipt.write_text(signed)
    state = (folder / "pull.json").read_text()
    (folder / "pull.json").write_text(state.replace('"sha256": "', '"sha256": "0'))
    other = run("status", folder)

    assert (missing.exit_code, "receipt for the list of area 202 is missing" in missing.stderr) == (5, True)
    assert (forged.exit_code, "changed after it was signed" in forged.stderr) == (5, True)
    assert (other.exit_code, "does not name the list of area 202" in other.stderr) == (5, True)


def test_a_folders_ages_need_no_registry(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled()
    registry.tamper = lambda _path, _answer: httpx.Response(503, json={"detail": "Down."})

    away = json.loads(run("status", folder, "--json").stdout)
    monkeypatch.delenv("QUIETLINE_API")
    unknown = json.loads(run("status", folder, "--json").stdout)

    assert (away["newest_list"], away["trouble"], len(away["areas"])) == (None, "Down.", 2)
    assert (unknown["api"], unknown["trouble"], len(unknown["areas"])) == (None, "No registry is known.", 2)
    assert "Newest list: unknown. No registry is known." in run("status", folder).stdout


def test_without_a_folder_the_registry_is_needed(
    registry: FakeRegistry, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"Newest list: {BEFORE}" in run("status").stdout
    registry.tamper = lambda _path, _answer: httpx.Response(503, json={"detail": "Down."})
    assert run("status").exit_code == 6
    monkeypatch.delenv("QUIETLINE_API")
    assert run("status").exit_code == 2
    assert run("--api", API, "status").exit_code == 6


def test_before_the_first_list(registry: FakeRegistry, run: Any, folder: Path) -> None:
    registry.store.lists.clear()

    assert "No list has been published yet." in run("status").stdout
    assert run("status", folder).exit_code == 1
