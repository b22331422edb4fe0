"""Use cases of organizations."""

import re
from dataclasses import dataclass

from quietline.kernel.clock import Clock
from quietline.kernel.errors import (
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from quietline.kernel.ids import new_ulid
from quietline.profiles.profile import Profile
from quietline.sellers.model import (
    Address,
    Certification,
    MachineClient,
    Membership,
    Organization,
    OrganizationType,
    Role,
)
from quietline.sellers.ports import Caller, IdentityProvider, Organizations, Vault
from quietline.sellers.san import new_san

SAN_TRIES = 5
MAX_CLIENTS = 10
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True)
class OrganizationService:
    """Organizations, their certification, SAN and machine clients."""

    organizations: Organizations
    identity: IdentityProvider
    vault: Vault
    clock: Clock
    profile: Profile

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
    ) -> Organization:
        """Make an organization; the signed-in user becomes its authorized representative.

        Raises:
            InvalidInputError: the contact's e-mail is no address, or the language is not the profile's.
            ConflictError: the user already belongs to an organization.
        """
        wrong: list[FieldError] = []
        if len(contact_email) > 254 or not EMAIL.fullmatch(contact_email):
            wrong.append(FieldError("/contact/email", "This is not an e-mail address.", "email_not_valid"))
        if language not in self.profile.languages:
            choices = " or ".join(self.profile.languages)
            wrong.append(FieldError("/language", f"Choose {choices}.", "language_not_offered"))
        if wrong:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))
        now = self.clock.now()
        organization = Organization(
            id=new_ulid(now),
            name=name,
            type=kind,
            address=address,
            contact_name=contact_name,
            contact_email_ciphertext=self.vault.encrypt(contact_email),
            language=language,
            created_at=now,
        )
        if not self.organizations.add(organization, caller.sub):
            raise ConflictError("You already belong to an organization.")
        return organization

    def of(self, caller: Caller) -> Membership:
        """Return where somebody acts.

        Raises:
            ForbiddenError: nowhere yet.
        """
        membership = self.organizations.membership(caller.sub, caller.client_id)
        if membership is None:
            raise ForbiddenError("You belong to no organization yet; create one first.")
        return membership

    def representative(self, caller: Caller) -> Membership:
        """Return where somebody acts as authorized representative.

        Raises:
            ForbiddenError: they are none.
        """
        membership = self.of(caller)
        if membership.role is not Role.REPRESENTATIVE:
            raise ForbiddenError("Only an authorized representative of the organization may do this.")
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

    def certify(self, caller: Caller, *, version: str, language: str) -> tuple[Certification, str]:
        """Certify the profile's current text; the first time issues the SAN.

        Returns:
            The certification and the organization's SAN.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            ConflictError: another version of the text holds now.
            InvalidInputError: the text does not exist in that language.
            UnavailableError: no free SAN was found (practically never).
        """
        membership = self.representative(caller)
        if version != self.profile.sellers.certification_version:
            raise ConflictError(
                f"The text that holds now is version {self.profile.sellers.certification_version}; read it first."
            )
        text = self.profile.sellers.certification_text.get(language)
        if text is None:
            sentence = "The certification does not exist in this language."
            raise InvalidInputError(sentence, (FieldError("/language", sentence, "language_not_offered"),))
        certification = Certification(version, language, text, caller.sub, self.clock.now())
        for _ in range(SAN_TRIES):
            san = self.organizations.certify(membership.organization_id, certification, new_san())
            if san is not None:
                return certification, san
        raise UnavailableError("No subscription account number could be issued; please try again.")

    def create_client(self, caller: Caller, name: str) -> tuple[MachineClient, str]:
        """Make a machine client.

        Returns:
            The client and its secret, which is kept nowhere here and cannot be read again.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            ConflictError: the organization has not certified, or has as many clients as it may.
        """
        membership = self.representative(caller)
        if not membership.san:
            raise ConflictError("Certify first; then the organization may have machine clients.")
        if len(list(self.organizations.clients(membership.organization_id))) >= MAX_CLIENTS:
            raise ConflictError(f"An organization may have {MAX_CLIENTS} machine clients.")
        client_id, secret = self.identity.create_client(f"{membership.organization_id}-{new_ulid(self.clock.now())}")
        client = MachineClient(client_id, name, self.clock.now(), caller.sub)
        try:
            self.organizations.add_client(membership.organization_id, client)
        except Exception:
            # a client that belongs to nobody would be a credential nobody can see or remove
            self.identity.delete_client(client_id)
            raise
        return client, secret

    def clients(self, caller: Caller) -> list[MachineClient]:
        """Return the machine clients of the caller's organization, oldest first.

        Raises:
            ForbiddenError: the caller is no authorized representative.
        """
        return sorted(
            self.organizations.clients(self.representative(caller).organization_id), key=lambda c: c.created_at
        )
