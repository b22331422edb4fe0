"""`quietline pull` against a registry and a network that lie: nothing wrong is ever taken for the list."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from quietline.kernel import jws
from quietline.lists import build
from quietline.profiles import Profile

from cli import api as cli_api
from tests.fakes.lists import MemorySigner, sha256
from tests.fakes.registry import BEFORE, TODAY, YESTERDAY, FakeRegistry

type Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def second_day(registry: FakeRegistry, pulled: Any, folder: Path) -> Callable[[], None]:
    """After a pull, a day with a change; the returned check says that the pull before still counts, to the byte."""
    pulled()
    before = contents(folder)
    registry.record("202", YESTERDAY, 5550111)
    registry.publish(YESTERDAY)

    def untouched() -> None:
        assert contents(folder) == before

    return untouched


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that counts; what an unfinished pull gathers does not."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".pull" not in path.parts and path.name != ".lock"
    }


def resigned(registry: FakeRegistry, answer: httpx.Response, change: Change, signer: Any = None) -> httpx.Response:
    made = answer.json()
    payload = jws.parse(made["receipt"]).payload
    change(payload)
    return httpx.Response(201, json=made | {"receipt": (signer or registry.signer).sign(payload)})


def flipped(answer: httpx.Response) -> httpx.Response:
    body = bytearray(answer.content)
    body[len(body) // 2] ^= 1
    return httpx.Response(answer.status_code, content=bytes(body), headers=answer.headers)


@pytest.mark.parametrize("path", ["/areas/202", "/renders/202"])
def test_a_file_with_other_bytes_never_counts(
    registry: FakeRegistry, run: Any, folder: Path, second_day: Any, path: str
) -> None:
    if path == "/areas/202":
        (folder / "pull.json").unlink()
    before = contents(folder)
    registry.tamper = lambda asked, answer: flipped(answer) if asked.startswith(path) else answer

    result = run("pull", folder)

    assert result.exit_code == 5
    assert "area 202 has other bytes than were signed" in result.stderr
    assert contents(folder) == before


def test_a_file_that_is_too_long_is_not_read_to_its_end(registry: FakeRegistry, run: Any, folder: Path) -> None:
    sent = []

    def endless(content: bytes) -> Any:
        for _ in range(1000):
            sent.append(1)
            yield content

    registry.tamper = lambda path, answer: (
        httpx.Response(200, content=endless(answer.content)) if path.startswith("/areas/202") else answer
    )

    assert run("pull", folder).exit_code == 5
    assert len(sent) < 10


def test_signed_changes_that_do_not_lead_to_the_signed_list_are_told_and_replaced(
    registry: FakeRegistry, run: Any, folder: Path, second_day: Any
) -> None:
    wrong = build.zipped("x.txt", [f"202,5550112,{YESTERDAY},A\n".encode()])
    registry.tamper = lambda path, answer: swapped(registry, path, answer, wrong)

    report = json.loads(run("pull", folder, "--json").stdout)

    assert (report["areas"][0]["how"], report["areas"][0]["reason"]) == ("full", "changes_do_not_fit")
    assert "do not lead to the signed list" in report["warnings"][0]
    assert sha256((folder / "bitmaps/202.roar").read_bytes()) == report["areas"][0]["sha256"]
    registry.tamper = lambda _path, answer: answer
    assert run("verify", folder).exit_code == 0


@pytest.mark.parametrize(
    "text", [b"", b"hello", b"202,5550111,2026-11-24,X\n", b"818,5550111,2026-11-24,A\n", b"202,2000000,2026-11-24,A\n"]
)
def test_changes_that_are_none_lead_to_a_full_fetch(
    registry: FakeRegistry, run: Any, folder: Path, second_day: Any, text: bytes
) -> None:
    wrong = build.zipped("x.txt", [text]) if text != b"hello" else text
    registry.tamper = lambda path, answer: swapped(registry, path, answer, wrong)

    report = json.loads(run("pull", folder, "--json").stdout)

    assert report["areas"][0]["reason"] == "changes_do_not_fit"


def swapped(registry: FakeRegistry, path: str, answer: httpx.Response, wrong: bytes) -> httpx.Response:
    """What a faulty registry answers: other changes, under a receipt that names them."""
    if path.startswith("/renders/202"):
        return httpx.Response(200, content=wrong)
    if path != "/v1/downloads" or b'"since"' not in registry.requests[-1].content:
        return answer
    made = answer.json()
    receipt = jws.parse(made["receipt"]).payload
    for entry in (made["files"][0], receipt["areas"][0]):
        entry |= {"sha256": sha256(wrong), "bytes": len(wrong)}
    return httpx.Response(201, json=made | {"receipt": registry.signer.sign(receipt)})


def other_bytes(payload: dict[str, Any]) -> None:
    payload["areas"][0]["sha256"] = "0" * 64


def other_list(payload: dict[str, Any]) -> None:
    payload["list_date"] = "2020-01-01"


def longer(payload: dict[str, Any]) -> None:
    payload["valid_until"] = "2099-01-01"


def other_id(payload: dict[str, Any]) -> None:
    payload["id"] = "another"


def no_receipt(payload: dict[str, Any]) -> None:
    payload["type"] = "lookup"


def other_account(payload: dict[str, Any]) -> None:
    payload["san"] = "SAN-2"


def area_left_out(payload: dict[str, Any]) -> None:
    payload["areas"].pop()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (other_bytes, "receipt does not name the file of area 202"),
        (other_list, "speak of different lists"),
        (longer, "speak of different lists"),
        (other_id, "receipt of another download"),
        (no_receipt, "it is no receipt"),
        (other_account, "Pull into a folder of its own"),
        (area_left_out, "receipt does not name the file of area 818"),
    ],
)
def test_a_receipt_that_says_other_than_the_answer(
    registry: FakeRegistry, run: Any, folder: Path, second_day: Any, change: Change, sentence: str
) -> None:
    registry.tamper = lambda path, answer: resigned(registry, answer, change) if path == "/v1/downloads" else answer

    result = run("pull", folder)

    assert (result.exit_code, sentence in result.stderr) == (5, True), result.stderr
    second_day()


def test_an_older_receipt_played_again(registry: FakeRegistry, run: Any, folder: Path) -> None:
    answers: list[httpx.Response] = []

    def replay(path: str, answer: httpx.Response) -> httpx.Response:
        if path != "/v1/downloads":
            return answer
        answers.append(answer)
        return answers[0]

    registry.tamper = replay
    assert run("pull", folder).exit_code == 0

    result = run("pull", folder)

    assert (result.exit_code, "receipt of another download" in result.stderr) == (5, True)


def test_changes_of_another_date_than_was_asked_for(
    registry: FakeRegistry, run: Any, folder: Path, second_day: Any
) -> None:
    def lie(path: str, answer: httpx.Response) -> httpx.Response:
        if path != "/v1/downloads" or b'"since"' not in registry.requests[-1].content:
            return answer
        made = answer.json()
        made["files"][0]["since"] = "2026-01-01"
        receipt = jws.parse(made["receipt"]).payload
        receipt["areas"][0]["since"] = "2026-01-01"
        return httpx.Response(201, json=made | {"receipt": registry.signer.sign(receipt)})

    registry.tamper = lie

    result = run("pull", folder)

    assert (result.exit_code, "other changes of area 202" in result.stderr) == (5, True)
    second_day()


def test_other_areas_than_were_asked_for(registry: FakeRegistry, run: Any, folder: Path) -> None:
    def more(path: str, answer: httpx.Response) -> httpx.Response:
        if path != "/v1/downloads":
            return answer
        made = answer.json()
        made["files"] = made["files"][:1]
        return httpx.Response(201, json=made)

    registry.tamper = more

    result = run("pull", folder, "--areas", "202,818")

    assert (result.exit_code, "other areas" in result.stderr) == (5, True)


def remanifested(registry: FakeRegistry, change: Change, signer: Any = None) -> Any:
    def tamper(path: str, answer: httpx.Response) -> httpx.Response:
        if path != f"/v1/manifests/{max(registry.store.lists)}":
            return answer
        payload = jws.parse(answer.text).payload
        change(payload)
        return httpx.Response(200, content=(signer or registry.signer).sign(payload).encode())

    return tamper


def other_bitmap(payload: dict[str, Any]) -> None:
    for file in payload["areas"][0]["files"]:
        file["sha256"] = "0" * 64


def no_bitmap(payload: dict[str, Any]) -> None:
    payload["areas"][0]["files"] = []


def other_day(payload: dict[str, Any]) -> None:
    payload["date"] = "2020-01-01"


def other_past(payload: dict[str, Any]) -> None:
    payload["previous"]["sha256"] = "0" * 64


def no_past(payload: dict[str, Any]) -> None:
    payload["previous"] = None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (other_bitmap, "manifest does not name the file of area 202"),
        (no_bitmap, "names no bitmap of area 202"),
        (other_day, "speak of different lists"),
        (other_past, "does not contain the one of"),
        (no_past, "does not contain the one of"),
    ],
)
def test_a_manifest_that_does_not_fit(
    registry: FakeRegistry, run: Any, folder: Path, second_day: Any, change: Change, sentence: str
) -> None:
    registry.tamper = remanifested(registry, change)

    result = run("pull", folder)

    assert (result.exit_code, sentence in result.stderr) == (5, True), result.stderr
    second_day()


def test_a_manifest_signed_by_somebody_else(registry: FakeRegistry, run: Any, folder: Path, second_day: Any) -> None:
    registry.tamper = remanifested(registry, lambda _payload: None, MemorySigner())

    result = run("pull", folder)

    assert (result.exit_code, "key that the registry does not publish" in result.stderr) == (5, True)
    second_day()


@pytest.mark.parametrize("name", ["../outside", ".hidden", "a/b", "", "c:d"])
def test_a_name_cannot_lead_out_of_the_folder(registry: FakeRegistry, run: Any, folder: Path, name: str) -> None:
    def elsewhere(path: str, answer: httpx.Response) -> httpx.Response:
        if path != "/v1/downloads":
            return answer
        made = answer.json()
        made["files"][0]["area"] = name
        return httpx.Response(201, json=made)

    registry.tamper = elsewhere

    assert run("pull", folder).exit_code == 5
    assert not folder.exists()


def test_a_list_older_than_the_one_held(
    registry: FakeRegistry, run: Any, folder: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.publish(YESTERDAY)
    run("pull", folder)
    older = FakeRegistry(profile, TODAY)
    older.signer = registry.signer
    older.publish(BEFORE)
    monkeypatch.setattr(cli_api, "http_client", older.client)

    result = run("pull", folder)

    assert result.exit_code == 7
    assert f"the one of {YESTERDAY} is held already" in result.stderr


def test_a_rollback_is_seen_even_when_the_state_is_lost(
    registry: FakeRegistry, run: Any, folder: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_a_list_older_than_the_one_held(registry, run, folder, profile, monkeypatch)
    (folder / "pull.json").unlink()

    assert run("pull", folder).exit_code == 7


def test_a_rewritten_history(
    registry: FakeRegistry, run: Any, folder: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("pull", folder)
    before = contents(folder)
    other = FakeRegistry(profile, TODAY)
    other.signer = registry.signer
    other.record("202", BEFORE, 5550199)
    other.publish(BEFORE)
    other.publish(YESTERDAY)
    monkeypatch.setattr(cli_api, "http_client", other.client)

    result = run("pull", folder)

    assert result.exit_code == 5
    assert f"does not contain the one of {BEFORE}" in result.stderr
    assert contents(folder) == before


def test_a_manifest_in_between_that_is_another(registry: FakeRegistry, run: Any, folder: Path, second_day: Any) -> None:
    registry.publish(TODAY)
    registry.tamper = remanifested(registry, other_past)

    result = run("pull", folder)

    assert (result.exit_code, "is not the one that the next one names" in result.stderr) == (5, True), result.stderr
    second_day()


def test_after_a_rotation_old_and_new_verify(registry: FakeRegistry, run: Any, folder: Path, second_day: Any) -> None:
    registry.rotate()
    registry.publish(TODAY)

    assert run("pull", folder).exit_code == 0
    registry.old_signers.clear()  # the old key is no longer published, but was kept
    assert run("pull", folder).exit_code == 0
    for path in [*(folder / "manifests").iterdir(), *(folder / "receipts").iterdir(), folder]:
        assert run("verify", path).exit_code == 0
