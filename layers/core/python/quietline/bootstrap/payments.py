"""Payments: the webhook, the worker with the payment server behind it, and what operators do."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.kernel.settings.sellers import PaymentWorkerSettings, StripeWebhookSettings
    from quietline.ledger.service import LedgerService
    from quietline.orders.audit import Audit
    from quietline.orders.billing import Billing
    from quietline.orders.check import Checks, PaymentCheck
    from quietline.orders.credits import Credits
    from quietline.orders.ports import Orders, PaymentServer
    from quietline.orders.refunds import Refunds
    from quietline.payments.replay import EventReplay, PaymentsQueue
    from quietline.payments.service import EventInbox


@cache
def event_inbox(settings: "StripeWebhookSettings") -> "EventInbox":
    """Return the webhook's use case."""
    from quietline.adapters.dynamodb.payments import EventStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.secrets import payment_secret
    from quietline.kernel.clock import SystemClock
    from quietline.payments.service import EventInbox

    return EventInbox(
        events=EventStore(Table(settings.sellers_table)),
        secrets=lambda: payment_secret(settings.stripe_secret_id).webhook_secrets,
        clock=SystemClock(),
    )


def payment_server(settings: "PaymentWorkerSettings") -> "PaymentServer":
    """Return the payment server behind its circuit breaker; the only builder that loads the payment SDK."""
    from quietline.adapters.breaker import breaker
    from quietline.adapters.secrets import payment_secret
    from quietline.adapters.stripe import StripeServer

    return StripeServer(
        api_key=lambda: payment_secret(settings.stripe_secret_id).api_key,
        api_base=settings.stripe_api_base,
        played=bool(settings.stripe_played),
        guard=breaker("payment server", settings.sellers_table, settings.circuit_seconds),
    )


@cache
def billing(settings: "PaymentWorkerSettings") -> "Billing":
    """Return the payment worker's use cases."""
    from quietline.adapters.dynamodb.orders import OrderStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.orders.billing import Billing
    from quietline.profiles.profile import load_profile

    return Billing(
        orders=OrderStore(Table(settings.sellers_table)),
        server=payment_server(settings),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def payment_check(settings: "PaymentWorkerSettings") -> "PaymentCheck":
    """Return the comparison with the payment server."""
    from quietline.orders.check import PaymentCheck

    made = billing(settings)
    checks = payment_checks(settings.sellers_table)
    return PaymentCheck(checks, made.orders, made.server, made, made.clock, made.profile)


def payment_checks(sellers_table: str) -> "Checks":
    """Return the records of comparisons."""
    from quietline.adapters.dynamodb.payment_checks import CheckStore
    from quietline.adapters.dynamodb.table import Table

    return CheckStore(Table(sellers_table))


def payments_queue(queue_url: str, dead_letters_url: str) -> "PaymentsQueue":
    """Return the payment worker's queue and its dead letters."""
    from quietline.adapters.queues import RedrivenQueue

    return RedrivenQueue(queue_url, dead_letters_url)


def event_replay(sellers_table: str, queue: "PaymentsQueue") -> "EventReplay":
    """Return what lists and replays the payment server's events."""
    from quietline.adapters.dynamodb.payments import EventStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.payments.replay import EventReplay

    return EventReplay(EventStore(Table(sellers_table)), queue, SystemClock())


def refunds(sellers_table: str) -> "Refunds":
    """Return what sends money back."""
    from quietline.adapters.dynamodb.orders import OrderStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.orders.refunds import Refunds

    return Refunds(OrderStore(Table(sellers_table)), SystemClock())


def order_store(sellers_table: str) -> "Orders":
    """Return where orders and their history are kept, for operators."""
    from quietline.adapters.dynamodb.orders import OrderStore
    from quietline.adapters.dynamodb.table import Table

    return OrderStore(Table(sellers_table))


def credit_grants(sellers_table: str) -> "Credits":
    """Return what grants credit."""
    from quietline.adapters.dynamodb.orders import OrderStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.orders.credits import Credits

    return Credits(OrderStore(Table(sellers_table)), SystemClock())


@cache
def ledger(sellers_table: str) -> "LedgerService":
    """Return what is read of the ledger."""
    from quietline.adapters.dynamodb.ledger import LedgerStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.ledger.service import LedgerService

    return LedgerService(LedgerStore(Table(sellers_table)))


def audit(sellers_table: str, profile: str) -> "Audit":
    """Return what checks the books."""
    from quietline.adapters.dynamodb.audit import DynamoBooks
    from quietline.adapters.dynamodb.table import Table
    from quietline.orders.audit import Audit
    from quietline.profiles.profile import load_profile

    return Audit(DynamoBooks(Table(sellers_table)), load_profile(profile))
