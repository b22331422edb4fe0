"""What a consumer takes back or corrects of its own: files, name and address; on the tables and the bucket."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.dynamodb.investigations import DynamoInvestigations
from quietline.adapters.evidencefiles import EvidenceBucket, EvidenceForms
from quietline.cases.exhibits import ExhibitService
from quietline.cases.model import Action
from quietline.cases.people import Person
from quietline.complaints.changes import ChangeService
from quietline.complaints.contact import ContactService
from quietline.complaints.files import FileService
from quietline.complaints.model import Complaint, OtherCall, RemovedFile, SubmittedComplaint
from quietline.complaints.ports import ChangedMeanwhileError
from quietline.evidence.model import Evidence, complaint_owner
from quietline.evidence.scan import MagicScanner
from quietline.evidence.service import EvidenceScan, EvidenceService
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError, InvalidInputError, LinkError, NotFoundError
from quietline.kernel.ids import normalise_code
from quietline.mails.links import OPEN_COMPLAINT, LinkSigner
from quietline.profiles.profile import Profile

from tests.fakes.complaints import NOW, SECRET, Desk, PlainCipher
from tests.functions.test_evidence import PNG, keys_in, put

INSPECTOR = Person("inspector", "trade")


@pytest.fixture
def evidence(cloud: Any, desk: Desk, clock: FixedClock, profile: Profile) -> EvidenceService:
    return EvidenceService(DynamoEvidence(desk.table), EvidenceForms(cloud.evidence_bucket), clock, profile)


@pytest.fixture
def scan(cloud: Any, desk: Desk, clock: FixedClock, profile: Profile) -> EvidenceScan:
    bucket = EvidenceBucket(cloud.evidence_bucket)
    return EvidenceScan(DynamoEvidence(desk.table), bucket, MagicScanner(), clock, profile)


@pytest.fixture
def files(desk: Desk, evidence: EvidenceService, clock: FixedClock) -> FileService:
    return FileService(desk.complaints, evidence, clock)


@pytest.fixture
def contacts(desk: Desk, clock: FixedClock, profile: Profile) -> ContactService:
    return ContactService(desk.complaints, PlainCipher(), SECRET, clock, profile)


def read(desk: Desk, complaint_id: str) -> Complaint:
    found = desk.complaints.get(complaint_id)
    assert found is not None
    return found


def newest(desk: Desk, case_id: str) -> Complaint:
    return read(desk, desk.cases.accusations(case_id)[-1].complaint_id)


def hand_in(cloud: Any, evidence: EvidenceService, scan: EvidenceScan, complaint_id: str) -> Evidence:
    """Send a picture and have it scanned."""
    owner = complaint_owner(complaint_id)
    made = evidence.offer(owner, "screenshot").evidence
    assert scan.run(put(cloud, made.upload_key, PNG)) == "clean"
    return evidence.get(owner, made.id)


def asked_to_erase(desk: Desk) -> list[str]:
    return [item["pk"] for item in desk.table.scan("EVIDENCE_REMOVED#")]


def test_a_removed_file_is_gone_with_its_record_and_only_that_there_was_one_stays(
    cloud: Any, desk: Desk, evidence: EvidenceService, scan: EvidenceScan, files: FileService
) -> None:
    made = desk.complain()
    kept, gone = (hand_in(cloud, evidence, scan, made.id) for _ in range(2))

    after = files.remove(read(desk, made.id), gone.id)

    assert after.removed == (RemovedFile(NOW, gone.id, "screenshot"),)
    assert [one.id for one in evidence.of(gone.owner)] == [kept.id]
    assert asked_to_erase(desk) == [f"EVIDENCE_REMOVED#{gone.owner.text}#{gone.id}"]
    for _ in range(2):  # the queue repeats
        scan.erase(gone.owner, gone.id)
    assert keys_in(cloud) == [kept.clean_key]
    assert files.remove(after, gone.id) == after, "a second time"
    with pytest.raises(NotFoundError):
        files.remove(after, "01KB3Q6W5N8Y2C4D6E8F0G1H2J")


def test_a_file_that_waits_is_removed_and_what_still_comes_is_deleted(
    cloud: Any, desk: Desk, evidence: EvidenceService, scan: EvidenceScan, files: FileService
) -> None:
    made = desk.complain()
    waiting = evidence.offer(complaint_owner(made.id), "screenshot").evidence

    files.remove(read(desk, made.id), waiting.id)

    assert scan.run(put(cloud, waiting.upload_key, PNG)) == "ignored"
    assert keys_in(cloud) == []


def test_a_file_that_is_removed_while_it_is_scanned_leaves_no_copy(
    cloud: Any, desk: Desk, evidence: EvidenceService, scan: EvidenceScan, files: FileService
) -> None:
    made = desk.complain()
    waiting = evidence.offer(complaint_owner(made.id), "screenshot").evidence

    class Slow(MagicScanner):
        def scan(self, data: bytes, types: frozenset[str]) -> Any:
            files.remove(read(desk, made.id), waiting.id)
            scan.erase(waiting.owner, waiting.id)  # the queue is faster than the scan
            put(cloud, waiting.upload_key, data)
            return super().scan(data, types)

    assert replace(scan, scanner=Slow()).run(put(cloud, waiting.upload_key, PNG)) == "ignored"
    assert keys_in(cloud) == []


def test_what_an_investigator_has_opened_stays(
    cloud: Any, desk: Desk, evidence: EvidenceService, scan: EvidenceScan, files: FileService, clock: FixedClock
) -> None:
    complaint = newest(desk, desk.accuse())
    opened, unseen = (hand_in(cloud, evidence, scan, complaint.id) for _ in range(2))
    exhibits = ExhibitService(desk.cases, DynamoInvestigations(desk.table), evidence, clock)

    exhibits.view(complaint.case_id, complaint.id, opened.id, INSPECTOR)

    with pytest.raises(ConflictError, match="relies"):
        files.remove(complaint, opened.id)
    files.remove(complaint, unseen.id)
    assert asked_to_erase(desk) == [f"EVIDENCE_REMOVED#{unseen.owner.text}#{unseen.id}"]
    events = [one for one in desk.cases.events(complaint.case_id) if one.action is Action.FILE_REMOVED]
    assert [one.detail for one in events] == [f"{complaint.id} {unseen.id}"]
    with pytest.raises(NotFoundError):
        exhibits.view(complaint.case_id, complaint.id, unseen.id, INSPECTOR)
    assert [one.kind for one in desk.cases.accusations(complaint.case_id)[-1].removed] == ["screenshot"]


def test_somebody_who_opens_it_at_the_same_moment_keeps_it(
    cloud: Any, desk: Desk, evidence: EvidenceService, scan: EvidenceScan
) -> None:
    made = desk.complain()
    file = hand_in(cloud, evidence, scan, made.id)
    before = read(desk, made.id)
    evidence.rely(file.owner, file.id)

    with pytest.raises(ChangedMeanwhileError):
        desk.complaints.file_removed(before, RemovedFile(NOW, file.id, "screenshot"))

    assert evidence.get(file.owner, file.id).relied_at == NOW
    assert read(desk, made.id).removed == ()
    assert asked_to_erase(desk) == []


def test_of_a_decided_case_nothing_is_removed(
    cloud: Any, desk: Desk, evidence: EvidenceService, scan: EvidenceScan, files: FileService
) -> None:
    complaint = newest(desk, desk.accuse())
    file = hand_in(cloud, evidence, scan, complaint.id)
    desk.table.write(
        desk.table.update(
            keys.case(complaint.case_id),
            "SET #status = :decided",
            values={":decided": "decided"},
            names={"#status": "status"},
        )
    )

    with pytest.raises(ConflictError, match="decided"):
        files.remove(complaint, file.id)

    assert evidence.get(file.owner, file.id) == file


def test_removing_gives_no_place_for_ever_more_files(
    desk: Desk, evidence: EvidenceService, files: FileService, profile: Profile
) -> None:
    made = desk.complain()
    for _ in range(profile.evidence.max_offers):
        offered = evidence.offer(complaint_owner(made.id), "text").evidence
        files.remove(read(desk, made.id), offered.id)

    with pytest.raises(ConflictError):
        evidence.offer(complaint_owner(made.id), "text")


def two_calls(desk: Desk) -> tuple[SubmittedComplaint, Complaint, Complaint]:
    made = desk.complain(
        more_calls=(OtherCall("2026-11-21", "09:00"),), first_name="Alx", street_2="Unit 4", zip="20002"
    )
    first, second = (desk.intake.opened(one, made.status_code) for one in made.references)
    return made, first, second


def test_name_and_address_are_corrected_of_all_calls_and_only_that_is_kept(
    desk: Desk, contacts: ContactService
) -> None:
    made, first, second = two_calls(desk)

    after = contacts.correct(second, {"first_name": " Alex ", "street_2": "", "zip": "20002"}, made.status_code)

    for one in (after, read(desk, first.id)):
        assert one.consumer == {"first_name": "Alex", "zip": "20002"}
        assert [(made.at, made.before, made.contact) for made in one.corrections] == [
            (NOW, {}, ("first_name", "street_2"))
        ]
        assert (one.version, one.email_ciphertext) == (1, (first if one.id == first.id else second).email_ciphertext)
    assert list(desk.table.scan("SCREENING#")) == [], "no rule reads them"
    stored = json.dumps(desk.table.client.scan(TableName=desk.table.name)["Items"])
    assert "Alx" not in stored and "Unit 4" not in stored
    assert contacts.correct(after, {"first_name": "Alex"}, made.status_code) == after, "nothing changed"


def test_another_mailbox_ends_the_links_of_the_mistyped_one(
    desk: Desk, contacts: ContactService, clock: FixedClock, profile: Profile
) -> None:
    made, first, second = two_calls(desk)
    signer = LinkSigner(SECRET)
    changes = ChangeService(desk.complaints, signer, SECRET, clock, profile)
    _, strangers_code = changes.use_link(signer.token(OPEN_COMPLAINT, first.id, first.link_nonce))
    mailed = read(desk, first.id)

    contacts.correct(second, {"email": "new@example.com"}, made.status_code)

    after = read(desk, first.id)
    assert PlainCipher().decrypt(after.email_ciphertext) == "new@example.com"
    assert read(desk, second.id).email_ciphertext == "", "mails are about the first"
    with pytest.raises(LinkError):
        changes.use_link(signer.token(OPEN_COMPLAINT, first.id, mailed.link_nonce))
    with pytest.raises(NotFoundError):
        desk.intake.opened(first.reference, strangers_code)
    assert desk.intake.opened(first.reference, made.status_code)
    told = [PlainCipher().decrypt(mail["to_ciphertext"]) for mail in desk.mails()]
    assert sorted(told) == ["alex@example.com", "new@example.com"]
    _, code = changes.use_link(signer.token(OPEN_COMPLAINT, first.id, after.link_nonce))

    # whoever corrects with a mailed code goes on with it
    contacts.correct(read(desk, first.id), {"email": ""}, code)

    quiet = desk.intake.opened(first.reference, normalise_code(code))
    assert (quiet.email_ciphertext, quiet.link_nonce) == ("", "")
    assert [made.contact for made in quiet.corrections] == [("email",), ("email",)]


def test_a_case_hears_that_it_changed_and_wrong_fields_are_named(
    desk: Desk, contacts: ContactService, profile: Profile
) -> None:
    complaint = newest(desk, desk.accuse(first_name="Alx"))
    with pytest.raises(InvalidInputError) as refused:
        contacts.correct(complaint, {"zip": "1" * 99, "email": "nobody", "called_number": "1"}, "")
    assert sorted(one.pointer for one in refused.value.fields) == ["/called_number", "/email", "/zip"]

    for count in range(profile.complaints.max_additions):
        complaint = contacts.correct(complaint, {"first_name": f"Alex{count}"}, "")
    with pytest.raises(ConflictError):
        contacts.correct(complaint, {"first_name": "Once more"}, "")

    events = [one for one in desk.cases.events(complaint.case_id) if one.action is Action.CONTACT_CORRECTED]
    assert {one.detail for one in events} == {complaint.id}
    assert len(events) == profile.complaints.max_additions
    [entry] = desk.cases.accusations(complaint.case_id)
    assert entry.consumer == complaint.consumer
    assert entry.corrections[0].contact == ("first_name",)


def test_two_corrections_at_once_are_both_kept(desk: Desk, contacts: ContactService) -> None:
    made = desk.complain(first_name="Alx", city="Washingtn")
    before = read(desk, made.id)
    contacts.correct(before, {"first_name": "Alex"}, "")

    after = contacts.correct(before, {"city": "Washington"}, "")

    assert after.consumer == {"first_name": "Alex", "city": "Washington"}


def test_the_call_of_an_old_complaint_is_still_corrected(desk: Desk, clock: FixedClock, profile: Profile) -> None:
    made = desk.complain()
    clock.instant += timedelta(days=profile.complaints.window_days + 1)
    changes = ChangeService(desk.complaints, LinkSigner(SECRET), SECRET, clock, profile)

    assert changes.correct(read(desk, made.id), {"robocall": True}).robocall
    with pytest.raises(InvalidInputError) as refused:
        changes.correct(read(desk, made.id), {"call_date": "2027-02-01"})
    assert [one.code for one in refused.value.fields] == ["in_future"]


def test_bytes_under_keys_that_begin_alike_stay(cloud: Any) -> None:
    bucket = EvidenceBucket(cloud.evidence_bucket)
    for key in ("clean/COMPLAINT/1/A-1", "clean/COMPLAINT/1/A-2", "clean/COMPLAINT/1/AB-1"):
        aws.client("s3").put_object(Bucket=cloud.evidence_bucket, Key=key, Body=b"x")
    bucket.delete_all("clean/COMPLAINT/1/A-")
    assert keys_in(cloud) == ["clean/COMPLAINT/1/AB-1"]
