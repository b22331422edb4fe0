"""The console: a complaint in full, a case opened by hand, files of the seller, the next case, the case as one file."""

import re
from dataclasses import replace
from datetime import datetime
from html import unescape

import pytest
from quietline.adapters.bundlefiles import BundleFunction
from quietline.adapters.dynamodb.evidence import DynamoEvidence
from quietline.adapters.evidencefiles import EvidenceForms
from quietline.complaints.changes import ChangeService
from quietline.complaints.contact import ContactService
from quietline.complaints.model import RemovedFile
from quietline.evidence.model import complaint_owner
from quietline.evidence.service import EvidenceService
from quietline.kernel.clock import SystemClock, to_text
from quietline.kernel.settings.functions import BundleCaseSettings, ConsoleSettings
from quietline.profiles.profile import Profile, load_profile

from functions.bundle_case import handler as bundling
from tests.conftest import Cloud
from tests.console import PNG, Visitor, case, evidence, investigated, person
from tests.fakes.complaints import SECRET, Desk, PlainCipher
from tests.helpers import LambdaContext, Tripwire


def lee(group: str = "agency-trade") -> Visitor:
    return Visitor().sign_in(person("lee@example.com", "investigator", group))


def offered(desk: Desk, complaint_id: str) -> str:
    """Offer a place for a file and return its id."""
    profile = load_profile("us")
    offers = EvidenceService(DynamoEvidence(desk.table), EvidenceForms("evidence"), SystemClock(), profile)
    return offers.offer(complaint_owner(complaint_id), "voicemail").evidence.id


def test_a_complaint_shows_every_rule_tried_and_what_its_consumer_said_later(
    console: ConsoleSettings, cloud: Cloud, profile: Profile, tripwire: Tripwire
) -> None:
    tripwire.watch("+12025550143", "+13055550187", "They called again")
    case_id = case(cloud, profile, comments="A voice about roofs.")
    desk = Desk(cloud, SystemClock(), profile)
    entry = desk.cases.accusations(case_id)[0]
    changes = ChangeService(desk.complaints, None, SECRET, SystemClock(), profile)  # type: ignore[arg-type]
    kept = desk.complaints.get(entry.complaint_id)
    assert kept
    kept = changes.comment(kept, "They called again on Sunday.")
    kept = changes.correct(kept, {"asked_to_stop": True})
    ContactService(desk.complaints, PlainCipher(), SECRET, SystemClock(), profile).correct(
        kept, {"first_name": "Alexandra"}, ""
    )
    removed = RemovedFile(SystemClock().now(), offered(desk, kept.id), "voicemail")
    desk.complaints.file_removed(kept, removed)

    visitor = lee().get(f"cases/{case_id}")
    assert "Comments added: 1" in visitor.text and "Corrected: 2" in visitor.text
    link = re.search(rf'href="/console/en/(cases/{case_id}/complaints/{entry.complaint_id})"', visitor.text)
    assert link
    visitor.get(link[1])

    assert visitor.title == f"Complaint {entry.reference}"
    for ruling in entry.rulings:
        assert ruling.source in unescape(visitor.text)
    assert len(entry.rulings) > 8
    assert visitor.text.count('<th scope="row"') == len(entry.rulings)
    assert "On the list when called" in visitor.text
    assert "They called again on Sunday." in visitor.text and "A voice about roofs." in visitor.text
    assert "What stood there before" in visitor.text
    assert re.search(r"First name</dt>\s*<dd[^>]*>changed</dd>", visitor.text)
    assert re.search(r"Files that the consumer deleted.*>Voicemail</dd>", visitor.text, re.DOTALL)
    assert f"complaint {entry.reference}" in visitor.get(f"cases/{case_id}").text
    other = case(cloud, profile, caller_number="(407) 555-0166")
    assert visitor.get(f"cases/{other}/complaints/{entry.complaint_id}").status == 404


def test_a_case_is_opened_by_hand(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    desk = Desk(cloud, SystemClock(), profile)
    made = desk.complain(caller_number="", caller_name="Sunny Ltd", robocall=True)
    desk.screening.screen(made.id)
    visitor = lee().post("search", {"reference": made.reference}, at="search")
    link = re.search(r'href="/console/en/open\?reference=([\w-]+)"', visitor.text)
    assert link and link[1] == made.reference
    visitor.get("open", f"reference={made.reference}")
    assert f"{made.reference}</textarea>" in visitor.text

    visitor.post("open", {"complaints": "QL-0000-0000, " + made.reference}, at="open")
    assert visitor.status == 400 and "One of these is unknown" in visitor.text
    assert 'name="reason" rows="5" maxlength="10000"' in visitor.text
    visitor.post("open", {"complaints": made.reference, "reason": "x" * 10_001}, at="open")
    assert visitor.status == 400 and '<a href="#reason">Write a shorter reason' in visitor.text
    visitor.post("open", {"complaints": made.reference.lower(), "reason": "The same voice."}, at="open")

    assert visitor.location.endswith("?done=opened")
    visitor.follow()
    assert "The case is open and yours." in visitor.text and "The same voice." in visitor.text
    again = visitor.post("open", {"caller_name": "Sunny Ltd"}, at="open")
    assert again.status == 400


def test_a_callers_open_case_is_told_instead_of_a_second_one(
    console: ConsoleSettings, cloud: Cloud, profile: Profile
) -> None:
    case(cloud, profile)
    desk = Desk(cloud, SystemClock(), profile)
    made = desk.complain(robocall=True, call_date="2026-11-21")
    desk.screening.screen(made.id)

    visitor = lee().post("open", {"complaints": made.reference}, at="open")

    assert visitor.status == 400 and "has an open case already" in visitor.text


def test_files_of_the_seller_stand_beside_its_answer_and_open(
    console: ConsoleSettings, cloud: Cloud, profile: Profile
) -> None:
    case_id = case(cloud, profile)
    path = evidence(cloud, profile, case_id, PNG, seller=True)
    investigated(cloud, profile, case_id, (path.rpartition("/")[2],))
    visitor = lee().get(f"cases/{case_id}")
    assert visitor.text.count(f'href="/console/en/{path}"') == 2  # at the answer, and among the evidence
    assert "uploaded by the seller" in visitor.text
    visitor.get(path)
    assert visitor.status == 200 and "Picture uploaded by the seller" in visitor.text
    other = case(cloud, profile, caller_number="(407) 555-0166")
    assert visitor.get(path.replace(case_id, other)).status == 404


def test_next_leads_through_ones_own_cases_and_then_nobodys(
    console: ConsoleSettings, cloud: Cloud, profile: Profile
) -> None:
    first = case(cloud, profile)
    second = case(cloud, profile, caller_number="(407) 555-0166")
    desk = Desk(cloud, SystemClock(), profile)
    visitor = lee()
    visitor.post(f"cases/{second}/assign", {"assignee": "me"}, at=f"cases/{second}/assign")

    assert visitor.get("next").location == f"/console/en/cases/{second}"
    assert visitor.get("next", f"after={second}").location == f"/console/en/cases/{first}"
    assert visitor.get("next", f"after={first}").location == f"/console/en/cases/{second}"
    assert f'next?after={first}" accesskey="0"' in visitor.get(f"cases/{first}").text
    reasons = "Recorded messages without anybody's consent."
    for one in (first, second):
        visitor.post(f"cases/{one}/decision", {"decision": "citation", "reasons": reasons}, at=f"cases/{one}")
    assert visitor.get("next").location == "/console/en/?done=all_done"
    assert "waits for you" in visitor.follow().text
    assert visitor.text.count("Second person") == 2
    assert desk.cases.get(first).decision  # type: ignore[union-attr]


def test_the_logs_name_the_colleague_who_got_a_case(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    case_id = case(cloud, profile)
    sam = person("sam@example.com", "supervisor")
    visitor = Visitor().sign_in(sam).post("people", {"name": "Sam Ortiz"}, at="people")
    visitor.post(f"cases/{case_id}/assign", {"assignee": "me"}, at=f"cases/{case_id}/assign")
    visitor.post(f"cases/{case_id}/assign", {"assignee": ""}, at=f"cases/{case_id}/assign")

    for path in (f"cases/{case_id}", "audit"):
        assert sam.sub not in visitor.get(path).text
        assert re.search(
            r"Assigned[^A-Z]*>Sam Ortiz<", re.sub(r"<span class=\"ql-quiet\">[^<]*</span>", "", visitor.text)
        )
        assert re.search(r"Assigned[^A-Z]*>Nobody<", re.sub(r"<span class=\"ql-quiet\">[^<]*</span>", "", visitor.text))


def test_a_case_is_got_as_one_file(
    console: ConsoleSettings, cloud: Cloud, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, str]] = []

    def start(_self: BundleFunction, case_id: str, bundle_id: str, at: datetime) -> None:
        asked.append({"case_id": case_id, "bundle_id": bundle_id, "at": to_text(at)})

    monkeypatch.setattr(BundleFunction, "start", start)
    monkeypatch.setattr("functions.console.wiring.settings", lambda: replace(console, bundle_wait_seconds=0))
    case_id = case(cloud, profile)
    visitor = lee().post(f"cases/{case_id}/bundle", at=f"cases/{case_id}")
    assert visitor.location == f"/console/en/cases/{case_id}/bundles/{asked[0]['bundle_id']}"
    path = visitor.location.removeprefix("/console/en/")
    assert "The file is being made." in visitor.get(path).text and "Look again" in visitor.text

    cloud.use(BundleCaseSettings)
    bundling.lambda_handler(asked[0], LambdaContext())
    visitor.get(path)

    assert re.search(r"Download the zip \(\d+\.?\d* kB\)", visitor.text)
    assert "X-Amz-Expires=600" in visitor.text and "works for 10 minutes" in visitor.text
    assert visitor.get(f"cases/{case_id}").text.count("Bundle downloaded") == 1
