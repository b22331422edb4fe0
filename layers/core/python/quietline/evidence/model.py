"""A piece of evidence, its owner, and where its bytes lie."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from quietline.kernel.errors import InvalidInputError

ANY_TYPE = "application/octet-stream"
"""Content type of an upload whose owner did not say one: a form without script cannot know it before the file."""
UPLOADS, CLEAN = "uploads", "clean"
"""Prefixes of the bucket: what came in and nobody reads, and what passed the scan."""
ENDINGS = {
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/ogg": "ogg",
    "audio/amr": "amr",
    "audio/3gpp": "3gp",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/heic": "heic",
    "text/plain": "txt",
    "application/pdf": "pdf",
}
"""Content type → how the name of such a file ends."""
_OWNER = re.compile(r"[A-Z]{1,20}#[0-9A-Za-z-]{1,80}")
_KEY = re.compile(rf"{UPLOADS}/([A-Z]{{1,20}})/([0-9A-Za-z-]{{1,80}})/([0-9A-Z]{{26}})")


class Kind(StrEnum):
    """What the evidence is."""

    RECORDING = "recording"
    """A recording of the call."""
    SCREENSHOT = "screenshot"
    """A picture: of a text message, of the call list."""
    VOICEMAIL = "voicemail"
    TEXT = "text"
    """Words: a transcript, the text of a message."""
    DOCUMENT = "document"
    """A paper: a signed agreement, an invoice, a phone bill."""


class State(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    """Offered; the file has not come or has not been scanned."""
    CLEAN = "clean"
    REFUSED = "refused"
    """The file is deleted; `Evidence.reason` says why."""


@dataclass(frozen=True)
class Owner:
    """Whose evidence it is, written `KIND#id`: `COMPLAINT#01KB…`, `REPLY#<case>-<organization>`.

    No personal data: it names objects.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse what could not be part of a key.

        Raises:
            InvalidInputError: it is not written so.
        """
        if not _OWNER.fullmatch(self.text):
            raise InvalidInputError("This is no owner of evidence.")

    @property
    def path(self) -> str:
        """The owner as a part of an object's key."""
        return self.text.replace("#", "/")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A piece of evidence.

    Attributes:
        content_type: as declared; `ANY_TYPE` while nothing is known; of clean evidence what the bytes are.
        size: bytes of the file; 0 until it was scanned.
        sha256: hex, of the file; empty until it was scanned.
        reason: of refused evidence, why (`scan.Reason`); empty otherwise.
        waits_until: when an upload that has not come is given up.
        relied_at: when a case first relied on it: an investigator opened it, or a bundle holds it. None for never;
            afterwards it cannot be removed.
    """

    owner: Owner
    id: str
    kind: Kind
    content_type: str
    offered_at: datetime
    waits_until: datetime
    state: State = State.WAITING
    size: int = 0
    sha256: str = ""
    reason: str = ""
    scanned_at: datetime | None = None
    relied_at: datetime | None = None

    @property
    def upload_key(self) -> str:
        """Key of the upload; nobody reads there but the scan."""
        return upload_key(self.owner, self.id)

    @property
    def clean_key(self) -> str:
        """Key of the file once it is clean: with its hash, so that what was scanned and what is read are the same."""
        return f"{clean_prefix(self.owner, self.id)}{self.sha256}"

    @property
    def file_name(self) -> str:
        """What the file is called where people get it."""
        return f"{self.kind}-{self.id}.{ENDINGS.get(self.content_type, 'bin')}"

    def counts(self, now: datetime) -> bool:
        """Whether it takes one of its owner's places: it is clean, or may still become so."""
        return self.state is State.CLEAN or (self.state is State.WAITING and now < self.waits_until)


@dataclass(frozen=True)
class UploadForm:
    """How to post a file to the storage (multipart form: the fields, then the file as `file`)."""

    url: str
    fields: Mapping[str, str] = field(repr=False)
    max_bytes: int
    expires_at: datetime


@dataclass(frozen=True)
class Offered:
    """Evidence that may be uploaded now."""

    evidence: Evidence
    upload: UploadForm


@dataclass(frozen=True)
class Uploaded:
    """An object that the storage told of."""

    key: str
    etag: str
    size: int


@dataclass(frozen=True)
class Verdict:
    """What a scan found: the content type that the bytes have, or why they are refused."""

    content_type: str
    reason: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether people may read the file."""
        return not self.reason


def complaint_owner(complaint_id: str) -> Owner:
    """Return a complaint as an owner of evidence."""
    return Owner(f"COMPLAINT#{complaint_id}")


def upload_key(owner: Owner, evidence_id: str) -> str:
    """Return the key of an upload."""
    return f"{UPLOADS}/{owner.path}/{evidence_id}"


def clean_prefix(owner: Owner, evidence_id: str) -> str:
    """Return what the key of a clean file begins with, whatever its hash."""
    return f"{CLEAN}/{owner.path}/{evidence_id}-"


def parse_upload_key(key: str) -> tuple[Owner, str] | None:
    """Return owner and id of an upload's key; None for an object that no offer of ours was for.

    >>> parse_upload_key("uploads/COMPLAINT/01KB3Q6W5N8Y2C4D6E8F0G1H2J/01KB3Q6W5N8Y2C4D6E8F0G1H2K")[0].text
    'COMPLAINT#01KB3Q6W5N8Y2C4D6E8F0G1H2J'
    """
    found = _KEY.fullmatch(key)
    return (Owner(f"{found[1]}#{found[2]}"), found[3]) if found else None
