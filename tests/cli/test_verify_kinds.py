"""`quietline verify` of every kind of file and receipt, also of those that the command itself does not fetch."""

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from pyroaring import BitMap
from quietline.kernel import jws
from quietline.lists import build

from tests.cli.test_verify import refused, verified
from tests.fakes.registry import BEFORE, YESTERDAY, FakeRegistry


def downloaded(registry: FakeRegistry, folder: Path, **body: Any) -> tuple[Path, Path]:
    """Download by the API, not by the command; return the first file and the receipt, in the folder."""
    made = registry._download("acme", body)
    receipt = folder / "receipts" / f"{made['receipt_id']}.jws"
    receipt.write_text(made["receipt"])
    one = made["files"][0]
    (folder / one["name"]).write_bytes(registry.objects.get(urlparse(one["url"]).path.lstrip("/")) or b"")
    return folder / one["name"], receipt


def test_a_days_change_list_is_what_it_is_and_no_list(
    registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any]
) -> None:
    path, receipt = downloaded(registry, folder, kind="changes", areas=["202"])

    found = verified(run, path)
    assert (found["kind"], found["count"], found["added"], found["removed"]) == ("changes", 1, 1, 0)
    assert found["findings"][0]["sentence"] == (
        f"It is the change list of area 202 of {YESTERDAY}: 1 number added, 0 removed."
    )
    assert f"Receipt {receipt.stem} of" in found["findings"][1]["sentence"]
    receipt.unlink()
    assert "No receipt" in verified(run, path)["findings"][1]["sentence"], "one for the bitmap is none for it"


@pytest.mark.parametrize(("format_", "alone"), [("txt", False), ("csv", False), ("txt", True)])
def test_a_change_list_that_was_made_on_request_is_proven_by_its_receipt(
    registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any], tmp_path: Path, format_: str, alone: bool
) -> None:
    since = BEFORE.isoformat()
    path, receipt = downloaded(registry, folder, kind="changes", areas=["202"], since=since, format=format_)
    if alone:
        (tmp_path / "heap").mkdir()
        path, receipt = (one.rename(tmp_path / "heap" / one.name) for one in (path, receipt))
        shutil.copy(folder / "jwks.json", path.parent)

    found = verified(run, path)

    sentences = [finding["sentence"] for finding in found["findings"]]
    assert (found["kind"], found["since"], found["count"]) == ("changes", since, 1)
    assert f"1 number changed since the list of {since}." in sentences[0]
    assert sentences[1].endswith("says that SAN-1 got it.")
    shutil.rmtree(folder / "receipts")
    receipt.unlink(missing_ok=True)
    refused(run, path)


@pytest.mark.parametrize(
    ("body", "results", "said"),
    [
        ({"kind": "full"}, ["ok", "ok", "ok"], "names the lists that this receipt is for"),
        ({"kind": "full", "format": "csv"}, ["ok", "note", "ok"], "2 files were made on request"),
        ({"kind": "changes"}, ["ok", "ok", "note", "ok"], "names 1 of 2 files that this receipt is for"),
        ({"kind": "changes", "since": BEFORE.isoformat()}, ["ok", "note", "ok"], "2 files were made on request"),
    ],
)
def test_a_receipt_is_compared_file_by_file_and_says_what_was_not(
    registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any], body: Any, results: list[str], said: str
) -> None:
    _, receipt = downloaded(registry, folder, **body)

    findings = verified(run, receipt)["findings"]

    assert [finding["result"] for finding in findings] == results
    assert said in findings[1]["sentence"]


def test_a_folders_receipts_say_what_no_manifest_names(
    registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any]
) -> None:
    sentences = [finding["sentence"] for finding in verified(run, folder)["findings"]]

    assert sentences[1] == (
        "Receipts: 3, each signed and naming the files that the manifests name, apart from 1 file made on request, "
        "which no manifest names."
    )


@pytest.mark.parametrize("kind", ["full", "changes"])
def test_a_receipt_for_another_file_of_any_kind_than_the_manifest_names(
    registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any], kind: str
) -> None:
    _, path = downloaded(registry, folder, kind=kind)
    payload = jws.parse(path.read_text()).payload
    payload["areas"][0]["sha256"] = "0" * 64
    path.write_text(registry.signer.sign(payload))

    assert "names another list of area 202" in refused(run, path)
    assert "names another list of area 202" in refused(run, folder)


def test_a_bitmap_with_other_bytes_for_the_same_numbers_still_proves_its_text(
    registry: FakeRegistry, run: Any, folder: Path, pulled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.record("202", YESTERDAY, 5550111)
    with monkeypatch.context() as patched:  # as lists were written before equal sets made equal bytes
        patched.setattr(build, "dump", lambda numbers: BitMap(list(numbers), optimize=False).serialize())
        registry.publish(YESTERDAY)
    report = pulled()

    verified(run, folder)
    assert verified(run, folder / report["areas"][0]["file"])["area"] == "202"
    (folder / report["areas"][0]["file"]).write_bytes((folder / report["areas"][1]["file"]).read_bytes())
    assert "does not hold the numbers of area 202" in refused(run, folder)
