"""Evidence as the APIs show it, whoever uploads."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field, JsonValue

from quietline.evidence.model import Evidence, Offered, State
from quietline.http.model import Model

ID = "01KB3Q6W5N8Y2C4D6E8F0G1H2K"
SHA256 = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
KIND = Literal["recording", "screenshot", "voicemail", "text", "document"]
EVIDENCE_EXAMPLE: dict[str, JsonValue] = {
    "id": ID,
    "kind": "voicemail",
    "content_type": "audio/mpeg",
    "state": "clean",
    "size": 418_220,
    "sha256": SHA256,
    "reason": None,
    "offered_at": "2026-11-21T15:02:00Z",
}


class UploadOut(Model):
    """Post the file as multipart/form-data: every one of `fields`, then the file as `file`, to `url`."""

    url: str
    fields: dict[str, str]
    max_bytes: int
    expires_at: datetime


class EvidenceOut(Model):
    """One file."""

    id: str
    kind: KIND
    content_type: str = Field(description="Of a clean file, what its bytes are.")
    state: State = Field(description="`waiting` until it has come and was scanned; only `clean` files are read.")
    size: int = Field(description="Bytes; 0 while it waits.")
    sha256: str | None = Field(description="Hash of the file, in hex; null while it waits.")
    reason: str | None = Field(description="Why it was refused and deleted; null otherwise.")
    offered_at: datetime


class OfferedOut(Model):
    """A place for the file."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "evidence": EVIDENCE_EXAMPLE | {"state": "waiting", "size": 0, "sha256": None},
                    "upload": {
                        "url": "https://quietline-evidence.s3.amazonaws.com/",
                        "fields": {"key": f"uploads/COMPLAINT/01KB3Q6W5N8Y2C4D6E8F0G1H2J/{ID}", "policy": "eyJ…"},
                        "max_bytes": 418_220,
                        "expires_at": "2026-11-21T16:02:00Z",
                    },
                }
            ]
        }
    )

    evidence: EvidenceOut
    upload: UploadOut


def evidence_out(one: Evidence) -> EvidenceOut:
    """Return a file as the API shows it."""
    return EvidenceOut(
        id=one.id,
        kind=one.kind.value,
        content_type=one.content_type,
        state=one.state,
        size=one.size,
        sha256=one.sha256 or None,
        reason=one.reason or None,
        offered_at=one.offered_at,
    )


def offered_out(made: Offered) -> OfferedOut:
    """Return a place for a file as the API shows it."""
    upload = UploadOut(
        url=made.upload.url,
        fields=dict(made.upload.fields),
        max_bytes=made.upload.max_bytes,
        expires_at=made.upload.expires_at,
    )
    return OfferedOut(evidence=evidence_out(made.evidence), upload=upload)
