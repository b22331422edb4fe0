"""Credit, which operators grant and take back: stored as a command, carried out by the worker."""

from dataclasses import dataclass, replace

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, NotFoundError
from quietline.kernel.ids import is_sandbox, new_ulid
from quietline.orders.billing import Outcome
from quietline.orders.model import CommandKind, PaymentCommand
from quietline.orders.ports import Orders
from quietline.orders.refunds import check_amount, check_reason

USED = "An invoice has used this credit, or part of it: it cannot be taken back any more."


@dataclass(frozen=True)
class Credits:
    """Grants credit, which the next invoice uses, and takes back what was granted by mistake."""

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
        self.orders.request_credit(command)
        return command

    def withdraw(self, grant_id: str, by: str, reason: str) -> PaymentCommand:
        """Ask the worker to take back the whole of a credit that was granted; it looks again whether it is unused.

        Args:
            grant_id: id of the command that granted it.
            by: who asks for it, for the record.
            reason: why, for the record.

        Raises:
            NotFoundError: no credit was granted by such a command.
            InvalidInputError: no reason.
            ConflictError: it was taken back already, or an invoice has used it or part of it.
        """
        check_reason(reason)
        grant = self.orders.command(grant_id)
        if grant is None or grant.kind is not CommandKind.CREDIT or grant.state == "requested":
            raise NotFoundError("There is no such credit.")
        if grant.state != Outcome.GRANTED:
            raise ConflictError("This credit was taken back already.")
        if self.orders.granted_left(grant.organization_id) < grant.amount:
            raise ConflictError(USED)
        now = self.clock.now()
        command = replace(
            grant,
            id=new_ulid(now),
            by=by,
            at=now,
            kind=CommandKind.WITHDRAW_CREDIT,
            state="requested",
            reason=reason.strip(),
            grant=grant.id,
        )
        self.orders.request_credit(command)
        return command
