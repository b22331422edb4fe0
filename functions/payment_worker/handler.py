"""Payments queue → invoices, payments, refunds, entitlements.

A message that fails is tried again alone; after five times the dead-letter queue has it. One that fails because the
payment server does not answer is put off instead: a copy goes back into the queue, unseen for a while that grows. A
copy begins to count anew, so that an outage of hours or days sends nothing to the dead letters.
"""

import json
import random
from dataclasses import asdict
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from quietline.adapters import queues
from quietline.bootstrap import billing, payment_check
from quietline.kernel.errors import UnavailableError, log_fields
from quietline.kernel.settings.sellers import PaymentWorkerSettings
from quietline.orders.billing import Billing, Outcome
from quietline.orders.check import CheckState, PaymentCheck

logger = Logger(service="payment_worker")
MARGIN_MILLISECONDS = 60_000
"""No message is begun with less time left: each call of one may take as long as the adapter's patience."""


@cache
def settings() -> PaymentWorkerSettings:
    """Return the settings, read at the first call."""
    return PaymentWorkerSettings.from_environment()


@cache
def worker() -> Billing:
    """Return the use case, built at the first call."""
    return billing(settings())


@cache
def comparison() -> PaymentCheck:
    """Return the comparison with the payment server, built at the first call."""
    return payment_check(settings())


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Carry out a batch; return the messages that failed."""
    failures = []
    for record in event["Records"]:
        try:
            work_on(json.loads(record["body"]), context.get_remaining_time_in_millis())
        except Exception as error:
            # one bad message must not hold up the others; the type is enough, a message could name somebody
            logger.error("failed", message_id=record["messageId"], **log_fields(error))  # noqa: TRY400
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def work_on(message: dict[str, Any], left_milliseconds: int) -> None:
    """Carry a message out, or put it off."""
    if left_milliseconds < MARGIN_MILLISECONDS:
        queues.send(settings().payments_queue_url, message)
        logger.info("no_time_left", kind=message.get("kind"))
        return
    try:
        kind, outcome = carry_out(message)
    except UnavailableError as error:
        put_off(message, error)
        return
    log = logger.error if outcome is Outcome.MISMATCH else logger.info
    log("done", kind=kind, outcome=outcome)


def put_off(message: dict[str, Any], error: UnavailableError) -> None:
    """Send a copy, to be seen after a pause that grows with each time and is never the same for all."""
    waits = int(message.get("waits", 0))
    pauses = [int(text) for text in settings().retry_seconds.split(",")]
    pause = round(pauses[min(waits, len(pauses) - 1)] * random.uniform(0.75, 1))  # noqa: S311 - no secret
    queues.send(settings().payments_queue_url, message | {"waits": waits + 1}, delay_seconds=pause)
    logger.warning("put_off", kind=message.get("kind"), waits=waits + 1, seconds=pause, **log_fields(error))
    with single_metric("PaymentsPutOff", MetricUnit.Count, 1, namespace="Quietline"):
        pass


def carry_out(message: dict[str, Any]) -> tuple[str, Outcome | CheckState]:
    """Do what one message of the relay (`{"pk", "kind"}`) asks for.

    Raises:
        UnavailableError: the payment server does not answer.
        ValueError: it is none for this function.
    """
    kind, _, identifier = str(message["pk"]).partition("#")
    match kind:
        case "ORDER":
            return kind, worker().invoice(identifier)
        case "PAYMENT_COMMAND":
            return kind, worker().command(identifier)
        case "PAYMENT_EVENT":
            return kind, worker().event(identifier)
        case "PAYMENT_CHECK":
            return kind, compare(identifier)
        case _:
            raise ValueError("not a message for the payment worker")


def compare(check_id: str) -> CheckState:
    """Do a step of a comparison, tell what differs, and ask for the next step.

    Raises:
        UnavailableError: the payment server does not answer.
    """
    run, found = comparison().step(check_id)
    for one in found:
        logger.error("payment_difference", check=run.id, **asdict(one))
    if found:
        with single_metric("PaymentDifferences", MetricUnit.Count, len(found), namespace="Quietline"):
            pass
    if run.is_running:
        queues.send(settings().payments_queue_url, {"pk": f"PAYMENT_CHECK#{run.id}", "kind": "PAYMENT_CHECK"})
    else:
        logger.info("compared", check=run.id, checked=run.checked, found=run.found, fresh=run.fresh)
        with single_metric("PaymentChecksDone", MetricUnit.Count, 1, namespace="Quietline"):
            pass
    return run.state
