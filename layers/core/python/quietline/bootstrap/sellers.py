"""Organizations, their teams, orders and payments."""

from functools import cache
from typing import TYPE_CHECKING

from quietline.bootstrap.common import app_secret, link_signer, mailbox_cipher, organization_cipher
from quietline.bootstrap.people import people

if TYPE_CHECKING:
    from quietline.kernel.settings.lists import WashSettings
    from quietline.kernel.settings.sellers import SellerApiSettings, TeamSettings
    from quietline.orders.service import OrderService
    from quietline.sellers.agents import AgentService
    from quietline.sellers.caller_numbers import CallerNumberService
    from quietline.sellers.certifications import CertificationService
    from quietline.sellers.clients import ClientService
    from quietline.sellers.invitations import InvitationService
    from quietline.sellers.members import MemberService
    from quietline.sellers.record import RecordService
    from quietline.sellers.relisting import DirectoryRebuild
    from quietline.sellers.service import OrganizationService
    from quietline.sellers.suspension import SuspensionService


@cache
def organizations(settings: "TeamSettings") -> "OrganizationService":
    """Return the use cases of organizations.

    Raises:
        ConfigurationError: `representative_mfa` is neither `required` nor `optional`.
    """
    from quietline.adapters.dynamodb.sellers import OrganizationStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.kernel.errors import ConfigurationError
    from quietline.profiles.profile import load_profile
    from quietline.sellers.service import OrganizationService

    if settings.representative_mfa not in ("required", "optional"):
        raise ConfigurationError("representative_mfa is required or optional.")
    return OrganizationService(
        organizations=OrganizationStore(Table(settings.sellers_table)),
        people=people(settings.user_pool_id),
        vault=mailbox_cipher(settings.pii_key_id),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
        mfa_required=settings.representative_mfa == "required",
    )


@cache
def members(settings: "TeamSettings") -> "MemberService":
    """Return the use cases of an organization's people, and who somebody is."""
    from quietline.adapters.dynamodb.agents import AgentStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.dynamodb.team import TeamStore
    from quietline.sellers.members import MemberService

    service, table = organizations(settings), Table(settings.sellers_table)
    return MemberService(
        service=service,
        organizations=service.organizations,
        teams=TeamStore(table),
        agents=AgentStore(table),
        people=service.people,
        clock=service.clock,
    )


@cache
def invitations(settings: "TeamSettings") -> "InvitationService":
    """Return the use cases of invitations."""
    from quietline.adapters.dynamodb.table import Table
    from quietline.adapters.dynamodb.team import InvitationStore
    from quietline.sellers.invitations import InvitationService

    service = organizations(settings)
    return InvitationService(
        service=service,
        organizations=service.organizations,
        invitations=InvitationStore(Table(settings.sellers_table)),
        people=service.people,
        vault=organization_cipher(settings.pii_key_id),
        mailbox=mailbox_cipher(settings.pii_key_id),
        links=link_signer(settings.app_secret_id),
        secret=app_secret(settings.app_secret_id),
        clock=service.clock,
        profile=service.profile,
    )


@cache
def agents(settings: "TeamSettings") -> "AgentService":
    """Return the use cases of agents on a SAN."""
    from quietline.adapters.dynamodb.agents import AgentStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.sellers.agents import AgentService

    service = organizations(settings)
    return AgentService(
        service=service,
        organizations=service.organizations,
        agents=AgentStore(Table(settings.sellers_table)),
        clock=service.clock,
        profile=service.profile,
    )


@cache
def machine_clients(settings: "TeamSettings") -> "ClientService":
    """Return the use cases of machine clients."""
    from quietline.adapters.cognito import CognitoClients
    from quietline.adapters.dynamodb.agents import AgentStore
    from quietline.adapters.dynamodb.clients import ClientStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.sellers.clients import ClientService

    service, table = organizations(settings), Table(settings.sellers_table)
    return ClientService(
        service=service,
        clients=ClientStore(table),
        agents=AgentStore(table),
        identity=CognitoClients(settings.user_pool_id),
        clock=service.clock,
        profile=service.profile,
    )


@cache
def certifications(settings: "TeamSettings") -> "CertificationService":
    """Return the use cases of certifications."""
    from quietline.adapters.dynamodb.certifications import CertificationStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.profiles.profile import load_profile
    from quietline.sellers.certifications import CertificationService

    return CertificationService(
        certifications=CertificationStore(Table(settings.sellers_table)),
        vault=mailbox_cipher(settings.pii_key_id),
        clock=SystemClock(),
        profile=load_profile(settings.profile),
    )


@cache
def records(settings: "TeamSettings") -> "RecordService":
    """Return the use cases of organizations' records."""
    from quietline.adapters.dynamodb.records import RecordStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.sellers.record import RecordService

    service = organizations(settings)
    store = RecordStore(Table(settings.sellers_table))
    return RecordService(service, store, service.vault, service.clock, service.profile)


@cache
def caller_numbers(settings: "TeamSettings") -> "CallerNumberService":
    """Return the use cases of the numbers that organizations call from."""
    from quietline.adapters.dynamodb.directory import DirectoryStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.sellers.caller_numbers import CallerNumberService

    service = organizations(settings)
    return CallerNumberService(service, DirectoryStore(Table(settings.sellers_table)), service.clock, service.profile)


def suspension(sellers_table: str) -> "SuspensionService":
    """Return what an operator suspends and reinstates organizations with."""
    from quietline.adapters.dynamodb.certifications import CertificationStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.sellers.suspension import SuspensionService

    return SuspensionService(CertificationStore(Table(sellers_table)), SystemClock())


def directory_rebuild(sellers_table: str) -> "DirectoryRebuild":
    """Return what an operator rebuilds the public directory with."""
    from quietline.adapters.dynamodb.relisting import ListingStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.sellers.relisting import DirectoryRebuild

    return DirectoryRebuild(ListingStore(Table(sellers_table)))


@cache
def orders(settings: "SellerApiSettings | WashSettings") -> "OrderService":
    """Return the use cases of orders."""
    from quietline.adapters.dynamodb.orders import OrderStore
    from quietline.adapters.dynamodb.table import Table
    from quietline.kernel.clock import SystemClock
    from quietline.orders.service import OrderService
    from quietline.profiles.profile import load_profile

    return OrderService(OrderStore(Table(settings.sellers_table)), SystemClock(), load_profile(settings.profile))
