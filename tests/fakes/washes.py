"""Washes' ports in memory."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from pyroaring import BitMap
from quietline.lists.build import dump
from quietline.usage.model import Agent, Take
from quietline.washes.model import FileFacts, Uploaded, Wash
from quietline.washes.ports import ChangedMeanwhileError

from tests.fakes.usage import MemoryUsage


class MemoryWashes:
    """Washes by organization; `usage` is counted with their end."""

    def __init__(self, usage: MemoryUsage) -> None:
        self.kept: dict[tuple[str, str], Wash] = {}
        self.usage = usage
        self.steps: list[Wash] = []

    def add(self, wash: Wash) -> bool:
        if self.of_reference(wash.organization_id, wash.request.client_reference, wash.agent):
            return False
        self.kept[wash.organization_id, wash.id] = wash
        return True

    def get(self, organization_id: str, wash_id: str) -> Wash | None:
        return self.kept.get((organization_id, wash_id))

    def of_reference(self, organization_id: str, client_reference: str, agent: Agent | None = None) -> Wash | None:
        for (organization, _), wash in self.kept.items():
            same = wash.request.client_reference == client_reference and wash.agent == agent
            if organization == organization_id and same:
                return wash
        return None

    def page(self, organization_id: str, limit: int, after: str, agent: Agent | None = None) -> list[Wash]:
        own = [wash for (organization, _), wash in self.kept.items() if organization == organization_id]
        own = [wash for wash in own if agent is None or wash.agent == agent]
        own.sort(key=lambda wash: wash.id, reverse=True)
        return [wash for wash in own if not after or wash.id < after][:limit]

    def save(self, wash: Wash) -> None:
        if self.kept[wash.organization_id, wash.id].version != wash.version - 1:
            raise ChangedMeanwhileError
        self.kept[wash.organization_id, wash.id] = wash
        self.steps.append(wash)

    def finish(self, wash: Wash, take: Take) -> bool:
        if self.kept[wash.organization_id, wash.id].version != wash.version - 1:
            raise ChangedMeanwhileError
        if take.numbers and self.usage.take(take) is None:
            return False
        self.save(wash)
        return True


class MemoryStopped:
    """Numbers that organizations were told not to call any more."""

    def __init__(self, **held: set[str]) -> None:
        self.of = held

    def held(self, organization_id: str) -> frozenset[str]:
        return frozenset(self.of.get(organization_id, ()))


class MemoryForms:
    """Forms and links that say what they give access to."""

    def form(self, key: str, max_bytes: int, seconds: int, back: str = "") -> tuple[str, Mapping[str, str]]:
        fields = {"key": key, "max": str(max_bytes), "seconds": str(seconds)}
        return "https://washes.example/", fields | ({"back": back} if back else {})

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str:
        return f"https://washes.example/{key}?name={name}&type={content_type}&seconds={seconds}"


class MemorySource:
    def __init__(self, key: str, data: bytes, pieces: int) -> None:
        self.key, self.data, self.place, self.pieces = key, data, 0, pieces

    def read(self, size: int = -1, /) -> bytes:
        size = self.pieces if size < 0 else min(size, self.pieces)
        piece = self.data[self.place : self.place + size]
        self.place += len(piece)
        return piece

    def facts(self) -> FileFacts:
        return FileFacts(self.key, len(self.data), hashlib.sha256(self.data).hexdigest())


class MemorySink:
    def __init__(self, key: str) -> None:
        self.key, self.data, self.done = key, bytearray(), False

    def write(self, data: bytes, /) -> int:
        self.data += data
        return len(data)

    def facts(self) -> FileFacts:
        self.done = True
        return FileFacts(self.key, len(self.data), hashlib.sha256(self.data).hexdigest())


class MemoryFiles:
    """A bucket of washes; `broken` makes reading fail, as when S3 does."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.broken: Exception | None = None
        self.pieces = 1 << 20

    def source(self, uploaded: Uploaded) -> MemorySource:
        if self.broken:
            raise self.broken
        return MemorySource(uploaded.key, self.objects[uploaded.key], self.pieces)

    @contextmanager
    def sink(self, key: str) -> Iterator[MemorySink]:
        made = MemorySink(key)
        yield made
        if made.done:
            self.objects[key] = bytes(made.data)

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)


@dataclass
class MemoryList:
    """A list of some areas."""

    date: date
    numbers: dict[str, BitMap] = field(default_factory=dict)
    manifest_sha256: str = "5f" * 32

    @property
    def areas(self) -> frozenset[str]:
        return frozenset(self.numbers)

    def bitmap(self, area: str) -> bytes:
        return dump(self.numbers[area])


class MemoryNewest:
    """The newest list."""

    def __init__(self, newest: MemoryList | None) -> None:
        self.list = newest

    def newest(self) -> MemoryList | None:
        return self.list
