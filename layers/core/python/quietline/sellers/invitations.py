"""Use cases of invitations: a representative invites an address; who proves to have it becomes a member."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from quietline.kernel.clock import Clock
from quietline.kernel.errors import (
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidInputError,
    LinkError,
    NotFoundError,
)
from quietline.kernel.ids import new_ulid
from quietline.mails.address import address_hash, parse_address
from quietline.mails.links import ACCEPT_INVITATION, LinkSigner, record_id_of
from quietline.profiles.profile import Profile
from quietline.sellers.accounts import People
from quietline.sellers.model import Membership, Role
from quietline.sellers.ports import Caller, Invitations, Organizations, Vault
from quietline.sellers.service import OrganizationService
from quietline.sellers.team import (
    INVITED_ROLES,
    Invitation,
    InvitationState,
    Offer,
    OpenInvitation,
    Outcome,
    TeamChange,
    What,
)

SENTENCES = {
    "forged": "This link is not complete or not ours. Use the whole link from the newest mail.",
    "used": "This invitation was accepted before.",
    "withdrawn": "This invitation was withdrawn. Ask the organization for another.",
    "expired": "This invitation is too old. Ask the organization to send it again.",
}


@dataclass(frozen=True)
class InvitationService:
    """Invitations of an organization."""

    service: OrganizationService
    organizations: Organizations
    invitations: Invitations
    people: People
    vault: Vault
    mailbox: Vault
    links: LinkSigner
    secret: bytes
    clock: Clock
    profile: Profile

    def invite(self, caller: Caller, email: str, role: Role, language: str) -> OpenInvitation:
        """Invite an address; its mail follows.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            InvalidInputError: `/email` is no address, `/role` no role of people, or `/language` not the profile's.
            ConflictError: the address has an open invitation already, or there are too many.
        """
        acts = self.service.representative(caller)
        address = parse_address(email)
        self._check(role, language)
        hashed = address_hash(address, self.secret)
        opened = self.invitations.of(acts.organization_id)
        if any(one.email_hash == hashed for one in opened):
            raise ConflictError("This address has an invitation already. Send that one again, or withdraw it.")
        most = self.profile.sellers.team.open_invitations
        if len(opened) >= most:
            raise ConflictError(f"There are {most} open invitations. Withdraw some first.")
        now = self.clock.now()
        made = Invitation(
            id=new_ulid(now),
            organization_id=acts.organization_id,
            role=role,
            email_ciphertext=self.vault.encrypt(address),
            mail_ciphertext=self.mailbox.encrypt(address),
            email_hash=hashed,
            language=language,
            nonce=secrets.token_hex(16),
            by=caller.sub,
            created_at=now,
            expires_at=now + self._lifetime,
        )
        entry = TeamChange(now, What.INVITED, caller.sub, made.id, role)
        self.invitations.add(made, self._name(acts), entry)
        return OpenInvitation(made, address, expired=False)

    def listed(self, caller: Caller) -> list[OpenInvitation]:
        """Return the open invitations of the caller's organization, oldest first.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
        """
        now = self.clock.now()
        found = self.invitations.of(self.service.representative(caller).organization_id)
        return [OpenInvitation(one, self.vault.decrypt(one.email_ciphertext), one.has_expired(now)) for one in found]

    def resend(self, caller: Caller, invitation_id: str) -> OpenInvitation:
        """Send an invitation again, with a new link and a new term; the link of the mail before works no more.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            NotFoundError: there is no such open invitation.
            ConflictError: it was sent often enough.
        """
        acts = self.service.representative(caller)
        before = self._open(acts.organization_id, invitation_id)
        most = self.profile.sellers.team.mails_per_invitation
        if before.mails >= most:
            raise ConflictError(f"An invitation is mailed {most} times at most. Withdraw it and invite anew.")
        now = self.clock.now()
        after = replace(before, nonce=secrets.token_hex(16), expires_at=now + self._lifetime, mails=before.mails + 1)
        entry = TeamChange(now, What.RESENT, caller.sub, before.id)
        if self.invitations.resend(before, after, self._name(acts), entry) is not Outcome.DONE:
            raise ConflictError("The invitation changed meanwhile; please try again.")
        return OpenInvitation(after, self.vault.decrypt(after.email_ciphertext), expired=False)

    def withdraw(self, caller: Caller, invitation_id: str) -> None:
        """Withdraw an invitation; its link works no more.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            NotFoundError: there is no such open invitation.
            ConflictError: it was accepted meanwhile.
        """
        found = self._open(self.service.representative(caller).organization_id, invitation_id)
        entry = TeamChange(self.clock.now(), What.WITHDRAWN, caller.sub, found.id)
        if self.invitations.withdraw(found, entry) is not Outcome.DONE:
            raise ConflictError("The invitation changed meanwhile; please try again.")

    def offer(self, token: str) -> Offer:
        """Return what a mailed link offers; nothing changes, for mail scanners follow links.

        Raises:
            LinkError: the link is forged, used, withdrawn or too old.
        """
        found = self._genuine(token)
        organization = self.organizations.get(found.organization_id)
        if organization is None:
            raise _refused("forged")
        return Offer(organization.name, found.role, found.expires_at)

    def accept(self, caller: Caller, token: str) -> Membership:
        """Make the signed-in person a member; they have verified the address that was invited.

        Raises:
            LinkError: the link is forged, used, withdrawn or too old.
            ForbiddenError: the invitation is for another address, or theirs is not verified.
            ConflictError: they belong to an organization already.
        """
        found = self._genuine(token)
        person = self.people.person(caller.sub)
        if person is None or not person.email_verified:
            raise ForbiddenError("Verify your e-mail address first.")
        if address_hash(person.email, self.secret) != found.email_hash:
            raise ForbiddenError("This invitation is for another e-mail address. Sign in with that one.")
        entry = TeamChange(self.clock.now(), What.JOINED, caller.sub, caller.sub, found.role)
        outcome = self.invitations.accept(found, caller.sub, entry)
        if outcome is Outcome.BELONGS:
            raise ConflictError("You already belong to an organization. Leave that one first.")
        if outcome is not Outcome.DONE:
            self._genuine(token)  # says why it works no more
            raise ConflictError("The invitation changed meanwhile; please try again.")
        return self.service.of(caller)

    def _genuine(self, token: str) -> Invitation:
        try:
            invitation_id = record_id_of(token)
        except LinkError as error:
            raise _refused("forged") from error
        found = self.invitations.find(invitation_id)
        if found is None or not self.links.is_genuine(token, ACCEPT_INVITATION, found.id, found.nonce):
            raise _refused("forged")
        if found.state is not InvitationState.OPEN:
            raise _refused("used" if found.state is InvitationState.ACCEPTED else "withdrawn")
        if found.has_expired(self.clock.now()):
            raise _refused("expired")
        return found

    def _open(self, organization_id: str, invitation_id: str) -> Invitation:
        found = self.invitations.get(organization_id, invitation_id)
        if found is None or found.state is not InvitationState.OPEN:
            raise NotFoundError("There is no such open invitation.")
        return found

    def _check(self, role: Role, language: str) -> None:
        wrong = []
        if role not in INVITED_ROLES:
            wrong.append(FieldError("/role", f"Choose {' or '.join(INVITED_ROLES)}.", "role_not_valid"))
        if language not in self.profile.languages:
            choices = " or ".join(self.profile.languages)
            wrong.append(FieldError("/language", f"Choose {choices}.", "language_not_offered"))
        if wrong:
            raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))

    def _name(self, acts: Membership) -> str:
        organization = self.organizations.get(acts.organization_id)
        if organization is None:
            raise NotFoundError("There is no such organization.")
        return organization.name

    @property
    def _lifetime(self) -> timedelta:
        return timedelta(days=self.profile.sellers.team.invitation_days)


def _refused(reason: str) -> LinkError:
    return LinkError(SENTENCES[reason], reason)
