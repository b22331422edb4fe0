"""A consumer's own files of evidence: removing one, as long as no case relies on it."""

from dataclasses import dataclass

from quietline.complaints.model import Complaint, RemovedFile
from quietline.complaints.ports import ComplaintStore
from quietline.complaints.retry import changed
from quietline.evidence.model import complaint_owner
from quietline.evidence.service import EvidenceService
from quietline.kernel.clock import Clock
from quietline.kernel.errors import ConflictError


@dataclass(frozen=True)
class FileService:
    """Removes files; whoever asks has opened the complaint with its code (`ComplaintService.opened`)."""

    store: ComplaintStore
    evidence: EvidenceService
    clock: Clock

    def remove(self, complaint: Complaint, evidence_id: str) -> Complaint:
        """Remove a file: its record in this transaction, its bytes within seconds. A second time changes nothing.

        Raises:
            NotFoundError: the complaint never had such a file.
            ConflictError: a case relies on it; see `Complaint.may_lose`.
        """

        def remove(now: Complaint) -> None:
            if any(one.evidence_id == evidence_id for one in now.removed):
                return
            found = self.evidence.get(complaint_owner(now.id), evidence_id)
            if not now.may_lose(found):
                raise ConflictError("A case relies on this file, so it cannot be removed any more.")
            self.store.file_removed(now, RemovedFile(self.clock.now(), found.id, found.kind.value))

        return changed(self.store, complaint, remove)
