"""`quietline wash --cloud` against a registry in memory: the real use cases, a bucket, a worker that runs at once."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyroaring import BitMap
from quietline.profiles import Profile, load_profile
from quietline.usage.model import Standing
from quietline.usage.service import Metering
from quietline.washes.model import State, Uploaded, Wash, WashRequest
from quietline.washes.service import Washes
from quietline.washes.worker import Run, WashWorker
from typer.testing import CliRunner, Result

from cli import api as cli_api
from cli import wash_cloud
from cli.main import app
from tests.fakes.registry import API, FakeRegistry
from tests.fakes.usage import MemoryMetrics, MemoryUsage
from tests.fakes.washes import MemoryFiles, MemoryForms, MemoryList, MemoryNewest, MemoryStopped, MemoryWashes

TODAY = load_profile("us").local_date(datetime.now(UTC))
LIST_DAY = TODAY - timedelta(days=1)
CALLS = b"name,phone\nAnn,(202) 555-0143\nBob,202-555-0144\nCy,nonsense\n"


class WashingRegistry(FakeRegistry):
    """`washing` may be switched off: uploads then stay where they are."""

    def __init__(self, profile: Profile, today: date) -> None:
        super().__init__(profile, today)
        usage = MemoryUsage()
        metering = Metering(self.profile, self.clock, usage, MemoryMetrics())
        store, self.files = MemoryWashes(usage), MemoryFiles()
        self.washes = Washes(self.profile, self.clock, store, MemoryForms(), metering, 3600, 300)
        newest = MemoryNewest(MemoryList(LIST_DAY, {"202": BitMap([5550143])}))
        self.worker = WashWorker(
            self.profile,
            self.clock,
            store,
            newest,
            self.files,
            self.entitlements,
            MemoryStopped(),
            metering,
            self.signer,
        )
        self.washing = True
        self.polls: list[Callable[[], Any]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "washes.example":
            self.requests.append(request)
            return self.tamper(request.url.path, self._bucket(request))
        return super().answer(request)

    def _bucket(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            body = self.files.objects.get(request.url.path.lstrip("/"))
            return httpx.Response(404) if body is None else httpx.Response(200, content=body)
        body = request.read()
        key = re.search(rb'name="key"\r\n\r\n([^\r]+)', body)
        data = body.split(b'name="file"')[1].split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
        assert key is not None
        self.files.objects[key.group(1).decode()] = data
        if self.washing:
            self.wash(key.group(1).decode())
        return httpx.Response(204)

    def wash(self, key: str) -> None:
        uploaded = Uploaded(key, "etag", len(self.files.objects[key]))
        self.worker.run(uploaded, Run(is_last_try=False, seconds_left=lambda: 900))

    def _api(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if not path.startswith("/v1/washes"):
            return super()._api(request)
        if request.method == "GET":
            if self.polls:
                self.polls.pop(0)()
            wash = self.washes.get("acme", path.rpartition("/")[2])
            return httpx.Response(200, json=self._out(wash, None))
        body = json.loads(request.content)
        wanted = WashRequest(body["client_reference"], body.get("column", ""), body.get("header"))
        standing = Standing("acme", "SAN-1", frozenset({"202"}), subscriber=False)
        asked = self.washes.ask(standing, "user-1", wanted)
        return httpx.Response(201, json=self._out(asked.wash, asked.upload))

    def _out(self, wash: Wash, upload: Any) -> dict[str, Any]:
        made: dict[str, Any] = {"id": wash.id, "client_reference": wash.request.client_reference, "state": wash.state}
        made["created_at"] = wash.created_at.isoformat()
        made["progress"] = {"bytes_done": 1, "bytes_total": 2} if wash.bytes_total else None
        made["failure"] = {"code": wash.failure, "detail": wash.detail} if wash.failure else None
        made["upload"] = upload and {"url": upload.url, "fields": dict(upload.fields), "max_bytes": 1000}
        result = wash.result
        made["result"] = result and {
            **asdict(result),
            "list_date": result.list_date.isoformat(),
            "valid_until": result.valid_until.isoformat(),
            "finished_at": result.finished_at.isoformat(),
            "answer": {"bytes": result.answer.size, "sha256": result.answer.sha256},
            "answer_url": self.washes.answer_link(wash),
        }
        return made


@pytest.fixture
def registry(profile: Profile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> WashingRegistry:
    made = WashingRegistry(profile, TODAY)
    monkeypatch.setattr(cli_api, "http_client", made.client)
    monkeypatch.setattr(wash_cloud.time, "sleep", lambda _seconds: None)
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "QUIETLINE_API": API,
        "QUIETLINE_HOME": str(tmp_path / "home"),
        "QUIETLINE_TOKEN_URL": "https://sign-in.example/oauth2/token",
        "QUIETLINE_CLIENT_ID": "machine-1",
        "QUIETLINE_CLIENT_SECRET": "hush",
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "leads.csv").write_bytes(CALLS)
    made.publish(LIST_DAY)
    return made


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(app, ["wash", "--cloud", *map(str, arguments)])


def uploads(registry: WashingRegistry) -> int:
    return sum(request.url.host == "washes.example" and request.method == "POST" for request in registry.requests)


def test_a_call_list_is_uploaded_answered_and_verified(registry: WashingRegistry, tmp_path: Path) -> None:
    result = run("leads.csv")

    assert result.exit_code == 0, result.output
    until = LIST_DAY + timedelta(days=31)
    assert (tmp_path / "leads.washed.csv").read_text().splitlines() == [
        "name,phone,status,reason,list_date,valid_until",
        f"Ann,(202) 555-0143,listed,,{LIST_DAY},{until}",
        f"Bob,202-555-0144,clear,,{LIST_DAY},{until}",
        f"Cy,nonsense,unknown,not_a_number,{LIST_DAY},{until}",
    ]
    assert "1 unknown (1 not a number)" in result.output
    keys = {"keys": [registry.signer.jwk]}
    (tmp_path / "jwks.json").write_text(json.dumps(keys))
    proof = CliRunner().invoke(app, ["verify", "leads.washed.csv.receipt.jws"])
    assert (proof.exit_code, "verifies" in proof.output) == (0, True), proof.output


def test_the_report_in_json_verifies_too(registry: WashingRegistry, tmp_path: Path) -> None:
    made = run("leads.csv", "--json", "--column", "phone", "--header")

    assert made.exit_code == 0, made.output
    (tmp_path / "report.json").write_text(made.stdout)
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [registry.signer.jwk]}))
    assert json.loads(made.stdout)["listed"] == 1
    assert CliRunner().invoke(app, ["verify", "report.json"]).exit_code == 0


def test_the_same_command_again_uploads_nothing(registry: WashingRegistry, tmp_path: Path) -> None:
    run("leads.csv")
    (tmp_path / "leads.washed.csv").unlink()

    assert run("leads.csv").exit_code == 0
    assert uploads(registry) == 1
    assert (tmp_path / "leads.washed.csv").is_file()


def test_an_interrupted_wash_goes_on(registry: WashingRegistry) -> None:
    registry.washing = False

    def unplugged() -> None:
        raise KeyboardInterrupt

    registry.polls = [unplugged]
    assert run("leads.csv").exit_code == 130
    [key] = registry.files.objects
    registry.wash(key)

    assert run("leads.csv").exit_code == 0
    assert uploads(registry) == 1


def test_it_waits_until_somebody_begins(registry: WashingRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.washing = False
    registry.polls = [lambda: None, lambda: None, lambda: registry.wash(next(iter(registry.files.objects)))]
    assert run("leads.csv").exit_code == 0

    monkeypatch.setattr(wash_cloud, "PATIENCE_SECONDS", 20)
    never = run("leads.csv", "--reference", "another")
    assert (never.exit_code, "has not begun" in never.output) == (6, True)


def test_a_refused_list_says_why(registry: WashingRegistry, tmp_path: Path) -> None:
    (tmp_path / "ages.csv").write_bytes(b"name,age\nAnn,3\n")

    result = run("ages.csv")

    assert (result.exit_code, "column_not_found" in result.output) == (4, True)
    assert not (tmp_path / "ages.washed.csv").exists()


def test_a_column_that_was_asked_for_is_given_by_running_it_again(registry: WashingRegistry, tmp_path: Path) -> None:
    (tmp_path / "two.csv").write_bytes(b"home phone,mobile phone\n2025550143,2025550144\n2025550145,2025550146\n")
    first = run("two.csv")
    assert (first.exit_code, "Several columns" in first.output) == (4, True), first.output

    again = [run("two.csv", "--column", column, "--header") for column in ("home phone", "mobile phone", "home phone")]

    assert [result.exit_code for result in again] == [0, 0, 0], [result.output for result in again]
    assert uploads(registry) == 3, "the same command again is the same wash"
    answer = (tmp_path / "two.washed.csv").read_text().splitlines()
    assert [line.split(",")[2] for line in answer[1:]] == ["listed", "clear"]


def test_a_reference_of_another_file_is_not_taken_for_this_one(registry: WashingRegistry, tmp_path: Path) -> None:
    assert run("leads.csv", "--reference", "november").exit_code == 0
    (tmp_path / "other.csv").write_bytes(CALLS + b"Di,2025550145\n")

    result = run("other.csv", "--reference", "november")

    assert (result.exit_code, "another file" in result.output) == (2, True)
    assert not (tmp_path / "other.washed.csv").exists()


def test_an_answer_that_was_changed_is_not_kept(registry: WashingRegistry, tmp_path: Path) -> None:
    def changed(path: str, answer: httpx.Response) -> httpx.Response:
        return httpx.Response(200, content=answer.content + b"x") if path.startswith("/answers/") else answer

    registry.tamper = changed
    assert run("leads.csv").exit_code == 5
    assert not list(tmp_path.glob("*washed*"))


def test_a_result_that_says_other_than_was_signed_is_refused(registry: WashingRegistry) -> None:
    def changed(path: str, answer: httpx.Response) -> httpx.Response:
        if not path.startswith("/v1/washes/"):
            return answer
        body = answer.json()
        body["result"]["clear"] += 1
        return httpx.Response(200, json=body)

    registry.tamper = changed
    assert run("leads.csv").exit_code == 5


def test_what_s3_refuses_is_told(registry: WashingRegistry) -> None:
    def refused(path: str, answer: httpx.Response) -> httpx.Response:
        text = "<Error><Code>EntityTooLarge</Code></Error>"
        return httpx.Response(400, text=text) if path == "/" else answer

    registry.tamper = refused
    result = run("leads.csv")
    assert (result.exit_code, "EntityTooLarge" in result.output) == (4, True)


def test_an_answer_that_has_expired(registry: WashingRegistry) -> None:
    run("leads.csv")
    registry.clock.instant += timedelta(days=30)
    registry.publish(LIST_DAY + timedelta(days=1))

    result = run("leads.csv", "--reference", next(iter(registry.washes.store.kept.values())).request.client_reference)

    assert (result.exit_code, "has been deleted" in result.output) == (4, True)


@pytest.mark.parametrize(
    "arguments", [("-",), ("leads.csv", "--out", "-"), ("leads.csv", "--out", "x.csv.gz"), ("absent.csv",)]
)
def test_what_the_cloud_does_not_do(registry: WashingRegistry, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_file_that_is_too_large_or_empty_is_not_uploaded(registry: WashingRegistry, tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_bytes(b"")
    assert run("leads.csv").exit_code == 2
    (tmp_path / "leads.csv").write_bytes(CALLS * 100)
    assert run("leads.csv").exit_code == 2
    assert uploads(registry) == 0
    assert all(wash.state is State.AWAITING_UPLOAD for wash in registry.washes.store.kept.values())
