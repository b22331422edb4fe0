"""Administering trusted parties: who may report lines, who may send complaints in batches."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from quietline.kernel.clock import Clock
from quietline.kernel.errors import FieldError, ForbiddenError, InvalidInputError, NotFoundError
from quietline.kernel.ids import new_ulid
from quietline.parties.model import Kind, Party
from quietline.parties.ports import Clients, Parties, PartyReader

HELD = re.compile(r"\+[1-9][0-9]{1,14}")
HELD_AT_MOST = 500
"""Beginnings of numbers that one machine client holds: they lie in one item."""


def admitted(parties: PartyReader, client_id: str, refusal: str) -> Party:
    """Return whose machine client this is.

    Raises:
        ForbiddenError: the client is none of these parties', or was disabled; says `refusal`.
    """
    found = parties.get(client_id)
    if found is None or found.disabled_at is not None:
        raise ForbiddenError(refusal)
    return found


@dataclass(frozen=True)
class PartyAdministration:
    """What an operator does with the machine clients of one kind of party."""

    kind: Kind
    parties: Parties
    clients: Clients
    clock: Clock

    def add(self, code: str, name: str, holds: Sequence[str] = ()) -> tuple[Party, str]:
        """Make a machine client; a party that rolls its secret gets a second one, then loses the first.

        Args:
            code: what it is named by in what it sends, e.g. a carrier's operating company number: 2 to 20 letters and
                digits.
            name: for people.
            holds: numbers in E.164 that a carrier holds, or their beginnings.

        Returns:
            The party's client and its secret, which is kept nowhere here.

        Raises:
            InvalidInputError: the code, the name or what it holds cannot be used.
        """
        if not (2 <= len(code) <= 20 and code.isascii() and code.isalnum()):
            raise _wrong("/code", f"A {self.kind}'s code is 2 to 20 letters and digits.", "code_not_valid")
        if not 1 <= len(name.strip()) <= 100:
            raise _wrong("/name", f"A {self.kind}'s name has 1 to 100 characters.", "name_not_valid")
        held, now = _held(holds), self.clock.now()
        client_id, secret = self.clients.create_client(f"{self.kind}-{code}-{new_ulid(now)}")
        made = Party(client_id, code.upper(), name.strip(), now, holds=held)
        try:
            self.parties.add(made)
        except Exception:
            # a client that belongs to nobody would be a credential nobody can see or remove
            self.clients.delete_client(client_id)
            raise
        return made, secret

    def all(self) -> list[Party]:
        """Return all machine clients, oldest first."""
        return sorted(self.parties.all(), key=lambda party: party.created_at)

    def hold(self, client_id: str, holds: Sequence[str]) -> Party:
        """Say which numbers, or beginnings of numbers, a carrier holds, in place of those of before.

        Raises:
            InvalidInputError: one is no beginning of a number in E.164, or there are too many.
            NotFoundError: there is no such client.
        """
        made = replace(self._get(client_id), holds=_held(holds))
        self.parties.change(made)
        return made

    def disable(self, client_id: str) -> Party:
        """Stop serving a machine client, at once and for good; what it sent stays.

        Raises:
            NotFoundError: there is no such client.
        """
        found = self._get(client_id)
        if found.disabled_at is None:
            found = replace(found, disabled_at=self.clock.now())
            self.parties.change(found)
        self.clients.delete_client(client_id)
        return found

    def _get(self, client_id: str) -> Party:
        found = self.parties.get(client_id)
        if found is None:
            raise NotFoundError(f"There is no such machine client of a {self.kind}.")
        return found


def _held(holds: Sequence[str]) -> tuple[str, ...]:
    held = tuple(dict.fromkeys(one.strip() for one in holds))
    if len(held) > HELD_AT_MOST:
        raise _wrong("/holds", f"Name at most {HELD_AT_MOST} beginnings of numbers.", "holds_many")
    if any(not HELD.fullmatch(one) for one in held):
        raise _wrong("/holds", "Write each as the beginning of a number in E.164, such as +1305555.", "holds_not_valid")
    return held


def _wrong(pointer: str, detail: str, code: str) -> InvalidInputError:
    return InvalidInputError(detail, (FieldError(pointer, detail, code),))
