"""Outbound webhooks: endpoints and deliveries."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented
from quietline.webhooks.model import Delivery, DeliveryState, Endpoint, EndpointState, EventType

from functions.seller_api.routes.instants import Instant
from functions.seller_api.wiring import app, caller, member, representative, webhooks

TAGS = ["Webhooks"]
NO_STORE = {"Cache-Control": "no-store"}
Id = Annotated[str, Path(max_length=40, description="The id.")]
EXAMPLE: dict[str, Any] = {
    "id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
    "url": "https://hooks.seller.example/quietline",
    "events": ["list.published", "list.stale"],
    "state": "enabled",
    "disabled_reason": None,
    "failing_since": None,
    "created_at": "2026-11-24T15:00:00.000Z",
    "old_secret_until": None,
}


class EndpointIn(Model):
    """Where to send which events."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"url": EXAMPLE["url"], "events": EXAMPLE["events"]}]}
    )

    url: str = Field(max_length=500, description="https, a public host name, port 443 or 8443.")
    events: list[EventType] = Field(
        max_length=10, description="`list.published`, `list.stale`, `stop_request.created`."
    )


class EndpointOut(Model):
    """An endpoint; never its secret."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: str
    url: str
    events: list[EventType]
    state: EndpointState
    disabled_reason: str | None = Field(description="`by_customer`, or `failing`: it took nothing for days.")
    failing_since: Instant | None = Field(description="Since when no delivery has succeeded; null while they do.")
    created_at: Instant
    old_secret_until: Instant | None = Field(description="Until when the secret before the newest signs too.")

    @classmethod
    def of(cls, made: Endpoint) -> "EndpointOut":
        """Return what is shown of an endpoint."""
        return cls(**_shown(made))


class NewEndpointOut(EndpointOut):
    """An endpoint with a secret that is shown this once."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"secret": "whsec_bm90LWEtcmVhbC1zZWNyZXQ="}]})

    secret: str

    @classmethod
    def with_secret(cls, made: Endpoint, secret: str) -> "NewEndpointOut":
        """Return what is shown of an endpoint, and its secret."""
        return cls(**_shown(made), secret=secret)


class EndpointsOut(Model):
    """The organization's endpoints, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"endpoints": [EXAMPLE]}]})

    endpoints: list[EndpointOut]


class AttemptOut(Model):
    """One try."""

    at: Instant
    status: int | None = Field(description="HTTP status of the answer; null without one.")
    failure: str | None = Field(
        description="e.g. `http_status`, `timeout`, `redirect`, `address_not_allowed`; or null."
    )
    milliseconds: int


class DeliveryOut(Model):
    """One event on its way to one endpoint; kept 30 days."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01KB3Q6W5N8Y2C4D6E8F0G1H2K",
                    "endpoint_id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
                    "event_id": "01KB3Q6W5N8Y2C4D6E8F0G1H2M",
                    "event_type": "list.published",
                    "state": "dead",
                    "reason": "http_status",
                    "attempt_count": 11,
                    "attempts": [
                        {
                            "at": "2026-11-25T03:00:00.000Z",
                            "status": 500,
                            "failure": "http_status",
                            "milliseconds": 84,
                        }
                    ],
                    "next_attempt_at": None,
                    "created_at": "2026-11-24T05:00:00.000Z",
                    "replay_of": None,
                    "replayed_as": None,
                }
            ]
        }
    )

    id: str
    endpoint_id: str
    event_id: str = Field(description="The same for every attempt and replay: what a receiver tells repeats by.")
    event_type: EventType
    state: DeliveryState = Field(description="`dead` was given up; replay it when the receiver works again.")
    reason: str | None
    attempt_count: int
    attempts: list[AttemptOut] = Field(description="The last 20.")
    next_attempt_at: Instant | None
    created_at: Instant
    replay_of: str | None
    replayed_as: str | None

    @classmethod
    def of(cls, made: Delivery) -> "DeliveryOut":
        """Return what is shown of a delivery."""
        return cls(
            id=made.id,
            endpoint_id=made.endpoint_id,
            event_id=made.event_id,
            event_type=made.event_type,
            state=made.state,
            reason=str(made.reason) or None,
            attempt_count=made.attempt_count,
            attempts=[
                AttemptOut(
                    at=one.at,
                    status=one.status or None,
                    failure=str(one.failure) or None,
                    milliseconds=one.milliseconds,
                )
                for one in made.attempts
            ],
            next_attempt_at=made.next_attempt_at,
            created_at=made.created_at,
            replay_of=made.replay_of or None,
            replayed_as=made.replayed_as or None,
        )


class DeliveriesOut(Model):
    """A page of deliveries, newest first."""

    deliveries: list[DeliveryOut]
    next: str | None = Field(description="Give it as `before` for the next page; null at the end.")


def _shown(made: Endpoint) -> dict[str, Any]:
    return {
        "id": made.id,
        "url": made.url,
        "events": sorted(made.events),
        "state": made.state,
        "disabled_reason": made.disabled_reason or None,
        "failing_since": made.failing_since,
        "created_at": made.created_at,
        "old_secret_until": made.secrets[1].expires_at if len(made.secrets) > 1 else None,
    }


@route(
    app,
    "POST",
    "/v1/webhooks/endpoints",
    Rule.REPRESENTATIVE,
    summary="Add a webhook endpoint",
    description="Events are sent to it as signed POSTs (docs/how-to/webhooks.md). The secret is shown once; "
    "Idempotency-Key is ignored.",
    tags=TAGS,
    operation_id="createWebhookEndpoint",
    responses=documented(201, "Added.", NewEndpointOut, 400, 401, 403, 409, 413, 415),
)
def create(body: EndpointIn) -> Response[NewEndpointOut]:
    """Add an endpoint."""
    organization = representative().organization_id
    made, secret = webhooks().create(organization, caller().sub, body.url, body.events)
    return Response(201, "application/json", NewEndpointOut.with_secret(made, secret), headers=NO_STORE)


@route(
    app,
    "GET",
    "/v1/webhooks/endpoints",
    Rule.REPRESENTATIVE,
    summary="List the webhook endpoints",
    description="Never their secrets.",
    tags=TAGS,
    operation_id="listWebhookEndpoints",
    responses=documented(200, "The endpoints, oldest first.", EndpointsOut, 401, 403),
)
def listed() -> EndpointsOut:
    """Return the endpoints."""
    found = webhooks().listed(representative().organization_id)
    return EndpointsOut(endpoints=[EndpointOut.of(one) for one in found])


@route(
    app,
    "POST",
    "/v1/webhooks/endpoints/<endpoint_id>/secret",
    Rule.REPRESENTATIVE,
    summary="Rotate an endpoint's secret",
    description="The new secret is shown once. For a day each request carries a signature of either, so that the "
    "receiver can change at any moment of it. Idempotency-Key is ignored.",
    tags=TAGS,
    operation_id="rotateWebhookSecret",
    responses=documented(200, "The endpoint and its new secret.", NewEndpointOut, 401, 403, 404, 409),
)
def rotate(endpoint_id: Id) -> Response[NewEndpointOut]:
    """Rotate the secret."""
    made, secret = webhooks().rotate(representative().organization_id, endpoint_id)
    return Response(200, "application/json", NewEndpointOut.with_secret(made, secret), headers=NO_STORE)


@route(
    app,
    "POST",
    "/v1/webhooks/endpoints/<endpoint_id>/enable",
    Rule.REPRESENTATIVE,
    summary="Enable an endpoint",
    description="Events from now on are sent again; what was given up meanwhile can be replayed.",
    tags=TAGS,
    operation_id="enableWebhookEndpoint",
    responses=documented(200, "The endpoint.", EndpointOut, 401, 403, 404, 409),
)
def enable(endpoint_id: Id) -> EndpointOut:
    """Enable an endpoint."""
    return EndpointOut.of(webhooks().enable(representative().organization_id, endpoint_id))


@route(
    app,
    "POST",
    "/v1/webhooks/endpoints/<endpoint_id>/disable",
    Rule.REPRESENTATIVE,
    summary="Disable an endpoint",
    description="Nothing more is sent to it; deliveries that were being tried are given up and can be replayed.",
    tags=TAGS,
    operation_id="disableWebhookEndpoint",
    responses=documented(200, "The endpoint.", EndpointOut, 401, 403, 404, 409),
)
def disable(endpoint_id: Id) -> EndpointOut:
    """Disable an endpoint."""
    return EndpointOut.of(webhooks().disable(representative().organization_id, endpoint_id))


@route(
    app,
    "DELETE",
    "/v1/webhooks/endpoints/<endpoint_id>",
    Rule.REPRESENTATIVE,
    summary="Delete an endpoint",
    description="With its secrets. Its deliveries stay readable until they expire.",
    tags=TAGS,
    operation_id="deleteWebhookEndpoint",
    responses=documented(204, "Deleted.", None, 401, 403, 404),
)
def remove(endpoint_id: Id) -> Response[None]:
    """Delete an endpoint."""
    webhooks().remove(representative().organization_id, endpoint_id)
    return Response(status_code=204)


@route(
    app,
    "POST",
    "/v1/webhooks/endpoints/<endpoint_id>/test",
    Rule.REPRESENTATIVE,
    summary="Send a test event",
    description="Sends `webhook.test`; the delivery shows how it went.",
    tags=TAGS,
    operation_id="testWebhookEndpoint",
    responses=documented(202, "The delivery, on its way.", DeliveryOut, 401, 403, 404, 409),
)
def test(endpoint_id: Id) -> Response[DeliveryOut]:
    """Send a test event."""
    made = webhooks().test(representative().organization_id, endpoint_id)
    return Response(202, "application/json", DeliveryOut.of(made))


@route(
    app,
    "GET",
    "/v1/webhooks/deliveries",
    Rule.MEMBER,
    summary="List deliveries",
    description="Newest first, with their last attempts; `state=dead` shows what was given up. A page with a filter "
    "may be short; go on while `next` is set.",
    tags=TAGS,
    operation_id="listWebhookDeliveries",
    responses=documented(200, "A page.", DeliveriesOut, 400, 401, 403),
)
def deliveries(
    state: Annotated[DeliveryState | None, Query(description="Only of this state.")] = None,
    endpoint_id: Annotated[str, Query(max_length=40, description="Only to this endpoint.")] = "",
    before: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
) -> DeliveriesOut:
    """Return a page of deliveries."""
    organization = member().organization_id
    page, after = webhooks().page(organization, state=state, endpoint_id=endpoint_id, before=before, limit=limit)
    return DeliveriesOut(deliveries=[DeliveryOut.of(one) for one in page], next=after or None)


@route(
    app,
    "POST",
    "/v1/webhooks/deliveries/<delivery_id>/replay",
    Rule.REPRESENTATIVE,
    summary="Replay a delivery",
    description="Sends its event again, with the same event id and body, as a new delivery.",
    tags=TAGS,
    operation_id="replayWebhookDelivery",
    responses=documented(202, "The new delivery, on its way.", DeliveryOut, 401, 403, 404, 409),
)
def replay(delivery_id: Id) -> Response[DeliveryOut]:
    """Replay a delivery."""
    made = webhooks().replay(representative().organization_id, delivery_id)
    return Response(202, "application/json", DeliveryOut.of(made))
