"""What an operator does with the machine clients of trusted parties."""

from datetime import UTC, datetime

import pytest
from quietline.kernel.clock import FixedClock
from quietline.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from quietline.parties.model import Kind, Party
from quietline.parties.service import PartyAdministration, admitted

from tests.fakes.carriers import FakeCarriers, FakeClients

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def administration(
    parties: FakeCarriers | None = None, clients: FakeClients | None = None, kind: Kind = Kind.CARRIER
) -> PartyAdministration:
    return PartyAdministration(kind, parties or FakeCarriers(), clients or FakeClients(), FixedClock(NOW))


def test_an_operator_adds_rolls_and_disables_clients() -> None:
    carriers, clients = FakeCarriers(), FakeClients()
    desk = administration(carriers, clients)

    first, secret = desk.add("4321", "Acme Telephone")
    second, _ = desk.add("4321", "Acme Telephone")
    gone = desk.disable(first.client_id)

    assert secret == "hush"
    assert gone.disabled_at == NOW
    assert [one.disabled_at for one in desk.all()] == [NOW, None]
    assert clients.living == {second.client_id}
    assert desk.disable(first.client_id) == gone
    assert admitted(carriers, second.client_id, "No.") == second
    for stranger in (first.client_id, "nobody"):
        with pytest.raises(ForbiddenError, match="No"):
            admitted(carriers, stranger, "No.")
    for act in (desk.disable, lambda client_id: desk.hold(client_id, [])):
        with pytest.raises(NotFoundError):
            act("nobody")


@pytest.mark.parametrize(("code", "name"), [("", "A"), ("A-1", "A"), ("A" * 21, "A"), ("A1", ""), ("A1", " " * 3)])
@pytest.mark.parametrize("kind", list(Kind))
def test_a_party_has_a_code_and_a_name(kind: Kind, code: str, name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"A {kind}'s"):
        administration(kind=kind).add(code, name)


def test_what_a_carrier_holds_is_said_with_it_and_later() -> None:
    desk = administration()

    made, _ = desk.add("4321", "Acme Telephone", ["+1305", " +1305 ", "+12025550143"])
    later = desk.hold(made.client_id, ["+1786"])

    assert (made.holds, later.holds) == (("+1305", "+12025550143"), ("+1786",))
    assert desk.all() == [later]


@pytest.mark.parametrize("wrong", ["305", "+0305", "+1 305", "+", "+1234567890123456", ""])
def test_what_a_carrier_holds_are_beginnings_of_numbers(wrong: str) -> None:
    carriers, clients = FakeCarriers(), FakeClients()

    with pytest.raises(InvalidInputError):
        administration(carriers, clients).add("4321", "Acme Telephone", ["+1305", wrong])
    with pytest.raises(InvalidInputError):
        administration().add("4321", "Acme Telephone", [f"+1{number}" for number in range(1000, 1501)])

    assert not clients.living and not carriers.kept


def test_a_client_that_cannot_be_kept_is_not_left_behind() -> None:
    class Full(FakeCarriers):
        def add(self, party: Party) -> None:
            raise ConnectionError

    clients = FakeClients()
    with pytest.raises(ConnectionError):
        administration(Full(), clients).add("A1", "Acme")
    assert not clients.living
