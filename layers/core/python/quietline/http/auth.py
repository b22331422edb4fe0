"""Who may call: every route declares one rule, and a test walks every route with every role.

The `authorizer` Lambda verified the token; API Gateway passes what it found as `requestContext.authorizer.lambda`:
`sub` (user id, empty for machines), `client_id`, `groups` and `scopes` (space separated).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver

from quietline.http.problems import refusals_of
from quietline.kernel.errors import ForbiddenError, UnauthenticatedError


class Rule(StrEnum):
    """Who may call a route."""

    PUBLIC = "public"
    """Anybody."""
    SIGNED = "signed"
    """Whoever holds a signature of ours, of a webhook secret, or a feed's token (checked in the use case)."""
    USER = "user"
    """A signed-in person, with or without an organization."""
    REPRESENTATIVE = "representative"
    """A person who is an authorized representative of the organization."""
    MEMBER = "member"
    """Any member of the organization, or its machine client with the scope `quietline/lists`."""
    AGENT = "agent"
    """A member as before, or one who acts as an agent: for the seller's SAN in the header `Quietline-SAN`."""
    CARRIER = "carrier"
    """A carrier's machine client with the scope `quietline/carriers`."""
    REPORTER = "reporter"
    """A trusted reporter's machine client with the scope `quietline/reporters`."""
    INVESTIGATOR = "investigator"
    """A person of the group `investigator` or `supervisor`; `agency-<key>` says of which agency."""
    SUPERVISOR = "supervisor"
    """A person of the group `supervisor`."""


LISTS_SCOPE = "quietline/lists"
CARRIERS_SCOPE = "quietline/carriers"
REPORTERS_SCOPE = "quietline/reporters"
SAN_HEADER = "quietline-san"
"""Names the SAN that the caller acts for; left out, the organization's own."""
FACTOR_ASKED = (Rule.REPRESENTATIVE, Rule.INVESTIGATOR, Rule.SUPERVISOR)
"""Whose second factor is asked of the user pool, which may want a pause (429)."""
RULES: dict[str, Rule] = {}
"""`METHOD /path` → its rule; filled as routes are declared, read by the tests and by the OpenAPI generator."""


@dataclass(frozen=True)
class Principal:
    """Who calls: `sub` of a person, or the client id of a machine."""

    sub: str
    client_id: str
    groups: frozenset[str]
    scopes: frozenset[str]
    acting_for: str = ""
    """The SAN in the header `Quietline-SAN`, as it was sent; whether they may is the use case's to check."""

    @property
    def is_machine(self) -> bool:
        """Whether a machine client calls."""
        return not self.sub

    @property
    def is_investigator(self) -> bool:
        """Whether the person investigates cases."""
        return not self.is_machine and bool(self.groups & {"investigator", "supervisor"})

    @property
    def is_supervisor(self) -> bool:
        """Whether the person supervises investigators."""
        return not self.is_machine and "supervisor" in self.groups


def principal_of(event: dict[str, Any]) -> Principal:
    """Return who calls.

    Raises:
        UnauthenticatedError: the authorizer passed nobody.
    """
    context = event.get("requestContext", {}).get("authorizer", {}).get("lambda") or {}
    if not context.get("client_id"):
        raise UnauthenticatedError("Sign in and send the access token as Authorization: Bearer …")
    return Principal(
        sub=str(context.get("sub") or ""),
        client_id=str(context["client_id"]),
        groups=frozenset(str(context.get("groups") or "").split()),
        scopes=frozenset(str(context.get("scopes") or "").split()),
        acting_for=_header(event, SAN_HEADER).strip()[:20],
    )


def _header(event: dict[str, Any], name: str) -> str:
    # API Gateway sends names in lower case; nothing promises it
    return next((str(value) for key, value in (event.get("headers") or {}).items() if key.lower() == name), "")


def require(rule: Rule, event: dict[str, Any]) -> Principal | None:
    """Check what the token alone can tell; membership is the use case's to check, with the organization's own record.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: somebody else would be allowed.
    """
    if rule in (Rule.PUBLIC, Rule.SIGNED):
        return None
    principal = principal_of(event)
    if rule is Rule.INVESTIGATOR and not principal.is_investigator:
        raise ForbiddenError("Only investigators may do this.")
    if rule is Rule.SUPERVISOR and not principal.is_supervisor:
        raise ForbiddenError("Only supervisors may do this.")
    if rule in (Rule.USER, Rule.REPRESENTATIVE) and principal.is_machine:
        raise ForbiddenError("Only a signed-in person may do this, not a machine client.")
    if rule is Rule.CARRIER and not (principal.is_machine and CARRIERS_SCOPE in principal.scopes):
        raise ForbiddenError(f"Only a carrier's machine client with the scope {CARRIERS_SCOPE} may do this.")
    if rule is Rule.REPORTER and not (principal.is_machine and REPORTERS_SCOPE in principal.scopes):
        raise ForbiddenError(f"Only a trusted reporter's machine client with the scope {REPORTERS_SCOPE} may do this.")
    if rule in (Rule.MEMBER, Rule.AGENT) and principal.is_machine and LISTS_SCOPE not in principal.scopes:
        raise ForbiddenError(f"This machine client lacks the scope {LISTS_SCOPE}.")
    return principal


def route[**P, R](
    app: APIGatewayHttpResolver, method: str, path: str, rule: Rule, **openapi: Any
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a route with its rule; the rule is checked before the route's function runs.

    Args:
        app: the function's resolver.
        method: `GET`, `POST` …
        path: as API Gateway sees it, `/v1/orders/<order_id>`.
        rule: who may call.
        openapi: passed on to Powertools (`summary`, `description`, `tags`, `responses`, `operation_id` …).
    """
    key = f"{method} {path}"
    RULES[key] = rule
    if rule in FACTOR_ASKED and "responses" in openapi:
        openapi["responses"] = dict(sorted((refusals_of(429) | openapi["responses"]).items()))

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            principal = require(rule, app.current_event.raw_event)
            app.append_context(principal=principal)  # type: ignore[no-untyped-call]
            return function(*args, **kwargs)

        app.route(path, method=method, **openapi)(checked)
        return function

    return declare
