"""The composition root: builds each feature's use cases from a function's settings, once per container.

A function's handler calls e.g. `registrations(settings)`; tests pass fakes to the services instead. Each builder
imports what it needs inside, so that a function loads only its own features.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quietline.adapters.signing import KmsSigner
    from quietline.cases.service import AssignmentService, CaseService, InvestigationService, RedriveService
    from quietline.complaints.service import ComplaintService, ScreeningService
    from quietline.kernel.settings import (
        CaseApiSettings,
        InvestigateCaseSettings,
        MailerSettings,
        PaymentWorkerSettings,
        PublicApiSettings,
        PublishSettings,
        ScreenComplaintSettings,
        SellerApiSettings,
        SiteFormsSettings,
        StripeWebhookSettings,
    )
    from quietline.lists.ports import ChangeReader, PublicationStore
    from quietline.lists.publish import AreaBuild, ManifestWriter, PublishPlan
    from quietline.lists.service import Downloads, Manifests
    from quietline.lookups.service import Lookups
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


@cache
def publications(registry_table: str) -> "PublicationStore":
    """Return the dates begun and published."""
    from quietline.adapters.dynamodb.lists import DynamoPublicationStore
    from quietline.adapters.dynamodb.table import Table

    return DynamoPublicationStore(Table(registry_table))


@cache
def changes(registry_table: str, profile: str) -> "ChangeReader":
    """Return the registry's dated changes."""
    from quietline.adapters.dynamodb.lists import DynamoChangeReader
    from quietline.adapters.dynamodb.table import Table
    from quietline.profiles.profile import load_profile

    return DynamoChangeReader(Table(registry_table), load_profile(profile).rules)


@cache
def signer(key_ids: str) -> "KmsSigner":
    """Return what signs manifests, receipts and lookups, and knows the public keys."""
    from quietline.adapters.signing import KmsSigner

    return KmsSigner(key_ids)


@cache
def publish_plan(settings: "PublishSettings") -> "PublishPlan":
    """Return the first step of a publication."""
    from datetime import timedelta

    from quietline.adapters.s3 import Bucket
    from quietline.kernel.clock import SystemClock
    from quietline.lists.publish import PublishPlan
    from quietline.profiles.profile import load_profile

    return PublishPlan(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        store=publications(settings.registry_table),
        changes=changes(settings.registry_table, settings.profile),
        objects=Bucket(settings.lists_bucket),
        settle=timedelta(seconds=settings.settle_seconds),
        days_ahead=settings.days_ahead,
    )


@cache
def area_build(settings: "PublishSettings") -> "AreaBuild":
    """Return what builds an area; its function has the `lists` layer."""
    from quietline.adapters.s3 import Bucket
    from quietline.lists.publish import AreaBuild
    from quietline.profiles.profile import load_profile

    return AreaBuild(
        profile=load_profile(settings.profile),
        changes=changes(settings.registry_table, settings.profile),
        objects=Bucket(settings.lists_bucket),
    )


@cache
def manifest_writer(settings: "PublishSettings") -> "ManifestWriter":
    """Return the last step of a publication."""
    from quietline.adapters.s3 import Bucket
    from quietline.lists.publish import ManifestWriter
    from quietline.profiles.profile import load_profile

    return ManifestWriter(
        profile=load_profile(settings.profile),
        store=publications(settings.registry_table),
        objects=Bucket(settings.lists_bucket),
        signer=signer(settings.signing_key_ids),
    )


@cache
def manifests(settings: "PublicApiSettings") -> "Manifests":
    """Return the reader of published manifests."""
    from quietline.adapters.s3 import Bucket
    from quietline.lists.service import Manifests

    return Manifests(publications(settings.registry_table), Bucket(settings.lists_bucket))


@cache
def downloads(settings: "SellerApiSettings") -> "Downloads":
    """Return what hands out lists."""
    from quietline.adapters.dynamodb.lists import DynamoReceiptStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.s3 import Bucket
    from quietline.kernel.clock import SystemClock
    from quietline.lists.service import Downloads
    from quietline.profiles.profile import load_profile

    return Downloads(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        store=publications(settings.registry_table),
        objects=Bucket(settings.lists_bucket),
        entitlements=orders(settings),
        receipts=DynamoReceiptStore(Table(settings.sellers_table)),
        signer=signer(settings.signing_key_ids),
        url_seconds=settings.download_url_seconds,
    )


@cache
def lookups(settings: "SellerApiSettings") -> "Lookups":
    """Return what looks numbers up in the current list."""
    from quietline.adapters.dynamodb.lookups import CurrentList, NumberHistory
    from quietline.adapters.s3 import Bucket
    from quietline.kernel.clock import SystemClock
    from quietline.lookups.service import Lookups
    from quietline.profiles.profile import load_profile

    return Lookups(
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        lists=CurrentList(publications(settings.registry_table), Bucket(settings.lists_bucket)),
        numbers=NumberHistory(numbers(settings.registry_table)),
        signer=signer(settings.signing_key_ids),
    )


@cache
def complaints(settings: "PublicApiSettings | SiteFormsSettings") -> "ComplaintService":
    """Return what a consumer does with complaints."""
    from quietline.adapters.dynamodb.complaints import DynamoComplaintStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.complaints.service import ComplaintService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return ComplaintService(
        store=DynamoComplaintStore(Table(settings.cases_table)),
        cipher=mailbox_cipher(settings.pii_key_id),
        secret=app_secret(settings.app_secret_id),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def screening(settings: "ScreenComplaintSettings") -> "ScreeningService":
    """Return the steps of `screen-complaint`."""
    from quietline.adapters.dynamodb.complaints import DynamoComplaintStore, DynamoNumberHistory
    from quietline.adapters.dynamodb.table import Table
    from quietline.complaints.service import ScreeningService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return ScreeningService(
        store=DynamoComplaintStore(Table(settings.cases_table)),
        numbers=DynamoNumberHistory(Table(settings.registry_table)),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def assignment(settings: "ScreenComplaintSettings") -> "AssignmentService":
    """Return what puts complaints into cases."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.cases.service import AssignmentService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return AssignmentService(
        DynamoCaseStore(Table(settings.cases_table)), SystemClock(), load_profile(settings.profile)
    )


@cache
def investigation(settings: "InvestigateCaseSettings") -> "InvestigationService":
    """Return the steps of `investigate-case`."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.executions import StepFunctionsTasks
    from quietline.cases.service import InvestigationService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return InvestigationService(
        store=DynamoCaseStore(Table(settings.cases_table)),
        tasks=StepFunctionsTasks(),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def cases(settings: "CaseApiSettings") -> "CaseService":
    """Return what an investigator does."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.executions import StepFunctionsTasks
    from quietline.cases.service import CaseService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return CaseService(
        store=DynamoCaseStore(Table(settings.cases_table)),
        tasks=StepFunctionsTasks(),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


def redrive(cases_table: str, machine_arn: str) -> "RedriveService":
    """Return what an operator starts cases again with."""
    from quietline.adapters.dynamodb.cases import DynamoCaseStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.executions import StepFunctionsExecutions
    from quietline.cases.service import RedriveService
    from quietline.kernel.clock import SystemClock

    return RedriveService(DynamoCaseStore(Table(cases_table)), StepFunctionsExecutions(machine_arn), SystemClock())
