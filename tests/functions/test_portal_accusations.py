"""An accused organization reads its accusations in the portal and answers, once and for all."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb.case_desk import DynamoDeskStore
from quietline.adapters.dynamodb.case_people import DynamoPeople
from quietline.adapters.dynamodb.cases import DynamoCaseStore
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.dynamodb.investigations import DynamoInvestigations
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.evidencefiles import EvidenceBucket
from quietline.cases.desk import DeskService
from quietline.cases.investigation.model import Attribution, Claim, Investigation, Reply, ReplyState, Way
from quietline.cases.model import SYSTEM, Action, Event
from quietline.cases.people import Person
from quietline.evidence.model import Uploaded
from quietline.evidence.scan import MagicScanner
from quietline.evidence.service import EvidenceScan
from quietline.kernel.clock import SystemClock
from quietline.kernel.settings.functions import PortalSettings
from quietline.profiles.profile import Profile

from functions.portal import wiring
from tests.accusations import accuse
from tests.conftest import Cloud
from tests.fakes.investigations import Awake
from tests.helpers import Tripwire
from tests.portal import Person as Member
from tests.portal import Visitor, organization, person


@pytest.fixture
def visitor(portal: PortalSettings) -> Visitor:
    kim: Member = person()
    organization(kim)
    return Visitor().sign_in(kim)


@pytest.fixture
def accused(visitor: Visitor, cloud: Cloud, profile: Profile) -> Reply:
    return accuse(cloud, profile)


def test_calls_are_answered_one_by_one_and_the_rest_together(
    visitor: Visitor, accused: Reply, tripwire: Tripwire
) -> None:
    tripwire.watch("+12025550143", "+12025550144")
    first, second = accused.complaints
    at = f"accusations/{accused.case_id}"
    assert accused.case_id in visitor.get("accusations").plain
    shown = visitor.get(at).plain
    assert "202-555-0143" in shown
    assert "alex@example.com" not in shown

    visitor.post(at, {f"claim-{first}": "relationship", "claim-others": "error"}, at=at)
    assert (visitor.status, f'<a href="#on-{first}">' in visitor.plain) == (400, True)
    said = {
        f"claim-{first}": "relationship",
        f"on-{first}": "2026-02-11",
        "claim-others": "error",
        "statement": "Sorry.",
    }
    visitor.post(at, said, at=at)

    assert visitor.status == 303
    assert "Your answer has been sent." in visitor.follow().plain
    kept = wiring.replies().find(accused.organization_id, accused.case_id)
    assert (kept.state, kept.statement) == (ReplyState.ANSWERED, "Sorry.")
    assert {one: answer.claim for one, answer in kept.answers.items()} == {
        first: Claim.RELATIONSHIP,
        second: Claim.ERROR,
    }
    assert "<form" not in visitor.get(at).plain.split("<main", 1)[1].split("</main>", 1)[0]


def test_more_time_can_be_had_once(visitor: Visitor, accused: Reply) -> None:
    at = f"accusations/{accused.case_id}"

    visitor.post(f"{at}/extension", {}, at=at)

    assert "You have more time now." in visitor.follow().plain
    assert "Ask for more time" not in visitor.plain
    assert wiring.replies().find(accused.organization_id, accused.case_id).due_at > accused.due_at


def upload(visitor: Visitor, accused: Reply, cloud: Cloud, profile: Profile, kind: str, data: bytes) -> Any:
    """Ask for a place on the page, post the file as the browser would, and let the scan look at it."""
    at = f"accusations/{accused.case_id}"
    visitor.post(f"{at}/files", {"kind": kind}, at=at)
    assert visitor.status == 200, visitor.plain
    key = re.search(r'name="key" value="([^"]+)"', visitor.plain)
    assert key and "form-action 'self' https://" in visitor.answer["headers"]["content-security-policy"]
    put = aws.client("s3").put_object(Bucket=cloud.evidence_bucket, Key=key[1], Body=data)
    store, files = DynamoEvidence(Table(cloud.cases_table)), EvidenceBucket(cloud.evidence_bucket)
    EvidenceScan(store, files, MagicScanner(), SystemClock(), profile).run(
        Uploaded(key[1], put["ETag"].strip('"'), len(data))
    )
    return visitor.get(f"{at}/sent")


def test_files_are_sent_checked_and_named_in_the_answer(
    visitor: Visitor, accused: Reply, cloud: Cloud, profile: Profile
) -> None:
    at, first = f"accusations/{accused.case_id}", accused.complaints[0]
    upload(visitor, accused, cloud, profile, "document", b"%PDF-1.7\n<</S/JavaScript>>")
    assert visitor.location.endswith(f"{at}?done=sent")
    assert "The file has been sent." in visitor.follow().plain
    upload(visitor, accused, cloud, profile, "document", b"%PDF-1.7\n<</Type/Catalog>>")
    shown = visitor.get(at).plain
    assert "Refused and deleted. It runs script" in shown
    refused, clean = (one.id for one in wiring.replies().read(accused.organization_id, accused.case_id).evidence)
    assert (f'value="{clean}"' in shown, f'value="{refused}"' in shown) == (True, False)

    said = {f"claim-{first}": "agreement", f"on-{first}": "2026-02-11"}
    wrong = visitor.post(at, said | {f"files-{first}": refused}, at=at).plain
    assert (visitor.status, f'<a href="#files-{first}">' in wrong) == (400, True)
    visitor.post(at, said | {f"files-{first}": clean}, at=at)

    assert "Supported by: 2. Document (PDF)" in visitor.follow().plain
    kept = wiring.replies().find(accused.organization_id, accused.case_id)
    assert kept.answers[first].evidence == (clean,)
    visitor.post(f"{at}/files", {"kind": "document"})
    assert visitor.status == 400


@pytest.mark.parametrize("kind", ["", "program"])
def test_what_a_file_is_has_to_be_chosen(visitor: Visitor, accused: Reply, kind: str) -> None:
    at = f"accusations/{accused.case_id}"

    visitor.post(f"{at}/files", {"kind": kind}, at=at)

    assert (visitor.status, '<a href="#kind">' in visitor.plain) == (400, True)


def test_a_case_that_rests_says_that_time_does_not_run(
    visitor: Visitor, accused: Reply, cloud: Cloud, profile: Profile
) -> None:
    table, clock = Table(cloud.cases_table), SystemClock()
    work = DeskService(DynamoCaseStore(table), DynamoDeskStore(table), DynamoPeople(table), Awake(), clock, profile)
    ana, at = Person("user-7", "trade"), f"accusations/{accused.case_id}"

    work.hold(accused.case_id, "A court looks at it.", profile.local_date(clock.now()) + timedelta(days=3), ana)

    assert "Your time does not run" in visitor.get(at).plain


def test_who_is_accused_no_more_reads_it_and_is_asked_nothing(
    visitor: Visitor, accused: Reply, cloud: Cloud, profile: Profile
) -> None:
    store, at = DynamoInvestigations(Table(cloud.cases_table)), f"accusations/{accused.case_id}"
    event = Event(SystemClock().now(), Action.ATTRIBUTED, SYSTEM)
    unknown = Investigation(case_id=accused.case_id, attribution=Attribution(Way.UNKNOWN))

    store.accuse(unknown, event, replace(accused, state=ReplyState.CLEARED), None)

    shown = visitor.get(at).plain.split("<main", 1)[1]
    assert "You are not accused any more" in shown
    assert "<form" not in shown.split("</main>", 1)[0]


def test_another_organizations_accusation_does_not_exist(accused: Reply) -> None:
    other = person("other@example.com")
    organization(other, name="Other Inc.")

    assert Visitor().sign_in(other).get(f"accusations/{accused.case_id}").status == 404
