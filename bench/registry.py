"""The list's ports on a folder and in memory, so that the product's own steps of publication are what is measured."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from quietline.kernel import jws
from quietline.lists.model import Change, ImportedNumbers, Publication, Published
from quietline.lists.publish import ManifestWriter
from quietline.profiles import Profile

DAY = date(2026, 11, 9)
SINCE = datetime(2026, 11, 9, 5, tzinfo=UTC)
CUTOFF = SINCE + timedelta(days=1)


class Folder:
    """A folder in the bucket's place."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, key: str) -> bytes | None:
        path = self.root / key
        return path.read_bytes() if path.exists() else None

    def put(self, key: str, body: bytes, content_type: str, facts: Mapping[str, str] | None = None) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    def put_new(self, key: str, body: bytes, content_type: str) -> bool:
        if (self.root / key).exists():
            return False
        self.put(key, body, content_type)
        return True

    def facts(self, key: str) -> Mapping[str, str] | None:
        return None

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str:
        raise NotImplementedError


class Counting(Folder):
    """A folder that counts what is written to it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.written = self.size = 0

    def put(self, key: str, body: bytes, content_type: str, facts: Mapping[str, str] | None = None) -> None:
        super().put(key, body, content_type, facts)
        self.written += 1
        self.size += len(body)


class DayOfChanges:
    """One day's changes by area, at noon."""

    def __init__(self, by_area: Mapping[str, list[Change]]) -> None:
        self.by_area = by_area

    def first(self) -> datetime | None:
        return SINCE

    def changed(self, areas: Iterable[str], since: datetime, before: datetime) -> set[str]:
        return {area for area in areas if self.by_area.get(area)}

    def of_area(self, area: str, since: datetime, before: datetime) -> list[Change]:
        return self.by_area.get(area, [])

    def imports_of_area(self, area: str, since: datetime, before: datetime) -> list[ImportedNumbers]:
        return []


class Table:
    """The publications' part of the table."""

    def __init__(self, begun: Publication) -> None:
        self._begun = {begun.date: begun}
        self.done: dict[date, Published] = {}

    def newest(self) -> Published | None:
        return self.done[max(self.done)] if self.done else None

    def published(self, day: date) -> Published | None:
        return self.done.get(day)

    def begun(self, day: date) -> Publication | None:
        return self._begun.get(day)

    def begin(self, publication: Publication) -> Publication:
        return self._begun.setdefault(publication.date, publication)

    def finish(self, published: Published, base: date | None) -> None:
        self.done[published.date] = published


class Signer:
    """Signs with a key of its own, in the process; KMS adds a call's time, once a day."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        self.kid = jws.public_jwk(self.key.public_key().public_bytes(*form))["kid"]

    def sign(self, payload: Mapping[str, Any]) -> str:
        text = jws.signing_input(payload, self.kid)
        der = self.key.sign(text.encode("ascii"), ec.ECDSA(hashes.SHA256()))
        return f"{text}.{jws.encode(jws.raw_signature(der))}"


def first_day(root: Path, profile: Profile, areas: tuple[str, ...]) -> Table:
    """Return the table after the day whose files lie in the folder was published."""
    table = Table(Publication(DAY, SINCE, CUTOFF, None, areas, ()))
    (root / "manifests" / f"{DAY.isoformat()}.jws").unlink(missing_ok=True)
    ManifestWriter(profile, table, Folder(root), Signer()).write(DAY)
    return table


def changes_of(added: Iterable[int], removed: Iterable[int], days: int = 0) -> list[Change]:
    noon = SINCE + timedelta(days=days, hours=7)
    return [Change(noon, number, True) for number in added] + [Change(noon, number, False) for number in removed]
