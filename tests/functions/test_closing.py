"""Closing an organization: what must be settled, what ends, what stays, and where its people go."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from quietline.adapters import aws
from quietline.adapters.dynamodb.directory import DirectoryStore
from quietline.adapters.dynamodb.directory_entries import EntryStore
from quietline.adapters.dynamodb.erasing import ErasureStore
from quietline.adapters.dynamodb.orders import OrderStore
from quietline.adapters.dynamodb.table import Table
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ConflictError, InvalidInputError
from quietline.kernel.settings.functions import NotifySettings, RelaySettings
from quietline.profiles import load_profile
from quietline.sellers.erasing import ErasureService

from functions.notify import handler as notify
from functions.relay import handler as relay
from tests.functions.test_cli_people import Terminal, terminal
from tests.functions.test_record import Office
from tests.functions.test_team import Town, invited
from tests.helpers import load_event

__all__ = ["terminal"]

FREE = ["202", "301", "410", "443", "571"]


@pytest.fixture
def office(cloud: Any) -> Office:
    return Office(Town(cloud))


def close(office: Office, **changes: Any) -> tuple[int, dict[str, Any]]:
    record = office.record
    body = {"name": record["name"], "version": record["version"]} | changes
    return office.town(office.ana, "POST", f"/v1/organizations/{office.id}/close", body)


def clear(office: Office) -> None:
    office.town.cloud.use(NotifySettings, user_pool_id=office.town.pool)
    notify.settings.cache_clear()
    notify.handle({"table": office.town.table.name, "pk": f"CLOSING#{office.id}", "kind": "CLOSING"})


def test_everything_that_it_had_open_ends_and_its_records_stay(office: Office) -> None:
    town, ana = office.town, office.ana
    tom, dan = town.person("tom"), invited(town, ana, "dan")
    telemarketer = town.organization(tom, "telemarketer")
    assert town(ana, "POST", "/v1/agents", {"san": telemarketer})[0] == 201
    assert town(ana, "POST", "/v1/invitations", {"email": "eve@example.com", "role": "downloader"})[0] == 201
    client = town(ana, "POST", "/v1/clients", {"name": "nightly"})[1]["client_id"]
    assert town(ana, "POST", "/v1/calendars", {"name": "ours"})[0] == 201
    hook = {"url": "https://hooks.example.com/x", "events": ["list.published"]}
    assert town(ana, "POST", "/v1/webhooks/endpoints", hook)[0] == 201
    assert town(ana, "POST", "/v1/orders", {"areas": FREE})[0] == 201
    path = f"/v1/organizations/{office.id}/caller-numbers"
    assert town(ana, "PUT", path, {"numbers": ["(305) 555-0187"], "version": 0})[0] == 200

    status, closed = close(office)

    assert (status, closed["status"]) == (200, "closed"), closed
    machine = {"sub": "", "client_id": client, "groups": "", "scopes": "quietline/lists"}
    for who in (ana, dan, machine):
        assert town(who, "POST", "/v1/downloads", {"areas": ["202"]})[1]["type"] == "/problems/organization-closed"
    assert town(tom, "POST", "/v1/downloads", {"areas": ["202"]}, office.san)[0] == 403
    assert office.change(name="Other")[1]["type"] == "/problems/organization-closed"
    assert close(office)[1]["type"] == "/problems/organization-closed"

    for _ in range(2):  # messages repeat
        clear(office)

    clients = town.cognito.list_user_pool_clients(UserPoolId=town.pool)["UserPoolClients"]
    assert client not in {one["ClientId"] for one in clients}
    left = {item["sk"].split("#")[0] for item in town.table.query(f"ORGANIZATION#{office.id}")}
    assert left.isdisjoint({"AGENT", "CLIENT", "CALENDAR", "ENDPOINT", "PREFERENCES"})
    assert left >= {"META", "MEMBER", "CERTIFICATION", "EVENT", "ENTITLEMENT"}
    invitations = town.table.query(f"ORGANIZATION#{office.id}", prefix="INVITATION#")
    assert sorted(one["state"] for one in invitations) == ["accepted", "withdrawn"]
    assert town(tom, "GET", "/v1/agencies")[1]["agencies"] == []
    assert [row.entry.type for row in EntryStore(town.table).rows("", "", 9)] == ["telemarketer"]
    assert DirectoryStore(town.table).read(office.id).current == {}
    assert town(dan, "GET", "/v1/orders")[1]["orders"][0]["state"] == "active"
    event = town(dan, "GET", f"/v1/organizations/{office.id}/events")[1]["events"][0]
    assert (event["action"], set(event["detail"])) == ("closed", {"kept_until"})


def test_its_people_go_elsewhere(office: Office) -> None:
    town, ana, dan = office.town, office.ana, invited(office.town, office.ana, "dan")
    other = town.person("olga")
    town.organization(other)
    assert close(office)[0] == 200

    again = town.organization(ana)
    body = {"email": "dan@example.com", "role": "downloader"}
    assert town(other, "POST", "/v1/invitations", body)[0] == 201
    assert town(dan, "POST", "/v1/invitations/accept", {"token": town.token()})[0] == 200

    assert again != office.san
    assert town(ana, "GET", "/v1/me")[1]["san"] == again
    assert town(ana, "GET", f"/v1/organizations/{office.id}")[0] == 404
    assert len(town(other, "GET", "/v1/members")[1]["members"]) == 2


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("SET open_order = :x", "not paid"),
        ("SET #s = :x", "suspends"),
    ],
)
def test_what_is_not_settled_keeps_it_open(office: Office, change: str, word: str) -> None:
    value = "suspended" if "#s" in change else "01ORDER"
    names = {"#s": "status"} if "#s" in change else None
    key = (f"ORGANIZATION#{office.id}", "META")
    office.town.table.write(office.town.table.update(key, change, names=names, values={":x": value}))

    status, answer = close(office)

    assert (status, word in answer["detail"]) == (409, True)


def test_a_disputed_order_keeps_it_open(office: Office) -> None:
    office.town(office.ana, "POST", "/v1/orders", {"areas": FREE})
    [held] = office.town.table.query(f"ORGANIZATION#{office.id}", prefix="ENTITLEMENT#")
    disputing = office.town.table.update(
        (held["pk"], held["sk"]),
        "SET #s = :stopped, reason = :why",
        names={"#s": "state"},
        values={":stopped": "stopped", ":why": "disputed"},
    )
    office.town.table.write(disputing)

    assert "disputed" in close(office)[1]["detail"]


def test_the_name_and_the_version_confirm_it(office: Office) -> None:
    assert close(office, name="Other LLC")[1]["errors"][0]["pointer"] == "/name"
    assert close(office, version=0)[0] == 409
    assert close(office, name=f"  {office.record['name'].upper()} ")[0] == 200


def test_an_order_and_a_close_at_once_leave_one_of_them(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from quietline.adapters.dynamodb.orders import OrderStore

    place, closed = OrderStore.place, []

    def late(store: Any, order: Any, account: Any) -> None:
        if not closed:
            closed.append(close(office)[0])
        place(store, order, account)

    monkeypatch.setattr(OrderStore, "place", late)

    assert office.town(office.ana, "POST", "/v1/orders", {"areas": FREE})[0] == 409
    assert closed == [200]
    assert office.town(office.ana, "GET", "/v1/orders")[1]["orders"] == []


def test_the_relay_asks_for_the_clearing(cloud: Any) -> None:
    cloud.use(RelaySettings)
    relay.settings.cache_clear()
    record = load_event("relay/outbox")["Records"][0]
    record["dynamodb"]["Keys"] = {"pk": {"S": "CLOSING#01ORG"}, "sk": {"S": "META"}}

    assert relay.forward(record) == "CLOSING"
    [message] = aws.client("sqs").receive_message(QueueUrl=cloud.notices_queue_url)["Messages"]
    assert "CLOSING#01ORG" in message["Body"]


def test_the_command(terminal: Terminal) -> None:
    terminal.person("ana")
    terminal.organization()
    assert "/name" in terminal.run("organization", "close", "--name", "Other", code=4)
    assert "Acme is closed" in terminal.run("organization", "close", text="Acme\n")
    assert "closed" in terminal.run("organization", "edit", "--city", "Peoria", code=4)


LATER = "The records are no longer needed."


def erasure(office: Office, on: str) -> ErasureService:
    now = FixedClock(datetime.fromisoformat(f"{on}T12:00:00+00:00"))
    return ErasureService(ErasureStore(office.town.table), now, load_profile("us"))


def test_after_the_years_an_operator_erases_its_people_and_the_books_stay(office: Office) -> None:
    town, ana = office.town, office.ana
    invited(town, ana, "dan")
    assert town(ana, "POST", "/v1/orders", {"areas": FREE})[0] == 201
    path = f"/v1/organizations/{office.id}/caller-numbers"
    assert town(ana, "PUT", path, {"numbers": ["(305) 555-0187"], "version": 0})[0] == 200
    assert close(office)[0] == 200
    clear(office)
    [event] = [
        item
        for item in town.table.query(f"ORGANIZATION#{office.id}", prefix="EVENT#")
        if "kept_until" in item["detail"]
    ]
    kept = date.fromisoformat(event["detail"]["kept_until"])
    before, after = kept.isoformat(), (kept + timedelta(days=1)).isoformat()

    assert erasure(office, before).due() == []
    with pytest.raises(ConflictError, match="must be kept until"):
        erasure(office, before).erase(office.san, LATER, "operator")
    assert [one.san for one in erasure(office, after).due()] == [office.san]
    assert erasure(office, after).erase(office.san, LATER, "operator") > 4

    items = list(town.table.query(f"ORGANIZATION#{office.id}"))
    assert {item["sk"].split("#")[0] for item in items} == {"META", "CERTIFICATION", "EVENT", "ENTITLEMENT"}
    [record] = [item for item in items if item["sk"] == "META"]
    assert (record["contact_name"], record["contact_email_ciphertext"], record["address"]["line1"]) == ("", "", "")
    everything = (
        list(town.table.scan("USER#")) + list(town.table.scan("INVITATION#")) + list(town.table.scan("DECLARED#"))
    )
    assert everything == []
    assert ana["sub"] not in json.dumps([item for item in items if item["sk"].startswith("CERT")], default=str)
    [order] = OrderStore(town.table).of(office.id)
    assert list(order.areas) == FREE
    assert [item["action"] for item in items if item["sk"].startswith("EVENT#")][-1] == "erased"
    assert erasure(office, after).due() == []
    with pytest.raises(ConflictError, match="before"):
        erasure(office, after).erase(office.san, LATER, "operator")


def test_one_that_is_not_closed_is_never_erased(office: Office) -> None:
    with pytest.raises(ConflictError, match="only a closed one"):
        erasure(office, "2099-01-01").erase(office.san, LATER, "operator")
    with pytest.raises(InvalidInputError):
        erasure(office, "2099-01-01").erase(office.san, "short", "operator")
    with pytest.raises(InvalidInputError):
        erasure(office, "2099-01-01").erase("123", LATER, "operator")


def test_an_erasure_that_broke_off_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    invited(office.town, office.ana, "dan")
    assert close(office)[0] == 200
    write, broken = Table.write, []

    def breaks(table: Table, *writes: Any) -> None:
        write(table, *writes)
        if len(writes) == 1 and len(broken) < 3:
            broken.append(writes)
            if len(broken) == 3:
                raise ConnectionError

    monkeypatch.setattr(Table, "write", breaks)
    with pytest.raises(ConnectionError):
        erasure(office, "2099-01-01").erase(office.san, LATER, "operator")
    assert erasure(office, "2099-01-01").erase(office.san, LATER, "operator") > 0
    left = {item["sk"].split("#")[0] for item in office.town.table.query(f"ORGANIZATION#{office.id}")}
    assert left == {"META", "CERTIFICATION", "EVENT"}
