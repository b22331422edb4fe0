"""The carriers' ports in memory, on the registrations' fakes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from quietline.carriers.model import Line
from quietline.kernel.phone import PhoneNumber
from quietline.mails.outbox import Template
from quietline.parties.model import Party
from quietline.registrations.model import NumberRecord, Registration
from quietline.registrations.ports import ChangedMeanwhileError

from tests.fakes.registrations import FakeNumbers


@dataclass
class FakeLines:
    """Lines in memory; `before_write` runs just before each transaction, to play somebody else."""

    numbers: FakeNumbers
    lines: dict[PhoneNumber, Line] = field(default_factory=dict)
    mails: list[tuple[Template, str, PhoneNumber]] = field(default_factory=list)
    writes: int = 0
    before_write: Callable[[], None] = lambda: None

    def get_many(self, numbers: Sequence[PhoneNumber]) -> dict[PhoneNumber, Line]:
        return {number: self.lines[number] for number in numbers if number in self.lines}

    def write(
        self, line: Line, before: NumberRecord, after: NumberRecord, mail: tuple[Template, Registration] | None
    ) -> None:
        self.before_write()
        known = self.lines.get(line.number)
        if (known.version if known else 0) != line.version - 1 or self.numbers.get(line.number) != before:
            raise ChangedMeanwhileError
        self.lines[line.number] = line
        self.numbers.records[line.number] = after
        self.writes += 1
        if mail:
            self.mails.append((mail[0], mail[1].id, line.number))


@dataclass
class FakeCarriers:
    """Carriers in memory."""

    kept: dict[str, Party] = field(default_factory=dict)

    def get(self, client_id: str) -> Party | None:
        return self.kept.get(client_id)

    def add(self, party: Party) -> None:
        self.kept[party.client_id] = party

    def all(self) -> Iterable[Party]:
        return self.kept.values()

    def change(self, party: Party) -> None:
        self.kept[party.client_id] = party


@dataclass
class FakeClients:
    """Cognito in memory."""

    living: set[str] = field(default_factory=set)

    def create_client(self, name: str) -> tuple[str, str]:
        client_id = f"client-{len(self.living) + 1}"
        self.living.add(client_id)
        return client_id, "hush"

    def delete_client(self, client_id: str) -> None:
        self.living.discard(client_id)


@dataclass
class FakeHygieneMetrics:
    """Counts."""

    numbers: int = 0

    def removed(self, numbers: int) -> None:
        self.numbers += numbers
