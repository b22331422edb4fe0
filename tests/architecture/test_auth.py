"""Every route declares who may call it, and every kind of caller gets just that."""

import importlib
from typing import Any

import pytest
from quietline.http.auth import CARRIERS_SCOPE, LISTS_SCOPE, REPORTERS_SCOPE, RULES, Rule, require
from quietline.kernel.errors import ForbiddenError, UnauthenticatedError

API_FUNCTIONS = (
    "public_api",
    "seller_api",
    "case_api",
    "carrier_api",
    "open_data_api",
    "stripe_webhook",
    "calendar_feed",
)
CALLERS: dict[str, dict[str, str] | None] = {
    "nobody": None,
    "person": {"sub": "user-1", "client_id": "cli", "groups": "", "scopes": "aws.cognito.signin.user.admin"},
    "investigator": {"sub": "user-2", "client_id": "cli", "groups": "investigator", "scopes": ""},
    "supervisor": {"sub": "user-3", "client_id": "cli", "groups": "supervisor", "scopes": ""},
    "machine": {"sub": "", "client_id": "machine-1", "groups": "", "scopes": LISTS_SCOPE},
    "carrier": {"sub": "", "client_id": "carrier-1", "groups": "", "scopes": CARRIERS_SCOPE},
    "reporter": {"sub": "", "client_id": "reporter-1", "groups": "", "scopes": REPORTERS_SCOPE},
    "person with a carrier's scope": {"sub": "user-4", "client_id": "cli", "groups": "", "scopes": CARRIERS_SCOPE},
    "machine without scope": {"sub": "", "client_id": "machine-2", "groups": "", "scopes": ""},
    "machine that claims a group": {"sub": "", "client_id": "machine-3", "groups": "investigator", "scopes": ""},
}
ALLOWED = {
    Rule.PUBLIC: set(CALLERS),
    Rule.SIGNED: set(CALLERS),
    Rule.USER: {"person", "person with a carrier's scope", "investigator", "supervisor"},
    Rule.REPRESENTATIVE: {"person", "person with a carrier's scope", "investigator", "supervisor"},
    Rule.MEMBER: {"person", "person with a carrier's scope", "investigator", "supervisor", "machine"},
    Rule.AGENT: {"person", "person with a carrier's scope", "investigator", "supervisor", "machine"},
    Rule.CARRIER: {"carrier"},
    Rule.REPORTER: {"reporter"},
    Rule.INVESTIGATOR: {"investigator", "supervisor"},
    Rule.SUPERVISOR: {"supervisor"},
}


def apps() -> dict[str, Any]:
    return {name: importlib.import_module(f"functions.{name}.handler").app for name in API_FUNCTIONS}


def declared() -> set[str]:
    return {
        f"{route.method} {route.path}" for app in apps().values() for route in app._static_routes + app._dynamic_routes
    }


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    assert declared() == set(RULES)


def test_there_are_routes_of_every_kind() -> None:
    apps()

    assert set(RULES.values()) == set(Rule)


@pytest.mark.parametrize("caller", sorted(CALLERS))
def test_each_caller_may_call_just_what_the_rules_say(caller: str) -> None:
    apps()
    context = CALLERS[caller]
    event = {"requestContext": {"authorizer": {"lambda": context}} if context else {}}
    for route, rule in RULES.items():
        if caller in ALLOWED[rule]:
            require(rule, event)
            continue
        with pytest.raises((ForbiddenError, UnauthenticatedError)) as refused:
            require(rule, event)
        expected = UnauthenticatedError if caller == "nobody" else ForbiddenError
        assert refused.type is expected, (caller, route)


def test_only_the_known_prefixes_are_public() -> None:
    apps()
    public = {route.split(" ", 1)[1] for route, rule in RULES.items() if rule in (Rule.PUBLIC, Rule.SIGNED)}

    prefixes = (
        "/v1/registrations",
        "/v1/opt-outs",
        "/v1/complaints",
        "/v1/manifests",
        "/v1/areas",
        "/v1/sellers",
        "/v1/dnc-complaints",
        "/v0/dnc-complaints",
        "/v1/statistics",
        "/.well-known/jwks.json",
        "/v1/webhooks/stripe",
        "/v1/calendars/<token>.ics",
    )
    assert {path for path in public if not path.startswith(prefixes)} == set()
