"""The composition root: builds each feature's use cases from a function's settings, once per container.

A function's handler calls e.g. `registrations(settings)`; tests pass fakes to the services instead. Each builder
imports what it needs inside, so that a function loads only its own features.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.kernel.settings import (
        MailerSettings,
        PaymentWorkerSettings,
        PublicApiSettings,
        SellerApiSettings,
        SiteFormsSettings,
        StripeWebhookSettings,
    )
    from quietline.mails.links import LinkSigner
    from quietline.mails.ports import MailboxCipher
    from quietline.mails.service import MailService
    from quietline.orders.billing import Billing
    from quietline.orders.service import OrderService
    from quietline.payments.service import EventInbox
    from quietline.registrations.ports import NumberStore
    from quietline.registrations.service import RegistrationService
    from quietline.sellers.service import OrganizationService


@cache
def app_secret(secret_id: str) -> bytes:
    """Return the deployment's app secret; links and hashes derive their own keys from it."""
    from quietline.adapters.secrets import secret_text

    return secret_text(secret_id).encode()


@cache
def link_signer(secret_id: str) -> "LinkSigner":
    """Return what derives and checks the tokens of mailed links."""
    from quietline.mails.links import LinkSigner

    return LinkSigner(app_secret(secret_id))


@cache
def mailbox_cipher(key_id: str) -> "MailboxCipher":
    """Return what encrypts e-mail addresses."""
    from quietline.adapters.kms import KmsMailboxCipher

    return KmsMailboxCipher(key_id)


@cache
def numbers(registry_table: str) -> "NumberStore":
    """Return the registry of record."""
    from quietline.adapters.dynamodb.numbers import DynamoNumbers
    from quietline.adapters.dynamodb.table import Table

    return DynamoNumbers(Table(registry_table))


@cache
def registrations(settings: "PublicApiSettings | SiteFormsSettings") -> "RegistrationService":
    """Return the use cases of registrations."""
    from quietline.adapters.dynamodb.registrations import DynamoRegistrations
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.registrations.service import RegistrationService

    return RegistrationService(
        registrations=DynamoRegistrations(Table(settings.registry_table)),
        numbers=numbers(settings.registry_table),
        cipher=mailbox_cipher(settings.pii_key_id),
        links=link_signer(settings.app_secret_id),
        secret=app_secret(settings.app_secret_id),
        profile=load_profile(settings.profile),
        clock=SystemClock(),
    )


@cache
def mails(settings: "MailerSettings") -> "MailService":
    """Return what sends the outbox's mails."""
    from quietline.adapters.dynamodb.mails import DynamoOutbox
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.ses import SesSender
    from quietline.kernel.clock import SystemClock
    from quietline.mails.service import MailService
    from quietline.profiles.profile import load_profile

    tables = (settings.registry_table, settings.sellers_table, settings.cases_table)
    return MailService(
        outbox=DynamoOutbox({name: Table(name) for name in tables}),
        cipher=mailbox_cipher(settings.pii_key_id),
        links=link_signer(settings.app_secret_id),
        sender=SesSender(settings.sender, settings.configuration_set),
        profile=load_profile(settings.profile),
        site=settings.site_url,
        clock=SystemClock(),
    )


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
def orders(settings: "SellerApiSettings") -> "OrderService":
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


@cache
def billing(settings: "PaymentWorkerSettings") -> "Billing":
    """Return the payment worker's use cases; the only builder that loads the payment SDK."""
    from quietline.adapters.dynamodb.orders import OrderStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.secrets import payment_secret
    from quietline.adapters.stripe import StripeServer
    from quietline.kernel.clock import SystemClock
    from quietline.orders.billing import Billing
    from quietline.profiles.profile import load_profile

    return Billing(
        orders=OrderStore(Table(settings.sellers_table)),
        server=StripeServer(
            api_key=lambda: payment_secret(settings.stripe_secret_id).api_key,
            api_base=settings.stripe_api_base,
            finalizes=bool(settings.stripe_finalizes),
        ),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )
