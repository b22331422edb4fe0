"""The console: who may open what, sign-in of investigators alone, the queue, a case and its decision."""

import re
import time
from pathlib import Path

import pytest
from quietline.cases.model import Action, Status
from quietline.complaints.model import Outcome
from quietline.http.site.render import texts
from quietline.kernel.settings.functions import ConsoleSettings
from quietline.kernel.totp import totp
from quietline.profiles.profile import Profile

from functions.console import frame
from functions.console.frame import PAGES, SESSION, Who
from functions.console.handler import lambda_handler
from tests import portal as portal_helpers
from tests.conftest import Cloud
from tests.console import EMAIL, PASSWORD, Visitor, case, person
from tests.helpers import LambdaContext, Tripwire, load_event
from tests.web.test_texts import paths

REASONS = "Recorded messages without anybody's consent."


def investigator() -> Visitor:
    return Visitor().sign_in(person(EMAIL, "investigator"))


def test_the_event_file_is_answered_with_the_sign_in_page(console: ConsoleSettings) -> None:
    answer = lambda_handler(load_event("console/sign_in"), LambdaContext())
    assert answer["statusCode"] == 200
    assert "<title>Sign in - " in answer["body"]
    assert "sign-up" not in answer["body"]


def test_an_investigator_signs_in_with_a_second_factor(console: ConsoleSettings, tripwire: Tripwire) -> None:
    lee = person(EMAIL, "investigator")
    visitor = Visitor()
    assert visitor.get("cases/01KB3Q6W5N8Y2C4D6E8F0G1H2J").location.startswith("/console/en/sign-in?next=cases/")
    visitor.follow().post("sign-in", {"email": EMAIL, "password": PASSWORD})
    assert visitor.location == "/console/en/sign-in/code"
    visitor.follow().post("sign-in/code", {"code": totp(lee.secret, time.time())})
    tripwire.watch(visitor.jar[SESSION])
    assert visitor.follow().title == "Queue"
    assert "Signed in as <strong>investigator, Trade agency</strong>" in visitor.text


def test_a_person_of_no_group_is_not_let_in(console: ConsoleSettings) -> None:
    kim = person("kim@example.com")
    visitor = Visitor().post("sign-in", {"email": "kim@example.com", "password": PASSWORD}, at="sign-in")
    visitor.follow().post("sign-in/code", {"code": totp(kim.secret, time.time())})
    assert (visitor.status, visitor.title) == (403, "You may not open this page")
    assert visitor.get("").location == "/console/en/sign-in"


def test_the_second_factor_belongs_to_the_session_and_not_only_to_the_account(console: ConsoleSettings) -> None:
    lee = person(EMAIL, "investigator")
    visitor = Visitor().sign_in(portal_helpers.Person(lee.sub, EMAIL))
    assert (visitor.get("").status, visitor.title) == (403, "Sign in with a second factor")


def test_a_second_factor_is_set_up_before_the_first_case(console: ConsoleSettings) -> None:
    person(EMAIL, "investigator", mfa=False)
    visitor = Visitor().post("sign-in", {"email": EMAIL, "password": PASSWORD}, at="sign-in")
    assert visitor.follow().status == 403
    assert "account/second-factor" in visitor.text
    visitor.post("account/second-factor", {"password": PASSWORD}, at="account/second-factor")
    key = re.search(r'ql-code">([A-Za-z0-9 ]+)<', visitor.follow().text)
    assert key
    visitor.post("account/second-factor/code", {"code": totp(key[1].replace(" ", ""), time.time())})
    assert visitor.location == "/console/en/account?done=second_factor"
    assert visitor.get("").title == "Queue"


def test_every_page_opens_for_just_those_it_is_for(console: ConsoleSettings) -> None:
    people = {
        "nobody": Visitor(),
        "person": Visitor().sign_in(person("kim@example.com")),
        "without a second factor": Visitor().sign_in(person("mia@example.com", "supervisor", mfa=False)),
        "investigator": investigator(),
        "supervisor": Visitor().sign_in(person("sam@example.com", "supervisor")),
    }
    order = [Who.ANYBODY, Who.PERSON, Who.INVESTIGATOR, Who.SUPERVISOR]
    reach = {"nobody": 0, "person": 1, "without a second factor": 1, "investigator": 2, "supervisor": 3}
    assert len(PAGES) > 10
    for name, visitor in people.items():
        for pattern, methods in PAGES.items():
            for method, declared in methods.items():
                if declared.who == Who.ANYBODY or pattern == "account/sign-out-everywhere":
                    continue
                path = re.sub(r"{\w+}", "01KB3Q6W5N8Y2C4D6E8F0G1H2J", pattern)
                _ = visitor.get(path) if method == "GET" else visitor.post(path, at="help")
                if reach[name] >= order.index(Who(declared.who)):
                    assert visitor.status in (200, 303, 400, 404), (name, method, pattern)
                elif name == "nobody":
                    refused = visitor.status == 403 or visitor.location.startswith("/console/en/sign-in")
                    assert refused, (method, pattern)
                else:
                    assert visitor.status == 403, (name, method, pattern)


def test_whoever_leaves_the_group_is_out(console: ConsoleSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    from quietline.adapters import aws, cognito_accounts

    visitor = investigator()
    assert visitor.get("").status == 200
    aws.client("cognito-idp").admin_remove_user_from_group(
        UserPoolId=console.user_pool_id, Username=EMAIL, GroupName="investigator"
    )
    monkeypatch.setattr(cognito_accounts, "PERSON_SECONDS", 0)
    assert (visitor.get("").status, visitor.title) == (403, "You may not open this page")


def test_the_queue_leads_to_a_case_with_its_pictures(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    case_id = case(cloud, profile)
    visitor = investigator().get("")
    assert f'href="/console/en/cases/{case_id}">(305) 555-0187</a>' in visitor.text
    visitor.get(f"cases/{case_id}")
    assert visitor.title == "(305) 555-0187"
    assert "Map of the states with complaints: District of Columbia 2, Florida 1, New York 1" in visitor.text
    assert '<rect class="ql-heat ql-heat--4"' in visitor.text
    assert "<title>November 5, 2026: 2</title>" in visitor.text
    assert "style=" not in visitor.text
    assert "Case viewed" in visitor.text


def test_a_case_is_decided_once(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    case_id = case(cloud, profile)
    visitor = investigator()
    visitor.post(f"cases/{case_id}/decision", {"reasons": "Short"}, at=f"cases/{case_id}")
    assert visitor.status == 400
    assert '<a href="#decision">Choose a decision</a>' in visitor.text
    assert '<a href="#reasons">Give the reasons' in visitor.text
    visitor.post(f"cases/{case_id}/decision", {"decision": "citation", "reasons": REASONS})
    assert visitor.location == f"/console/en/cases/{case_id}?done=decided"
    assert "Your decision is kept." in visitor.follow().text
    visitor.post(f"cases/{case_id}/decision", {"decision": "warning", "reasons": REASONS}, at="account")
    assert visitor.location.endswith("?done=meanwhile")


def test_the_queue_is_narrowed_by_its_filter(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    case_id = case(cloud, profile)
    visitor = investigator()
    for query, there in {
        "robocalls=yes&state=Florida&sort=due": True,
        "robocalls=no": False,
        "state=Ohio": False,
        "assignee=none&priority=25": True,
        "assignee=me": False,
        "status=closed": False,
        "agency=telecom": False,
        "opened_from=2020-01-01&overdue=no&failed=no&on_hold=no&subject=12": True,
    }.items():
        assert (f"cases/{case_id}" in visitor.get("", query).text) is there, query
    assert "<details" in visitor.text
    wrong = visitor.get("", "opened_from=soon&state=Atlantis&sort=x&status=y&subject=z")
    assert wrong.status == 400
    for field in ("opened_from", "state", "sort", "status", "subject"):
        assert f'<a href="#{field}">' in wrong.text, field


def test_the_filtered_cases_are_shown_as_pictures(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    case(cloud, profile)
    visitor = investigator().get("pictures", "robocalls=yes")
    assert "Map of the states with complaints: District of Columbia 2, Florida 1, New York 1" in visitor.text
    assert visitor.get("pictures", "state=Atlantis").status == 400


def test_a_search_leaves_no_trace_of_what_was_searched_for(
    console: ConsoleSettings, cloud: Cloud, profile: Profile, tripwire: Tripwire
) -> None:
    case_id = case(cloud, profile)
    tripwire.watch("+13055550187")
    visitor = investigator().post("search", {"caller_number": "305-555-0187"}, at="search")
    assert f"cases/{case_id}" in visitor.text
    reference = re.search(r'ql-reference"><a [^>]+>([\w-]+)<', visitor.get(f"cases/{case_id}").text)
    assert reference
    visitor.post("search", {"reference": reference[1].lower()}, at="search")
    assert f"cases/{case_id}" in visitor.text
    assert reference[1] in visitor.text
    assert "Nothing was found" in visitor.post("search", {"caller_name": "Nobody Inc."}).text
    assert '<a href="#reference">' in visitor.post("search", {}).text
    assert visitor.post("search", {"caller_number": "12"}).status == 400


def test_people_have_names_and_supervisors_read_what_they_did(
    console: ConsoleSettings, cloud: Cloud, profile: Profile
) -> None:
    case_id = case(cloud, profile)
    visitor = investigator()
    assert visitor.post("people", {"name": " "}, at="people").status == 400
    visitor.post("people", {"name": "Robin Sample"})
    assert "Your name is kept." in visitor.follow().text
    visitor.get(f"cases/{case_id}")
    assert "Robin Sample" in visitor.text
    assert visitor.get("audit").status == 403
    chief = Visitor().sign_in(person("chief@example.com", "supervisor"))
    chief.get("audit")
    assert "Robin Sample" in chief.text
    assert f'href="/console/en/cases/{case_id}"' in chief.text
    assert chief.get("audit", "day=soon").status == 400
    assert "Nothing was done on this day." in chief.get("audit", "day=2020-01-01").text


def test_both_languages_say_the_same_and_know_every_word(profile: Profile) -> None:
    first, second = (texts(language, Path(frame.__file__).parent) for language in ("en", "es"))
    assert paths(first) == paths(second)
    own = first["cases"]
    assert set(Action) <= set(own["actions"])
    assert set(own["statuses"]) == set(Status)
    assert set(own["decisions"]) == set(profile.cases.decisions)
    assert set(Outcome) <= set(own["outcomes"])
    assert {trigger.code for trigger in profile.cases.triggers} <= set(own["triggers"])


def test_another_language_has_every_page(console: ConsoleSettings, cloud: Cloud, profile: Profile) -> None:
    case_id = case(cloud, profile)
    visitor = investigator()
    visitor.language = "es"
    for path in ("", "pictures", "search", "people", "help", "account", f"cases/{case_id}"):
        assert visitor.get(path).status == 200, path
    assert "Registro de auditoría" in visitor.text


def test_pages_of_everybody_have_the_whole_menu_for_who_works_here(console: ConsoleSettings, cloud: Cloud) -> None:
    lee = investigator()
    for path in ("help", "account"):
        assert 'href="/console/en/search"' in lee.get(path).text, path
    assert 'href="/console/en/search"' not in Visitor().sign_in(person("kim@example.com")).get("account").text
