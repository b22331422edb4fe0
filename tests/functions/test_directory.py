"""The public directory: the API and the site's pages, with real stores."""

import json
from typing import Any

import pytest
from quietline.kernel.settings import PublicApiSettings, SiteFormsSettings

from functions.public_api import handler
from tests.functions.test_site_forms import call
from tests.functions.test_team import Town
from tests.helpers import LambdaContext, Tripwire, http_event

NUMBER = "+13055550187"


@pytest.fixture
def town(cloud: Any) -> Town:
    """A town with a seller and its telemarketer, who both call from the same number."""
    made = Town(cloud)
    cloud.use(PublicApiSettings)
    cloud.use(SiteFormsSettings)
    for name, kind in (("ana", "seller"), ("tom", "telemarketer")):
        who = made.person(name)
        made.organization(who, kind)
        mine = made(who, "GET", "/v1/me")[1]["organization_id"]
        body = {"numbers": ["(305) 555-0187"], "version": 0}
        assert made(who, "PUT", f"/v1/organizations/{mine}/caller-numbers", body)[0] == 200
    return made


def ask(method: str, path: str, body: Any = None, query: str = "") -> tuple[int, dict[str, Any]]:
    event = http_event(method, path, body) | {"rawQueryString": query}
    event["queryStringParameters"] = dict(pair.split("=") for pair in query.split("&") if pair)
    answer = handler.lambda_handler(event, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def test_sellers_are_listed_page_by_page_with_what_is_public(town: Town) -> None:
    status, first = ask("GET", "/v1/sellers", query="limit=1&name=exam")
    second = ask("GET", "/v1/sellers", query=f"limit=1&name=exam&cursor={first['next']}")[1]

    assert status == 200, first
    assert {one["type"] for one in first["sellers"] + second["sellers"]} == {"seller", "telemarketer"}
    assert set(first["sellers"][0]) == {"name", "type", "city", "state", "country"}
    assert ask("GET", "/v1/sellers", query="type=exempt")[1] == {"sellers": [], "next": None}
    status, problem = ask("GET", "/v1/sellers", query="name=a&cursor=zz")
    assert (status, [one["pointer"] for one in problem["errors"]]) == (400, ["/name", "/cursor"])


def test_a_known_account_number_shows_whose_it_is(town: Town) -> None:
    who = town.person("bea")
    san = town.organization(who, "exempt")

    assert [one["type"] for one in ask("GET", "/v1/sellers", query=f"san={san}")[1]["sellers"]] == ["exempt"]
    assert ask("GET", "/v1/sellers", query="san=123-456-7890")[1]["errors"][0]["code"] == "san_not_valid"
    assert ask("GET", "/v1/sellers", query="san=123-456-7897")[1]["sellers"] == []


def test_who_called(town: Town, tripwire: Tripwire) -> None:
    tripwire.watch(NUMBER)

    status, answer = ask("POST", "/v1/sellers/callers", {"number": "305-555-0187"})

    assert status == 200, answer
    assert [one["type"] for one in answer["callers"]] in (["seller", "telemarketer"], ["telemarketer", "seller"])
    assert answer["callers"][0]["declared_until"] is None
    assert ask("POST", "/v1/sellers/callers", {"number": "305-555-0188"})[1] == {"callers": []}
    before = {"number": "305-555-0187", "called_on": "2025-11-20"}
    assert ask("POST", "/v1/sellers/callers", before)[1] == {"callers": []}
    assert ask("POST", "/v1/sellers/callers", {"number": "12"})[1]["errors"][0]["pointer"] == "/number"


def test_the_pages(town: Town, tripwire: Tripwire) -> None:
    tripwire.watch(NUMBER)

    found = call("POST", "/forms/en/sellers", {"name": "exam", "type": "telemarketer", "state": "", "san": ""})
    assert found["statusCode"] == 200
    assert found["body"].count('<h3 class="govuk-heading-s">Example Solar LLC</h3>') == 1
    assert "no account number" in call("POST", "/forms/en/sellers", {"san": "12"})["body"]
    assert "Ninguna organización" not in call("GET", "/forms/es/who-called")["body"]
    asked = call("POST", "/forms/es/who-called", {"number": "305-555-0187", "called_on": ""})
    assert asked["body"].count("Example Solar LLC") == 2
    nobody = call("POST", "/forms/en/who-called", {"number": "305-555-0188"})
    assert "No registered organization calls from this number" in nobody["body"]
    wrong = call("POST", "/forms/en/who-called", {"number": "305-555-0188", "called_on": "soon"})
    assert (wrong["statusCode"], 'href="#called_on"' in wrong["body"]) == (400, True)
