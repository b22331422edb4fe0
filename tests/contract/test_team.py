"""The team's store: what two people do at once leaves one authorized representative and one membership a person."""

from datetime import UTC, datetime
from typing import Any

import pytest
from quietline.adapters.dynamodb.sellers import OrganizationStore
from quietline.adapters.dynamodb.table import Table
from quietline.adapters.dynamodb.team import InvitationStore, TeamStore
from quietline.sellers.model import Address, Organization, OrganizationType, Role
from quietline.sellers.team import Invitation, Member, Outcome, TeamChange, What

AT = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
ENTRY = TeamChange(AT, What.REMOVED, "ana", "bea")


class Team:
    def __init__(self, table: Table) -> None:
        self.table, self.store = table, TeamStore(table)
        self.invitations = InvitationStore(table)

    def add(self, organization_id: str, sub: str) -> None:
        address = Address("1 Main Street", "Springfield", "IL", "62701", "US")
        made = Organization(organization_id, "Acme", OrganizationType.SELLER, address, "A", "-", "en", AT)
        assert OrganizationStore(self.table).add(made, sub)

    def invitation(self, organization_id: str, role: Role, nonce: str = "n") -> Invitation:
        made = Invitation(
            id=f"01KB3Q6W5N8Y2C4D6E8F0G1H2{len(organization_id) % 10}",
            organization_id=organization_id,
            role=role,
            email_ciphertext="-",
            mail_ciphertext="-",
            email_hash="hash",
            language="en",
            nonce=nonce,
            by="ana",
            created_at=AT,
            expires_at=AT,
        )
        self.invitations.add(made, "Acme", ENTRY)
        return made

    def join(self, sub: str, role: Role) -> Member:
        assert self.invitations.accept(self.invitation("acme", role), sub, ENTRY) is Outcome.DONE
        self.table.write(self.table.delete(("INVITATION#01KB3Q6W5N8Y2C4D6E8F0G1H24", "META")))
        self.table.write(self.table.delete(("ORGANIZATION#acme", "INVITATION#01KB3Q6W5N8Y2C4D6E8F0G1H24")))
        member = self.store.member("acme", sub)
        assert member is not None
        return member

    def representatives(self) -> list[str]:
        return [one.sub for one in self.store.members("acme") if one.role is Role.REPRESENTATIVE]


@pytest.fixture
def team(cloud: Any) -> Team:
    made = Team(Table(cloud.sellers_table))
    made.add("acme", "ana")
    return made


def test_two_representatives_who_remove_each_other_leave_one(team: Team) -> None:
    bea = team.join("bea", Role.REPRESENTATIVE)
    ana = team.store.member("acme", "ana")
    assert ana is not None

    outcomes = [team.store.remove("acme", bea, ENTRY), team.store.remove("acme", ana, ENTRY)]

    assert outcomes == [Outcome.DONE, Outcome.LAST]
    assert team.representatives() == ["ana"]
    assert OrganizationStore(team.table).membership("bea", "cli") is None


def test_two_representatives_who_step_down_at_once_leave_one(team: Team) -> None:
    bea = team.join("bea", Role.REPRESENTATIVE)
    ana = team.store.member("acme", "ana")
    assert ana is not None

    outcomes = [team.store.change_role("acme", one, Role.DOWNLOADER, ENTRY) for one in (ana, bea)]

    assert outcomes == [Outcome.DONE, Outcome.LAST]
    assert team.representatives() == ["bea"]


def test_a_member_who_changed_meanwhile_is_read_again(team: Team) -> None:
    bea = team.join("bea", Role.DOWNLOADER)
    assert team.store.change_role("acme", bea, Role.REPRESENTATIVE, ENTRY) is Outcome.DONE

    assert team.store.remove("acme", bea, ENTRY) is Outcome.CHANGED

    now = team.store.member("acme", "bea")
    assert now is not None
    assert team.store.remove("acme", now, ENTRY) is Outcome.DONE
    assert team.store.remove("acme", now, ENTRY) is Outcome.GONE


def test_an_invitation_is_accepted_once_and_by_nobody_who_belongs(team: Team) -> None:
    made = team.invitation("acme", Role.DOWNLOADER)
    team.add("other", "zoe")

    assert team.invitations.accept(made, "zoe", ENTRY) is Outcome.BELONGS
    assert team.invitations.accept(made, "bea", ENTRY) is Outcome.DONE
    assert team.invitations.accept(made, "cem", ENTRY) is Outcome.CHANGED
    assert team.invitations.withdraw(made, ENTRY) is Outcome.CHANGED
    assert {one.sub for one in team.store.members("acme")} == {"ana", "bea"}


def test_nobody_joins_a_closed_organization(team: Team) -> None:
    made = team.invitation("acme", Role.DOWNLOADER)
    closing = team.table.update(
        ("ORGANIZATION#acme", "META"), "SET #s = :s", names={"#s": "status"}, values={":s": "closed"}
    )
    team.table.write(closing)

    assert team.invitations.accept(made, "bea", ENTRY) is Outcome.CHANGED
    assert team.store.member("acme", "bea") is None


def test_the_history_only_grows(team: Team) -> None:
    team.join("bea", Role.DOWNLOADER)

    assert sorted(one.what for one in team.store.history("acme", 10)) == [What.REMOVED, What.REMOVED, What.CREATED]
    assert len(team.store.history("acme", 2)) == 2
