"""Use cases of agents: telemarketers that a seller lets act for its SAN. Nothing is ever shared the other way.

What an agent downloads, looks up or washes for a seller is the seller's: its entitlements decide, its usage counts, its
SAN stands in the receipt beside the agent's own.
"""

from dataclasses import dataclass

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from quietline.profiles.profile import Profile
from quietline.sellers import san as sans
from quietline.sellers.model import Organization, OrganizationType
from quietline.sellers.ports import Agents, Caller, Organizations
from quietline.sellers.service import OrganizationService
from quietline.sellers.team import Agency, Agent, Outcome, TeamChange, What


@dataclass(frozen=True)
class AgentService:
    """Who may act for whose SAN."""

    service: OrganizationService
    organizations: Organizations
    agents: Agents
    clock: Clock
    profile: Profile

    def authorize(self, caller: Caller, san: str) -> Agent:
        """Let a telemarketer, named by its SAN, act for the caller's organization.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            InvalidInputError: `/san` is none, the organization's own, or no telemarketer's.
            ConflictError: the organization has not certified, the telemarketer is an agent already, or there are too
                many.
        """
        seller = self._seller(caller)
        number = sans.read(san)
        found = self.agents.organization_of(number) if number else None
        if found is None:
            raise _refused("This is no subscription account number.", "san_unknown")
        if found.id == seller.id:
            raise _refused("This is your own organization's number.", "san_own")
        if found.type is not OrganizationType.TELEMARKETER:
            raise _refused("Only a telemarketer or service provider can act for others.", "san_no_telemarketer")
        most = self.profile.sellers.team.agents
        if len(self.agents.agents(seller.id)) >= most:
            raise ConflictError(f"An organization may have {most} agents. Take one back first.")
        now = self.clock.now()
        entry = TeamChange(now, What.AGENT, caller.sub, found.san)
        if self.agents.authorize(seller, found, entry) is not Outcome.DONE:
            raise ConflictError("This telemarketer may act for your organization already.")
        return Agent(found.id, found.san, found.name, now)

    def listed(self, caller: Caller) -> list[Agent]:
        """Return who may act for the caller's organization, by SAN.

        Raises:
            ForbiddenError: the caller acts in no organization, or as an agent.
        """
        return sorted(self.agents.agents(self.service.of(caller).organization_id), key=lambda one: one.san)

    def withdraw(self, caller: Caller, san: str) -> None:
        """Take the authorization back; the agent's next request is refused.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            NotFoundError: there is no such agent.
        """
        seller = self._seller(caller)
        number = sans.read(san) or ""
        entry = TeamChange(self.clock.now(), What.AGENT_GONE, caller.sub, number)
        if self.agents.withdraw(seller, number, entry) is not Outcome.DONE:
            raise NotFoundError("There is no such agent.")

    def agencies(self, caller: Caller) -> list[Agency]:
        """Return for whose SAN the caller's organization may act, by SAN.

        Raises:
            ForbiddenError: the caller acts in no organization, or as an agent.
        """
        return sorted(self.agents.agencies(self.service.of(caller).organization_id), key=lambda one: one.san)

    def _seller(self, caller: Caller) -> Organization:
        acts = self.service.representative(caller)
        seller = self.organizations.get(acts.organization_id)
        if seller is None or not seller.san:
            raise ConflictError("Certify first; then your organization has a number that others may act for.")
        return seller


def _refused(sentence: str, code: str) -> InvalidInputError:
    return InvalidInputError(sentence, (FieldError("/san", sentence, code),))
