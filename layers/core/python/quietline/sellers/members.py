"""Use cases of an organization's members, and who somebody is."""

from dataclasses import dataclass

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from quietline.kernel.errors import FieldError as Wrong
from quietline.sellers.accounts import People
from quietline.sellers.model import Role
from quietline.sellers.ports import Agents, Caller, Organizations, Teams
from quietline.sellers.service import OrganizationService
from quietline.sellers.team import INVITED_ROLES, Me, Member, Outcome, TeamChange, TeamMember, What

TRIES = 3
"""Two changes of one team at a time: the second reads again."""
HISTORY = 100
LAST = "An organization keeps one authorized representative. Make somebody else one first."


@dataclass(frozen=True)
class MemberService:
    """The people of an organization."""

    service: OrganizationService
    organizations: Organizations
    teams: Teams
    agents: Agents
    people: People
    clock: Clock

    def me(self, caller: Caller) -> Me:
        """Return who calls, and for whom they may act.

        Raises:
            ForbiddenError: their account is gone.
        """
        person = self.people.person(caller.sub)
        if person is None:
            raise ForbiddenError("This account does not exist any more.")
        own = self.organizations.membership(caller.sub, caller.client_id)
        organization = self.organizations.get(own.organization_id) if own else None
        if own is None or organization is None:
            return Me(person.sub, person.email, person.email_verified, person.mfa)
        return Me(
            sub=person.sub,
            email=person.email,
            email_verified=person.email_verified,
            mfa=person.mfa,
            organization_id=own.organization_id,
            organization_name=organization.name,
            status=own.status,
            role=own.role,
            san=own.san,
            agencies=tuple(sorted(self.agents.agencies(own.organization_id), key=lambda one: one.san)),
        )

    def listed(self, caller: Caller) -> list[TeamMember]:
        """Return the members of the caller's organization, the oldest first; every member may see them.

        Raises:
            ForbiddenError: the caller acts in no organization, or as an agent.
        """
        members = sorted(self.teams.members(self.service.of(caller).organization_id), key=lambda one: one.since)
        found = [(member, self.people.person(member.sub)) for member in members]
        return [TeamMember(one, person.email if person else "", bool(person and person.mfa)) for one, person in found]

    def change_role(self, caller: Caller, sub: str, role: Role) -> Member:
        """Give a member of the caller's organization another role.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
            InvalidInputError: people cannot have this role.
            NotFoundError: there is no such member.
            ConflictError: the organization would have no authorized representative.
        """
        if role not in INVITED_ROLES:
            sentence = f"Choose {' or '.join(INVITED_ROLES)}."
            raise InvalidInputError(sentence, (Wrong("/role", sentence, "role_not_valid"),))
        organization_id = self.service.representative(caller).organization_id
        for _ in range(TRIES):
            member = self._member(organization_id, sub)
            if member.role is role:
                return member
            entry = TeamChange(self.clock.now(), What.ROLE, caller.sub, sub, role)
            if _done(self.teams.change_role(organization_id, member, role, entry)):
                return Member(sub, role, member.since)
        raise ConflictError("The team changed meanwhile; please try again.")

    def remove(self, caller: Caller, sub: str) -> None:
        """Take a member out of the caller's organization; everybody may leave. It holds from the next request on.

        Raises:
            ForbiddenError: the caller is neither the member nor an authorized representative.
            MfaRequiredError: the caller takes somebody else out and has no second factor.
            NotFoundError: there is no such member.
            ConflictError: the organization would have no authorized representative.
        """
        leaves = sub == caller.sub
        acts = self.service.of(caller) if leaves else self.service.representative(caller)
        for _ in range(TRIES):
            member = self._member(acts.organization_id, sub)
            what = What.LEFT if leaves else What.REMOVED
            entry = TeamChange(self.clock.now(), what, caller.sub, sub, member.role)
            if _done(self.teams.remove(acts.organization_id, member, entry)):
                return
        raise ConflictError("The team changed meanwhile; please try again.")

    def history(self, caller: Caller) -> list[TeamChange]:
        """Return the newest changes of the team, newest first.

        Raises:
            ForbiddenError: the caller is no authorized representative.
            MfaRequiredError: the caller has no second factor.
        """
        return self.teams.history(self.service.representative(caller).organization_id, HISTORY)

    def _member(self, organization_id: str, sub: str) -> Member:
        member = self.teams.member(organization_id, sub)
        if member is None:
            raise NotFoundError("There is no such member.")
        return member


def _done(outcome: Outcome) -> bool:
    if outcome is Outcome.LAST:
        raise ConflictError(LAST)
    return outcome is Outcome.DONE
