"""The directory's store: who had declared a number on a day."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.certifications import CertificationStore
from quietline.adapters.dynamodb.directory import DirectoryStore
from quietline.adapters.dynamodb.directory_entries import EntryStore
from quietline.adapters.dynamodb.sellers import OrganizationStore
from quietline.adapters.dynamodb.table import Table
from quietline.directory.model import CallerNumbers
from quietline.kernel.ids import is_sandbox
from quietline.sellers.model import (
    Address,
    Certification,
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

    def organization(self, organization_id: str, san: str, name: str = "") -> Organization:
        address = Address("1 Main Street", "Springfield", "IL", "62701", "US")
        kind = OrganizationType.SANDBOX if is_sandbox(organization_id) else OrganizationType.SELLER
        made = Organization(organization_id, name or f"{san} LLC", kind, address, "A", "-", "en", AT, san=san)
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


def listed(world: World, word: str = "", after: str = "") -> list[str]:
    return [row.entry.name for row in EntryStore(world.table).rows(word, after, 100)]


def certify(world: World, organization_id: str, san: str, at: datetime = AT) -> str | None:
    made = Certification("2026-10", "en", "I certify.", "ana", at)
    return CertificationStore(world.table).certify(organization_id, made, san)


def test_the_directory_follows_certification_suspension_and_reinstatement(world: World) -> None:
    store = CertificationStore(world.table)
    acme = world.organization("01ACME", "", "Acme Roofs & Acme Sons")
    zoo = world.organization("01ZOO", "", "Zoo")
    world.organization("SANDBOX-1", "", "Acme Tests")
    assert listed(world) == []

    assert certify(world, acme.id, "123-456-7897") == "123-456-7897"
    assert certify(world, zoo.id, "555-010-2230") == "555-010-2230"
    certify(world, "SANDBOX-1", "555-010-2248")

    assert listed(world) == ["Acme Roofs & Acme Sons", "Zoo"]
    assert listed(world, "acm") == listed(world, "roofs") == ["Acme Roofs & Acme Sons"]
    assert listed(world, "ro") == ["Acme Roofs & Acme Sons"]
    assert listed(world, after="acme roofs acme sons#01ACME") == ["Zoo"]
    entries = EntryStore(world.table)
    found = entries.of_san("123-456-7897")
    assert found is not None
    assert (found.name, found.city, found.certified_on) == (acme.name, "Springfield", AT.date())
    assert entries.of_san("555-010-2248") is None
    world.declare("01ACME", NUMBER)
    assert [entry.name for entry, _ in entries.declaring(NUMBER, DAY)] == [acme.name]

    active, suspended = OrganizationStatus.ACTIVE, OrganizationStatus.SUSPENDED
    now = OrganizationStore(world.table).get("01ACME")
    assert now is not None
    assert store.move(now, active, suspended, "why not", EVENT)
    assert listed(world) == ["Zoo"]
    assert listed(world, "ro") == []
    assert entries.of_san("123-456-7897") is None
    assert entries.declaring(NUMBER, DAY) == []
    assert not store.move(now, active, suspended, "again", EVENT), "it was read before"
    now = OrganizationStore(world.table).get("01ACME")
    assert now is not None
    assert store.move(now, suspended, active, "", EVENT)
    assert listed(world, "sons") == ["Acme Roofs & Acme Sons"]


def test_a_renewal_moves_the_day_of_every_item(world: World) -> None:
    world.organization("01ACME", "", "Acme Roofs")
    for at in (AT, datetime(2027, 11, 1, tzinfo=UTC)):
        certify(world, "01ACME", "123-456-7897", at)

    for word in ("", "roofs"):
        rows = EntryStore(world.table).rows(word, "", 100)
        assert [row.entry.certified_on for row in rows] == [date(2027, 11, 1)]
