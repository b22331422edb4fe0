"""Organizations, orders and payments."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import mailbox_cipher

if TYPE_CHECKING:
    from quietline.kernel.settings import PaymentWorkerSettings, SellerApiSettings, StripeWebhookSettings, WashSettings
    from quietline.orders.billing import Billing
    from quietline.orders.ports import PaymentServer
    from quietline.orders.service import OrderService
    from quietline.payments.service import EventInbox
    from quietline.sellers.service import OrganizationService


@cache
def organizations(settings: "SellerApiSettings") -> "OrganizationService":
    """Return the use cases of organizations."""
    from quietline.adapters.cognito import CognitoClients
    from quietline.adapters.dynamodb.sellers import OrganizationStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.sellers.service import OrganizationService

    return OrganizationService(
        organizations=OrganizationStore(Table(settings.sellers_table)),
        identity=CognitoClients(settings.user_pool_id),
        vault=mailbox_cipher(settings.pii_key_id),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def orders(settings: "SellerApiSettings | WashSettings") -> "OrderService":
    """Return the use cases of orders."""
    from quietline.adapters.dynamodb.orders import OrderStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.orders.service import OrderService
    from quietline.profiles.profile import load_profile

    return OrderService(OrderStore(Table(settings.sellers_table)), SystemClock(), load_profile(settings.profile))


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
