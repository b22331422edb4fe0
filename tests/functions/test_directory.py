"""The public directory: the API and the site's pages, with real stores."""

import json
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.relisting import ListingStore
from quietline.adapters.dynamodb.sellers import organization_of
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.settings.functions import PublicApiSettings, SiteFormsSettings
from typer.testing import CliRunner

from cli.main import app as cli
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


def test_operators_rebuild_the_directory(town: Town, cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUIETLINE_SELLERS_TABLE", cloud.sellers_table)
    monkeypatch.setenv("QUIETLINE_API", "https://api.example.test")
    table = Table(cloud.sellers_table)
    before = {(one["pk"], one["sk"]): one for one in table.scan("DIRECTORY#")}
    entries = sorted(before)
    # one was certified before there was a directory; of the other a word too much is there and a fact is old
    first, second = sorted({pk for pk, _ in entries})
    for key in entries:
        if key[0] == first:
            table.write(table.delete(key))
    stale = {name: value for name, value in before[second, "META"].items() if name not in ("pk", "sk")}
    table.write(table.put((second, "META"), stale | {"city": "Elsewhere"}), table.put((second, "WORD#old"), stale))

    assert rebuilt() == {"organizations": 2, "listed": 2, "mended": 2, "missed": []}
    assert {(one["pk"], one["sk"]): one for one in table.scan("DIRECTORY#")} == before
    assert rebuilt()["mended"] == 0


def test_a_suspended_organization_is_not_listed_by_rebuilding(
    town: Town, cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUIETLINE_SELLERS_TABLE", cloud.sellers_table)
    monkeypatch.setenv("QUIETLINE_API", "https://api.example.test")
    table = Table(cloud.sellers_table)
    stored = next(iter(table.scan("ORGANIZATION#", "META")))
    read = organization_of(stored)
    suspended = {name: value for name, value in stored.items() if name not in ("pk", "sk")} | {"status": "suspended"}
    table.write(table.put(keys.organization(read.id), suspended | {"version": read.version + 1}))

    # as it was read before the suspension: nothing is written
    table.write(table.delete(keys.directory_entry(read.id)))
    assert ListingStore(table).list_again(read) is None
    assert rebuilt()["listed"] == 1
    assert not list(table.query(keys.directory_entry(read.id)[0]))


def rebuilt() -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["ops", "directory", "rebuild", "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found
