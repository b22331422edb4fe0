"""The use cases that the routes call, built from the settings at the first call."""

from typing import TYPE_CHECKING

from quietline import bootstrap
from quietline.profiles.profile import Profile, load_profile

from functions.public_api.app import settings

if TYPE_CHECKING:
    from quietline.complaints.changes import ChangeService
    from quietline.complaints.contact import ContactService
    from quietline.complaints.files import FileService
    from quietline.complaints.service import ComplaintService
    from quietline.evidence.service import EvidenceService
    from quietline.lists.service import Manifests
    from quietline.mails.optout import OptOutService
    from quietline.registrations.certificate import CertificateService
    from quietline.registrations.line import LineRemovalService
    from quietline.registrations.moving import MoveService
    from quietline.registrations.removal import RemovalService
    from quietline.registrations.service import RegistrationService
    from quietline.registrations.verification import VerificationService
    from quietline.registrations.waiting import WaitingService
    from quietline.reporters.service import BatchService
    from quietline.sellers.directory import DirectoryService


def registrations() -> "RegistrationService":
    """Return the registrations' use cases."""
    return bootstrap.registrations(settings())


def verifications() -> "VerificationService":
    """Return what answers by mail what is known of numbers."""
    return bootstrap.verifications(settings())


def removals() -> "RemovalService":
    """Return the use cases of removals."""
    return bootstrap.removals(settings())


def line_removals() -> "LineRemovalService":
    """Return the use cases of a removal by a code told to the line."""
    return bootstrap.line_removals(settings())


def waiting() -> "WaitingService":
    """Return what can be done with a registration that waits for its link."""
    return bootstrap.waiting(settings())


def moves() -> "MoveService":
    """Return what moves registrations to another mailbox."""
    return bootstrap.moves(settings())


def certificates() -> "CertificateService":
    """Return what issues certificates of registration."""
    return bootstrap.certificates(settings())


def opt_outs() -> "OptOutService":
    """Return what keeps who wants no mails but those asked for."""
    return bootstrap.opt_outs(settings())


def complaints() -> "ComplaintService":
    """Return the complaints' use cases."""
    return bootstrap.complaints(settings())


def batches() -> "BatchService":
    """Return what takes reporters' batches."""
    return bootstrap.batches(settings())


def changes() -> "ChangeService":
    """Return what a consumer does with a complaint later."""
    return bootstrap.complaint_changes(settings())


def contacts() -> "ContactService":
    """Return what corrects a consumer's name and address."""
    return bootstrap.complaint_contacts(settings())


def files() -> "FileService":
    """Return what removes a consumer's files."""
    return bootstrap.complaint_files(settings())


def evidence() -> "EvidenceService":
    """Return what owners of evidence do."""
    return bootstrap.evidence(settings().cases_table, settings().evidence_bucket, settings().profile)


def directory() -> "DirectoryService":
    """Return what anybody may ask about sellers."""
    return bootstrap.directory(settings().sellers_table, settings().profile)


def profile() -> Profile:
    """Return the jurisdiction."""
    return load_profile(settings().profile)


def manifests(*, sandbox: bool = False) -> "Manifests":
    """Return the published manifests, or the sandbox's."""
    return bootstrap.manifests(settings(), sandbox=sandbox)


def public_keys() -> dict[str, list[dict[str, str]]]:
    """Return the public keys as a JWKS."""
    return bootstrap.signer(settings().signing_key_ids).jwks()
