"""Credit, which operators grant: stored as a command, carried out by the worker, used by the next invoice."""

from dataclasses import dataclass

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError
from quietline.kernel.ids import is_sandbox, new_ulid
from quietline.orders.model import CommandKind, PaymentCommand
from quietline.orders.ports import Orders
from quietline.orders.refunds import check_amount, check_reason


@dataclass(frozen=True)
class Credits:
    """Grants credit."""

    orders: Orders
    clock: Clock

    def request(self, organization_id: str, amount: int, by: str, reason: str) -> PaymentCommand:
        """Ask the worker to grant an organization credit for its next invoice.

        Args:
            organization_id: the organization.
            amount: minor units of the registry's currency.
            by: who asks for it, for the record.
            reason: why, for the record.

        Raises:
            InvalidInputError: no reason, or no positive amount.
            ConflictError: there is no such organization, or it is suspended, closed or of the sandbox.
        """
        check_reason(reason)
        check_amount(amount)
        if is_sandbox(organization_id) or not self.orders.is_active(organization_id):
            raise ConflictError("Only an organization that is active and pays can have credit.")
        now = self.clock.now()
        command = PaymentCommand(
            id=new_ulid(now),
            order_id="",
            organization_id=organization_id,
            payment_method="",
            by=by,
            at=now,
            kind=CommandKind.CREDIT,
            amount=amount,
            reason=reason.strip(),
        )
        self.orders.grant(command)
        return command
