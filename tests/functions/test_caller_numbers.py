"""Caller numbers: API and command, with real stores."""

import json
from typing import Any

import pytest

from tests.functions.test_cli_people import Terminal, terminal
from tests.functions.test_team import Town, invited
from tests.helpers import Tripwire

__all__ = ["terminal"]

NUMBER, OTHER = "+13055550187", "+18005550199"


@pytest.fixture
def town(cloud: Any) -> Town:
    return Town(cloud)


def address(town: Town, who: dict[str, str]) -> str:
    return f"/v1/organizations/{town(who, 'GET', '/v1/me')[1]['organization_id']}/caller-numbers"


def test_a_set_is_replaced_as_it_was_read(town: Town, tripwire: Tripwire) -> None:
    tripwire.watch(NUMBER, OTHER)
    ana = town.person("ana")
    town.organization(ana)
    path = address(town, ana)
    assert town(ana, "GET", path)[1] == {"version": 0, "numbers": [], "past": []}

    body = {"numbers": ["(305) 555-0187", "1 800 555 0199", "305.555.0187"], "version": 0}
    status, first = town(ana, "PUT", path, body)

    assert status == 200, first
    assert [one["number"] for one in first["numbers"]] == [NUMBER, OTHER]
    assert town(ana, "PUT", path, body | {"numbers": []})[0] == 409
    assert town(ana, "PUT", path, body | {"version": 1})[1] == first, "the same set again is no change"
    status, second = town(ana, "PUT", path, {"numbers": [OTHER], "version": 1})
    assert (status, second["version"], [one["number"] for one in second["past"]]) == (200, 2, [NUMBER])
    assert town(ana, "GET", path)[1] == second
    events = [item for item in town._scan() if item["sk"].startswith("EVENT#") and item["action"] == "caller_numbers"]
    assert {(one["by"], one["detail"]["added"], one["detail"]["removed"]) for one in events} == {
        (ana["sub"], "2", "0"),
        (ana["sub"], "0", "1"),
    }
    assert NUMBER[2:] not in repr(events)


def test_what_is_refused(town: Town) -> None:
    ana, bert = town.person("ana"), town.person("bert")
    town.organization(ana)
    town.organization(bert)
    path, dan = address(town, ana), invited(town, ana, "dan")

    status, answer = town(ana, "PUT", path, {"numbers": [NUMBER, "12", "no number"], "version": 0})

    assert (status, [one["pointer"] for one in answer["errors"]]) == (400, ["/numbers/1", "/numbers/2"])
    many = [f"+1305555{number:04d}" for number in range(501)]
    status, answer = town(ana, "PUT", path, {"numbers": many, "version": 0})
    assert (status, answer["errors"][0]["code"]) == (400, "too_many_declared")
    assert town(bert, "GET", path)[0] == town(bert, "PUT", path, {"numbers": [], "version": 0})[0] == 404
    assert town(dan, "GET", path)[0] == 200
    assert town(dan, "PUT", path, {"numbers": [], "version": 0})[0] == 403


def test_the_command(terminal: Terminal, tmp_path: Any) -> None:
    terminal.person("ana")
    terminal.organization()
    assert "None" in terminal.run("caller-numbers", "list")
    terminal.run("caller-numbers", "add", code=2)

    assert "1 added, 0 removed" in terminal.run("caller-numbers", "add", "(305) 555-0187")
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("\ufeff1-800-555-0199\r\n\r\n", encoding="utf-8")
    assert "2 numbers declared: 1 added" in terminal.run("caller-numbers", "add", "--file", str(numbers))
    assert "not declared" in terminal.run("caller-numbers", "remove", "(305) 555-0188", code=2)
    assert "/numbers/0" in terminal.run("caller-numbers", "set", "12", code=4)
    terminal.run("caller-numbers", "remove", "(305) 555-0187")
    assert [one["number"] for one in terminal.json("caller-numbers", "list")["numbers"]] == [OTHER]
    assert NUMBER in terminal.run("caller-numbers", "list", "--past")
    made = json.loads(terminal.run("caller-numbers", "set", "--file", "-", "--json", text=NUMBER + "\n"))
    assert [one["number"] for one in made["numbers"]] == [NUMBER]
