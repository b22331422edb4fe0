"""Use cases of organizations."""

import re
from dataclasses import dataclass
from datetime import timedelta

from quietline.kernel.clock import Clock
from quietline.kernel.errors import (
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidInputError,
    MfaRequiredError,
    NoOrganizationError,
    NotFoundError,
)
from quietline.kernel.ids import new_ulid, sandbox_id
from quietline.profiles.profile import Profile
from quietline.sellers import san as sans
from quietline.sellers.access import not_closed, served
from quietline.sellers.accounts import MFA_HELP, People
from quietline.sellers.model import (
    Address,
    Membership,
    Organization,
    OrganizationStatus,
    OrganizationType,
    Role,
)
from quietline.sellers.ports import Caller, Organizations, Vault

USE_NOTED = timedelta(hours=1)
"""How often a machine client's use is noted."""
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True)
class OrganizationService:
    """Organizations, and who acts where."""

    organizations: Organizations
    people: People
    vault: Vault
    clock: Clock
    profile: Profile
    mfa_required: bool = True

    def create(
        self,
        caller: Caller,
        *,
        name: str,
        kind: OrganizationType,
        address: Address,
        contact_name: str,
        contact_email: str,
        language: str,
        exempt_reason: str = "",
    ) -> Organization:
        """Make an organization; the signed-in user becomes its authorized representative.

        Raises:
            InvalidInputError: the contact's e-mail is no address, or the language or the reason of the exemption is not
                the profile's.
            ConflictError: the user already belongs to an organization.
        """
        wrong = wrong_email(contact_email) + wrong_language(language, self.profile)
        wrong += wrong_exemption(kind, exempt_reason, self.profile)
        if wrong:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
        now = self.clock.now()
        organization = Organization(
            id=sandbox_id(new_ulid(now)) if kind is OrganizationType.SANDBOX else new_ulid(now),
            name=name,
            type=kind,
            address=address,
            contact_name=contact_name,
            contact_email_ciphertext=self.vault.encrypt(contact_email),
            language=language,
            created_at=now,
            exempt_reason=exempt_reason if kind is OrganizationType.EXEMPT else "",
        )
        if not self.organizations.add(organization, caller.sub):
            raise ConflictError("You already belong to an organization.")
        return organization

    def of(self, caller: Caller, *, as_agent: bool = False) -> Membership:
        """Return where somebody acts: in their organization, or as an agent for the SAN that they name.

        Args:
            caller: a person or a machine client.
            as_agent: whether what follows is open to agents: downloads, lookups, washes and what they are entitled to.

        Raises:
            NoOrganizationError: nowhere yet.
            ForbiddenError: not for this SAN, or not as an agent; a machine client or agent of an organization that is
                suspended or closed.
            InvalidInputError: what they name is no SAN.
        """
        own = self.organizations.membership(caller.sub, caller.client_id)
        if own is None:
            raise NoOrganizationError("You belong to no organization yet; create one first.")
        if own.role is Role.MACHINE:
            served(own)
        wanted = self._wanted(caller, own)
        if not wanted or wanted == own.san:
            return own
        found = self.organizations.acting(own, wanted)
        if found is None:
            raise ForbiddenError("Your organization may not act for this subscription account number.")
        if not as_agent:
            raise ForbiddenError("An agent may download, look up and wash for a seller, and nothing else.")
        served(own)
        if found.status is not OrganizationStatus.ACTIVE:
            raise ForbiddenError("The organization with this number is suspended or closed, so nobody acts for it.")
        return found

    def _wanted(self, caller: Caller, own: Membership) -> str:
        """Return the SAN that a caller names or is bound to, or nothing; note that a machine client was seen."""
        wanted = ""
        if caller.acting_for:
            wanted = sans.read(caller.acting_for) or ""
            if not wanted:
                raise InvalidInputError("The header Quietline-SAN holds no subscription account number.")
        pointer, now = own.client, self.clock.now()
        if pointer is None:
            return wanted
        if pointer.has_ended(now):
            raise ForbiddenError("This machine client works no more; another has taken its place.")
        if pointer.note_due(now, USE_NOTED):
            self.organizations.note_use(pointer.client_id, now)
        if pointer.bound_san and wanted not in ("", pointer.bound_san):
            raise ForbiddenError("This machine client acts for one subscription account number only, and not for this.")
        return wanted or pointer.bound_san

    def representative(self, caller: Caller) -> Membership:
        """Return where somebody acts as authorized representative.

        Raises:
            ForbiddenError: they are none.
            MfaRequiredError: they have no second factor.
            OrganizationClosedError: the organization was closed.
        """
        membership = self.of(caller)
        if membership.role is not Role.REPRESENTATIVE:
            raise ForbiddenError("Only an authorized representative of the organization may do this.")
        not_closed(membership)
        if self.mfa_required:
            person = self.people.person(caller.sub)
            if person is None or not person.mfa:
                raise MfaRequiredError(f"An authorized representative needs a second factor. {MFA_HELP}")
        return membership

    def get(self, caller: Caller, organization_id: str) -> Organization:
        """Return the caller's own organization.

        Raises:
            NotFoundError: there is no such organization, or it is another one.
        """
        if self.of(caller).organization_id != organization_id:
            raise NotFoundError("There is no such organization.")
        found = self.organizations.get(organization_id)
        if found is None:
            raise NotFoundError("There is no such organization.")
        return found


def wrong_email(email: str) -> list[FieldError]:
    """Return what is wrong with a contact's address."""
    if len(email) <= 254 and EMAIL.fullmatch(email):
        return []
    return [FieldError("/contact/email", "This is not an e-mail address.", "email_not_valid")]


def wrong_exemption(kind: OrganizationType, reason: str, profile: Profile) -> list[FieldError]:
    """Return what is wrong with the reason of an exemption: none is given, or the profile knows it."""
    known = [one.code for one in profile.organizations.exemptions]
    if kind is not OrganizationType.EXEMPT or not reason or reason in known:
        return []
    return [FieldError("/exempt_reason", f"Choose {' or '.join(known)}.", "exempt_reason_unknown")]


def wrong_language(language: str, profile: Profile) -> list[FieldError]:
    """Return what is wrong with a language of mails."""
    if language in profile.languages:
        return []
    return [FieldError("/language", f"Choose {' or '.join(profile.languages)}.", "language_not_offered")]
