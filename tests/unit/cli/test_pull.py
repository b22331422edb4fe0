"""`quietline pull`, `verify` and `status` against a registry in memory with real signatures."""

import json
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from quietline.kernel import jws
from quietline.profiles import Profile
from typer.testing import CliRunner, Result

from cli import api as cli_api
from cli.main import app
from tests.fakes.lists import MemorySigner
from tests.fakes.registry import API, COGNITO, TOKENS, FakeRegistry

TODAY = datetime.now(UTC).date()
YESTERDAY, BEFORE = TODAY - timedelta(days=1), TODAY - timedelta(days=2)


@pytest.fixture
def registry(profile: Profile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeRegistry:
    made = FakeRegistry(profile, TODAY)
    monkeypatch.setattr(cli_api, "http_client", made.client)
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "QUIETLINE_API": API,
        "QUIETLINE_HOME": str(tmp_path / "home"),
        "QUIETLINE_COGNITO_URL": COGNITO,
        "QUIETLINE_TOKEN_URL": TOKENS,
        "QUIETLINE_USER_CLIENT_ID": "cli-client",
        "QUIETLINE_CLIENT_ID": "machine-1",
        "QUIETLINE_CLIENT_SECRET": "hush",
        "COLUMNS": "200",
    }.items():
        monkeypatch.setenv(name, value)
    for subscriber in range(5550100, 5550110):
        made.record("202", BEFORE, subscriber)
    made.publish(BEFORE)
    return made


@pytest.fixture
def run() -> Callable[..., Result]:
    def invoke(*arguments: Any, text: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=text)

    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lists"


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_pull_fetches_verifies_and_keeps_every_proof(registry: FakeRegistry, run: Any, folder: Path) -> None:
    result = run("pull", folder, "--json")

    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["list_date"], report["fetched"], report["unchanged"]) == (BEFORE.isoformat(), 2, 0)
    assert [file["area"] for file in report["files"]] == ["202", "818"]
    names = {file["name"] for file in report["files"]}
    assert visible(folder) == names | {"manifests", "receipts", "jwks.json", "pull.json"}
    with zipfile.ZipFile(folder / report["files"][0]["name"]) as archive:
        assert archive.read(archive.namelist()[0]).count(b"\n") == 10
    manifest = (folder / "manifests" / f"{BEFORE}.jws").read_bytes()
    assert manifest == registry.objects.get(f"manifests/{BEFORE}.jws")
    assert jws.parse((folder / report["receipt"]).read_text()).payload["san"] == "SAN-1"


def test_a_second_pull_of_the_same_list_fetches_nothing(registry: FakeRegistry, run: Any, folder: Path) -> None:
    run("pull", folder)
    registry.requests.clear()

    result = run("pull", folder)

    assert result.exit_code == 0
    assert "0 files fetched" in result.stdout
    assert "2 already there" in result.stdout
    assert not [path for path in registry.paths() if path.startswith("/areas/")]


def test_the_next_day_only_what_changed_is_fetched_and_the_chain_is_followed(
    registry: FakeRegistry, run: Any, folder: Path
) -> None:
    run("pull", folder)
    registry.record("202", YESTERDAY, 5550111)
    registry.publish(YESTERDAY)
    registry.publish(TODAY - timedelta(days=0)) if False else None
    registry.requests.clear()

    result = run("pull", folder, "--json")

    report = json.loads(result.stdout)
    assert (result.exit_code, report["fetched"], report["unchanged"]) == (0, 1, 1)
    assert f"/v1/manifests/{BEFORE}" in registry.paths()


def test_manifests_of_skipped_days_are_fetched_and_kept(registry: FakeRegistry, run: Any, folder: Path) -> None:
    old = TODAY - timedelta(days=2)
    run("pull", folder)
    for days in (1, 0):
        registry.clock.instant += timedelta(days=days)
        registry.publish(old + timedelta(days=2 - days) if days else old + timedelta(days=2))

    result = run("pull", folder)

    assert result.exit_code == 0, result.output
    assert {path.stem for path in (folder / "manifests").iterdir()} == {
        (old + timedelta(days=n)).isoformat() for n in range(3)
    }


def test_only_the_areas_asked_for(registry: FakeRegistry, run: Any, folder: Path) -> None:
    result = run("pull", folder, "--areas", "818", "--kind", "bitmap", "--json")

    assert [(file["area"], file["name"][-5:]) for file in json.loads(result.stdout)["files"]] == [("818", ".roar")]


def test_an_area_that_is_not_subscribed_is_said(registry: FakeRegistry, run: Any, folder: Path) -> None:
    result = run("pull", folder, "--areas", "202,907")

    assert result.exit_code == 4
    assert "Your subscription does not cover area 907." in result.stderr
    assert not folder.exists()


def test_a_wrong_field_is_shown_with_its_place(registry: FakeRegistry, run: Any, folder: Path) -> None:
    result = run("pull", folder, "--areas", "999")

    assert result.exit_code == 4
    assert "/areas/0: There is no such area." in result.stderr


def _flip(response: httpx.Response) -> httpx.Response:
    body = bytearray(response.content)
    body[len(body) // 2] ^= 1
    return httpx.Response(200, content=bytes(body))


@pytest.mark.parametrize("kind", ["full", "bitmap"])
def test_a_file_with_other_bytes_never_appears(registry: FakeRegistry, run: Any, folder: Path, kind: str) -> None:
    registry.tamper = lambda path, answer: _flip(answer) if path.startswith("/areas/202") else answer

    result = run("pull", folder, "--kind", kind)

    assert result.exit_code == 5
    assert "area 202 has other bytes than the manifest says" in result.stderr
    assert not [name for name in visible(folder) if "_202_" in name]
    assert not (folder / "pull.json").exists()


def test_a_file_that_is_too_long_is_not_read_to_its_end(registry: FakeRegistry, run: Any, folder: Path) -> None:
    registry.tamper = lambda path, answer: (
        httpx.Response(200, content=answer.content * 3) if path.startswith("/areas/202") else answer
    )

    assert run("pull", folder).exit_code == 5


def test_a_link_that_has_expired(registry: FakeRegistry, run: Any, folder: Path) -> None:
    registry.tamper = lambda path, answer: httpx.Response(403) if path.startswith("/areas/") else answer

    result = run("pull", folder)

    assert (result.exit_code, "links have expired" in result.stderr) == (6, True)


def _resigned(registry: FakeRegistry, answer: httpx.Response, change: Callable[[dict[str, Any]], None]) -> Any:
    made = answer.json()
    payload = jws.parse(made["receipt"]).payload
    change(payload)
    return httpx.Response(201, json=made | {"receipt": registry.signer.sign(payload)})


def test_a_receipt_that_names_other_bytes_is_refused(registry: FakeRegistry, run: Any, folder: Path) -> None:
    def change(payload: dict[str, Any]) -> None:
        payload["areas"][0]["sha256"] = "0" * 64

    registry.tamper = lambda path, answer: _resigned(registry, answer, change) if path == "/v1/downloads" else answer

    result = run("pull", folder)

    assert (result.exit_code, "receipt does not name the file of area 202" in result.stderr) == (5, True)


def test_a_receipt_of_another_list_is_refused(registry: FakeRegistry, run: Any, folder: Path) -> None:
    def change(payload: dict[str, Any]) -> None:
        payload["list_date"] = "2020-01-01"

    registry.tamper = lambda path, answer: _resigned(registry, answer, change) if path == "/v1/downloads" else answer

    assert run("pull", folder).exit_code == 5


def test_a_manifest_signed_by_somebody_else_is_refused(registry: FakeRegistry, run: Any, folder: Path) -> None:
    def forge(path: str, answer: httpx.Response) -> httpx.Response:
        if not path.startswith("/v1/manifests"):
            return answer
        return httpx.Response(200, content=MemorySigner().sign(jws.parse(answer.text).payload))

    registry.tamper = forge

    result = run("pull", folder)

    assert (result.exit_code, "key that the registry does not publish" in result.stderr) == (5, True)


def test_a_file_name_cannot_lead_out_of_the_folder(registry: FakeRegistry, run: Any, folder: Path) -> None:
    def elsewhere(path: str, answer: httpx.Response) -> httpx.Response:
        if path != "/v1/downloads":
            return answer
        made = answer.json()
        made["files"][0]["name"] = "../outside.zip"
        return httpx.Response(201, json=made)

    registry.tamper = elsewhere

    assert run("pull", folder).exit_code == 5
    assert not (folder.parent / "outside.zip").exists()


def test_a_list_older_than_the_one_held_is_refused(
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


def test_a_rewritten_history_is_refused(
    registry: FakeRegistry, run: Any, folder: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("pull", folder)
    other = FakeRegistry(profile, TODAY)
    other.signer = registry.signer
    other.record("202", BEFORE, 5550199)
    other.publish(BEFORE)
    other.publish(YESTERDAY)
    monkeypatch.setattr(cli_api, "http_client", other.client)

    result = run("pull", folder)

    assert result.exit_code == 5
    assert f"does not contain the one of {BEFORE}" in result.stderr


def test_a_list_too_old_to_rely_on_is_refused(
    profile: Profile, run: Any, folder: Path, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = FakeRegistry(profile, TODAY)
    old.publish(TODAY - timedelta(days=profile.lists.max_age_days + 1))
    monkeypatch.setattr(cli_api, "http_client", old.client)

    result = run("pull", folder)

    assert (result.exit_code, "nothing was fetched" in result.stderr) == (7, True)


def test_after_a_rotation_old_and_new_verify(registry: FakeRegistry, run: Any, folder: Path) -> None:
    run("pull", folder)
    registry.rotate()
    registry.record("202", YESTERDAY, 5550111)
    registry.publish(YESTERDAY)

    assert run("pull", folder).exit_code == 0
    for path in [*(folder / "manifests").iterdir(), *(folder / "receipts").iterdir()]:
        assert run("verify", path).exit_code == 0


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


def pulled(run: Any, folder: Path) -> dict[str, Any]:
    result = run("pull", folder, "--json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_everything_pulled_verifies_offline(
    registry: FakeRegistry, run: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = pulled(run, folder)
    monkeypatch.setattr(cli_api, "http_client", None)

    receipt = run("verify", folder / report["receipt"], "--json")
    assert receipt.exit_code == 0
    facts = json.loads(receipt.stdout)
    assert (facts["type"], facts["san"], facts["valid_today"]) == ("receipt", "SAN-1", True)
    assert {area["file"] for area in facts["areas"]} == {file["name"] for file in report["files"]}
    manifest = run("verify", folder / "manifests" / f"{BEFORE}.jws")
    assert manifest.exit_code == 0
    assert "numbers: 10" in manifest.stdout
    for file in report["files"]:
        found = json.loads(run("verify", folder / file["name"], "--json").stdout)
        assert (found["area"], found["sha256"]) == (file["area"], file["sha256"])


def test_a_changed_list_file_does_not_verify(registry: FakeRegistry, run: Any, folder: Path) -> None:
    path = folder / pulled(run, folder)["files"][0]["name"]
    path.write_bytes(path.read_bytes() + b"\n")

    result = run("verify", path)

    assert (result.exit_code, "it was changed" in result.stderr) == (5, True)


def test_a_changed_receipt_does_not_verify(registry: FakeRegistry, run: Any, folder: Path) -> None:
    path = folder / pulled(run, folder)["receipt"]
    header, payload, signature = path.read_text().split(".")
    changed = jws.decode(payload).replace(b'"san":"SAN-1"', b'"san":"SAN-2"')
    path.write_text(f"{header}.{jws.encode(changed)}.{signature}")

    result = run("verify", path)

    assert (result.exit_code, "changed after it was signed" in result.stderr) == (5, True)


@pytest.mark.parametrize("text", ["", "hello", "a.b.c"])
def test_what_was_never_signed_does_not_verify(registry: FakeRegistry, run: Any, folder: Path, text: str) -> None:
    pulled(run, folder)
    path = folder / "receipts" / "other.jws"
    path.write_text(text)

    assert run("verify", path).exit_code == 5


def test_keys_can_be_given(registry: FakeRegistry, run: Any, folder: Path, tmp_path: Path) -> None:
    report = pulled(run, folder)
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "receipt.jws").write_bytes((folder / report["receipt"]).read_bytes())

    assert run("verify", alone / "receipt.jws").exit_code == 5
    assert run("verify", alone / "receipt.jws", "--jwks", folder / "jwks.json").exit_code == 0
    assert run("verify", alone / "nothing.jws").exit_code == 2


def test_status_shows_ages_and_days_left(registry: FakeRegistry, run: Any, folder: Path) -> None:
    pulled(run, folder)

    report = json.loads(run("status", folder, "--json").stdout)

    assert report["newest_list"] == BEFORE.isoformat()
    assert [(file["area"], file["age_days"], file["days_left"]) for file in report["files"]] == [
        ("202", 2, 29),
        ("818", 2, 29),
    ]
    shown = run("status", folder)
    assert "days left" in shown.stdout
    assert shown.exit_code == 0


def test_status_ends_with_a_code_when_a_list_is_too_old(registry: FakeRegistry, run: Any, folder: Path) -> None:
    pulled(run, folder)
    state = json.loads((folder / "pull.json").read_text())
    for file in state["files"].values():
        file["valid_until"] = YESTERDAY.isoformat()
    (folder / "pull.json").write_text(json.dumps(state))

    result = run("status", folder)

    assert (result.exit_code, "Too old to be used: 202, 818" in result.stderr) == (7, True)


def test_status_without_a_list(registry: FakeRegistry, run: Any, folder: Path) -> None:
    registry.store.lists.clear()

    assert "No list has been published yet." in run("status").stdout
    assert run("status", folder).exit_code == 1


def test_lookup_shows_each_answer(registry: FakeRegistry, run: Any) -> None:
    result = run("lookup", "2025550143", "2025550144", "hello")

    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()[1:4]]
    assert rows == [
        ["2025550143", "listed", "since", "the", "list", "of", "2026-10-02"],
        ["2025550144", "clear"],
        ["hello", "unknown", "not", "a", "number"],
    ]
    assert "List of 2026-11-23" in result.stdout


def test_lookup_reads_lines(registry: FakeRegistry, run: Any) -> None:
    result = run("lookup", "-", "--json", text="2025550143\n\n2025550144\n")

    assert [answer["status"] for answer in json.loads(result.stdout)["answers"]] == ["listed", "clear"]
    assert run("lookup", "-", text="\n").exit_code == 2


def test_a_lookup_of_the_past_says_since_when(registry: FakeRegistry, run: Any) -> None:
    result = run("lookup", "2025550143", "--as-of", "2026-11-01")

    assert "since the list of 2026-10-02" in result.stdout
    assert "List of 2026-11-01" in result.stdout


def test_many_numbers_are_asked_in_parts_of_one_list(registry: FakeRegistry, run: Any, tmp_path: Path) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("\ufeff" + "\n".join(f"20255501{place:02d}" for place in range(25)) + "\n", encoding="utf-8")

    made = json.loads(run("lookup", "--file", file, "2025550143", "--json").stdout)

    asked = [json.loads(request.content) for request in registry.requests if request.url.path == "/v1/lookups"]
    assert [len(body["numbers"]) for body in asked] == [10, 10, 6]
    assert [body.get("as_of") for body in asked] == [None, "2026-11-23", "2026-11-23"]
    assert asked[0]["numbers"][0] == "2025550100"
    assert [len(part["answers"]) for part in made["parts"]] == [10, 10, 6]
    assert all(part["signed"] for part in made["parts"])
    assert "3 answers, signed" in run("lookup", "--file", file).stdout


def test_a_lookup_of_another_list_than_asked_is_refused(registry: FakeRegistry, run: Any) -> None:
    registry.tamper = lambda path, answer: (
        httpx.Response(200, json=registry._lookup(["2025550143"], "2026-11-23")) if path == "/v1/lookups" else answer
    )

    assert run("lookup", "2025550143", "--as-of", "2026-11-01").exit_code == 5


def test_a_lookup_needs_numbers(registry: FakeRegistry, run: Any) -> None:
    assert run("lookup").exit_code == 2
    assert run("lookup", "--file", "absent.txt").exit_code == 2


def test_a_lookup_that_says_other_than_was_signed_is_refused(registry: FakeRegistry, run: Any) -> None:
    def lie(path: str, answer: httpx.Response) -> httpx.Response:
        if path != "/v1/lookups":
            return answer
        made = answer.json()
        made["answers"][0]["status"] = "clear"
        return httpx.Response(200, json=made)

    registry.tamper = lie

    assert run("lookup", "2025550143").exit_code == 5


def test_no_number_is_ever_in_an_address(registry: FakeRegistry, run: Any) -> None:
    run("lookup", "2025550143")

    assert not [request for request in registry.requests if "2025550143" in str(request.url)]


def test_tokens_are_kept_for_the_owner_only(
    registry: FakeRegistry, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("QUIETLINE_CLIENT_ID")

    result = run("login", "anna@example.com", "--password-stdin", text="right\n")

    assert result.exit_code == 0, result.output
    path = tmp_path / "home/credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "right" not in path.read_text()
    assert run("lookup", "2025550144").exit_code == 0
    assert registry.requests[-2].headers["Authorization"] == "Bearer user-token"
    assert json.loads(run("status", "--json").stdout)["signed_in_as"] == "user"


def test_a_second_factor_is_asked_for(registry: FakeRegistry, run: Any) -> None:
    registry.mfa = True

    asked = run("login", "anna@example.com", text="right\n123456\n")
    assert asked.exit_code == 0, asked.output
    assert run("login", "anna@example.com", "--password-stdin", "--mfa-code", "123456", text="right\n").exit_code == 0
    wrong = run("login", "anna@example.com", "--password-stdin", "--mfa-code", "000000", text="right\n")
    assert (wrong.exit_code, "code is wrong" in wrong.stderr) == (3, True)


def test_a_wrong_password(registry: FakeRegistry, run: Any) -> None:
    result = run("login", "anna@example.com", "--password-stdin", text="wrong\n")

    assert (result.exit_code, "password is wrong" in result.stderr) == (3, True)


def test_a_machine_signs_in(
    registry: FakeRegistry, run: Any, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    monkeypatch.delenv("QUIETLINE_CLIENT_ID")
    monkeypatch.delenv("QUIETLINE_CLIENT_SECRET")
    assert run("pull", folder).exit_code == 3

    assert run("login", "--client-id", "machine-1", "--client-secret-stdin", text="wrong\n").exit_code == 3
    assert run("login", "--client-id", "machine-1", "--client-secret-stdin", text="hush\n").exit_code == 0

    assert "hush" not in (tmp_path / "home/credentials.json").read_text()
    assert run("pull", folder).exit_code == 0
    assert run("logout").exit_code == 0
    assert run("pull", folder).exit_code == 3


def test_an_expired_token_is_renewed_for_people_and_asked_for_again_of_machines(
    registry: FakeRegistry, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QUIETLINE_CLIENT_ID")
    registry.expires_in = 30
    run("login", "anna@example.com", "--password-stdin", text="right\n")
    registry.requests.clear()

    assert run("lookup", "2025550144").exit_code == 0
    assert json.loads(registry.requests[0].content)["AuthFlow"] == "REFRESH_TOKEN_AUTH"
    run("login", "--client-id", "machine-1", "--client-secret-stdin", text="hush\n")
    expired = run("lookup", "2025550144")
    assert (expired.exit_code, "has expired" in expired.stderr) == (3, True)


def test_signing_in_as_both_is_refused(registry: FakeRegistry, run: Any) -> None:
    assert run("login", "anna@example.com", "--client-id", "machine-1").exit_code == 2
    assert run("login", "--password-stdin", text="x\n").exit_code == 2
    assert run("login", "a@example.com", "--password-stdin", text="").exit_code == 2


def test_no_registry_is_known(registry: FakeRegistry, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUIETLINE_API")

    result = run("status")

    assert (result.exit_code, "No registry is known" in result.stderr) == (2, True)
    assert run("status", "--api", "http://registry.example").exit_code == 2
    assert run("--api", API, "status").exit_code == 0


def test_the_date_of_the_past_is_the_default(registry: FakeRegistry) -> None:
    assert date.fromisoformat(jws.parse(registry.objects.objects[f"manifests/{BEFORE}.jws"].decode()).payload["date"])
