"""Orders and their payment."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from quietline.http.auth import Rule, route
from quietline.http.problems import documented

from functions.seller_api.routes.models import (
    OrderIn,
    OrderOut,
    OrdersOut,
    PaymentIn,
    PaymentOut,
)
from functions.seller_api.routes.money_models import OrderDetailOut
from functions.seller_api.wiring import app, buyer, member, orders

TAGS = ["Orders"]


@route(
    app,
    "POST",
    "/v1/orders",
    Rule.REPRESENTATIVE,
    summary="Order areas",
    description=(
        "A free order is active at once; any other becomes an invoice to pay. With `renew` it is for the term after "
        "the running one, from the profile's days before its end on. Takes Idempotency-Key."
    ),
    tags=TAGS,
    operation_id="order",
    responses=documented(201, "Ordered.", OrderOut, 400, 401, 403, 409, 413, 415, 422),
)
def order(body: OrderIn) -> Response[OrderOut]:
    """Order areas."""
    made = orders().order(buyer(), body.areas, renew=body.renew, months=body.months)
    return Response(status_code=201, content_type="application/json", body=OrderOut.of(made))


@route(
    app,
    "GET",
    "/v1/orders",
    Rule.MEMBER,
    summary="List the organization's orders",
    description="Newest first.",
    tags=TAGS,
    operation_id="listOrders",
    responses=documented(200, "The orders, newest first.", OrdersOut, 401, 403),
)
def listed() -> OrdersOut:
    """Return the orders."""
    return OrdersOut(orders=[OrderOut.of(one) for one in orders().all_of(member().organization_id)])


@route(
    app,
    "GET",
    "/v1/orders/<order_id>",
    Rule.MEMBER,
    summary="Read an order",
    description="With its history: every change of its state, when it was and what caused it.",
    tags=TAGS,
    operation_id="readOrder",
    responses=documented(200, "The order.", OrderDetailOut, 401, 403, 404),
)
def read(order_id: Annotated[str, Path(max_length=40)]) -> OrderDetailOut:
    """Return an order of the caller's organization."""
    found = orders().get(member().organization_id, order_id)
    return OrderDetailOut.detail(found, orders().history(found.organization_id, found.id))


@route(
    app,
    "POST",
    "/v1/orders/<order_id>/payments",
    Rule.REPRESENTATIVE,
    summary="Pay an order's invoice",
    description="Asks for the payment; the order becomes active, or payment_failed, within seconds.",
    tags=TAGS,
    operation_id="payOrder",
    responses=documented(202, "The payment was asked for.", PaymentOut, 400, 401, 403, 404, 409, 413, 415, 422),
)
def pay(order_id: Annotated[str, Path(max_length=40)], body: PaymentIn) -> Response[PaymentOut]:
    """Ask for a payment."""
    command = orders().pay(buyer(), order_id, body.payment_method)
    answer = PaymentOut(id=command.id, order_id=command.order_id, state=command.state)
    return Response(status_code=202, content_type="application/json", body=answer)


@route(
    app,
    "POST",
    "/v1/orders/<order_id>/cancel",
    Rule.REPRESENTATIVE,
    summary="Cancel an unpaid order",
    description="Asks for its invoice to be voided; within seconds the order is voided and another can be placed.",
    tags=TAGS,
    operation_id="cancelOrder",
    responses=documented(202, "The cancellation was asked for.", PaymentOut, 401, 403, 404, 409),
)
def cancel(order_id: Annotated[str, Path(max_length=40)]) -> Response[PaymentOut]:
    """Ask for a cancellation."""
    command = orders().cancel(buyer(), order_id)
    answer = PaymentOut(id=command.id, order_id=command.order_id, state=command.state)
    return Response(status_code=202, content_type="application/json", body=answer)
