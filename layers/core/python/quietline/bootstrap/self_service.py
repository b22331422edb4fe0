"""What consumers do themselves with their registrations."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import app_secret, link_signer, mailbox_cipher, numbers, signer

if TYPE_CHECKING:
    from quietline.kernel.settings.consumers import PublicApiSettings, SiteFormsSettings
    from quietline.kernel.settings.shared import MailerSettings
    from quietline.mails.optout import OptOutService
    from quietline.registrations.certificate import CertificateService
    from quietline.registrations.codes import CodeDesk
    from quietline.registrations.line import LineRemovalService
    from quietline.registrations.moving import MoveService
    from quietline.registrations.proving import LineProving
    from quietline.registrations.removal import RemovalService
    from quietline.registrations.requests import RequestDesk
    from quietline.registrations.verification import VerificationService
    from quietline.registrations.waiting import WaitingService


@cache
def _desk(settings: "PublicApiSettings | SiteFormsSettings") -> "RequestDesk":
    from quietline.adapters.dynamodb.requests import DynamoRequests
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.registrations.requests import RequestDesk

    return RequestDesk(
        requests=DynamoRequests(Table(settings.registry_table)),
        cipher=mailbox_cipher(settings.pii_key_id),
        links=link_signer(settings.app_secret_id),
        secret=app_secret(settings.app_secret_id),
        profile=load_profile(settings.profile),
        clock=SystemClock(),
    )


@cache
def _codes(settings: "PublicApiSettings | SiteFormsSettings") -> "CodeDesk":
    from quietline.adapters.dynamodb.proofs import DynamoProofs
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.registrations.codes import CodeDesk

    return CodeDesk(
        proofs=DynamoProofs(Table(settings.registry_table)),
        cipher=mailbox_cipher(settings.pii_key_id),
        links=link_signer(settings.app_secret_id),
        profile=load_profile(settings.profile),
        clock=SystemClock(),
    )


@cache
def line_proving(settings: "PublicApiSettings | SiteFormsSettings") -> "LineProving":
    """Return what proves lines when their numbers are registered."""
    from quietline.registrations.proving import LineProving

    return LineProving(_codes(settings))


@cache
def verifications(settings: "PublicApiSettings | SiteFormsSettings") -> "VerificationService":
    """Return what answers by mail what is known of numbers."""
    from quietline.adapters.dynamodb.registrations import DynamoRegistrations
    from quietline.adapters.dynamodb.table import Table
    from quietline.registrations.verification import VerificationService

    registrations = DynamoRegistrations(Table(settings.registry_table))
    return VerificationService(_desk(settings), numbers(settings.registry_table), registrations)


@cache
def certificates(settings: "PublicApiSettings | SiteFormsSettings") -> "CertificateService":
    """Return what issues certificates of registration."""
    from quietline.adapters.dynamodb.registrations import DynamoRegistrations
    from quietline.adapters.dynamodb.requests import DynamoRequests
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.registrations.certificate import CertificateService

    table = Table(settings.registry_table)
    return CertificateService(
        registrations=DynamoRegistrations(table),
        requests=DynamoRequests(table),
        numbers=numbers(settings.registry_table),
        links=link_signer(settings.app_secret_id),
        signer=signer(settings.signing_key_ids),
        profile=load_profile(settings.profile),
        clock=SystemClock(),
    )


@cache
def waiting(settings: "PublicApiSettings | SiteFormsSettings") -> "WaitingService":
    """Return what can be done with a registration that waits for its link."""
    from quietline.adapters.dynamodb.registrations import DynamoRegistrations
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.registrations.waiting import WaitingService

    return WaitingService(
        registrations=DynamoRegistrations(Table(settings.registry_table)),
        cipher=mailbox_cipher(settings.pii_key_id),
        links=link_signer(settings.app_secret_id),
        secret=app_secret(settings.app_secret_id),
        profile=load_profile(settings.profile),
        clock=SystemClock(),
        proving=line_proving(settings),
    )


@cache
def removals(settings: "PublicApiSettings | SiteFormsSettings") -> "RemovalService":
    """Return the use cases of removals."""
    from quietline.adapters.dynamodb.registrations import DynamoRegistrations
    from quietline.adapters.dynamodb.table import Table
    from quietline.registrations.removal import RemovalService

    registrations = DynamoRegistrations(Table(settings.registry_table))
    return RemovalService(_desk(settings), numbers(settings.registry_table), registrations)


@cache
def moves(settings: "PublicApiSettings | SiteFormsSettings") -> "MoveService":
    """Return what moves registrations to another mailbox."""
    from quietline.adapters.dynamodb.registrations import DynamoRegistrations
    from quietline.adapters.dynamodb.table import Table
    from quietline.registrations.moving import MoveService

    return MoveService(_desk(settings), DynamoRegistrations(Table(settings.registry_table)))


@cache
def opt_outs(settings: "PublicApiSettings | SiteFormsSettings | MailerSettings") -> "OptOutService":
    """Return what keeps who wants no mails but those asked for."""
    from quietline.adapters.dynamodb.mails import DynamoOptOuts
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.mails.optout import OptOutService

    return OptOutService(
        DynamoOptOuts(Table(settings.registry_table)), link_signer(settings.app_secret_id), SystemClock()
    )


@cache
def line_removals(settings: "PublicApiSettings | SiteFormsSettings") -> "LineRemovalService":
    """Return the use cases of a removal by a code told to the line."""
    from quietline.registrations.line import LineRemovalService

    return LineRemovalService(_codes(settings), numbers(settings.registry_table))
