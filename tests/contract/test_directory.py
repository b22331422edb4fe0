"""The directory's store: who had declared a number on a day."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.certifications import CertificationStore
from quietline.adapters.dynamodb.directory import DirectoryStore
from quietline.adapters.dynamodb.sellers import OrganizationStore
from quietline.adapters.dynamodb.table import Table
from quietline.directory.model import CallerNumbers
from quietline.sellers.model import (
    Address,
    EventAction,
    Organization,
    OrganizationEvent,
    OrganizationStatus,
    OrganizationType,
)

AT = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
EVENT = OrganizationEvent(AT, EventAction.CALLER_NUMBERS, "ana", {"added": "1", "removed": "0"})
DAY, NEXT, LATER = date(2026, 11, 25), date(2026, 11, 28), date(2026, 11, 29)
ALWAYS = date(2000, 1, 1)
NUMBER, OTHER = "+13055550187", "+18005550199"


class World:
    def __init__(self, table: Table) -> None:
        self.table, self.store = table, DirectoryStore(table)

    def organization(self, organization_id: str, san: str) -> Organization:
        address = Address("1 Main Street", "Springfield", "IL", "62701", "US")
        kind = OrganizationType.SELLER
        made = Organization(organization_id, f"{san} LLC", kind, address, "A", "-", "en", AT, san=san)
        assert OrganizationStore(self.table).add(made, organization_id)
        return made

    def declare(self, organization_id: str, *numbers: str, on: date = DAY) -> CallerNumbers:
        before = self.store.read(organization_id)
        after = before.replaced(numbers, on, ALWAYS)
        assert self.store.replace(before, after, EVENT)
        assert self.store.read(organization_id) == after
        return after


@pytest.fixture
def world(cloud: Any) -> World:
    return World(Table(cloud.sellers_table))


def test_both_who_declare_a_number_are_found_on_its_days(world: World) -> None:
    for one in ("seller", "telemarketer"):
        world.organization(one, one)
    world.declare("seller", NUMBER, OTHER)
    world.declare("telemarketer", NUMBER)
    world.declare("seller", OTHER, on=NEXT)

    def who(number: str, on: date) -> list[tuple[str, str]]:
        return [(one.san, one.name) for one in world.store.declared_by(number, on)]

    both = [("seller", "seller LLC"), ("telemarketer", "telemarketer LLC")]
    assert who(NUMBER, NEXT) == both
    assert who(NUMBER, LATER) == both[1:]
    assert who(NUMBER, date(2026, 11, 24)) == []
    assert who(OTHER, LATER) == both[:1]
    assert who("+13055550100", DAY) == []


def test_of_two_changes_of_one_version_the_second_is_refused(world: World) -> None:
    world.organization("acme", "1")
    before = world.declare("acme", NUMBER)
    assert world.store.replace(before, before.replaced([OTHER], NEXT, ALWAYS), EVENT)

    assert not world.store.replace(before, before.replaced([], NEXT, ALWAYS), EVENT)

    assert set(world.store.read("acme").current) == {OTHER}


def test_a_find_without_the_number_leads_nowhere(world: World) -> None:
    world.organization("acme", "1")
    world.table.write(world.table.put(keys.declared(NUMBER, "acme"), {"organization_id": "acme"}))
    assert world.store.declared_by(NUMBER, DAY) == ()

    world.declare("acme", OTHER)

    assert world.store.declared_by(NUMBER, DAY) == ()


def test_the_sandbox_declares_for_itself_alone(world: World) -> None:
    world.organization("SANDBOX-1", "1")

    world.declare("SANDBOX-1", NUMBER)

    assert world.store.declared_by(NUMBER, DAY) == ()
    assert list(world.table.query(keys.declared_by(NUMBER))) == []


def test_a_closed_organization_declares_nothing_more_and_is_still_found(world: World) -> None:
    acme = world.organization("acme", "1")
    before = world.declare("acme", NUMBER)
    closing = (OrganizationStatus.ACTIVE, OrganizationStatus.CLOSED)
    assert CertificationStore(world.table).move(acme, *closing, "", EVENT)

    assert not world.store.replace(before, before.replaced([OTHER], NEXT, ALWAYS), EVENT)

    assert [one.organization_id for one in world.store.declared_by(NUMBER, NEXT)] == ["acme"]


def test_hundreds_of_numbers_are_declared_at_once(world: World) -> None:
    world.organization("acme", "1")
    many = [f"+1305555{number:04d}" for number in range(250)]

    world.declare("acme", *many)

    assert [one.organization_id for one in world.store.declared_by(many[-1], DAY)] == ["acme"]
