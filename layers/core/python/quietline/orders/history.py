"""The events of an order's history that its organization causes; the payment server's are made in `billing`."""

from dataclasses import replace

from quietline.orders.model import (
    PAYABLE,
    UNPAID,
    CommandKind,
    EventKind,
    Order,
    OrderEvent,
    OrderState,
    PaymentCommand,
)
from quietline.orders.ports import ChangedMeanwhileError, Request

REQUESTED = {
    CommandKind.PAY: EventKind.PAYMENT_REQUESTED,
    CommandKind.CANCEL: EventKind.CANCELLATION_REQUESTED,
    CommandKind.REFUND: EventKind.REFUND_REQUESTED,
}


def placed(order: Order) -> OrderEvent:
    """Return the first event of an order."""
    return OrderEvent(
        number=order.version,
        kind=EventKind.PLACED,
        at=order.created_at,
        cause="order",
        by=order.by,
        was=None,
        state=order.state,
        last_order=order.id,
    )


def requested(order: Order, command: PaymentCommand) -> Request:
    """Return what a command changes: a payment asked for makes the order await it (again), a refund nothing yet.

    Raises:
        ChangedMeanwhileError: the order cannot be paid or cancelled any more.
    """
    after = replace(order, version=order.version + 1)
    if command.kind is not CommandKind.REFUND:
        pays = command.kind is CommandKind.PAY
        if order.cancelling or order.state not in (PAYABLE if pays else UNPAID):
            raise ChangedMeanwhileError
        if pays:
            # a failure of before is over: who reads the order now sees that a payment is under way
            after = replace(after, state=OrderState.AWAITING_PAYMENT, paying=command.id)
        else:
            after = replace(after, cancelling=command.id)
    event = OrderEvent(
        number=after.version,
        kind=REQUESTED[command.kind],
        at=command.at,
        cause=f"command:{command.id}",
        by=command.by,
        was=order.state,
        state=after.state,
        problem=after.problem,
    )
    return Request(command, order, after, event)
