"""Machine clients."""

from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from quietline.http.auth import LISTS_SCOPE, Rule, route
from quietline.http.problems import documented

from functions.seller_api.routes.team_models import ClientIn, ClientOut, ClientsOut, NewClientOut
from functions.seller_api.wiring import app, caller, machine_clients, settings

if TYPE_CHECKING:
    from quietline.sellers.model import MachineClient

TAGS = ["Machine clients"]
Id = Annotated[str, Path(max_length=128)]


@route(
    app,
    "POST",
    "/v1/clients",
    Rule.REPRESENTATIVE,
    summary="Create a machine client",
    description="OAuth2 client credentials for the lists. The secret is shown once; Idempotency-Key is ignored.",
    tags=TAGS,
    operation_id="createClient",
    responses=documented(201, "Created.", NewClientOut, 400, 401, 403, 409, 413, 415),
)
def create(body: ClientIn) -> Response[NewClientOut]:
    """Create a machine client."""
    return _new(*machine_clients().create(caller(), body.name, body.san or ""))


@route(
    app,
    "GET",
    "/v1/clients",
    Rule.REPRESENTATIVE,
    summary="List the organization's machine clients",
    description="When each was last seen; never their secrets.",
    tags=TAGS,
    operation_id="listClients",
    responses=documented(200, "The machine clients, oldest first.", ClientsOut, 401, 403),
)
def listed() -> ClientsOut:
    """Return the machine clients."""
    return ClientsOut(clients=[ClientOut.of(one) for one in machine_clients().listed(caller())])


@route(
    app,
    "POST",
    "/v1/clients/<client_id>/rotation",
    Rule.REPRESENTATIVE,
    summary="Rotate a machine client",
    description="Makes a client with another id and secret in its place. The old one works on for the profile's hours "
    "(United States: 48), or until it is deleted. Idempotency-Key is ignored.",
    tags=TAGS,
    operation_id="rotateClient",
    responses=documented(201, "The client that takes its place.", NewClientOut, 401, 403, 404, 409),
)
def rotate(client_id: Id) -> Response[NewClientOut]:
    """Rotate a machine client."""
    return _new(*machine_clients().rotate(caller(), client_id))


@route(
    app,
    "DELETE",
    "/v1/clients/<client_id>",
    Rule.REPRESENTATIVE,
    summary="Delete a machine client",
    description="Its tokens work no more from the next request on.",
    tags=TAGS,
    operation_id="deleteClient",
    responses=documented(204, "Deleted.", None, 401, 403, 404),
)
def delete(client_id: Id) -> Response[None]:
    """Delete a machine client."""
    machine_clients().delete(caller(), client_id)
    return Response(status_code=204)


def _new(made: "MachineClient", secret: str) -> Response[NewClientOut]:
    answer = NewClientOut.of(made, client_secret=secret, token_url=settings().token_url, scope=LISTS_SCOPE)
    return Response(201, "application/json", answer, headers={"Cache-Control": "no-store"})
