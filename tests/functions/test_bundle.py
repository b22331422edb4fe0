"""The bundle of a case: made in pieces, proven offline, and every change of it found."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters import parted
from quietline.adapters.aws import client
from quietline.adapters.bundlefiles import BundleFunction, CaseEvidence
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.dynamodb.lists import DynamoReceiptStore
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.s3 import Bucket
from quietline.cases.exports import ExportService
from quietline.cases.people import Person
from quietline.evidence.model import Evidence, Kind, Owner, State
from quietline.kernel.clock import FixedClock, SystemClock, to_text
from quietline.kernel.errors import NotFoundError, UnavailableError
from quietline.kernel.settings.functions import BundleCaseSettings
from quietline.profiles.profile import Profile
from typer.testing import CliRunner

from cli.main import app
from functions.bundle_case import handler
from tests.conftest import Cloud
from tests.console import investigated
from tests.fakes.complaints import NOW, Desk
from tests.helpers import LambdaContext, Tripwire, load_event

HEARD = b"RIFF....WAVE"
SHOWN = b"\x89PNG\r\n\x1a\n contract"
ORGANIZATION = "01KB3Q6W5N8Y2C4D6E8F0G1H2J"
ASKS = Person("user-7", "trade", supervises=False)


def offer(cloud: Cloud, owner: str, number: int, data: bytes, kind: Kind = Kind.RECORDING) -> Evidence:
    """Keep clean evidence of an owner, with its file."""
    made = Evidence(
        owner=Owner(owner),
        id=f"01KB3Q6W5N8Y2C4D6E8F0G{number:04}",
        kind=kind,
        content_type="audio/wav" if kind is Kind.RECORDING else "image/png",
        offered_at=NOW,
        waits_until=NOW,
        state=State.CLEAN,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    store = DynamoEvidence(Table(cloud.cases_table))
    assert store.add(made, store.of(made.owner)[1])
    Bucket(cloud.evidence_bucket).put(made.clean_key, data, made.content_type)
    return made


def make(cloud: Cloud, case_id: str, **changes: str) -> bytes:
    """Return the zip that the function makes."""
    event = load_event("bundle_case/make") | {"case_id": case_id} | changes
    answer = handler.lambda_handler(event, LambdaContext())
    return Bucket(cloud.operations_bucket).get(answer["key"]) or b""


@pytest.fixture
def case_id(cloud: Cloud, profile: Profile) -> str:
    """A case with a complaint, what was found, a receipt, and files of both sides."""
    settings = cloud.use(BundleCaseSettings)
    desk = Desk(cloud, SystemClock(), profile)
    made = desk.accuse()
    (complaint,) = desk.cases.accusations(made)
    investigated(cloud, profile, made)
    payload = {
        "type": "receipt",
        "list_date": "2026-03-02",
        "issued_at": to_text(NOW),
        "valid_until": "2026-04-02",
        "san": "SAN-1",
        "areas": [{"area": "202", "kind": "full"}],
    }
    signed = bootstrap.signer(settings.signing_key_ids).sign(payload)
    DynamoReceiptStore(Table(cloud.sellers_table), 24).add(ORGANIZATION, "receipt", payload, signed)
    offer(cloud, f"COMPLAINT#{complaint.complaint_id}", 1, HEARD)
    offer(cloud, f"REPLY#{made}-{ORGANIZATION}", 2, SHOWN, Kind.SCREENSHOT)
    return made


@pytest.fixture
def made(case_id: str, cloud: Cloud, tripwire: Tripwire, tmp_path: Path) -> Path:
    tripwire.watch("+12025550143", "+13055550187", "alex@example.com")
    file = tmp_path / "case.zip"
    file.write_bytes(make(cloud, case_id))
    keys = bootstrap.signer(handler.settings().signing_key_ids).jwks()
    (tmp_path / "jwks.json").write_text(json.dumps(keys), encoding="utf-8")
    return file


def verify(file: Path) -> Any:
    return CliRunner().invoke(app, ["verify", str(file), "--json"])


def rewritten(file: Path, change: dict[str, bytes | None], more: dict[str, bytes] | None = None) -> Path:
    """Return a copy of a zip with files replaced, left out (None) or added."""
    other = file.with_name("other.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            data = change.get(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
        for name, data in (more or {}).items():
            new.writestr(name, data)
    return other


def test_a_bundle_has_the_whole_case_and_is_proven_offline(made: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
        known = {name: json.loads(archive.read(name)) for name in names if name.endswith(".json")}
        heard = next(name for name in names if name.startswith("evidence/"))
        shown = next(name for name in names if name.startswith("replies/"))
        assert (archive.read(heard), archive.read(shown)) == (HEARD, SHOWN)
    assert "token" not in known["case.json"]
    assert "examined" in [event["action"] for event in known["timeline.json"]]
    (complaint,) = known["complaints.json"]
    assert complaint["maximum_penalty"] == {"minor": 5308800, "currency": "USD"}
    assert {"registered", "robocall"} <= {ruling["rule"] for ruling in complaint["rulings"]}
    assert known["findings.json"][0]["sentence"] == "held list of 2026-03-02, contained the number: yes"
    assert known["findings.json"][0]["checks"][0]["source"] == "16 CFR 310.4(b)(1)(iii)(B)"
    assert known["worksheet.json"]["total"]["proposed"] == {"minor": 1327200, "currency": "USD"}
    assert known["worksheet.json"]["calls"][0]["factors"] == [
        {"code": "base", "percent": 10},
        {"code": "robocall", "percent": 15},
    ]
    assert known["traceback.json"][0]["following"] == "9876"
    (reply,) = known["replies.json"]
    assert (reply["organization_id"], list(reply["answers"])) == (ORGANIZATION, [complaint["complaint_id"]])
    assert [(one["file"], one["state"]) for one in known["evidence.json"]] == [(heard, "whole"), (shown, "whole")]

    proven = json.loads(verify(made).output)

    assert proven["verified"] and proven["complaints"] == 1
    assert {entry["name"] for entry in proven["files"]} == set(names) - {"manifest.jws"}
    assert "1 receipts of lists are signed by the registry themselves." in verify(made).output


def test_the_same_facts_at_the_same_instant_are_the_same_bytes(case_id: str, cloud: Cloud) -> None:
    first = make(cloud, case_id)
    second = make(cloud, case_id)

    end = first.index(b"manifest.jws")
    assert first[:end] == second[:end]


def test_the_timeline_ends_when_the_bundle_was_asked_for(case_id: str, cloud: Cloud, tmp_path: Path) -> None:
    file = tmp_path / "early.zip"
    file.write_bytes(make(cloud, case_id, at="2020-01-01T00:00:00.000Z"))

    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read("timeline.json")) == []


def test_deleted_and_changed_evidence_is_said(case_id: str, cloud: Cloud, tmp_path: Path) -> None:
    gone = offer(cloud, f"REPLY#{case_id}-{ORGANIZATION}", 3, b"gone")
    changed = offer(cloud, f"REPLY#{case_id}-{ORGANIZATION}", 4, b"was")
    client("s3").delete_object(Bucket=cloud.evidence_bucket, Key=gone.clean_key)
    Bucket(cloud.evidence_bucket).put(changed.clean_key, b"now", "audio/wav")
    file = tmp_path / "case.zip"
    file.write_bytes(make(cloud, case_id))

    with zipfile.ZipFile(file) as archive:
        index = {one["id"]: one for one in json.loads(archive.read("evidence.json"))}
    assert (index[gone.id]["state"], index[gone.id]["file"]) == ("gone", "")
    assert index[changed.id]["state"] == "changed"


def test_what_a_bundle_holds_can_no_longer_be_removed_and_what_was_removed_is_not_in_it(
    case_id: str, cloud: Cloud, tmp_path: Path
) -> None:
    held = offer(cloud, f"REPLY#{case_id}-{ORGANIZATION}", 3, b"held")
    store = DynamoEvidence(Table(cloud.cases_table))
    file = tmp_path / "case.zip"
    file.write_bytes(make(cloud, case_id))
    kept = store.get(held.owner, held.id)
    assert kept and kept.relied_at

    class Removing(CaseEvidence):
        def rely(self, evidence: Evidence, at: datetime) -> bool:
            table = Table(cloud.cases_table)
            table.write(table.delete(keys.evidence(evidence.owner.text, evidence.id)))
            return super().rely(evidence, at)

    service = bootstrap.bundles(handler.settings())
    evidence = Removing(store, Bucket(cloud.evidence_bucket))
    key = replace(service, evidence=evidence).make(case_id, "1" * 26, SystemClock().now())
    with zipfile.ZipFile(io.BytesIO(Bucket(cloud.operations_bucket).get(key) or b"")) as archive:
        assert json.loads(archive.read("evidence.json")) == []
        assert not [name for name in archive.namelist() if name.startswith("replies/")]


def test_memory_does_not_grow_with_the_evidence(
    case_id: str, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(parted, "PIECE", 5 << 20)  # S3 takes no smaller part
    sizes, sends = [], parted.PartedSink._send

    def send(sink: parted.PartedSink, size: int) -> None:
        sizes.append((size, len(sink._buffer)))
        sends(sink, size)

    monkeypatch.setattr(parted.PartedSink, "_send", send)
    block = bytes(range(256)) * 4096
    for number in range(5, 9):
        offer(cloud, f"REPLY#{case_id}-{ORGANIZATION}", number, block * 12)

    file = tmp_path / "large.zip"
    file.write_bytes(make(cloud, case_id))

    assert len(sizes) >= 9  # 48 MB went out in parts, and never more than two pieces waited
    assert max(waiting for _size, waiting in sizes) <= 10 << 20
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize(
    ("change", "more", "said"),
    [
        ({"timeline.json": b"[]"}, {}, "timeline.json is not as it was signed"),
        ({"decision.json": None}, {}, "decision.json was signed but is not in the bundle"),
        ({}, {"evidence/planted.txt": b"guilty"}, "evidence/planted.txt is in the bundle but was not signed"),
        ({"receipts/receipt.jws": b"e30.e30.e30"}, {}, "receipts/receipt.jws is no receipt that the registry signed"),
    ],
)
def test_every_change_of_a_bundle_is_found(
    change: dict[str, bytes | None], more: dict[str, bytes], said: str, made: Path
) -> None:
    found = verify(rewritten(made, change, more))

    assert found.exit_code == 5
    assert said in found.output


@pytest.mark.parametrize("part", ["manifest.jws", "timeline.json", "receipts/receipt.jws", "the directory"])
def test_a_harmed_bundle_is_told_as_one(part: str, made: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        start = archive.start_dir
        where = start + 10 if part == "the directory" else archive.getinfo(part).header_offset + 30 + len(part) + 8
    data = bytearray(made.read_bytes())
    data[where : where + 8] = b"\xff" * 8
    made.write_bytes(data)

    found = verify(made)

    assert found.exit_code == 5, found.output
    assert part == "the directory" or part in found.output


def test_a_bundle_signed_by_somebody_else_is_none(made: Path) -> None:
    made.with_name("jwks.json").write_text('{"keys": []}', encoding="utf-8")

    assert verify(made).exit_code == 5


def test_a_bundle_is_asked_for_made_and_got(case_id: str, cloud: Cloud, profile: Profile) -> None:
    class Maker(BundleFunction):
        def start(self, case_id: str, bundle_id: str, at: Any) -> None:
            asked.append({"case_id": case_id, "bundle_id": bundle_id, "at": to_text(at)})

    asked: list[dict[str, str]] = []
    clock = FixedClock(SystemClock().now())
    desk = Desk(cloud, clock, profile)
    exports = ExportService(desk.cases, Maker("f", Bucket(cloud.operations_bucket), 600), clock)

    waits = exports.begin(case_id, ASKS)
    assert waits.link is None and exports.get(case_id, waits.id, ASKS).link is None
    make(cloud, **asked[0])
    got = exports.get(case_id, waits.id, ASKS)

    assert got.link is not None and got.link.size > 1000 and "X-Amz-Expires=600" in got.link.url

    def logged() -> set[tuple[str, str]]:
        events = desk.cases.events(case_id)
        return {(event.action.value, event.by) for event in events if waits.id in event.detail}

    assert logged() == {("exported", "user-7")}
    exports.get(case_id, waits.id, Person("user-8", "telecom", supervises=False))
    assert logged() == {("exported", "user-7"), ("viewed", "user-8")}
    with pytest.raises(NotFoundError):
        exports.get(case_id, "01KB3Q6W5N8Y2C4D6E8F0G1H2J", ASKS)
    late = exports.begin(case_id, ASKS)
    later = ExportService(desk.cases, exports.maker, FixedClock(clock.now().replace(year=clock.now().year + 1)))
    with pytest.raises(UnavailableError):
        later.get(case_id, late.id, ASKS)
