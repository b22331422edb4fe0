"""Pulls that are stopped: by the network, by links that expire, by a kill between any two writes."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from cli import api as cli_api
from cli import whole
from cli.config import load
from cli.folder import Folder
from cli.pull import bring_up_to_date
from tests.fakes.registry import BEFORE, TODAY, YESTERDAY, FakeRegistry


class KilledError(BaseException):
    """Stands for a kill: no handler of the command may tidy up after it."""


def halves(answer: httpx.Response) -> httpx.Response:
    """The same answer, whose connection breaks in the middle."""

    def body() -> Any:
        yield answer.content[: len(answer.content) // 2]
        raise httpx.ReadError("reset")

    return httpx.Response(answer.status_code, content=body(), headers=answer.headers)


def ranges(registry: FakeRegistry, path: str) -> list[str]:
    return [request.headers.get("Range", "") for request in registry.requests if request.url.path.startswith(path)]


def test_a_broken_fetch_goes_on_where_it_stopped(registry: FakeRegistry, pulled: Any) -> None:
    registry.tamper = lambda path, answer: (
        halves(answer) if path.startswith("/areas/202") and answer.status_code == 200 else answer
    )

    report = pulled()

    size = len(registry.objects.objects[next(key for key in registry.objects.objects if key.endswith("bitmap.roar"))])
    assert report["areas"][0]["how"] == "full"
    assert ranges(registry, "/areas/202") == ["", f"bytes={size // 2}-"]


def test_the_next_run_goes_on_with_what_the_last_one_left(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def cut(path: str, answer: httpx.Response) -> httpx.Response:
        if not path.startswith("/areas/202"):
            return answer
        tries.append(path)
        if len(tries) == 1:
            return halves(answer)
        other.wait(10)
        raise httpx.ConnectError("no route")

    def replace(part: Path, target: Path) -> Path:
        made = whole_replace(part, target)
        if target.name.startswith("818-"):
            other.set()
        return made

    other, whole_replace = Event(), Path.replace
    monkeypatch.setattr(Path, "replace", replace)
    registry.tamper = cut
    assert run("pull", folder).exit_code == 6
    assert not (folder / "pull.json").exists()
    registry.tamper = lambda _path, answer: answer
    registry.requests.clear()

    pulled()

    assert ranges(registry, "/areas/202")[0].startswith("bytes=")
    assert not ranges(registry, "/areas/818"), "was whole already"


@pytest.mark.parametrize("left", [b"garbage that is not the beginning of it", b"x" * 100_000])
def test_what_was_left_may_be_damaged(registry: FakeRegistry, run: Any, pulled: Any, folder: Path, left: bytes) -> None:
    sha256 = pulled()["areas"][0]["sha256"]
    for path in folder.rglob("*.roar"):
        path.unlink()
    (folder / ".pull").mkdir()
    (folder / f".pull/202-{sha256}.part").write_bytes(left)

    report = pulled()

    assert (report["areas"][0]["how"], report["areas"][0]["sha256"]) == ("full", sha256)


@pytest.mark.parametrize("harmed", [False, True])
def test_manifests_that_were_proven_are_not_fetched_again(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path, harmed: bool
) -> None:
    pulled()
    days = [YESTERDAY, TODAY, TODAY + timedelta(days=1)]
    for day in days:
        registry.record("202", day, 5550120 + day.day)
        registry.publish(day)
    asked = f"/v1/manifests/{TODAY}"
    broken = httpx.Response(503, json={"detail": "Down."})
    registry.tamper = lambda path, answer: broken if path == f"/v1/manifests/{YESTERDAY}" else answer
    assert run("pull", folder).exit_code == 6
    assert registry.paths().count(asked) == 1
    for path in folder.glob(".pull/manifest-*"):
        path.write_bytes(path.read_bytes()[: -4 if harmed else None])
    registry.tamper = lambda _path, answer: answer

    pulled()

    assert registry.paths().count(asked) == (2 if harmed else 1)
    assert {path.stem for path in (folder / "manifests").iterdir()} == {day.isoformat() for day in (BEFORE, *days)}
    assert not (folder / ".pull").exists()


def test_a_server_that_knows_no_ranges(registry: FakeRegistry, pulled: Any) -> None:
    calls: list[str] = []

    def whole(path: str, answer: httpx.Response) -> httpx.Response:
        if not path.startswith("/areas/202"):
            return answer
        calls.append(path)
        full = httpx.Response(200, content=registry.objects.objects[path.lstrip("/")])
        return halves(full) if len(calls) == 1 else full

    registry.tamper = whole

    assert pulled()["areas"][0]["how"] == "full"


def test_a_server_that_sends_another_part(registry: FakeRegistry, run: Any, folder: Path) -> None:
    def other(path: str, answer: httpx.Response) -> httpx.Response:
        if not path.startswith("/areas/202"):
            return answer
        if answer.status_code == 200:
            return halves(answer)
        return httpx.Response(206, content=answer.content, headers={"Content-Range": "bytes 0-1/2"})

    registry.tamper = other

    result = run("pull", folder)

    assert (result.exit_code, "another part" in result.stderr) == (6, True)


def test_links_that_expire_on_the_way_are_asked_for_again_once(registry: FakeRegistry, pulled: Any) -> None:
    asked: list[str] = []

    def expire(path: str, answer: httpx.Response) -> httpx.Response:
        asked.append(path)
        return httpx.Response(403) if path.startswith("/areas/") and asked.count("/v1/downloads") == 1 else answer

    registry.tamper = expire

    report = pulled("--jobs", "2")

    assert {area["how"] for area in report["areas"]} == {"full"}
    # two files may see the first links expire at the same time; the links are renewed once for both
    assert 2 <= asked.count("/v1/downloads") <= 3


def test_links_of_changes_are_asked_for_again_too(registry: FakeRegistry, pulled: Any, folder: Path) -> None:
    pulled()
    registry.record("202", YESTERDAY, 5550111)
    registry.publish(YESTERDAY)
    expired: list[str] = []

    def expire(path: str, answer: httpx.Response) -> httpx.Response:
        if not path.startswith("/renders/") or expired:
            return answer
        expired.append(path)
        return httpx.Response(403)

    registry.tamper = expire

    assert pulled()["areas"][0]["how"] == "changes"
    assert len(list((folder / "receipts").iterdir())) == 4, "one of the first pull, three of this one"


@pytest.mark.parametrize(("status", "tries"), [(403, 5), (500, 5), (503, 5), (404, 1)])
def test_files_that_cannot_be_had(registry: FakeRegistry, run: Any, folder: Path, status: int, tries: int) -> None:
    registry.tamper = lambda path, answer: httpx.Response(status) if path.startswith("/areas/202") else answer

    result = run("pull", folder, "--areas", "202")

    assert (result.exit_code, "area 202" in result.stderr) == (6, True)
    assert len(ranges(registry, "/areas/202")) == tries


def test_the_list_moves_on_while_links_expire(registry: FakeRegistry, run: Any, pulled: Any, folder: Path) -> None:
    def expire(path: str, answer: httpx.Response) -> httpx.Response:
        if path.startswith("/areas/") and YESTERDAY not in registry.store.lists:
            registry.record("202", YESTERDAY, 5550111)
            registry.publish(YESTERDAY)
            return httpx.Response(403)
        return answer

    registry.tamper = expire

    result = run("pull", folder, "--areas", "202", "--jobs", "1")

    assert (result.exit_code, "newer list was published meanwhile" in result.stderr) == (6, True)
    assert pulled()["list_date"] == YESTERDAY.isoformat()


def writes(monkeypatch: pytest.MonkeyPatch, allowed: int) -> Callable[[], int]:
    """Kill the process before its `allowed`-th change of the disk's names: renames, links, removals."""
    count = 0

    def guarded(operation: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            if count >= allowed:
                raise KilledError
            count += 1
            return operation(*arguments, **named)

        return call

    for name in ("replace", "unlink"):
        monkeypatch.setattr(Path, name, guarded(getattr(Path, name)))
    monkeypatch.setattr(os, "fsync", guarded(lambda _handle: None))
    return lambda: count


def test_a_kill_between_any_two_writes_leaves_a_pull_that_counts(
    registry: FakeRegistry, pulled: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after 0, 1, 2 … writes the folder verifies as the old list or as the new one, never as a mix."""
    pulled()
    old = {"202": (folder / "bitmaps/202.roar").read_bytes(), "818": (folder / "bitmaps/818.roar").read_bytes()}
    for area in old:
        registry.record(area, YESTERDAY, 5550111)
    registry.publish(YESTERDAY)
    registry.publish(TODAY)
    client = cli_api.Api(load())
    seen = set()
    start = snapshot(folder)
    for allowed in range(1000):
        restore(folder, start)
        with monkeypatch.context() as patch:
            done = writes(patch, allowed)
            try:
                bring_up_to_date(client, Folder(folder), None, jobs=1)
                killed = False
            except KilledError:
                killed = True
        facts, findings = whole.check(folder, Folder(folder).keys(), quiet=True)
        assert not [finding for finding in findings if finding.result == "wrong"], allowed
        same = {area: (folder / f"bitmaps/{area}.roar").read_bytes() == data for area, data in old.items()}
        assert set(same.values()) == {facts["list_date"] == BEFORE.isoformat()}
        seen.add(facts["list_date"])
        if not killed:
            break
        if allowed % 5 == 0:
            assert pulled()["list_date"] == TODAY.isoformat()
    assert done() > 15
    assert len(seen) == 2


def test_what_a_stopped_pull_has_superseded_goes_with_the_next(
    registry: FakeRegistry, pulled: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after 0, 1, 2 … writes, also after its switch: no list of before stays beside the new one."""
    pulled()
    registry.record("202", YESTERDAY, 5550111)
    registry.publish(YESTERDAY)
    registry.entitlements.areas["acme"].remove("818")
    client = cli_api.Api(load())
    start = snapshot(folder)
    for allowed in range(1000):
        restore(folder, start)
        with monkeypatch.context() as patch:
            writes(patch, allowed)
            try:
                bring_up_to_date(client, Folder(folder), None, jobs=1)
                killed = False
            except KilledError:
                killed = True
        report = pulled()
        lists = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in (".zip", ".roar")}
        assert lists == {"bitmaps/202.roar", report["areas"][0]["file"]}, allowed
        if not killed:
            break
    assert allowed > 15


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def restore(folder: Path, files: dict[str, bytes]) -> None:
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def test_a_folder_that_cannot_be_made_is_a_sentence(registry: FakeRegistry, run: Any, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    plain, as_json = run("pull", tmp_path / "taken"), run("pull", tmp_path / "taken" / "below", "--json")

    assert (plain.exit_code, as_json.exit_code) == (1, 1)
    assert plain.stderr.startswith(f"quietline: {tmp_path / 'taken'}: File exists.")
    assert json.loads(as_json.stderr)["exit_code"] == 1
