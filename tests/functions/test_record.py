"""An organization's record: changes with a version, tax ids by their form, rules of the type, the history."""

from typing import Any

import pytest
from quietline.adapters.dynamodb.directory_entries import EntryStore

from tests.functions.test_cli_people import Terminal, terminal
from tests.functions.test_team import Town
from tests.helpers import Tripwire

__all__ = ["terminal"]

SSN = "219-09-9999"
MOVED = {"line1": "2 New Street", "city": "Chicago", "region": "IL", "postal_code": "60601", "country": "US"}


class Office:
    """Ana's organization."""

    def __init__(self, town: Town, kind: str = "seller") -> None:
        self.town, self.ana = town, town.person("ana")
        self.san = town.organization(self.ana, kind)
        self.id = town(self.ana, "GET", "/v1/organizations/mine")[1]["id"]

    @property
    def record(self) -> dict[str, Any]:
        return self.town(self.ana, "GET", f"/v1/organizations/{self.id}")[1]

    def change(self, version: int | None = None, **changes: Any) -> tuple[int, dict[str, Any]]:
        body = changes | {"version": self.record["version"] if version is None else version}
        return self.town(self.ana, "PATCH", f"/v1/organizations/{self.id}", body)

    def refused(self, **changes: Any) -> list[str]:
        status, answer = self.change(**changes)
        assert status == 400, answer
        return [one["pointer"] for one in answer["errors"]]

    def listed(self) -> list[tuple[str, str, str]]:
        rows = EntryStore(self.town.table).rows("", "", 10)
        return [(row.entry.name, row.entry.type, row.entry.city) for row in rows]


@pytest.fixture
def office(cloud: Any) -> Office:
    return Office(Town(cloud))


def test_what_is_changed_is_shown_listed_and_written_down(office: Office, tripwire: Tripwire) -> None:
    tripwire.watch(SSN, "219099999", "new@example.com", "+13055550187")
    before = office.record

    status, after = office.change(
        name="Example Wind Inc.",
        address=MOVED,
        phone="(305) 555-0187",
        tax_id={"kind": "ein", "number": "12 3456789"},
        contact={"email": "new@example.com"},
        language="es",
    )

    assert status == 200, after
    assert (after["name"], after["phone"], after["language"]) == ("Example Wind Inc.", "+13055550187", "es")
    assert after["tax_id"] == {"kind": "ein", "number": "12-3456789"}
    assert after["contact_name"] == before["contact_name"]
    assert after["version"] == before["version"] + 1
    assert office.record == after
    assert office.listed() == [("Example Wind Inc.", "seller", "Chicago")]
    assert office.change(version=before["version"], name="Other")[0] == 409
    assert office.change(name="Example Wind Inc.")[1]["version"] == after["version"], "the same is no change"
    events = office.town(office.ana, "GET", f"/v1/organizations/{office.id}/events")[1]["events"]
    assert [one["action"] for one in events] == ["changed", "certified"]
    fields = "address, contact_email, language, name, phone, tax_id"
    assert events[0]["detail"] == {"fields": fields, "name_before": before["name"]}


def test_a_persons_tax_id_is_encrypted_and_shown_by_its_end(office: Office, tripwire: Tripwire) -> None:
    tripwire.watch(SSN, "219099999")

    after = office.change(tax_id={"kind": "ssn", "number": SSN})[1]

    assert after["tax_id"] == {"kind": "ssn", "number": "•••-••-9999"}
    stored = repr(office.town._scan())
    assert (SSN in stored, "219099999" in stored) == (False, False)
    assert office.change(tax_id={"number": ""})[1]["tax_id"] is None


def test_every_wrong_field_is_named(office: Office) -> None:
    assert office.refused(tax_id={"kind": "ssn", "number": "666-12-3456"}, phone="12", language="fr") == [
        "/language",
        "/phone",
        "/tax_id/number",
    ]
    assert office.refused(tax_id={"kind": "ein", "number": "07-1234567"}) == ["/tax_id/number"]
    assert office.refused(tax_id={"kind": "vat", "number": "1"}) == ["/tax_id/kind"]
    assert office.refused(contact={"email": "nobody"}) == ["/contact/email"]
    assert office.refused(type="sandbox") == ["/type"]
    assert office.refused(type="exempt") == ["/exempt_reason"]
    assert office.refused(type="exempt", exempt_reason="because") == ["/exempt_reason"]


def test_the_type_changes_while_nothing_hangs_on_it(office: Office) -> None:
    assert office.change(type="exempt", exempt_reason="charity")[1]["exempt_reason"] == "charity"
    assert office.listed()[0][1] == "exempt"
    assert office.town(office.ana, "POST", "/v1/orders", {"areas": ["202"]})[0] == 201

    status, answer = office.change(type="seller")

    assert (status, "areas are held" in answer["detail"]) == (409, True)


def test_a_telemarketer_for_whom_sellers_rely_stays_one(cloud: Any) -> None:
    office = Office(Town(cloud), "telemarketer")
    bert = office.town.person("bert")
    office.town.organization(bert)
    assert office.town(bert, "POST", "/v1/agents", {"san": office.san})[0] == 201

    assert office.change(type="seller")[0] == 409
    assert office.change(name="Calls Ltd")[0] == 200
    assert office.town(bert, "GET", "/v1/agents")[1]["agents"][0]["name"] == "Calls Ltd"
    assert office.town(bert, "DELETE", f"/v1/agents/{office.san}")[0] == 204
    assert office.change(type="seller")[1]["type"] == "seller"


def test_another_organization_is_not_there(office: Office) -> None:
    bert = office.town.person("bert")
    office.town.organization(bert)

    assert office.town(bert, "PATCH", f"/v1/organizations/{office.id}", {"version": 1, "name": "X"})[0] == 404
    assert office.town(bert, "GET", f"/v1/organizations/{office.id}/events")[0] == 404


def test_the_command(terminal: Terminal) -> None:
    terminal.person("ana")
    terminal.organization()
    terminal.run("organization", "edit", code=2)
    terminal.run("organization", "edit", "--tax-id", "12-3456789", code=2)
    assert "/tax_id/number" in terminal.run("organization", "edit", "--tax-id", "ein:1", code=4)
    assert "Changed." in terminal.run("organization", "edit", "--city", "Peoria", "--tax-id", "ein:12-3456789")
    assert "Nothing" in terminal.run("organization", "edit", "--city", "Peoria")
    shown = terminal.run("organization", "show")
    assert "1, Peoria, IL 62701, US" in shown
    assert "12-3456789 (ein)" in shown
    assert "address, tax_id" in terminal.run("organization", "history")
