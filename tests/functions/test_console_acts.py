"""What investigators do to cases in the console: each act has its form, is one use case, and shows in the log."""

import re

from quietline.adapters.dynamodb.cases import DynamoCaseStore
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.clock import SystemClock
from quietline.kernel.settings.functions import ConsoleSettings
from quietline.profiles.profile import Profile

from tests.conftest import Cloud
from tests.console import Visitor, await_decision, case, investigated, person
from tests.fakes.investigations import Awake, Scene

REASONS = "Recorded messages without anybody's consent."


def visitor(name: str = "lee", *groups: str) -> Visitor:
    return Visitor().sign_in(person(f"{name}@example.com", *(groups or ("investigator",))))


def done(lee: Visitor, case_id: str, act: str, /, **fields: object) -> str:
    """Do something by its form; return the case's page afterwards."""
    lee.post(f"cases/{case_id}/{act}", fields, at=f"cases/{case_id}/{act}")
    assert lee.status == 303, (act, lee.status, re.findall(r'href="#\w+">[^<]*', lee.text))
    assert lee.location.startswith(f"/console/en/cases/{case_id}?done={act.replace('-', '_')}"), lee.location
    return lee.follow().text


def test_a_case_is_taken_noted_held_and_linked(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    case_id, other = case(cloud, profile), case(cloud, profile, caller_number="(407) 555-0166")
    lee = visitor()
    assert "The case is assigned." in done(lee, case_id, "assign", assignee="me")
    lee.post(f"cases/{case_id}/note", {"text": ""}, at=f"cases/{case_id}")
    assert lee.status == 400
    lee.post(f"cases/{case_id}/note", {"text": "Ask the <b>carrier</b>."})
    assert "Ask the &lt;b&gt;carrier" in lee.follow().text
    wrong = lee.post(f"cases/{case_id}/hold", {"until": "soon"}, at=f"cases/{case_id}/hold")
    assert '<a href="#until">' in wrong.text
    until = profile.local_date(DynamoCaseStore(Table(cloud.cases_table)).get(case_id).due_at).isoformat()  # type: ignore[union-attr]
    assert "On hold until" in done(lee, case_id, "hold", until=until, reason="A court decides first.")
    lee.post(f"cases/{case_id}/release", at=f"cases/{case_id}")
    assert "The hold has ended." in lee.follow().text
    assert other in done(lee, case_id, "link", case_id=other, reason="The same voice.")
    lee.post(f"cases/{case_id}/unlink", {"other": other})
    assert "No other case is linked." in lee.follow().text
    assert lee.post(f"cases/{case_id}/link", {"case_id": case_id}, at=f"cases/{case_id}/link").status == 400


def test_agencies_refer_a_case_and_accept_it(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    case_id = case(cloud, profile)
    lee, chief = visitor(), visitor("chief", "supervisor", "agency-telecom")
    assert f"cases/{case_id}/assign" not in chief.get(f"cases/{case_id}").text
    assert chief.post(f"cases/{case_id}/assign", {"assignee": "me"}, at=f"cases/{case_id}/assign").status == 403
    assert "Referred to" in done(lee, case_id, "refer", to="telecom", reason="Voice over the internet.")
    assert chief.post(f"cases/{case_id}/answer", {}, at=f"cases/{case_id}/answer").status == 400
    long = chief.post(f"cases/{case_id}/answer", {"answer": "accept", "reason": "x" * 10_001})
    assert long.status == 400 and '<a href="#reason">' in long.text
    accepted = done(chief, case_id, "answer", answer="accept")
    assert "Telecommunications agency" in accepted
    assert f"cases/{case_id}/assign" in accepted
    assert f"cases/{case_id}/assign" not in lee.get(f"cases/{case_id}").text


def test_cases_are_split_and_merged(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    case_id = case(cloud, profile)
    lee = visitor().get(f"cases/{case_id}/split")
    chosen = re.findall(r'name="complaints" type="checkbox" value="(\w+)"', lee.text)
    assert len(chosen) == 4
    assert lee.post(f"cases/{case_id}/split", {}).status == 400
    done(lee, case_id, "split", complaints=chosen[:2])
    [new] = [one for one in set(re.findall(r"cases/(\w{26})", lee.text)) if one != case_id]
    assert "Merged" in done(lee, new, "merge", into=case_id)
    assert lee.get(f"cases/{case_id}").text.count('ql-reference"><a') == 4


def test_views_of_the_queue_are_saved(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    lee = visitor().get("", "robocalls=yes&priority=25")
    assert lee.post("views", {"name": "", "robocalls": "yes"}).status == 400
    lee.post("views", {"name": "Urgent robocalls", "robocalls": "yes", "priority": "25"}, at="")
    shown = lee.follow().text
    assert "The view is saved." in shown
    link = re.search(r'href="/console/en/(\?[^"]*)">Urgent robocalls', lee.get("").plain)
    assert link
    assert lee.get("", link[1].removeprefix("?")).status == 200
    assert '<option value="25" selected>' in lee.text
    delete = re.search(r'action="/console/en/(views/\w+/delete)"', lee.text)
    assert delete
    lee.post(delete[1])
    assert "Urgent robocalls" not in lee.follow().text


def test_a_supervisor_sees_who_has_how_much_to_do(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    case_id = case(cloud, profile)
    case(cloud, profile, caller_number="(407) 555-0166")
    lee, chief = visitor(), visitor("chief", "supervisor")
    done(lee, case_id, "assign", assignee="me")
    assert lee.get("workload").status == 403
    rows = chief.get("workload").plain
    mine = re.search(r'href="/console/en/(\?assignee=[^"&]{30}[^"]*)"', rows)
    assert mine
    assert ">Nobody</a>" in rows
    assert f"cases/{case_id}" in chief.get("", mine[1].removeprefix("?")).text


def test_a_citation_needs_a_second_person(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    case_id = case(cloud, profile)
    steps = Scene(cloud, SystemClock(), profile, tasks=Awake()).steps
    steps.attribute(case_id)
    steps.examine(case_id)
    lee, kim = visitor(), visitor("kim")
    lee.post(f"cases/{case_id}/decision", {"decision": "citation", "reasons": REASONS}, at=f"cases/{case_id}")
    assert "waits for another person" in lee.follow().text
    assert lee.post(f"cases/{case_id}/confirm").status == 403
    assert "decided again" in kim.get(f"cases/{case_id}/give-back").text
    assert "Citation given back" in done(kim, case_id, "give-back", reasons="Two of the calls are not recorded ones.")
    await_decision(cloud, case_id, DynamoCaseStore(Table(cloud.cases_table)).get(case_id).opened_at)  # type: ignore[union-attr]
    lee.post(f"cases/{case_id}/decision", {"decision": "citation", "reasons": REASONS}, at=f"cases/{case_id}")
    kim.post(f"cases/{case_id}/confirm", at=f"cases/{case_id}")
    assert "The citation is confirmed." in kim.follow().text
    assert "Confirmed by" in kim.text


def test_findings_a_traceback_and_the_sellers_side_are_shown(
    console: ConsoleSettings, cloud: Cloud, profile: Profile
) -> None:
    case_id = case(cloud, profile)
    investigated(cloud, profile, case_id)
    lee = visitor().get(f"cases/{case_id}")
    assert "held list of 2026-03-02, contained the number: yes" in lee.text
    assert "Sunny Roofs LLC" in lee.text
    assert "Handed over by" in lee.text
    assert "recorded message 15%" in lee.text
    assert "They had asked for an offer." in lee.text
    assert "Business relationship" in lee.text
    lee.language = "es"
    lee.get(f"cases/{case_id}")
    assert "tenía la lista de 2026-03-02, contenía el número: sí" in lee.text
    lee.language = "en"
    wrong = lee.post(f"cases/{case_id}/ask-carrier", {"carrier": "none"}, at=f"cases/{case_id}/ask-carrier")
    assert (wrong.status, '<a href="#carrier">' in wrong.text) == (400, True)
    wrong = lee.post(f"cases/{case_id}/name-caller", {"organization": "?"}, at=f"cases/{case_id}/name-caller")
    assert (wrong.status, '<a href="#organization">' in wrong.text) == (400, True)
