"""Hand in evidence of a complaint: ask for an upload form, post the file to it, see what the scan said."""

from datetime import datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import ConfigDict, Field, JsonValue
from quietline.evidence.model import Evidence, Owner, State
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.public_api import wiring
from functions.public_api.app import app

TAGS = ["Complaints"]
ID = "01KB3Q6W5N8Y2C4D6E8F0G1H2K"
SHA256 = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
KIND = Literal["recording", "screenshot", "voicemail", "text"]
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


class EvidenceIn(Model):
    """What the file is. The status code stands in the body so that no address holds it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "status_code": "4XWJ-7R2N-0QFM-H81B",
                    "kind": "voicemail",
                    "content_type": "audio/mpeg",
                    "size": 418_220,
                }
            ]
        },
    )

    status_code: Annotated[str, Field(max_length=100, description="The complaint's secret.")]
    kind: KIND = Field(description="What the file is.")
    content_type: Annotated[str, Field(max_length=100)] = Field(
        default="", description="Its content type; left out, the scan finds out which of the kind's types it has."
    )
    size: int = Field(default=0, ge=0, description="Its bytes; left out, as many as the kind allows.")


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


@route(
    app,
    "POST",
    "/v1/complaints/<reference>/evidence",
    Rule.PUBLIC,
    summary="Hand in evidence",
    description="Answers with a form that takes the file for an hour. A file is scanned before anybody reads it; one "
    "that is not what its kind allows is refused and deleted. A wrong status code is answered as an unknown reference.",
    tags=TAGS,
    operation_id="offerEvidence",
    responses=documented(201, "Upload the file now.", OfferedOut, 400, 404, 409, 413, 415, 503),
)
def offer(
    reference: Annotated[str, Path(max_length=40, description="The complaint's reference.")],
    asked: Annotated[EvidenceIn, Body()],
) -> Response[OfferedOut]:
    """Hand in evidence."""
    complaint = wiring.complaints().opened(reference, asked.status_code)
    made = wiring.evidence().offer(Owner(f"COMPLAINT#{complaint.id}"), asked.kind, asked.content_type, asked.size)
    upload = UploadOut(
        url=made.upload.url,
        fields=dict(made.upload.fields),
        max_bytes=made.upload.max_bytes,
        expires_at=made.upload.expires_at,
    )
    return Response(201, "application/json", OfferedOut(evidence=evidence_out(made.evidence), upload=upload))
