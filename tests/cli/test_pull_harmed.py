"""`quietline pull` into a folder that was harmed on the disk: mended where it can be, otherwise a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.lists import sha256
from tests.fakes.registry import YESTERDAY, FakeRegistry


@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
def test_a_copy_that_was_harmed_on_the_disk_is_fetched_in_full(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path, harm: str
) -> None:
    pulled()
    registry.record("202", YESTERDAY, 5550111)
    registry.publish(YESTERDAY)
    path = folder / "bitmaps/202.roar"
    data = path.read_bytes()
    path.unlink() if harm == "gone" else path.write_bytes(data[:-1] + (b"" if harm == "cut" else b"\x7f"))

    report = json.loads(run("pull", folder, "--json").stdout)

    assert (report["areas"][0]["how"], report["areas"][0]["reason"]) == ("full", "copy_damaged")
    assert "area 202" in report["warnings"][0]
    assert sha256(path.read_bytes()) == report["areas"][0]["sha256"]


def test_a_text_that_was_changed_on_the_disk_is_made_again(registry: FakeRegistry, pulled: Any, folder: Path) -> None:
    path = folder / pulled()["areas"][0]["file"]
    data = path.read_bytes()
    path.write_bytes(b"nothing")

    pulled()

    assert path.read_bytes() == data


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 2, "areas": {"../x": {}}}'])
def test_a_damaged_state_is_refused_with_what_to_do(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path, text: str
) -> None:
    pulled()
    (folder / "pull.json").write_text(text)

    result = run("pull", folder)

    assert (result.exit_code, "delete it and pull again" in result.stderr) == (5, True)
    (folder / "pull.json").unlink()
    pulled()


def test_a_damaged_key_file_is_refused_with_what_to_do(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path
) -> None:
    pulled()
    (folder / "jwks.json").write_text("[1]")

    result = run("pull", folder)

    assert (result.exit_code, "delete it and pull again" in result.stderr) == (5, True)


def test_a_damaged_manifest_of_the_folder_is_not_blamed_on_the_registry(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path
) -> None:
    pulled()
    (manifest,) = (folder / "manifests").iterdir()
    signed = manifest.read_bytes()
    manifest.write_bytes(signed[:-9] + (b"A" if signed[-9:-8] != b"A" else b"B") + signed[-8:])

    result = run("pull", folder)

    assert result.exit_code == 5
    assert "kept in this folder is damaged" in result.stderr
