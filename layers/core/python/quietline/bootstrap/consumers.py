"""Registrations, mails and complaints."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import app_secret, link_signer, mailbox_cipher, numbers
from quietline.bootstrap.evidence import evidence
from quietline.bootstrap.self_service import line_proving, opt_outs
from quietline.bootstrap.stops import stop_store

if TYPE_CHECKING:
    from quietline.complaints.changes import ChangeService
    from quietline.complaints.contact import ContactService
    from quietline.complaints.files import FileService
    from quietline.complaints.screening import ScreeningService
    from quietline.complaints.service import ComplaintService
    from quietline.kernel.settings.cases import ScreenComplaintSettings
    from quietline.kernel.settings.consumers import PublicApiSettings, SiteFormsSettings
    from quietline.kernel.settings.shared import MailerSettings
    from quietline.mails.service import MailService
    from quietline.registrations.service import RegistrationService


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
        proving=line_proving(settings),
    )


@cache
def mails(settings: "MailerSettings") -> "MailService":
    """Return what sends the outbox's mails."""
    from quietline.adapters.dynamodb.mails import DynamoOutbox
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.lines import AwsLines, MailedLines
    from quietline.adapters.ses import SesSender
    from quietline.kernel.clock import SystemClock
    from quietline.mails.service import MailService
    from quietline.profiles.profile import load_profile

    tables = (settings.registry_table, settings.sellers_table, settings.cases_table)
    sender = SesSender(settings.sender, settings.configuration_set)
    return MailService(
        outbox=DynamoOutbox({name: Table(name) for name in tables}),
        cipher=mailbox_cipher(settings.pii_key_id),
        links=link_signer(settings.app_secret_id),
        sender=sender,
        lines=MailedLines(sender) if settings.mailed_lines else AwsLines(settings.line_origination),
        profile=load_profile(settings.profile),
        site=settings.site_url,
        clock=SystemClock(),
        opt_outs=opt_outs(settings),
        secret=app_secret(settings.app_secret_id),
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
def complaint_changes(settings: "PublicApiSettings | SiteFormsSettings") -> "ChangeService":
    """Return what a consumer does with a complaint later."""
    from quietline.adapters.dynamodb.complaints import DynamoComplaintStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.complaints.changes import ChangeService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return ChangeService(
        store=DynamoComplaintStore(Table(settings.cases_table)),
        links=link_signer(settings.app_secret_id),
        secret=app_secret(settings.app_secret_id),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def complaint_contacts(settings: "PublicApiSettings | SiteFormsSettings") -> "ContactService":
    """Return what corrects a consumer's name and address."""
    from quietline.adapters.dynamodb.complaints import DynamoComplaintStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.complaints.contact import ContactService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return ContactService(
        store=DynamoComplaintStore(Table(settings.cases_table)),
        cipher=mailbox_cipher(settings.pii_key_id),
        secret=app_secret(settings.app_secret_id),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def complaint_files(settings: "PublicApiSettings | SiteFormsSettings") -> "FileService":
    """Return what removes a consumer's files."""
    from quietline.adapters.dynamodb.complaints import DynamoComplaintStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.complaints.files import FileService
    from quietline.kernel.clock import SystemClock

    return FileService(
        store=DynamoComplaintStore(Table(settings.cases_table)),
        evidence=evidence(settings.cases_table, settings.evidence_bucket, settings.profile),
        clock=SystemClock(),
    )


@cache
def screening(settings: "ScreenComplaintSettings") -> "ScreeningService":
    """Return the steps of `screen-complaint`."""
    from quietline.adapters.dynamodb.complaints import DynamoComplaintStore, DynamoNumberHistory
    from quietline.adapters.dynamodb.directory import DirectoryStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.complaints.screening import ScreeningService
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile

    return ScreeningService(
        store=DynamoComplaintStore(Table(settings.cases_table)),
        numbers=DynamoNumberHistory(Table(settings.registry_table)),
        directory=DirectoryStore(Table(settings.sellers_table)),
        stops=stop_store(settings.sellers_table),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )
