"""The bundle of a case: made, proven offline, and every change of it found."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.s3 import Bucket
from quietline.evidence.model import Evidence, Kind, Owner, State
from quietline.kernel.clock import SystemClock
from quietline.kernel.settings import BundleCaseSettings
from quietline.profiles.profile import Profile
from typer.testing import CliRunner

from cli.main import app
from functions.bundle_case import handler
from tests.conftest import Cloud
from tests.fakes.complaints import NOW, Desk
from tests.helpers import LambdaContext, Tripwire, load_event

HEARD = b"RIFF....WAVE"


@pytest.fixture
def made(cloud: Cloud, profile: Profile, tripwire: Tripwire, tmp_path: Path) -> Path:
    settings = cloud.use(BundleCaseSettings)
    tripwire.watch("+12025550143", "+13055550187", "alex@example.com")
    desk = Desk(cloud, SystemClock(), profile)
    case_id = desk.accuse()
    (complaint,) = desk.cases.accusations(case_id)
    evidence = Evidence(
        owner=Owner(f"COMPLAINT#{complaint.complaint_id}"),
        id="01KB3Q6W5N8Y2C4D6E8F0G1H2J",
        kind=Kind.RECORDING,
        content_type="audio/x-wav",
        offered_at=NOW,
        waits_until=NOW,
        state=State.CLEAN,
        size=len(HEARD),
        sha256="ab" * 32,
    )
    assert DynamoEvidence(desk.table).add(evidence, 0)
    Bucket(settings.evidence_bucket).put(evidence.clean_key, HEARD, "audio/x-wav")
    answer = handler.lambda_handler(load_event("bundle_case/make") | {"case_id": case_id}, LambdaContext())
    file = tmp_path / "case.zip"
    file.write_bytes(Bucket(settings.operations_bucket).get(answer["key"]) or b"")
    keys = bootstrap.signer(settings.signing_key_ids).jwks()
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
        timeline = json.loads(archive.read("timeline.json"))
        complaints = json.loads(archive.read("complaints.json"))
        heard = next(name for name in names if name.startswith("evidence/"))
        assert archive.read(heard) == HEARD
        assert "token" not in json.loads(archive.read("case.json"))
    assert {"case.json", "timeline.json", "complaints.json", "decision.json", "notes.json", "manifest.jws"} < set(names)
    assert "exported" in [event["action"] for event in timeline]
    assert complaints[0]["maximum_penalty"] == {"minor": 5308800, "currency": "USD"}

    proven = json.loads(verify(made).output)

    assert proven["verified"] and proven["complaints"] == 1
    assert {entry["name"] for entry in proven["files"]} == set(names) - {"manifest.jws"}


@pytest.mark.parametrize(
    ("change", "more", "said"),
    [
        ({"timeline.json": b"[]"}, {}, "timeline.json is not as it was signed"),
        ({"decision.json": None}, {}, "decision.json was signed but is not in the bundle"),
        ({}, {"evidence/planted.txt": b"guilty"}, "evidence/planted.txt is in the bundle but was not signed"),
    ],
)
def test_every_change_of_a_bundle_is_found(
    change: dict[str, bytes | None], more: dict[str, bytes], said: str, made: Path
) -> None:
    found = verify(rewritten(made, change, more))

    assert found.exit_code == 5
    assert said in found.output


def test_a_bundle_signed_by_somebody_else_is_none(made: Path) -> None:
    made.with_name("jwks.json").write_text('{"keys": []}', encoding="utf-8")

    assert verify(made).exit_code == 5
