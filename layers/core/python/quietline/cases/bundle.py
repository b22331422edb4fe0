"""A case as one file: what is known of it, its evidence, and a signed list of all that is in it.

The bundle is a zip. `manifest.jws` (ES256) names every other file with its SHA-256, so that whoever gets the bundle can
prove with the registry's public keys alone, and without any network, that nothing in it was changed or left out.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from typing import Any, Protocol

from quietline.cases.desk_ports import DeskStore
from quietline.cases.find import find
from quietline.cases.model import Action, CaseFile, Event
from quietline.cases.penalties import maximum_penalty
from quietline.cases.ports import CaseStore
from quietline.kernel.clock import Clock, to_text
from quietline.profiles.profile import Profile

MANIFEST = "manifest.jws"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Date of each file in the zip: the earliest a zip knows, so that equal contents are equal bytes."""
SECRET = frozenset({"token", "callers"})
"""What of a case concerns nobody but the machine."""


@dataclass(frozen=True)
class Piece:
    """A piece of evidence: a name in the bundle and its bytes."""

    name: str
    data: bytes


class EvidenceOf(Protocol):
    """Clean evidence of complaints."""

    def pieces(self, complaint_id: str) -> Iterator[Piece]:
        """Yield the evidence of a complaint, one in memory at a time."""
        ...


class Signer(Protocol):
    """Signs with the registry's key."""

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return a compact JWS."""
        ...

    def jwks(self) -> Mapping[str, Any]:
        """Return the public keys."""
        ...


class BundleFiles(Protocol):
    """Where bundles lie."""

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Keep a file."""
        ...


@dataclass(frozen=True)
class BundleService:
    """Makes bundles."""

    store: CaseStore
    desk: DeskStore
    evidence: EvidenceOf
    signer: Signer
    files: BundleFiles
    clock: Clock
    profile: Profile

    def make(self, case_id: str, by: str) -> str:
        """Make the bundle of a case, keep it, and return its key; the export is logged first, and so is in it.

        Raises:
            NotFoundError: there is no such case.
        """
        case = find(self.store, case_id)
        now = self.clock.now()
        self.store.record_event(case_id, Event(now, Action.EXPORTED, by))
        accusations = self.store.accusations(case_id)
        file = CaseFile(
            case=case,
            accusations=accusations,
            events=self.store.events(case_id),
            penalties={entry.complaint_id: maximum_penalty(entry.called_at, self.profile) for entry in accusations},
            notes=self.desk.notes(case_id),
            links=self.desk.links(case_id),
        )
        data = bundle(file, self._pieces(file), self.signer, now, self.profile.name)
        key = f"bundles/{case_id}/{hashlib.sha256(data).hexdigest()}.zip"
        self.files.put(key, data, "application/zip")
        return key

    def _pieces(self, file: CaseFile) -> Iterator[Piece]:
        for entry in file.accusations:
            for piece in self.evidence.pieces(entry.complaint_id):
                yield Piece(f"evidence/{entry.reference}/{piece.name}", piece.data)


def bundle(file: CaseFile, evidence: Iterator[Piece], signer: Signer, now: datetime, profile: str) -> bytes:
    """Return the zip of a case.

    Args:
        file: what is known of it.
        evidence: the pieces, by their names in the bundle.
        signer: signs the list of files.
        now: when the bundle is made.
        profile: the jurisdiction's name.
    """
    case = {name: value for name, value in asdict(file.case).items() if name not in SECRET}
    texts = {
        "case.json": case,
        "timeline.json": file.events,
        "complaints.json": [
            asdict(entry) | {"maximum_penalty": file.penalties.get(entry.complaint_id)} for entry in file.accusations
        ],
        "decision.json": file.case.decision,
        "notes.json": file.notes,
        "links.json": file.links,
        "jwks.json": signer.jwks(),
    }
    into = io.BytesIO()
    files: list[dict[str, Any]] = []
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, data: bytes) -> None:
            archive.writestr(_entry(name), data)
            files.append({"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})

        for name, value in texts.items():
            add(name, (json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n").encode())
        for piece in evidence:
            add(piece.name, piece.data)
        payload = {
            "type": "bundle",
            "case": file.case.id,
            "profile": profile,
            "made_at": to_text(now),
            "complaints": len(file.accusations),
            "files": files,
        }
        archive.writestr(_entry(MANIFEST), signer.sign(payload))
    return into.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIRST_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"a {type(value).__name__} cannot be in a bundle")
