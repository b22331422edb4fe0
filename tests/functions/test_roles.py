"""Every route of the sellers' API, walked by every kind of person and machine, against the real use cases."""

import re
from typing import Any

import pytest
from quietline.adapters.cognito_accounts import CognitoPeople
from quietline.http.auth import FACTOR_ASKED, RULES, Rule
from quietline.kernel.errors import QuietlineError, TooManyRequestsError, UnavailableError

from tests.functions.test_team import Town, invited
from tools import openapi

NOT_SIGNED_IN, NOT_ALLOWED, NO_FACTOR = "not-signed-in", "not-allowed", "mfa-required"
NOWHERE = "no-organization"
SUSPENDED = "organization-suspended"
ALL = frozenset(Rule) - {Rule.PUBLIC, Rule.SIGNED, Rule.CARRIER, Rule.REPORTER, Rule.INVESTIGATOR, Rule.SUPERVISOR}
NOBODY = dict.fromkeys(ALL, NOT_SIGNED_IN)
REFUSED: dict[str, dict[Rule, str]] = {
    "nobody": NOBODY,
    "stranger": dict.fromkeys(ALL - {Rule.USER}, NOWHERE),
    "downloader": {Rule.REPRESENTATIVE: NOT_ALLOWED},
    "representative": {},
    "representative without a second factor": {Rule.REPRESENTATIVE: NO_FACTOR},
    "representative of a suspended organization": {},
    "machine": {Rule.USER: NOT_ALLOWED, Rule.REPRESENTATIVE: NOT_ALLOWED},
    "machine without scope": dict.fromkeys(ALL, NOT_ALLOWED),
    "deleted machine": dict.fromkeys(ALL, NOWHERE) | {Rule.USER: NOT_ALLOWED, Rule.REPRESENTATIVE: NOT_ALLOWED},
    "agent": {Rule.MEMBER: NOT_ALLOWED, Rule.REPRESENTATIVE: NOT_ALLOWED},
    "agent for another SAN": dict.fromkeys(ALL - {Rule.USER}, NOT_ALLOWED),
}
"""What each is told by a route's rule; a rule that is not named lets them in."""
USES_LISTS = {"POST /v1/downloads", "POST /v1/lookups", "POST /v1/washes"}
"""What a suspended organization may not do; it reads and pays."""
OWN_ID_ONLY = "DELETE /v1/members/<sub>"
"""Of the rule `user`, because everybody may leave; whom else one takes out is the use case's to check."""
ASKS_THE_POOL = {"GET /v1/me", "GET /v1/members", OWN_ID_ONLY}
"""Routes whose rule asks nothing of the user pool, but who ask it for what they answer."""
ACCEPTING = "POST /v1/invitations/accept"
"""Asks it too, once it has an invitation that is genuine."""


class World:
    """One of each, and every route with a body that is well formed."""

    def __init__(self, town: Town) -> None:
        self.town = town
        ana, tom = town.person("ana"), town.person("tom")
        for who in (ana, tom):
            town.enrol(who)
        self.seller = town.organization(ana)
        agent = town.organization(tom, "telemarketer")
        assert town(ana, "POST", "/v1/agents", {"san": agent})[0] == 201
        bea = invited(town, ana, "bea", "representative")
        machines = [town(ana, "POST", "/v1/clients", {"name": name})[1]["client_id"] for name in ("a", "b")]
        assert town(ana, "DELETE", f"/v1/clients/{machines[1]}")[0] == 204
        sue = town.person("sue")
        town.enrol(sue)
        town.organization(sue)
        mine = town(sue, "GET", "/v1/me")[1]["organization_id"]
        suspending = town.table.update(
            (f"ORGANIZATION#{mine}", "META"), "SET #s = :s", names={"#s": "status"}, values={":s": "suspended"}
        )
        town.table.write(suspending)
        machine = {"sub": "", "client_id": machines[0], "groups": "", "scopes": "quietline/lists"}
        self.who: dict[str, tuple[dict[str, str], str]] = {
            "nobody": ({}, ""),
            "stranger": (town.person("zoe"), ""),
            "downloader": (invited(town, ana, "dan"), ""),
            "representative": (ana, ""),
            "representative without a second factor": (bea, ""),
            "representative of a suspended organization": (sue, ""),
            "machine": (machine, ""),
            "machine without scope": (machine | {"scopes": ""}, ""),
            "deleted machine": (machine | {"client_id": machines[1]}, ""),
            "agent": (tom, self.seller),
            "agent for another SAN": (tom, town(sue, "GET", "/v1/me")[1]["san"]),
        }

    def kind(self, name: str, route: str, body: Any) -> tuple[int, str]:
        """Return the status, and which problem it is."""
        who, san = self.who[name]
        method, path = route.split(" ", 1)
        path = re.sub(r"<\w+>", "01KB3Q6W5N8Y2C4D6E8F0G1H2J", path.replace("<san>", "123-456-7897"))
        status, answer = self.town(who, method, path, body, san)
        return status, str(answer.get("type", "")).removeprefix("/problems/")


def bodies(document: dict[str, Any]) -> dict[str, Any]:
    """Return each route's example of a body, as the API reference shows it."""
    schemas = document["components"]["schemas"]
    found: dict[str, Any] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            route = f"{method.upper()} {path.replace('{', '<').replace('}', '>')}"
            found[route] = schemas[name]["examples"][0] if name else ({} if method == "post" else None)
    return found


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document()


@pytest.fixture(scope="module")
def examples(document: dict[str, Any]) -> dict[str, Any]:
    made = bodies(document)
    with_organization = {route: rule for route, rule in RULES.items() if rule in ALL and _ours(route)}
    assert len(with_organization) > 50
    # founding an organization makes somebody else of a stranger: that comes last
    routes = sorted(with_organization, key=lambda route: (route == "POST /v1/organizations", route))
    return {route: made.get(route) for route in routes}


def _ours(route: str) -> bool:
    from functions.seller_api.handler import app

    routes = app._static_routes + app._dynamic_routes
    return route in {f"{one.method} {one.path}" for one in routes}


def test_each_route_answers_each_role_as_its_rule_says(cloud: Any, examples: dict[str, Any]) -> None:
    world = World(Town(cloud, mfa="optional"))
    # everybody was made with the rule off; it holds from here on
    world.town.require_factor()
    wrong = []
    for name, refused in REFUSED.items():
        for route, body in examples.items():
            expected = refused.get(RULES[route], "")
            if name == "representative of a suspended organization" and route in USES_LISTS:
                expected = SUSPENDED
            status, kind = world.kind(name, route, body)
            told = kind if kind in (NOT_SIGNED_IN, NOT_ALLOWED, NO_FACTOR, NOWHERE, SUSPENDED) else ""
            if route == OWN_ID_ONLY and not expected:
                expected = told if told in (NOT_ALLOWED, NO_FACTOR, NOWHERE) else ""
            if told != expected or status >= 500:
                wrong.append((name, route, status, kind, expected))
    assert not wrong, "\n".join(map(str, wrong))


def test_the_reference_says_so_where_the_user_pool_wants_a_pause_or_is_away(
    cloud: Any, document: dict[str, Any], examples: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(Town(cloud, mfa="optional"))
    world.town.require_factor()
    for error in (TooManyRequestsError("Wait.", 300), UnavailableError("Away.")):

        def ask(_people: CognitoPeople, _sub: str, error: QuietlineError = error) -> None:
            raise error

        monkeypatch.setattr(CognitoPeople, "person", ask)
        answered = {route: world.kind("representative", route, body)[0] for route, body in examples.items()}
        met = {route for route, status in answered.items() if status == error.status}
        assert met == {route for route in examples if RULES[route] in FACTOR_ASKED or route in ASKS_THE_POOL}
        told = {route for route in examples if is_documented(document, route, error.status)}
        assert met | {ACCEPTING} <= told


def is_documented(document: dict[str, Any], route: str, status: int) -> bool:
    method, path = route.split(" ", 1)
    return str(status) in document["paths"][re.sub(r"<(\w+)>", r"{\1}", path)][method.lower()]["responses"]
