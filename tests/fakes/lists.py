"""The list's ports in memory."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from quietline.kernel import jws
from quietline.kernel.errors import ConflictError
from quietline.lists.model import Change, ImportedNumbers, Publication, Published


class MemoryPublications:
    """Dates begun and published."""

    def __init__(self) -> None:
        self.begun_dates: dict[date, Publication] = {}
        self.lists: dict[date, Published] = {}

    def newest(self) -> Published | None:
        return self.lists[max(self.lists)] if self.lists else None

    def published(self, day: date) -> Published | None:
        return self.lists.get(day)

    def begun(self, day: date) -> Publication | None:
        return self.begun_dates.get(day)

    def begin(self, publication: Publication) -> Publication:
        if self.begun_dates and max(self.begun_dates) > publication.date:
            raise ConflictError("overtaken")
        if publication.date not in self.begun_dates:
            newest = self.newest()
            if publication.base != (newest and newest.date):
                raise ConflictError("overtaken")
        return self.begun_dates.setdefault(publication.date, publication)

    def finish(self, published: Published, base: date | None) -> None:
        if self.lists.get(published.date) == published:
            return
        newest = self.newest()
        if published.date in self.lists or max(self.begun_dates) != published.date:
            raise ConflictError("overtaken")
        if base != (newest and newest.date):
            raise ConflictError("overtaken")
        self.lists[published.date] = published


class MemoryChanges:
    """Changes by area, in the order they were recorded."""

    def __init__(self) -> None:
        self.by_area: dict[str, list[Change]] = {}
        self.imports: dict[str, list[ImportedNumbers]] = {}

    def record(self, area: str, at: datetime, subscriber: int, added: bool) -> None:
        self.by_area.setdefault(area, []).append(Change(at, subscriber, added))

    def first(self) -> datetime | None:
        instants = [one.at for kind in (self.by_area, self.imports) for ones in kind.values() for one in ones]
        return datetime.combine(min(instants).date(), time(), UTC) if instants else None

    def changed(self, areas: Iterable[str], since: datetime, before: datetime) -> set[str]:
        return {a for a in areas if self.of_area(a, since, before) or self.imports_of_area(a, since, before)}

    def imports_of_area(self, area: str, since: datetime, before: datetime) -> list[ImportedNumbers]:
        return [one for one in self.imports.get(area, []) if since <= one.at < before]

    def of_area(self, area: str, since: datetime, before: datetime) -> list[Change]:
        found = [change for change in self.by_area.get(area, []) if since <= change.at < before]
        return sorted(found, key=lambda change: change.at)


class MemoryObjects:
    """A bucket; `fail_after` writes are done before the next one breaks, as when a worker is killed."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.kept_facts: dict[str, dict[str, str]] = {}
        self.fail_after: int | None = None

    def get(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def put(self, key: str, body: bytes, content_type: str, facts: Mapping[str, str] | None = None) -> None:
        if self.fail_after is not None:
            if self.fail_after == 0:
                raise KilledError
            self.fail_after -= 1
        self.objects[key] = body
        self.kept_facts[key] = dict(facts or {})

    def facts(self, key: str) -> Mapping[str, str] | None:
        return self.kept_facts.get(key)

    def put_new(self, key: str, body: bytes, content_type: str) -> bool:
        if key in self.objects:
            return False
        self.put(key, body, content_type)
        return True

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str:
        return f"https://lists.example/{key}?name={name}&type={content_type}&seconds={seconds}"


class KilledError(Exception):
    """Stands for a worker that was killed."""


class MemorySigner:
    """Signs as KMS would, with a key of its own."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        spki = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.jwk = jws.public_jwk(spki)

    def sign(self, payload: Mapping[str, Any]) -> str:
        text = jws.signing_input(payload, self.jwk["kid"])
        der = self.key.sign(text.encode("ascii"), ec.ECDSA(hashes.SHA256()))
        return f"{text}.{jws.encode(jws.raw_signature(der))}"

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.jwk]}


class MemoryEntitlements:
    """Areas by organization."""

    def __init__(self, **areas: set[str]) -> None:
        self.areas = areas

    def entitled_areas(self, organization_id: str) -> frozenset[str]:
        return frozenset(self.areas.get(organization_id, set()))


class MemoryReceipts:
    """Receipts by organization and id."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], tuple[Mapping[str, Any], str]] = {}

    def add(self, organization_id: str, receipt_id: str, payload: Mapping[str, Any], signed: str) -> None:
        if (organization_id, receipt_id) in self.kept:
            raise ConflictError("There is a receipt with this id.")
        self.kept[organization_id, receipt_id] = (payload, signed)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
