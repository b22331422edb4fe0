"""What evidence needs from outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from quietline.evidence.model import Evidence, Owner, Uploaded, Verdict


class EvidenceStore(Protocol):
    """Evidence by owner."""

    def of(self, owner: Owner) -> tuple[list[Evidence], int]:
        """Return an owner's evidence, oldest first, and the version that `add` needs."""
        ...

    def having(self, owners: Sequence[Owner]) -> frozenset[Owner]:
        """Return those of some owners that were ever offered an upload."""
        ...

    def add(self, evidence: Evidence, version: int) -> bool:
        """Keep an offer; False when something was added since `version` was read, so that limits hold."""
        ...

    def get(self, owner: Owner, evidence_id: str) -> Evidence | None:
        """Return a piece of evidence, or None."""
        ...

    def rely(self, owner: Owner, evidence_id: str, at: datetime) -> bool:
        """Keep that a case relies on evidence from `at` on, or from before; False when there is none of this id."""
        ...

    def scanned(self, evidence: Evidence, gone_after: datetime) -> bool:
        """Keep what a scan found of evidence that waited; False when it no longer waits.

        Args:
            evidence: with its new state.
            gone_after: when the record may be dropped.
        """
        ...


class EvidenceForms(Protocol):
    """Gives access to the bucket for minutes."""

    def form(
        self, key: str, content_type: str, max_bytes: int, seconds: int, back: str = ""
    ) -> tuple[str, Mapping[str, str]]:
        """Return URL and fields of an upload of one type to one key, of 1 to `max_bytes` bytes.

        With `back` a browser that has uploaded is sent to that address.
        """
        ...

    def link(self, key: str, *, name: str, content_type: str, seconds: int) -> str:
        """Return a URL that serves the object under a file name for so many seconds."""
        ...


class EvidenceFiles(Protocol):
    """The bucket, for the scan."""

    def read(self, uploaded: Uploaded) -> bytes | None:
        """Return an upload's bytes; None when it is gone or was replaced after the event."""
        ...

    def keep(self, uploaded: Uploaded, key: str, content_type: str) -> bool:
        """Copy exactly what was read to where people may read it; False when it was replaced meanwhile."""
        ...

    def delete(self, key: str) -> None:
        """Delete a file, whether or not there is one."""
        ...

    def delete_all(self, prefix: str) -> None:
        """Delete every file whose key begins so."""
        ...


class Scanner(Protocol):
    """Looks for what must not reach an investigator's machine."""

    def scan(self, data: bytes, types: frozenset[str]) -> Verdict:
        """Say what the bytes are, or why they are refused.

        Args:
            data: the whole file.
            types: content types that would be right.

        Raises:
            UnavailableError: no answer; the scan is tried again.
        """
        ...
