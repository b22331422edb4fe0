"""Refunds, which operators ask for: stored as a command, carried out by the worker, seen in the order's history."""

from dataclasses import dataclass

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.kernel.ids import new_ulid
from quietline.orders.history import requested
from quietline.orders.model import CommandKind, DisputeStatus, Order, PaymentCommand
from quietline.orders.ports import ChangedMeanwhileError, Orders

MAX_REASON = 500


@dataclass(frozen=True)
class Refunds:
    """Sends money back."""

    orders: Orders
    clock: Clock

    def request(self, order_id: str, amount: int | None, by: str, reason: str) -> PaymentCommand:
        """Ask the worker to send money of an order back.

        Args:
            order_id: the order.
            amount: minor units; None for all that is left.
            by: who asks for it, for the record.
            reason: why, for the record.

        Raises:
            NotFoundError: there is no such order.
            InvalidInputError: no reason, or no positive amount.
            ConflictError: nothing was paid, or there is not so much left.
        """
        order = self.orders.get(order_id)
        if order is None:
            raise NotFoundError("There is no such order.")
        check_reason(reason)
        if amount is not None:
            check_amount(amount)
        left = refundable(order)
        if left <= 0 or (amount or 0) > left:
            raise ConflictError(f"Of this order {left} minor units of {order.total.currency} are left to send back.")
        now = self.clock.now()
        command = PaymentCommand(
            id=new_ulid(now),
            order_id=order.id,
            organization_id=order.organization_id,
            payment_method="",
            by=by,
            at=now,
            kind=CommandKind.REFUND,
            amount=amount or left,
            reason=reason.strip(),
        )
        try:
            self.orders.request(requested(order, command))
        except ChangedMeanwhileError as error:
            raise ConflictError("The order changed meanwhile; look at it again.") from error
        return command


def refundable(order: Order) -> int:
    """Return how many minor units of an order's payments are left to send back."""
    invoice = order.invoice
    if invoice is None:
        return 0
    withdrawn = sum(one.amount for one in invoice.disputes if one.status is not DisputeStatus.WON)
    return invoice.amount_paid - invoice.amount_refunded - withdrawn


def check_reason(reason: str) -> None:
    """Check why an operator moves money.

    Raises:
        InvalidInputError: nothing, or more than `MAX_REASON` characters.
    """
    if not reason.strip() or len(reason) > MAX_REASON:
        raise _invalid("/reason", f"Say why, in at most {MAX_REASON} characters.")


def check_amount(amount: int) -> None:
    """Check how many minor units an operator moves.

    Raises:
        InvalidInputError: it is not above zero.
    """
    if amount <= 0:
        raise _invalid("/amount", "Give an amount above zero.")


def _invalid(pointer: str, sentence: str) -> InvalidInputError:
    return InvalidInputError(sentence, (FieldError(pointer, sentence),))
