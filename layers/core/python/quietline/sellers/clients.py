"""Use cases of machine clients: made, rotated, deleted; each may be bound to one SAN."""

from dataclasses import dataclass, replace
from datetime import timedelta

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.kernel.ids import new_ulid
from quietline.profiles.profile import Profile
from quietline.sellers import san as sans
from quietline.sellers.model import MachineClient, Membership
from quietline.sellers.ports import Agents, Caller, Clients, IdentityProvider
from quietline.sellers.service import OrganizationService
from quietline.sellers.team import Outcome, TeamChange, What


@dataclass(frozen=True)
class ClientService:
    """The machine clients of an organization. Secrets are shown once and kept nowhere here."""

    service: OrganizationService
    clients: Clients
    agents: Agents
    identity: IdentityProvider
    clock: Clock
    profile: Profile

    def create(self, caller: Caller, name: str, san: str = "") -> tuple[MachineClient, str]:
        """Make a machine client.

        Args:
            caller: an authorized representative.
            name: for people.
            san: the one SAN it shall act for: the organization's own, or one that it may act for as an agent; empty
                lets each request choose.

        Returns:
            The client and its secret, which cannot be read again.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            ConflictError: the organization has not certified, or has as many clients as it may.
            InvalidInputError: the organization may not act for `/san`.
        """
        acts = self._acts(caller)
        bound = self._bound(acts, san) if san else ""
        most = self.profile.sellers.team.clients
        if len([one for one in self._swept(acts) if one.ends_at is None]) >= most:
            raise ConflictError(f"An organization may have {most} machine clients.")
        return self._make(acts, caller, name, bound, None)

    def listed(self, caller: Caller) -> list[MachineClient]:
        """Return the machine clients of the caller's organization, oldest first; those that have ended are gone.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
        """
        return self._swept(self.service.representative(caller))

    def rotate(self, caller: Caller, client_id: str) -> tuple[MachineClient, str]:
        """Make a client that takes another's place; the old one works on for the profile's hours.

        A new client and not a second secret of the old: what the old one did stays told apart from what the new one
        does, and its end needs nobody to remember it.

        Returns:
            The new client and its secret, which cannot be read again.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            NotFoundError: there is no such client.
            ConflictError: it was rotated before.
        """
        acts = self._acts(caller)
        old = self._client(acts, client_id)
        if old.ends_at is not None:
            raise ConflictError("This machine client was rotated before; rotate the one that took its place.")
        return self._make(acts, caller, old.name, old.san, old)

    def delete(self, caller: Caller, client_id: str) -> None:
        """Delete a machine client; its tokens work no more from the next request on.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            NotFoundError: there is no such client.
        """
        acts = self.service.representative(caller)
        entry = TeamChange(self.clock.now(), What.CLIENT_GONE, caller.sub, client_id)
        if self.clients.remove(acts.organization_id, client_id, entry) is not Outcome.DONE:
            raise NotFoundError("There is no such machine client.")
        # the record goes first: a client of nobody may do nothing, even when this fails
        self.identity.delete_client(client_id)

    def _acts(self, caller: Caller) -> Membership:
        acts = self.service.representative(caller)
        if not acts.san:
            raise ConflictError("Certify first; then the organization may have machine clients.")
        return acts

    def _bound(self, acts: Membership, san: str) -> str:
        number = sans.read(san)
        allowed = {acts.san} | {one.san for one in self.agents.agencies(acts.organization_id)}
        if number is None or number not in allowed:
            sentence = "Your organization may not act for this subscription account number."
            raise InvalidInputError(sentence, (FieldError("/san", sentence, "san_not_allowed"),))
        return number

    def _client(self, acts: Membership, client_id: str) -> MachineClient:
        for one in self._swept(acts):
            if one.client_id == client_id:
                return one
        raise NotFoundError("There is no such machine client.")

    def _make(
        self, acts: Membership, caller: Caller, name: str, bound: str, old: MachineClient | None
    ) -> tuple[MachineClient, str]:
        now = self.clock.now()
        client_id, secret = self.identity.create_client(f"{acts.organization_id}-{new_ulid(now)}")
        made = MachineClient(client_id, name, now, caller.sub, bound)
        try:
            self._store(acts, caller, made, old)
        except Exception:
            # a client that belongs to nobody would be a credential nobody can see or remove
            self.identity.delete_client(client_id)
            raise
        return made, secret

    def _store(self, acts: Membership, caller: Caller, made: MachineClient, old: MachineClient | None) -> None:
        if old is None:
            entry = TeamChange(made.created_at, What.CLIENT, caller.sub, made.client_id, made.san)
            self.clients.add(acts.organization_id, made, entry)
            return
        overlap = timedelta(hours=self.profile.sellers.team.client_overlap_hours)
        ending = replace(old, ends_at=made.created_at + overlap, replaced_by=made.client_id)
        entry = TeamChange(made.created_at, What.CLIENT_ROTATED, caller.sub, old.client_id, made.client_id)
        if self.clients.rotate(acts.organization_id, ending, made, entry) is not Outcome.DONE:
            raise ConflictError("The machine client changed meanwhile; please try again.")

    def _swept(self, acts: Membership) -> list[MachineClient]:
        """Return the clients, oldest first, and take away those that have ended: they may do nothing any more."""
        now, kept = self.clock.now(), []
        for one in sorted(self.clients.of(acts.organization_id), key=lambda client: client.created_at):
            if one.ends_at is None or now < one.ends_at:
                kept.append(one)
                continue
            self.identity.delete_client(one.client_id)
            self.clients.remove(acts.organization_id, one.client_id, None)
        return kept
