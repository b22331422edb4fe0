"""What an accused organization uploads with its answer: offered, scanned, named in the answer, and nobody else's."""

from dataclasses import replace
from typing import Any

import pytest
from quietline import bootstrap
from quietline.adapters import aws
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.dynamodb.investigations import DynamoInvestigations
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.evidencefiles import EvidenceBucket
from quietline.cases.exhibits import reply_of
from quietline.cases.investigation.model import Accused as Known
from quietline.cases.investigation.model import Reply
from quietline.cases.model import SYSTEM, Action, Event
from quietline.evidence.model import Kind, Uploaded
from quietline.evidence.scan import MagicScanner
from quietline.evidence.service import EvidenceScan
from quietline.kernel.clock import SystemClock
from quietline.kernel.settings.functions import ConsoleSettings
from quietline.profiles.profile import Profile

from tests.accusations import accuse
from tests.conftest import Cloud
from tests.functions.test_seller_api import Api, api

__all__ = ["api"]  # a fixture

OTHER = "01KB3Q6W5N8Y2C4D6E8F0G1H2K"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


class Accused:
    """An organization that is accused of two calls."""

    def __init__(self, api: Api, cloud: Cloud, profile: Profile) -> None:
        self.api, self.cloud, self.profile = api, cloud, profile
        api.organization()
        self.reply: Reply = accuse(cloud, profile)
        self.place = f"/v1/accusations/{self.reply.case_id}"

    def offer(self, kind: str = "screenshot") -> dict[str, Any]:
        status, made = self.api("POST", f"{self.place}/evidence", {"kind": kind})
        assert status == 201, made
        return made

    def upload(self, data: bytes = PNG) -> str:
        made = self.offer()
        key = made["upload"]["fields"]["key"]
        put = aws.client("s3").put_object(Bucket=self.cloud.evidence_bucket, Key=key, Body=data)
        store = DynamoEvidence(Table(self.cloud.cases_table))
        files = EvidenceBucket(self.cloud.evidence_bucket)
        scan = EvidenceScan(store, files, MagicScanner(), SystemClock(), self.profile)
        scan.run(Uploaded(key, put["ETag"].strip('"'), len(data)))
        return str(made["evidence"]["id"])

    def answer(self, *evidence: str) -> tuple[int, dict[str, Any]]:
        said = {"call": self.reply.complaints[0], "claim": "agreement", "on": "2026-05-01", "evidence": list(evidence)}
        return self.api("POST", f"{self.place}/answers", {"answers": [said]})


@pytest.fixture
def accused(api: Api, cloud: Cloud, profile: Profile) -> Accused:
    return Accused(api, cloud, profile)


def test_a_scanned_file_supports_the_answer(accused: Accused) -> None:
    made = accused.upload()

    listed = accused.api("GET", accused.place)[1]["evidence"]
    assert [(one["id"], one["state"], one["content_type"]) for one in listed] == [(made, "clean", "image/png")]
    assert accused.answer(made)[0] == 200


@pytest.mark.parametrize("what", ["unknown", "waiting", "refused"])
def test_only_clean_files_of_this_case_may_be_named(accused: Accused, what: str) -> None:
    named = {
        "unknown": lambda: "01EVIDENCE",
        "waiting": lambda: accused.offer()["evidence"]["id"],
        "refused": lambda: accused.upload(b"MZ this is a program"),
    }[what]()

    status, refused = accused.answer(accused.upload(), named)

    assert status == 400
    assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [
        ("/answers/0/evidence/1", f"evidence_{what}")
    ]
    assert accused.answer()[0] == 200, "nothing was kept of the refused answer"


def test_after_the_answer_nothing_more_is_taken(accused: Accused) -> None:
    assert accused.answer()[0] == 200

    assert accused.api("POST", f"{accused.place}/evidence", {"kind": "screenshot"})[0] == 409


def test_others_find_no_such_accusation_and_wrong_kinds_are_told(accused: Accused) -> None:
    other = {"sub": "user-bert", "client_id": "cli", "groups": ""}
    accused.api.organization(other)

    assert accused.api("POST", f"{accused.place}/evidence", {"kind": "screenshot"}, other)[0] == 404
    status, told = accused.api("POST", f"{accused.place}/evidence", {"kind": "screenshot", "content_type": "text/html"})
    assert (status, told["errors"][0]["pointer"]) == (400, "/content_type")


def test_of_two_accused_each_has_its_own_files_and_investigators_see_both(accused: Accused) -> None:
    own = accused.upload()
    table = Table(accused.cloud.cases_table)
    store, investigations = DynamoEvidence(table), DynamoInvestigations(table)
    other = replace(accused.reply, organization_id=OTHER)
    asked = Event(other.notice_at, Action.SELLER_ASKED, SYSTEM, OTHER)
    investigations.hear(other, Known(OTHER, "SAN", "Other LLC", False, "ciphertext", "en"), asked)
    ours = store.get(reply_of(other.case_id, accused.reply.organization_id), own)
    assert ours
    theirs = replace(ours, owner=reply_of(other.case_id, OTHER), id="0" * 26, kind=Kind.TEXT)
    assert store.add(theirs, 0)

    assert [one["id"] for one in accused.api("GET", accused.place)[1]["evidence"]] == [own]
    assert accused.answer(theirs.id)[1]["errors"][0]["code"] == "evidence_unknown"
    settings = accused.cloud.settings(ConsoleSettings, portal_client_id="client")
    seen = bootstrap.exhibits(settings).of(other.case_id)
    assert {(one.organization_id, one.evidence.id) for one in seen} == {
        (accused.reply.organization_id, own),
        (OTHER, theirs.id),
    }
