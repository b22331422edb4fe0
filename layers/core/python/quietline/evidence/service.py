"""Offering places for evidence, reading it, and scanning what came."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from quietline.evidence.model import (
    ANY_TYPE,
    Evidence,
    Kind,
    Offered,
    Owner,
    State,
    Uploaded,
    UploadForm,
    clean_prefix,
    parse_upload_key,
    upload_key,
)
from quietline.evidence.ports import EvidenceFiles, EvidenceForms, EvidenceStore, Scanner
from quietline.evidence.scan import Reason
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError, FieldError, InvalidInputError, NotFoundError, UnavailableError
from quietline.kernel.ids import new_ulid
from quietline.profiles.profile import Profile

ATTEMPTS = 4
GRACE = timedelta(hours=1)
"""An upload that was begun in time may end and be scanned so much later."""
UNKNOWN = "There is no such evidence."


@dataclass(frozen=True)
class EvidenceService:
    """What an owner of evidence does; whether a caller may act for the owner is the caller's use case to check."""

    store: EvidenceStore
    forms: EvidenceForms
    clock: Clock
    profile: Profile

    def offer(self, owner: Owner, kind: str, content_type: str = "", size: int = 0, back: str = "") -> Offered:
        """Make a place for a file and say how to upload it.

        Args:
            owner: whose evidence it is.
            kind: one of `Kind`.
            content_type: of the file; empty for whatever its kind allows, then the scan finds out.
            size: of the file in bytes; 0 for as much as its kind allows.
            back: where a browser goes after the upload.

        Raises:
            InvalidInputError: kind, type or size is refused.
            ConflictError: the owner has as many files as it may.
            UnavailableError: too many offers at once; nothing was kept.
        """
        chosen = self._checked(kind, content_type, size)
        rules = self.profile.evidence
        for _attempt in range(ATTEMPTS):
            now = self.clock.now()
            kept, version = self.store.of(owner)
            # the version counts the offers, also of files that were removed since
            if sum(one.counts(now) for one in kept) >= rules.max_files or version >= rules.max_offers:
                raise ConflictError(f"There are {rules.max_files} files already; no more are taken.")
            made = Evidence(
                owner=owner,
                id=new_ulid(now),
                kind=chosen,
                content_type=content_type or ANY_TYPE,
                offered_at=now,
                waits_until=now + timedelta(minutes=rules.upload_minutes) + GRACE,
            )
            if self.store.add(made, version):
                return Offered(made, self.upload_form(made, size, back))
        raise UnavailableError("Too many files were announced at once. Please try again.")

    def upload_form(self, evidence: Evidence, size: int = 0, back: str = "") -> UploadForm:
        """Return how to upload evidence that waits; a browser is then sent `back`."""
        rules = self.profile.evidence
        most = size or rules.kinds[evidence.kind].max_bytes
        seconds = rules.upload_minutes * 60
        url, fields = self.forms.form(evidence.upload_key, evidence.content_type, most, seconds, back)
        return UploadForm(url, fields, most, self.clock.now() + timedelta(seconds=seconds))

    def of(self, owner: Owner) -> list[Evidence]:
        """Return an owner's evidence, oldest first; offers that nothing came for are left out."""
        now = self.clock.now()
        kept, _ = self.store.of(owner)
        return [one for one in kept if one.state is not State.WAITING or one.counts(now)]

    def having(self, owners: Sequence[Owner]) -> frozenset[Owner]:
        """Return those of some owners that may have evidence: the others need not be asked."""
        return self.store.having(owners)

    def get(self, owner: Owner, evidence_id: str) -> Evidence:
        """Return a piece of evidence.

        Raises:
            NotFoundError: the owner has none of this id.
        """
        found = self.store.get(owner, evidence_id)
        if found is None:
            raise NotFoundError(UNKNOWN)
        return found

    def rely(self, owner: Owner, evidence_id: str) -> None:
        """Keep that a case relies on it from now on, so that it is not removed any more.

        Raises:
            NotFoundError: the owner has none of this id.
        """
        if not self.store.rely(owner, evidence_id, self.clock.now()):
            raise NotFoundError(UNKNOWN)

    def link(self, owner: Owner, evidence_id: str) -> str:
        """Return a URL of the file that works for minutes; as a download, whatever it is.

        Raises:
            NotFoundError: the owner has none of this id.
            ConflictError: it waits for its scan, or was refused.
        """
        found = self.get(owner, evidence_id)
        if found.state is not State.CLEAN:
            raise ConflictError("Only evidence that was scanned and is clean can be read.")
        seconds = self.profile.evidence.link_seconds
        return self.forms.link(found.clean_key, name=found.file_name, content_type=found.content_type, seconds=seconds)

    def _checked(self, kind: str, content_type: str, size: int) -> Kind:
        if kind not in Kind or kind not in self.profile.evidence.kinds:
            known = ", ".join(self.profile.evidence.kinds)
            raise InvalidInputError("This is no kind of evidence.", (FieldError("/kind", f"Use one of {known}."),))
        rules, wrong = self.profile.evidence.kinds[kind], []
        if content_type and content_type not in rules.types:
            detail = f"Use one of {', '.join(rules.types)}."
            wrong.append(FieldError("/content_type", detail, "evidence_type"))
        if not 0 <= size <= rules.max_bytes:
            wrong.append(FieldError("/size", f"Use at most {rules.max_bytes} bytes.", "evidence_size"))
        if wrong:
            raise InvalidInputError("This file cannot be taken as evidence.", tuple(wrong))
        return Kind(kind)


@dataclass(frozen=True)
class EvidenceScan:
    """Scans uploads; may run again for the same upload and changes nothing the second time."""

    store: EvidenceStore
    files: EvidenceFiles
    scanner: Scanner
    clock: Clock
    profile: Profile

    def run(self, uploaded: Uploaded) -> str:
        """Scan an upload and keep what was found; return the state, or `ignored`.

        Clean bytes are copied to where people may read them, and only the copy ever is read: an upload form works
        until it expires, and whoever posts a second file with it changes nothing.

        Raises:
            UnavailableError: the scanner does not answer; the queue tries again.
        """
        named = parse_upload_key(uploaded.key)
        found = self.store.get(*named) if named else None
        if named and found is None:
            self.erase(*named)
            return "ignored"
        if found is None or found.state is not State.WAITING:
            self.files.delete(uploaded.key)
            return "ignored"
        rules = self.profile.evidence.kinds[found.kind]
        if uploaded.size > rules.max_bytes:
            return self._refused(found, uploaded, uploaded.size, "", Reason.TOO_LARGE)
        data = self.files.read(uploaded)
        if data is None:
            return "ignored"
        types = frozenset(rules.types if found.content_type == ANY_TYPE else (found.content_type,))
        verdict = self.scanner.scan(data, types)
        digest = hashlib.sha256(data).hexdigest()
        if not verdict.is_clean:
            return self._refused(found, uploaded, len(data), digest, verdict.reason)
        clean = replace(found, state=State.CLEAN, content_type=verdict.content_type, size=len(data), sha256=digest)
        if not self.files.keep(uploaded, clean.clean_key, verdict.content_type):
            return "ignored"
        return self._kept(clean, uploaded)

    def _refused(self, found: Evidence, uploaded: Uploaded, size: int, digest: str, reason: str) -> str:
        return self._kept(replace(found, state=State.REFUSED, size=size, sha256=digest, reason=reason), uploaded)

    def _kept(self, evidence: Evidence, uploaded: Uploaded) -> str:
        now = self.clock.now()
        evidence = replace(evidence, scanned_at=now)
        kept = self.store.scanned(evidence, now + timedelta(days=self.profile.evidence.keep_days))
        if not kept and self.store.get(evidence.owner, evidence.id) is None:
            # removed while it was scanned: the copy that was just made goes, too
            self.erase(evidence.owner, evidence.id)
            return "ignored"
        self.files.delete(uploaded.key)
        return evidence.state.value

    def erase(self, owner: Owner, evidence_id: str) -> None:
        """Delete every file of evidence that was removed; may run again."""
        self.files.delete(upload_key(owner, evidence_id))
        self.files.delete_all(clean_prefix(owner, evidence_id))
