"""Agents: telemarketers that a seller lets act for its SAN."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from quietline.http.auth import Rule, route
from quietline.http.problems import documented

from functions.seller_api.routes.team_models import AgenciesOut, AgentIn, AgentOut, AgentsOut
from functions.seller_api.wiring import agents, app, caller

TAGS = ["Agents"]


@route(
    app,
    "POST",
    "/v1/agents",
    Rule.REPRESENTATIVE,
    summary="Let a telemarketer act for your SAN",
    description="It may then download, look up and wash for your organization, with the header `Quietline-SAN`: "
    "what you are entitled to, counted as yours; receipts name both. Nothing is shared the other way.",
    tags=TAGS,
    operation_id="authorizeAgent",
    responses=documented(201, "Authorized.", AgentOut, 400, 401, 403, 409, 413, 415),
)
def authorize(body: AgentIn) -> Response[AgentOut]:
    """Authorize an agent."""
    return Response(201, "application/json", AgentOut.of(agents().authorize(caller(), body.san)))


@route(
    app,
    "GET",
    "/v1/agents",
    Rule.MEMBER,
    summary="List who may act for your SAN",
    description="By SAN.",
    tags=TAGS,
    operation_id="listAgents",
    responses=documented(200, "The agents.", AgentsOut, 401, 403),
)
def listed() -> AgentsOut:
    """Return the agents."""
    return AgentsOut(agents=[AgentOut.of(one) for one in agents().listed(caller())])


@route(
    app,
    "DELETE",
    "/v1/agents/<san>",
    Rule.REPRESENTATIVE,
    summary="Take an agent's authorization back",
    description="The agent's next request for your SAN is refused. What it has downloaded stays in its receipts.",
    tags=TAGS,
    operation_id="withdrawAgent",
    responses=documented(204, "Taken back.", None, 401, 403, 404, 409),
)
def withdraw(san: Annotated[str, Path(max_length=20)]) -> Response[None]:
    """Take an authorization back."""
    agents().withdraw(caller(), san)
    return Response(status_code=204)


@route(
    app,
    "GET",
    "/v1/agencies",
    Rule.MEMBER,
    summary="List the SANs that your organization may act for",
    description="Send one of them in the header `Quietline-SAN` to act for it: one SAN a request.",
    tags=TAGS,
    operation_id="listAgencies",
    responses=documented(200, "The sellers, by SAN.", AgenciesOut, 401, 403),
)
def agencies() -> AgenciesOut:
    """Return the agencies."""
    return AgenciesOut(agencies=[AgentOut.of(one) for one in agents().agencies(caller())])
