"""Payments queue → invoices, payments, entitlements. A message that fails is tried again alone; then the DLQ has it."""

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from quietline.bootstrap import billing
from quietline.kernel.errors import log_fields
from quietline.kernel.settings import PaymentWorkerSettings
from quietline.orders.billing import Billing, Outcome

logger = Logger(service="payment_worker")


@cache
def worker() -> Billing:
    """Return the use case, built at the first call."""
    return billing(PaymentWorkerSettings.from_environment())


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Carry out a batch; return the messages that failed."""
    failures = []
    for record in event["Records"]:
        try:
            kind, outcome = carry_out(json.loads(record["body"]))
            log = logger.error if outcome is Outcome.MISMATCH else logger.info
            log("done", kind=kind, outcome=outcome)
        except Exception as error:
            # one bad message must not hold up the others; the type is enough, a message could name somebody
            logger.error("failed", message_id=record["messageId"], **log_fields(error))  # noqa: TRY400
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def carry_out(message: dict[str, str]) -> tuple[str, Outcome]:
    """Do what one message of the relay (`{"pk", "kind"}`) asks for.

    Raises:
        ValueError: it is none for this function.
    """
    kind, _, identifier = message["pk"].partition("#")
    match kind:
        case "ORDER":
            return kind, worker().invoice(identifier)
        case "PAYMENT_COMMAND":
            return kind, worker().pay(identifier)
        case "PAYMENT_EVENT":
            return kind, worker().event(identifier)
        case _:
            raise ValueError("not a message for the payment worker")
