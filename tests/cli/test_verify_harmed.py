"""`quietline verify` of what was harmed or changed, and of a folder that a pull changes meanwhile."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from quietline.kernel import jws

from cli.evidence import Evidence
from tests.cli.test_verify import refused, verified
from tests.fakes.registry import BEFORE, YESTERDAY, FakeRegistry


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        ("text changed", "does not hold the numbers of area 202: it was changed"),
        ("text gone", "does not hold the numbers of area 202: it was changed"),
        ("text of another area", "does not hold the numbers of area 202: it was changed"),
        ("bitmap changed", "The bitmap of area 202 is not the one that the manifest"),
        ("bitmap gone", "The bitmap of area 202 is missing"),
        ("older bitmap", "The bitmap of area 202 is not the one that the manifest"),
        ("manifest gone", "is for, is not here"),
        ("manifest changed", "changed after it was signed"),
        ("receipt changed", "changed after it was signed"),
        ("fresher by hand", "No receipt here names the list of area 202"),
    ],
)
def test_harm_to_a_folder_is_found(
    registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any], harm: str, sentence: str
) -> None:
    text, other = (folder / area["file"] for area in report["areas"])
    bitmap = folder / "bitmaps/202.roar"
    manifest, receipt = folder / f"manifests/{BEFORE}.jws", folder / report["receipt"]
    if harm == "text changed":
        with zipfile.ZipFile(text) as archive:
            name, lines = archive.namelist()[0], archive.read(archive.namelist()[0])
        with zipfile.ZipFile(text, "w") as archive:
            archive.writestr(name, lines.replace(b"202,2000000\n", b""))
    elif harm == "text of another area":
        shutil.copy(other, text)
    elif harm.endswith("gone"):
        {"text gone": text, "bitmap gone": bitmap, "manifest gone": manifest}[harm].unlink()
    elif harm == "bitmap changed":
        bitmap.write_bytes(bitmap.read_bytes() + b"\0")
    elif harm == "older bitmap":
        bitmap.write_bytes(registry.objects.objects[f"areas/202/{BEFORE}/bitmap.roar"])
    elif harm == "fresher by hand":
        state = (folder / "pull.json").read_text()
        (folder / "pull.json").write_text(state.replace('"valid_until": "2', '"valid_until": "3'))
    else:
        change(manifest if harm == "manifest changed" else receipt)

    assert sentence in refused(run, folder)


def change(path: Path) -> None:
    """Change a signed text, keep its signature."""
    header, payload, signature = path.read_text().split(".")
    changed = jws.decode(payload).replace(b'"2', b'"3', 1)
    path.write_text(f"{header}.{jws.encode(changed)}.{signature}")


def test_a_changed_list_file(run: Any, folder: Path, report: dict[str, Any]) -> None:
    path = folder / "bitmaps/202.roar"
    path.write_bytes(path.read_bytes() + b"\n")

    assert "it was changed" in refused(run, path)


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04"])
def test_what_is_no_list(run: Any, folder: Path, report: dict[str, Any], data: bytes) -> None:
    path = folder / "other.zip"
    path.write_bytes(data)

    assert "other.zip" in refused(run, path)


def test_a_zip_with_any_byte_harmed_is_a_finding_and_no_crash(folder: Path, run: Any, report: dict[str, Any]) -> None:
    path = folder / report["areas"][0]["file"]
    whole = path.read_bytes()
    for turn, at in enumerate((*range(0, len(whole), len(whole) // 12), *range(len(whole) - 120, len(whole), 9))):
        harmed = bytearray(whole)
        harmed[at : at + 4] = bytes(byte ^ 0xA5 for byte in harmed[at : at + 4])
        path.write_bytes(harmed)
        for target in (path, folder) if turn % 6 == 0 else (path,):
            result = run("verify", target)
            assert result.exit_code in (0, 5), (at, result.output)  # 0: bytes that say nothing of the numbers
            assert (result.exit_code == 5) == bool(result.stderr)


def test_a_damaged_manifest_is_told_once_and_not_by_all_that_hangs_on_it(
    run: Any, folder: Path, report: dict[str, Any]
) -> None:
    (folder / f"manifests/{YESTERDAY}.jws").write_text("a.b.c")

    found = json.loads(run("verify", folder, "--json").stdout)

    wrong = [finding["sentence"] for finding in found["findings"] if finding["result"] != "ok"]
    assert len(wrong) == 2
    assert wrong[0].startswith(f"{YESTERDAY}.jws: ")
    assert wrong[1] == "2 lists cannot be checked without what is damaged."


def test_a_pull_in_the_middle_of_a_check_is_no_false_alarm(
    registry: FakeRegistry, run: Any, pulled: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(path: Path, keys: Any) -> Any:
        registry.record("202", YESTERDAY, 5550111)
        registry.publish(YESTERDAY)
        found = around(path, keys)
        pulled()
        return found

    pulled()
    around = Evidence.around
    with monkeypatch.context() as patched:
        patched.setattr(Evidence, "around", overtaken)
        said = refused(run, folder, code=6)

    assert "A pull changed the copy meanwhile" in said
    verified(run, folder)
