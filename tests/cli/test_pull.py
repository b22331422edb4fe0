"""`quietline pull` against a registry in memory with real signatures: what is fetched, made and kept."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyroaring import BitMap
from quietline.kernel import jws

from cli import age
from tests.fakes.registry import BEFORE, CROWD, TODAY, YESTERDAY, FakeRegistry


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def how(report: dict[str, Any]) -> dict[str, str]:
    return {area["area"]: area["how"] for area in report["areas"]}


def lines(folder: Path, report: dict[str, Any], area: str) -> list[str]:
    name = next(one["file"] for one in report["areas"] if one["area"] == area)
    with zipfile.ZipFile(folder / name) as archive:
        return archive.read(archive.namelist()[0]).decode().splitlines()


def bitmap(folder: Path, area: str) -> set[int]:
    return set(BitMap.deserialize((folder / "bitmaps" / f"{area}.roar").read_bytes()))


def fetched(registry: FakeRegistry) -> list[str]:
    return [path for path in registry.paths() if path.startswith(("/areas/", "/renders/"))]


def test_the_first_pull_is_in_full_and_keeps_every_proof(registry: FakeRegistry, pulled: Any, folder: Path) -> None:
    report = pulled()

    assert report["list_date"] == BEFORE.isoformat()
    assert [(area["area"], area["how"], area["reason"]) for area in report["areas"]] == [
        ("202", "full", "not_held"),
        ("818", "full", "not_held"),
    ]
    names = {area["file"] for area in report["areas"]}
    assert visible(folder) == names | {"bitmaps", "manifests", "receipts", "jwks.json", "pull.json"}
    expected = [*CROWD, *range(5550100, 5550110)]
    assert lines(folder, report, "202") == [f"202,{number}" for number in expected]
    assert (folder / "manifests" / f"{BEFORE}.jws").read_bytes() == registry.objects.get(f"manifests/{BEFORE}.jws")
    receipt = jws.parse((folder / report["receipt"]).read_text()).payload
    assert receipt["san"] == "SAN-1"
    assert {entry["sha256"] for entry in receipt["areas"]} == {area["sha256"] for area in report["areas"]}
    assert not (folder / ".pull").exists()


def test_the_text_made_here_is_the_text_the_registry_publishes(
    registry: FakeRegistry, pulled: Any, folder: Path
) -> None:
    report = pulled()

    for area in report["areas"]:
        published = registry.objects.get(f"areas/{area['area']}/{BEFORE}/full.txt.zip")
        assert (folder / area["file"]).read_bytes() == published


def test_a_second_pull_of_the_same_list_fetches_nothing(registry: FakeRegistry, run: Any, folder: Path) -> None:
    run("pull", folder)
    registry.requests.clear()

    result = run("pull", folder)

    assert result.exit_code == 0
    assert "2 areas: 0 by changes, 0 in full, 2 unchanged" in result.stdout
    assert not fetched(registry)
    assert not [path for path in registry.paths() if path.startswith("/v1/manifests/")]


def test_the_next_day_comes_by_changes(registry: FakeRegistry, pulled: Any, folder: Path) -> None:
    pulled()
    registry.record("202", YESTERDAY, 5550111)
    registry.record("202", YESTERDAY, 5550100, added=False)
    registry.publish(YESTERDAY)
    registry.requests.clear()

    report = pulled()

    assert how(report) == {"202": "changes", "818": "unchanged"}
    assert report["areas"][0]["since"] == BEFORE.isoformat()
    assert [path.split("/")[1:3] for path in fetched(registry)] == [["renders", "202"]]
    expected = [*CROWD, *range(5550101, 5550110), 5550111]
    assert bitmap(folder, "202") == set(expected)
    assert lines(folder, report, "202") == [f"202,{number}" for number in expected]
    assert len(list(folder.glob("*_202_*.zip"))) == 1, "the file of the list before is gone"
    assert f"/v1/manifests/{BEFORE}" not in registry.paths(), "its hash is in the next one, and it is here"


def test_a_receipt_of_every_pull_is_kept(registry: FakeRegistry, pulled: Any, folder: Path) -> None:
    receipts = {pulled()["receipt"], pulled()["receipt"]}

    assert {f"receipts/{path.name}" for path in (folder / "receipts").iterdir()} == receipts
    assert len(receipts) == 2


def test_days_that_were_skipped_are_one_change_list_and_all_their_manifests(
    registry: FakeRegistry, pulled: Any, folder: Path
) -> None:
    pulled()
    for day in (YESTERDAY, TODAY):
        registry.record("202", day, 5550111, added=day == YESTERDAY)
        registry.record("818", day, 5550120 + day.day)
        registry.publish(day)

    report = pulled()

    assert how(report) == {"202": "unchanged", "818": "changes"}
    assert {path.stem for path in (folder / "manifests").iterdir()} == {
        day.isoformat() for day in (BEFORE, YESTERDAY, TODAY)
    }


def test_areas_pulled_on_different_days_each_get_their_changes(
    registry: FakeRegistry, pulled: Any, folder: Path
) -> None:
    pulled()
    registry.record("202", YESTERDAY, 5550111)
    registry.record("818", YESTERDAY, 5550112)
    registry.publish(YESTERDAY)
    pulled("--areas", "818")
    for area in ("202", "818"):
        registry.record(area, TODAY, 5550113)
    registry.publish(TODAY)

    report = pulled()

    assert {area["area"]: area["since"] for area in report["areas"]} == {
        "202": BEFORE.isoformat(),
        "818": YESTERDAY.isoformat(),
    }
    assert how(report) == {"202": "changes", "818": "changes"}
    assert 5550113 in bitmap(folder, "202") & bitmap(folder, "818")


def test_the_report_says_what_a_full_pull_would_have_been(registry: FakeRegistry, pulled: Any) -> None:
    for number in range(2_000_000, 2_090_000, 3):
        registry.record("202", YESTERDAY, number)
    registry.publish(YESTERDAY)
    first = pulled()
    registry.record("202", TODAY, 5550111)
    registry.publish(TODAY)

    report = pulled()

    assert first["bytes_fetched"] == first["bytes_of_full_pull"]
    assert report["bytes_fetched"] < report["bytes_of_full_pull"] / 2


def test_changes_that_would_be_larger_come_in_full(registry: FakeRegistry, pulled: Any, folder: Path) -> None:
    pulled()
    for number in range(0, 9_000_000, 1000):
        registry.record("818", YESTERDAY, number)
    registry.publish(YESTERDAY)

    report = pulled()

    assert [(area["how"], area.get("reason")) for area in report["areas"]] == [
        ("unchanged", None),
        ("full", "changes_larger_than_full"),
    ]
    assert len(bitmap(folder, "818")) == 9_000 + len(CROWD) - 10


def test_an_area_subscribed_later_comes_in_full(registry: FakeRegistry, pulled: Any) -> None:
    pulled()
    registry.entitlements.areas["acme"].add("907")

    assert how(pulled()) == {"202": "unchanged", "818": "unchanged", "907": "full"}


def test_an_area_that_left_the_subscription_leaves_the_folder(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {area["area"]: area["file"] for area in pulled()["areas"]}
    registry.entitlements.areas["acme"].remove("818")
    registry.publish(YESTERDAY)
    assert pulled("--areas", "202")["areas_dropped"] == [], "an area that was not asked for stays"

    report = pulled()

    assert (how(report), report["areas_dropped"]) == ({"202": "unchanged"}, ["818"])
    assert "Area 818 is no longer in your subscription" in report["warnings"][0]
    assert not (folder / before["818"]).exists()
    assert [path.name for path in (folder / "bitmaps").iterdir()] == ["202.roar"]
    monkeypatch.setattr(age, "today", lambda _profile: BEFORE + timedelta(days=32))
    assert run("status", folder).exit_code == 0
    assert run("verify", folder).exit_code == 0


def test_only_the_areas_asked_for(registry: FakeRegistry, pulled: Any, folder: Path) -> None:
    report = pulled("--areas", "818", "--format", "roar")

    assert how(report) == {"818": "full"}
    assert visible(folder) == {"bitmaps", "manifests", "receipts", "jwks.json", "pull.json"}
    assert [path.name for path in (folder / "bitmaps").iterdir()] == ["818.roar"]


def test_the_format_is_remembered_and_can_be_changed_without_fetching(
    registry: FakeRegistry, pulled: Any, folder: Path
) -> None:
    assert lines(folder, pulled("--format", "csv"), "202")[:2] == ["number", "+12022000000"]
    registry.requests.clear()

    assert lines(folder, pulled(), "202")[0] == "number"
    assert lines(folder, pulled("--format", "xml"), "202")[2] == "<number>+12022000000</number>"
    report = pulled("--format", "txt")

    assert lines(folder, report, "202")[0] == "202,2000000"
    assert not fetched(registry)
    assert {path.name for path in folder.glob("*.zip")} == {area["file"] for area in report["areas"]}


def test_a_format_that_does_not_exist(registry: FakeRegistry, run: Any, folder: Path) -> None:
    result = run("pull", folder, "--format", "pdf")

    assert (result.exit_code, "A list comes as txt" in result.stderr) == (2, True)
    assert run("pull", folder, "--areas", ", ").exit_code == 2


def test_an_area_that_is_not_subscribed_is_said(registry: FakeRegistry, run: Any, folder: Path) -> None:
    result = run("pull", folder, "--areas", "202,907")

    assert result.exit_code == 4
    assert "Your subscription does not cover area 907." in result.stderr
    assert not folder.exists()


def test_a_wrong_field_is_shown_with_its_place(registry: FakeRegistry, run: Any, folder: Path) -> None:
    result = run("pull", folder, "--areas", "999")

    assert result.exit_code == 4
    assert "/areas/0: There is no such area." in result.stderr


def test_a_date_the_registry_does_not_know_any_more(registry: FakeRegistry, pulled: Any) -> None:
    pulled()
    registry.record("202", YESTERDAY, 5550111)
    registry.publish(YESTERDAY)
    registry.tamper = lambda _path, answer: (
        httpx.Response(422, json={"errors": [{"pointer": "/since", "code": "not_published"}]})
        if b'"since"' in registry.requests[-1].content
        else answer
    )

    report = pulled()

    assert (report["areas"][0]["how"], report["areas"][0]["reason"]) == ("full", "since_not_published")


def test_another_refusal_of_changes_stays_one(registry: FakeRegistry, run: Any, pulled: Any, folder: Path) -> None:
    pulled()
    registry.record("202", YESTERDAY, 5550111)
    registry.publish(YESTERDAY)
    registry.tamper = lambda _path, answer: (
        httpx.Response(403, json={"detail": "No."}) if b'"since"' in registry.requests[-1].content else answer
    )

    assert run("pull", folder).exit_code == 4


def test_a_list_published_while_a_pull_runs_is_pulled(registry: FakeRegistry, pulled: Any, folder: Path) -> None:
    pulled()
    registry.record("202", YESTERDAY, 5550111)
    registry.publish(YESTERDAY)
    registry.record("202", TODAY, 5550112)

    def overtake(path: str, answer: httpx.Response) -> httpx.Response:
        if path == f"/v1/manifests/{YESTERDAY}" and TODAY not in registry.store.lists:
            registry.publish(TODAY)
        return answer

    registry.tamper = overtake

    report = pulled()

    assert report["list_date"] == TODAY.isoformat()
    assert {5550111, 5550112} <= bitmap(folder, "202")


def test_a_list_too_old_to_rely_on_is_refused(
    registry: FakeRegistry, run: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(age, "today", lambda _: BEFORE + timedelta(days=32))

    result = run("pull", folder)

    assert (result.exit_code, "could be used until" in result.stderr) == (7, True)
    assert not folder.exists()


def test_on_its_last_day_a_list_is_taken(registry: FakeRegistry, pulled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(age, "today", lambda _: BEFORE + timedelta(days=31))

    assert pulled()["list_date"] == BEFORE.isoformat()


def test_two_pulls_into_one_folder_do_not_meet(registry: FakeRegistry, run: Any, pulled: Any, folder: Path) -> None:
    from cli.folder import Folder

    pulled()
    with Folder(folder).locked():
        result = run("pull", folder)

    assert (result.exit_code, "Another pull" in result.stderr) == (6, True)
    pulled()


def test_nothing_is_reachable(registry: FakeRegistry, run: Any, folder: Path) -> None:
    def cut(_path: str, _answer: httpx.Response) -> httpx.Response:
        raise httpx.ConnectError("no route")

    registry.tamper = cut

    result = run("pull", folder)

    assert result.exit_code == 6
    assert "cannot be reached" in result.stderr


def test_failures_in_json(registry: FakeRegistry, run: Any, folder: Path) -> None:
    result = run("pull", folder, "--areas", "907", "--json")

    told = json.loads(result.stderr)
    assert (told["exit_code"], told["problem"]["type"]) == (4, "/problems/not-entitled")
