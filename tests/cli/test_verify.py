"""`quietline verify`: what was pulled, signed or answered, proven with the keys alone."""

import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from quietline.kernel import jws

from cli import age
from tests.fakes.lists import MemorySigner, sha256
from tests.fakes.registry import BEFORE, CROWD, YESTERDAY, FakeRegistry


def verified(run: Any, *arguments: Any) -> dict[str, Any]:
    result = run("verify", *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["verified"] is True
    return found


def refused(run: Any, *arguments: Any, code: int = 5) -> str:
    result = run("verify", *arguments)
    assert result.exit_code == code, result.output
    return str(result.stderr)


def test_a_whole_folder(run: Any, folder: Path, report: dict[str, Any]) -> None:
    found = verified(run, folder)

    assert (found["areas"], found["list_date"], found["numbers"]) == (2, YESTERDAY.isoformat(), 2 * len(CROWD) + 11)
    assert [finding["result"] for finding in found["findings"]] == ["ok"] * 3
    shown = run("verify", folder).stdout
    assert "The 2 manifests from" in shown
    assert "Receipts: 3" in shown
    assert f"manifest and receipt name: {2 * len(CROWD) + 11:,}." in shown


def test_every_single_file_of_a_folder(run: Any, folder: Path, report: dict[str, Any]) -> None:
    for area in report["areas"]:
        bitmap = folder / "bitmaps" / f"{area['area']}.roar"
        for path, got in ((folder / area["file"], "a file with the same numbers"), (bitmap, "it")):
            found = verified(run, path)
            assert (found["area"], found["count"]) == (area["area"], area["count"])
            assert found["list_date"] == YESTERDAY.isoformat()
            assert f"SAN-1 got {got}." in found["findings"][1]["sentence"]
    for path in [*(folder / "receipts").iterdir(), *(folder / "manifests").iterdir()]:
        assert verified(run, path)["type"] in ("receipt", "manifest")


def test_an_auditor_gets_the_files_in_one_heap(run: Any, folder: Path, report: dict[str, Any], tmp_path: Path) -> None:
    heap = tmp_path / "heap"
    heap.mkdir()
    for path in [*folder.glob("*.zip"), *folder.glob("manifests/*"), *folder.glob("receipts/*"), folder / "jwks.json"]:
        shutil.copy(path, heap)
    text = next(heap.glob("*_202_*.zip")).rename(heap / "list of the seller.zip")

    found = verified(run, text)

    assert (found["area"], found["findings"][1]["result"]) == ("202", "ok")


def test_a_text_that_was_zipped_again_still_holds_the_same_numbers(
    run: Any, folder: Path, report: dict[str, Any]
) -> None:
    path = folder / report["areas"][0]["file"]
    with zipfile.ZipFile(path) as archive:
        name, text = archive.namelist()[0], archive.read(archive.namelist()[0])
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, text)

    assert verified(run, path)["area"] == "202"
    verified(run, folder)


@pytest.mark.parametrize("format_", ["txt", "csv", "xml"])
def test_a_text_that_was_unpacked_is_proven_by_its_numbers(
    registry: FakeRegistry, run: Any, folder: Path, pulled: Any, format_: str
) -> None:
    path = folder / pulled("--format", format_)["areas"][0]["file"]
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    unpacked = path.with_suffix("")

    assert verified(run, unpacked)["area"] == "202"
    unpacked.write_bytes(unpacked.read_bytes().replace(b"2000000", b"2000001"))
    refused(run, unpacked)
    renamed = unpacked.rename(folder / f"mine.{format_}")
    assert "mine" in refused(run, renamed)


def test_a_list_without_a_receipt_is_said_to_lack_one(run: Any, folder: Path, report: dict[str, Any]) -> None:
    shutil.rmtree(folder / "receipts")

    found = verified(run, folder / report["areas"][0]["file"])

    assert [finding["result"] for finding in found["findings"]] == ["ok", "note"]
    assert "No receipt here names the list of area 202" in refused(run, folder)


def test_what_is_of_a_jurisdiction_that_is_not_known_here_is_refused(
    run: Any, folder: Path, report: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    for path in (folder / report["receipt"], folder / "jwks.json"):
        shutil.copy(path, alone)
    monkeypatch.setenv("QUIETLINE_PROFILE", "narnia")

    assert "'narnia', which this version does not know" in refused(run, alone / Path(report["receipt"]).name)


@pytest.mark.parametrize("parts", ["[1]", '"x"', '{"a": 1}', "[null]"])
def test_an_answer_in_parts_that_are_none(run: Any, folder: Path, report: dict[str, Any], parts: str) -> None:
    path = folder / "answer.json"
    path.write_text(f'{{"parts": {parts}}}')

    assert "parts" in refused(run, path)


def test_a_list_far_from_any_manifest(run: Any, folder: Path, report: dict[str, Any], tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(folder / "bitmaps/202.roar", alone)

    assert "there is no jwks.json" in refused(run, alone / "202.roar", code=2)
    assert "no manifest beside" in refused(run, alone / "202.roar", "--jwks", folder / "jwks.json")


@pytest.mark.parametrize("text", ["", "hello", "a.b.c", "{}", "{", '{"signed": 1}'])
def test_what_was_never_signed(run: Any, folder: Path, report: dict[str, Any], text: str) -> None:
    path = folder / "receipts" / "other.jws"
    path.write_text(text)

    refused(run, path)
    refused(run, folder)


def test_somebody_elses_receipt(run: Any, folder: Path, report: dict[str, Any]) -> None:
    path = folder / report["receipt"]
    path.write_text(MemorySigner().sign(jws.parse(path.read_text()).payload))

    assert "key that the registry does not publish" in refused(run, path)


def test_a_receipt_for_another_list_than_the_manifest_names(
    registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any]
) -> None:
    path = folder / report["receipt"]
    payload = jws.parse(path.read_text()).payload
    payload["areas"][0]["sha256"] = "0" * 64
    path.write_text(registry.signer.sign(payload))

    assert "names another list of area 202" in refused(run, path)


def test_a_receipt_says_what_it_is_for(run: Any, folder: Path, report: dict[str, Any]) -> None:
    found = verified(run, folder / report["receipt"])

    assert (found["type"], found["san"], found["valid_today"]) == ("receipt", "SAN-1", True)
    assert [area["file"] for area in found["areas"]] == ["bitmaps/202.roar", "bitmaps/818.roar"]


def test_what_is_too_old_to_call_by_is_said_and_is_still_proof(
    run: Any, folder: Path, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(age, "today", lambda _: YESTERDAY + timedelta(days=40))

    receipt = verified(run, folder / report["receipt"])
    whole = verified(run, folder)

    assert receipt["valid_today"] is False
    assert "too old today" in receipt["findings"][-1]["sentence"]
    assert "9 days too old" in whole["findings"][-1]["sentence"]


def test_a_manifest_and_the_one_before_it(run: Any, folder: Path, report: dict[str, Any]) -> None:
    path = folder / f"manifests/{YESTERDAY}.jws"

    found = verified(run, path)
    assert (found["numbers"], found["previous"]) == (2 * len(CROWD) + 11, BEFORE.isoformat())
    assert f"continues the one of {BEFORE}" in found["findings"][-1]["sentence"]
    (folder / f"manifests/{BEFORE}.jws").unlink()
    assert verified(run, path)["findings"][-1]["result"] == "note"


def test_a_manifest_that_continues_another(
    registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any]
) -> None:
    path = folder / f"manifests/{YESTERDAY}.jws"
    payload = jws.parse(path.read_text()).payload
    payload["previous"]["sha256"] = "0" * 64
    path.write_text(registry.signer.sign(payload))

    assert "is not the one that" in refused(run, path)


ANSWER = {
    "id": "L1",
    "san": "SAN-1",
    "list_date": BEFORE.isoformat(),
    "issued_at": f"{BEFORE}T12:00:00.000Z",
    "valid_until": (BEFORE + timedelta(days=31)).isoformat(),
}


@pytest.mark.parametrize("kind", ["lookup", "wash"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_signed_answers(
    registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any], kind: str, wrapped: bool
) -> None:
    answers = [{"input": "x", "status": "listed"}, {"input": "y", "status": "clear"}]
    said = ANSWER | ({"answers": answers} if kind == "lookup" else {"listed": 1, "clear": 1, "unknown": 0})
    signed = registry.signer.sign({"type": kind} | said)
    path = folder / ("answer.json" if wrapped else "answer.jws")
    path.write_text(json.dumps(said | {"signed": signed}) if wrapped else signed)

    found = verified(run, path)

    assert (found["type"], found["listed"], found["clear"], found["unknown"]) == (kind, 1, 1, 0)
    assert "Calls may rely on this answer until" in found["findings"][-1]["sentence"]
    if wrapped:
        path.write_text(json.dumps(said | {"signed": signed, "valid_until": "2099-01-01"}))
        assert "says other than was signed: valid_until" in refused(run, path)


def test_the_receipt_of_a_wash_and_its_files(
    registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any]
) -> None:
    named = {name: {"bytes": 4, "sha256": sha256(data)} for name, data in (("input", b"call"), ("answer", b"done"))}
    wash = (
        ANSWER | named | {"rows": 2, "listed": 1, "clear": 0, "unknown": {"not_a_number": 1}, "areas": ["202", "818"]}
    )
    (folder / "leads.washed.csv").write_bytes(b"done")
    path = folder / "wash.json"
    api = {"id": "L1", "rows": 2, "answer": {"url": "x"}, "receipt": registry.signer.sign({"type": "wash"} | wash)}
    path.write_text(json.dumps(api))

    sentences = [finding["sentence"] for finding in verified(run, path)["findings"]]

    assert "The call list of this wash is not in this folder." in sentences
    assert "leads.washed.csv is the answer file of this wash." in sentences
    shown = run("verify", path).stdout
    assert "areas: 202, 818" in shown
    assert "unknown: not_a_number 1" in shown


def test_an_answer_in_parts(registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any]) -> None:
    part = ANSWER | {"answers": [{"input": "x", "status": "clear"}]}
    signed = part | {"signed": registry.signer.sign({"type": "lookup"} | part)}
    path = folder / "answer.json"
    path.write_text(json.dumps({"list_date": part["list_date"], "parts": [signed, signed]}))

    assert verified(run, path)["parts"] == 2
    path.write_text(json.dumps({"parts": [signed, signed | {"answers": []}]}))
    assert "says other than was signed: answers" in refused(run, path)


def test_a_kind_that_is_not_known(registry: FakeRegistry, run: Any, folder: Path, report: dict[str, Any]) -> None:
    path = folder / "answer.jws"
    path.write_text(registry.signer.sign({"type": "promise"}))

    assert "does not know" in refused(run, path)


def test_keys_can_be_given(run: Any, folder: Path, report: dict[str, Any], tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "receipt.jws").write_bytes((folder / report["receipt"]).read_bytes())

    assert "there is no jwks.json" in refused(run, alone / "receipt.jws", code=2)
    assert "There is no file" in refused(run, alone / "receipt.jws", "--jwks", alone / "none.json", code=2)
    assert verified(run, alone / "receipt.jws", "--jwks", folder / "jwks.json")["findings"][1]["result"] == "note"
    assert run("verify", alone / "nothing.jws").exit_code == 2
    assert "is not a JWKS file" in refused(run, alone / "receipt.jws", "--jwks", alone / "receipt.jws")


def test_an_empty_folder(run: Any, folder: Path, report: dict[str, Any], tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    assert "Nothing was pulled" in refused(run, empty, "--jwks", folder / "jwks.json")


def test_a_narrow_terminal_hides_no_column(
    run: Any, folder: Path, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    shown = run("verify", folder / report["receipt"]).stdout

    assert "…" not in shown
    assert ["202", "bitmap", "roar"] in [line.split()[:3] for line in shown.splitlines()]
