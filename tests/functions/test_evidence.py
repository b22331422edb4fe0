"""Evidence of a complaint from the upload form to the copy that may be read, on moto."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.evidencefiles import EvidenceBucket, EvidenceForms
from quietline.evidence.model import Owner, State, Uploaded, complaint_owner
from quietline.evidence.scan import EICAR, MagicScanner
from quietline.evidence.service import EvidenceScan, EvidenceService
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError, InvalidInputError
from quietline.kernel.settings.functions import PublicApiSettings, ScanEvidenceSettings
from quietline.profiles import Profile

from functions.public_api import handler
from functions.scan_evidence import handler as scan_handler
from tests.helpers import LambdaContext, http_event, load_event

OWNER = Owner("REPLY#01KB3Q6W5N8Y2C4D6E8F0G1H2J")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


@pytest.fixture
def desk(cloud: Any, clock: FixedClock, profile: Profile) -> EvidenceService:
    return EvidenceService(
        DynamoEvidence(Table(cloud.cases_table)), EvidenceForms(cloud.evidence_bucket), clock, profile
    )


@pytest.fixture
def scan(cloud: Any, clock: FixedClock, profile: Profile) -> EvidenceScan:
    files = EvidenceBucket(cloud.evidence_bucket)
    return EvidenceScan(DynamoEvidence(Table(cloud.cases_table)), files, MagicScanner(), clock, profile)


def put(cloud: Any, key: str, data: bytes) -> Uploaded:
    made = aws.client("s3").put_object(Bucket=cloud.evidence_bucket, Key=key, Body=data)
    return Uploaded(key, made["ETag"].strip('"'), len(data))


def keys_in(cloud: Any) -> list[str]:
    return [one["Key"] for one in aws.client("s3").list_objects_v2(Bucket=cloud.evidence_bucket).get("Contents", [])]


def event_of(uploaded: Uploaded) -> dict[str, Any]:
    event = load_event("scan_evidence/uploaded")
    message = json.loads(event["Records"][0]["body"])
    message["detail"]["object"] = {"key": uploaded.key, "etag": uploaded.etag, "size": uploaded.size}
    event["Records"][0]["body"] = json.dumps(message)
    return event


def call(path: str, body: Any) -> tuple[int, Any]:
    answer = handler.lambda_handler(http_event("POST", path, body), LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def test_a_consumer_hands_in_a_picture_and_a_file_that_is_none(cloud: Any) -> None:
    cloud.use(PublicApiSettings)
    complaint = load_event("public_api/complain")
    made = json.loads(handler.lambda_handler(complaint, LambdaContext())["body"])
    place, secret = f"/v1/complaints/{made['reference']}/evidence", {"status_code": made["status_code"]}

    status, offered = call(place, secret | {"kind": "screenshot", "content_type": "image/png", "size": len(PNG)})
    assert (status, offered["evidence"]["state"], offered["upload"]["max_bytes"]) == (201, "waiting", len(PNG))
    assert offered["upload"]["fields"]["Content-Type"] == "image/png"
    _, other = call(place, secret | {"kind": "text"})

    cloud.use(ScanEvidenceSettings)
    good = put(cloud, offered["upload"]["fields"]["key"], PNG)
    bad = put(cloud, other["upload"]["fields"]["key"], EICAR)
    for uploaded in (good, bad, good):
        answer = scan_handler.lambda_handler(event_of(uploaded), LambdaContext())
        assert answer == {"batchItemFailures": []}

    _, read = call("/v1/complaints/status", secret | {"reference": made["reference"]})
    seen = [(one["kind"], one["state"], one["reason"], one["sha256"]) for one in read["evidence"]]
    assert seen == [
        ("screenshot", "clean", None, hashlib.sha256(PNG).hexdigest()),
        ("text", "refused", "malware", hashlib.sha256(EICAR).hexdigest()),
    ]
    assert [key.split("/")[0] for key in keys_in(cloud)] == ["clean"]


def test_a_consumer_gets_clean_files_back_and_no_others(cloud: Any) -> None:
    cloud.use(PublicApiSettings)
    made = json.loads(handler.lambda_handler(load_event("public_api/complain"), LambdaContext())["body"])
    place, secret = f"/v1/complaints/{made['reference']}/evidence", {"status_code": made["status_code"]}
    _, good = call(place, secret | {"kind": "screenshot"})
    _, bad = call(place, secret | {"kind": "text"})
    good_link, bad_link = (f"{place}/{one['evidence']['id']}/link" for one in (good, bad))
    assert call(good_link, secret)[0] == 409, "it waits"

    cloud.use(ScanEvidenceSettings)
    for offered, data in ((good, PNG), (bad, EICAR)):
        uploaded = put(cloud, offered["upload"]["fields"]["key"], data)
        scan_handler.lambda_handler(event_of(uploaded), LambdaContext())

    status, link = call(good_link, secret)
    assert (status, link["expires_in_seconds"]) == (200, 300)
    assert "/clean/COMPLAINT/" in link["url"] and "response-content-disposition=attachment" in link["url"]
    key = urlsplit(link["url"]).path.partition("clean/")[1:]
    assert aws.client("s3").get_object(Bucket=cloud.evidence_bucket, Key="".join(key))["Body"].read() == PNG
    assert call(bad_link, secret)[0] == 409
    assert call(f"{place}/01KB3Q6W5N8Y2C4D6E8F0G1H2J/link", secret)[0] == 404
    wrong = call(good_link, {"status_code": "0000-0000-0000-0000"})
    unknown = call(f"/v1/complaints/QL-0000-0000/evidence/{good['evidence']['id']}/link", secret)
    assert (wrong[0], wrong[1]["detail"]) == (unknown[0], unknown[1]["detail"])
    assert wrong[0] == 404


def test_without_the_status_code_there_is_no_complaint(cloud: Any) -> None:
    cloud.use(PublicApiSettings)
    made = json.loads(handler.lambda_handler(load_event("public_api/complain"), LambdaContext())["body"])
    ask = {"status_code": "0000-0000-0000-0000", "kind": "text"}

    wrong = call(f"/v1/complaints/{made['reference']}/evidence", ask)
    unknown = call("/v1/complaints/QL-0000-0000/evidence", ask)

    assert (wrong[0], wrong[1]["detail"]) == (unknown[0], unknown[1]["detail"])
    assert wrong[0] == 404


def test_a_second_file_of_the_same_form_changes_nothing(cloud: Any, desk: EvidenceService, scan: EvidenceScan) -> None:
    made = desk.offer(OWNER, "screenshot").evidence
    assert scan.run(put(cloud, made.upload_key, PNG)) == "clean"

    assert scan.run(put(cloud, made.upload_key, b"MZ" + bytes(50))) == "ignored"

    found = desk.get(OWNER, made.id)
    assert (found.state, found.content_type, found.size) == (State.CLEAN, "image/png", len(PNG))
    assert keys_in(cloud) == [found.clean_key]
    assert "attachment" in desk.link(OWNER, made.id)


def test_bytes_replaced_after_the_event_wait_for_their_own(
    cloud: Any, desk: EvidenceService, scan: EvidenceScan
) -> None:
    made = desk.offer(OWNER, "screenshot").evidence
    first = put(cloud, made.upload_key, PNG)
    second = put(cloud, made.upload_key, PNG + b"other")

    assert scan.run(first) == "ignored"
    assert desk.get(OWNER, made.id).state is State.WAITING
    with pytest.raises(ConflictError):
        desk.link(OWNER, made.id)
    assert scan.run(second) == "clean"


def test_what_nobody_offered_a_place_is_deleted(cloud: Any, scan: EvidenceScan) -> None:
    for key in ("uploads/elsewhere", f"uploads/COMPLAINT/1/{'0' * 26}"):
        assert scan.run(put(cloud, key, PNG)) == "ignored"
    assert keys_in(cloud) == []


def test_an_owner_has_so_many_places_and_refused_files_give_theirs_back(
    cloud: Any, desk: EvidenceService, scan: EvidenceScan, clock: FixedClock, profile: Profile
) -> None:
    made = [desk.offer(OWNER, "text").evidence for _ in range(profile.evidence.max_files)]
    with pytest.raises(ConflictError):
        desk.offer(OWNER, "text")

    assert scan.run(put(cloud, made[0].upload_key, b"PK\x03\x04")) == "refused"
    assert desk.offer(OWNER, "text")

    clock.instant += timedelta(hours=3)
    assert len(desk.of(OWNER)) == 1
    assert desk.offer(OWNER, "text")


@pytest.mark.parametrize(
    ("ask", "pointer"),
    [
        ({"kind": "film"}, "/kind"),
        ({"kind": "text", "content_type": "text/html"}, "/content_type"),
        ({"kind": "text", "size": 10_000_000}, "/size"),
    ],
)
def test_what_cannot_be_taken_is_said_at_once(desk: EvidenceService, ask: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        desk.offer(OWNER, **ask)

    assert [error.pointer for error in refused.value.fields] == [pointer]


def test_a_consumer_comments_corrects_and_withdraws(cloud: Any) -> None:
    cloud.use(PublicApiSettings)
    event = load_event("public_api/complain")
    body = json.loads(event["body"]) | {"more_calls": [{"call_date": "2026-11-19", "call_time": "08:00"}]}
    made = json.loads(handler.lambda_handler(event | {"body": json.dumps(body)}, LambdaContext())["body"])
    first, second = made["references"]
    secret = {"status_code": made["status_code"]}

    assert call(f"/v1/complaints/{first}/comments", secret | {"comment": "Again today."})[0] == 200
    assert call(f"/v1/complaints/{first}/comments", secret | {"comment": " "})[1]["errors"][0]["pointer"] == "/comment"
    status, corrected = call(f"/v1/complaints/{first}/corrections", secret | {"call_time": "18:45"})
    assert (status, len(corrected["corrected_at"]), corrected["references"]) == (200, 1, [first, second])
    assert [one["comment"] for one in corrected["comments"]] == ["Again today."]
    wrong = call(f"/v1/complaints/{first}/corrections", secret | {"call_time": "25:00"})
    assert (wrong[0], wrong[1]["errors"][0]["pointer"]) == (400, "/call_time")
    status, ended = call(f"/v1/complaints/{second}/withdrawal", secret)
    assert (status, ended["status"]) == (200, "withdrawn")
    assert call(f"/v1/complaints/{second}/withdrawal", {"status_code": "0000"})[0] == 404


def test_a_consumer_removes_a_file_and_its_bytes_follow(cloud: Any) -> None:
    cloud.use(PublicApiSettings)
    made = json.loads(handler.lambda_handler(load_event("public_api/complain"), LambdaContext())["body"])
    place, secret = f"/v1/complaints/{made['reference']}/evidence", {"status_code": made["status_code"]}
    _, offered = call(place, secret | {"kind": "screenshot"})
    one = offered["evidence"]["id"]
    cloud.use(ScanEvidenceSettings)
    scan_handler.lambda_handler(event_of(put(cloud, offered["upload"]["fields"]["key"], PNG)), LambdaContext())
    [clean] = keys_in(cloud)
    _, read = call("/v1/complaints/status", secret | {"reference": made["reference"]})
    assert [file["removable"] for file in read["evidence"]] == [True]

    for _ in range(2):
        status, after = call(f"{place}/{one}/removal", secret)
        assert (status, after["evidence"]) == (200, [])
        assert [(file["id"], file["kind"]) for file in after["removed_evidence"]] == [(one, "screenshot")]

    event = load_event("scan_evidence/removed")
    owner, kept = clean.split("/")[2], keys_in(cloud)
    pk = f"EVIDENCE_REMOVED#COMPLAINT#{owner}#{one}"
    event["Records"][0]["body"] = json.dumps({"table": "quietline-cases", "pk": pk, "kind": "EVIDENCE_REMOVED"})
    assert kept == [clean]
    assert scan_handler.lambda_handler(event, LambdaContext()) == {"batchItemFailures": []}
    assert keys_in(cloud) == []
    assert call(f"{place}/{one}/link", secret)[0] == 404
    assert call(f"{place}/01KB3Q6W5N8Y2C4D6E8F0G1H2J/removal", secret)[0] == 404
    assert call(f"{place}/{one}/removal", {"status_code": "0000"})[0] == 404


def test_what_a_case_relies_on_is_not_removed(cloud: Any, desk: EvidenceService) -> None:
    cloud.use(PublicApiSettings)
    made = json.loads(handler.lambda_handler(load_event("public_api/complain"), LambdaContext())["body"])
    place, secret = f"/v1/complaints/{made['reference']}/evidence", {"status_code": made["status_code"]}
    _, offered = call(place, secret | {"kind": "screenshot"})
    desk.rely(complaint_owner(made["id"]), offered["evidence"]["id"])

    status, refused = call(f"{place}/{offered['evidence']['id']}/removal", secret)

    assert (status, refused["detail"]) == (409, "A case relies on this file, so it cannot be removed any more.")
    _, read = call("/v1/complaints/status", secret | {"reference": made["reference"]})
    assert [(file["removable"], file["state"]) for file in read["evidence"]] == [(False, "waiting")]


def test_a_message_that_fails_is_named_and_the_others_are_done(cloud: Any) -> None:
    cloud.use(ScanEvidenceSettings)
    good = load_event("scan_evidence/removed")["Records"][0]
    bad = good | {"messageId": "2", "body": json.dumps({"pk": "EVIDENCE_REMOVED#x", "kind": "EVIDENCE_REMOVED"})}

    answer = scan_handler.lambda_handler({"Records": [bad, good]}, LambdaContext())

    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}


def test_a_consumer_corrects_name_and_address(cloud: Any) -> None:
    cloud.use(PublicApiSettings)
    event = load_event("public_api/complain")
    body = json.loads(event["body"]) | {"first_name": "Alx", "street_1": "1 Main St"}
    made = json.loads(handler.lambda_handler(event | {"body": json.dumps(body)}, LambdaContext())["body"])
    secret = {"status_code": made["status_code"]}

    status, after = call(
        f"/v1/complaints/{made['reference']}/contact",
        secret | {"first_name": "Alex", "street_1": "", "email": "new@example.com"},
    )

    assert status == 200
    assert [one["fields"] for one in after["contact_corrected"]] == [["first_name", "street_1", "email"]]
    assert after["corrected_at"] == [], "the call is what it was"
    assert "Alex" not in json.dumps(after) and "new@" not in json.dumps(after)
    [item] = [one for one in Table(cloud.cases_table).scan("COMPLAINT#") if one["sk"] == "META"]
    assert item["consumer"]["first_name"] == "Alex" and "street_1" not in item["consumer"]
    assert "new@example.com" not in json.dumps(item, default=str), "encrypted"
    wrong = call(f"/v1/complaints/{made['reference']}/contact", secret | {"email": "nobody"})
    assert (wrong[0], [one["pointer"] for one in wrong[1]["errors"]]) == (400, ["/email"])
    assert call(f"/v1/complaints/{made['reference']}/corrections", secret | {"zip": "20001"})[0] == 400
