"""A case as one file: what is known of it, its evidence, and a signed list of all that is in it.

The bundle is a zip. `manifest.jws` (ES256) names every other file with its SHA-256, so that whoever gets the bundle can
prove with the registry's public keys alone, and without any network, that nothing in it was changed or left out.

It is written while it is made, file after file, so that memory does not grow with the evidence; and of the same facts
at the same instant all bytes but the signature's are the same (docs/adr/0042).
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from typing import Any, Protocol

from quietline.cases.desk_ports import DeskStore
from quietline.cases.exhibits import reply_of
from quietline.cases.find import find
from quietline.cases.investigation.model import Finding
from quietline.cases.investigation.ports import InvestigationStore
from quietline.cases.investigation.review import total_of
from quietline.cases.model import Accusation, Case
from quietline.cases.penalties import maximum_penalty, worksheet
from quietline.cases.ports import CaseStore
from quietline.evidence.model import Evidence, Owner, State, complaint_owner
from quietline.kernel.clock import to_text
from quietline.profiles.profile import Profile

MANIFEST = "manifest.jws"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Date of each file in the zip: the earliest a zip knows, so that equal contents are equal bytes."""
SECRET = frozenset({"token", "callers"})
"""What of a case concerns nobody but the machine."""
WHOLE, GONE, CHANGED = "whole", "gone", "changed"
"""Of a file of evidence: it is as it was scanned; its time was over and it was deleted; its bytes are others."""
README = """\
A case of the registry as one file / Un caso del registro en un solo archivo

case.json            the case, its priority and who works it           el caso
timeline.json        who did what, oldest first                        la cronología
complaints.json      each complaint: screening, comments, corrections  las denuncias
investigation.json   who called, and how that was found                la investigación
traceback.json       the carriers that were asked                      los operadores consultados
findings.json        each rule tried on each call, with its source     las conclusiones
receipts/            signed receipts of the lists the seller held      los recibos de las listas
replies.json         what who is or was accused says of each call      las respuestas de los acusados
evidence/, replies/  files of the consumers, of the accused            las pruebas
evidence.json        where each file comes from, and its hash          el índice de las pruebas
decision.json        the decision and its reasons                      la decisión
worksheet.json       the maximum and the proposed amount of each call  la hoja de sanciones
notes.json, links.json, earlier.json   notes, linked cases, earlier decisions
manifest.jws         the signed list of all files with their SHA-256   la lista firmada

To prove it without a network / Para comprobarlo sin red:  quietline verify <this file> --jwks <the registry's keys>
"""


class EvidenceOf(Protocol):
    """Evidence, and its files."""

    def of(self, owners: Sequence[Owner]) -> Iterator[Evidence]:
        """Yield the evidence of some owners, by owner as given, oldest first."""
        ...

    def rely(self, evidence: Evidence, at: datetime) -> bool:
        """Keep that a bundle holds the file; False when its consumer has removed it meanwhile."""
        ...

    def read(self, evidence: Evidence) -> Iterator[bytes] | None:
        """Return a clean file piece by piece; None when it was deleted because its time was over."""
        ...


class Receipts(Protocol):
    """The receipts of lists."""

    def signed(self, organization_id: str, receipt_id: str) -> str:
        """Return a receipt as it was signed, or empty when there is none."""
        ...


class Signer(Protocol):
    """Signs with the registry's key."""

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return a compact JWS."""
        ...

    def jwks(self) -> Mapping[str, Any]:
        """Return the public keys."""
        ...


class Sink(Protocol):
    """A file that is written from its beginning to its end."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        ...

    def flush(self) -> None:
        """Do nothing; a zip asks for it."""
        ...

    def end(self) -> None:
        """End the file; without it there is none."""
        ...

    def close(self) -> None:
        """Give up what was not ended."""
        ...


class BundleFiles(Protocol):
    """Where bundles lie."""

    def sink(self, key: str) -> AbstractContextManager[Sink]:
        """Open a file for writing."""
        ...


@dataclass(frozen=True)
class BundleService:
    """Makes bundles."""

    store: CaseStore
    desk: DeskStore
    investigations: InvestigationStore
    receipts: Receipts
    evidence: EvidenceOf
    signer: Signer
    files: BundleFiles
    profile: Profile

    def make(self, case_id: str, bundle_id: str, at: datetime) -> str:
        """Make the bundle of a case and return its key; a second time it is written again.

        Args:
            case_id: of the case.
            bundle_id: names the file.
            at: when it was asked for; the timeline ends then.

        Raises:
            NotFoundError: there is no such case.
        """
        case = find(self.store, case_id)
        key = bundle_key(case_id, bundle_id)
        accusations = self.store.accusations(case_id)
        with self.files.sink(key) as sink, zipfile.ZipFile(sink, "w") as archive:
            into = _Writer(archive)
            for name, value in self._known(case, accusations, at).items():
                into.text(name, value)
            self._receipts(case_id, into)
            into.text("evidence.json", list(self._evidence(case_id, accusations, at, into)))
            into.text("jwks.json", self.signer.jwks())
            payload = {
                "type": "bundle",
                "id": bundle_id,
                "case": case_id,
                "profile": self.profile.name,
                "made_at": to_text(at),
                "complaints": len(accusations),
                "files": into.files,
            }
            archive.writestr(_entry(MANIFEST), self.signer.sign(payload))
            archive.close()
            sink.end()
        return key

    def _known(self, case: Case, accusations: tuple[Accusation, ...], at: datetime) -> dict[str, Any]:
        """Return the texts of the bundle by their names."""
        kept, findings = self.investigations.get(case.id), self.investigations.findings(case.id)
        return {
            "README.txt": README,
            "case.json": {name: value for name, value in asdict(case).items() if name not in SECRET},
            "timeline.json": [event for event in self.store.events(case.id) if event.at <= at],
            "complaints.json": [
                asdict(entry) | {"maximum_penalty": maximum_penalty(entry.called_at, self.profile)}
                for entry in accusations
            ],
            "investigation.json": {
                "attribution": kept.attribution,
                "examined": bool(kept.examined),
                "reopened": kept.reopened,
                "confirmation": kept.confirmed,
            },
            "traceback.json": self.investigations.hops(case.id),
            "findings.json": [asdict(finding) | {"sentence": finding.sentence} for finding in findings],
            "replies.json": self.investigations.replies(case.id),
            "decision.json": case.decision,
            "earlier.json": kept.earlier,
            "worksheet.json": self._worksheet(case, accusations, findings),
            "notes.json": self.desk.notes(case.id),
            "links.json": self.desk.links(case.id),
        }

    def _worksheet(
        self, case: Case, accusations: tuple[Accusation, ...], findings: tuple[Finding, ...]
    ) -> dict[str, Any]:
        """Return the maxima of the calls' own days, and what the findings propose."""
        found = {one.complaint_id: one for one in findings}
        calls = []
        for entry in accusations:
            line: dict[str, Any] = {
                "complaint_id": entry.complaint_id,
                "reference": entry.reference,
                "called_at": entry.called_at,
                "maximum": maximum_penalty(entry.called_at, self.profile),
            }
            if one := found.get(entry.complaint_id):
                line |= {"verdict": one.verdict, "factors": one.factors, "proposed": one.proposed}
            calls.append(line)
        decided = case.decision.penalties if case.decision else ()
        return {
            "calls": calls,
            "by_maximum": decided or worksheet([entry.called_at for entry in accusations], self.profile),
            "total": total_of(findings, self.profile.currency),
        }

    def _receipts(self, case_id: str, into: "_Writer") -> None:
        """Write each receipt that a finding speaks of, as it was signed."""
        known = self.investigations.get(case_id).attribution
        if known is None or not known.is_known:
            return
        held = {one.holding.receipt_id for one in self.investigations.findings(case_id) if one.holding}
        for receipt_id in sorted(held):
            if signed := self.receipts.signed(known.organization_id, receipt_id):
                into.text(f"receipts/{receipt_id}.jws", signed)

    def _evidence(
        self, case_id: str, accusations: Sequence[Accusation], at: datetime, into: "_Writer"
    ) -> Iterator[dict[str, Any]]:
        """Write the files of evidence, the consumers' and the accused's; yield what the index says of each."""
        folders = {complaint_owner(entry.complaint_id): f"evidence/{entry.reference}" for entry in accusations}
        for reply in self.investigations.replies(case_id):
            folders[reply_of(case_id, reply.organization_id)] = f"replies/{reply.organization_id}"
        for one in self.evidence.of(list(folders)):
            if one.state is not State.CLEAN or not self.evidence.rely(one, at):
                continue
            name = f"{folders[one.owner]}/{one.file_name}"
            pieces = self.evidence.read(one)
            state, digest = GONE, ""
            if pieces is not None:
                digest = into.pieces(name, pieces)
                state = WHOLE if digest == one.sha256 else CHANGED
            yield {
                "file": name if digest else "",
                "owner": one.owner.text,
                "id": one.id,
                "kind": one.kind,
                "content_type": one.content_type,
                "bytes": one.size,
                "offered_at": one.offered_at,
                "scanned_at": one.scanned_at,
                "sha256_when_scanned": one.sha256,
                "state": state,
            }


def bundle_key(case_id: str, bundle_id: str) -> str:
    """Return where a bundle lies."""
    return f"bundles/{case_id}/{bundle_id}.zip"


class _Writer:
    """Writes files into a zip and keeps what the signed list says of each."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.files: list[dict[str, Any]] = []

    def text(self, name: str, value: Any) -> None:
        """Write a text as it is, and anything else as JSON."""
        if not isinstance(value, str):
            value = json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n"
        data = value.encode()
        self.archive.writestr(_entry(name), data)
        self._keep(name, len(data), hashlib.sha256(data).hexdigest())

    def pieces(self, name: str, pieces: Iterator[bytes]) -> str:
        """Write a file piece by piece and return its hash; sounds and pictures are packed already, so it is stored."""
        size, digest = 0, hashlib.sha256()
        with self.archive.open(_entry(name, zipfile.ZIP_STORED), "w") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        self._keep(name, size, digest.hexdigest())
        return digest.hexdigest()

    def _keep(self, name: str, size: int, digest: str) -> None:
        self.files.append({"name": name, "bytes": size, "sha256": digest})


def _entry(name: str, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIRST_DAY)
    entry.compress_type = method
    entry.create_system = 3
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
