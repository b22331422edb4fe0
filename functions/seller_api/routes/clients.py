"""Machine clients."""

from aws_lambda_powertools.event_handler.api_gateway import Response
from quietline.http.auth import LISTS_SCOPE, Rule, route
from quietline.http.problems import documented
from quietline.kernel.clock import to_text

from functions.seller_api.routes.models import ClientIn, ClientOut, ClientsOut, NewClientOut
from functions.seller_api.wiring import app, caller, organizations, settings

TAGS = ["Machine clients"]


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
    made, secret = organizations().create_client(caller(), body.name)
    answer = NewClientOut(
        client_id=made.client_id,
        name=made.name,
        created_at=to_text(made.created_at),
        client_secret=secret,
        token_url=settings().token_url,
        scope=LISTS_SCOPE,
    )
    headers = {"Cache-Control": "no-store"}
    return Response(status_code=201, content_type="application/json", body=answer, headers=headers)


@route(
    app,
    "GET",
    "/v1/clients",
    Rule.REPRESENTATIVE,
    summary="List the organization's machine clients",
    description="Never their secrets.",
    tags=TAGS,
    operation_id="listClients",
    responses=documented(200, "The machine clients, oldest first.", ClientsOut, 401, 403),
)
def listed() -> ClientsOut:
    """Return the machine clients."""
    found = organizations().clients(caller())
    return ClientsOut(
        clients=[ClientOut(client_id=one.client_id, name=one.name, created_at=to_text(one.created_at)) for one in found]
    )
