"""Evidence of a complaint: ask for an upload form, post the file to it, see what the scan said, get it, remove it."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import ConfigDict, Field
from quietline.evidence.model import complaint_owner
from quietline.http.auth import Rule, route
from quietline.http.evidence import KIND, OfferedOut, offered_out
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.public_api import wiring
from functions.public_api.app import app
from functions.public_api.routes.complaints import TAGS, StatusOut, status_out


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


class EvidenceSecretIn(Model):
    """The complaint's secret."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"status_code": "4XWJ-7R2N-0QFM-H81B"}]})

    status_code: Annotated[str, Field(max_length=100, description="The complaint's secret.")]


class EvidenceLinkOut(Model):
    """Where the file is, for a moment."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://quietline-evidence.s3.amazonaws.com/clean/…", "expires_in_seconds": 300}]
        }
    )

    url: str = Field(description="Serves the file as a download; whoever has the address can read it while it works.")
    expires_in_seconds: int


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
    responses=documented(201, "Upload the file now.", OfferedOut, 400, 404, 409, 413, 415),
)
def offer(
    reference: Annotated[str, Path(max_length=40, description="The complaint's reference.")],
    asked: Annotated[EvidenceIn, Body()],
) -> Response[OfferedOut]:
    """Hand in evidence."""
    complaint = wiring.complaints().opened(reference, asked.status_code)
    made = wiring.evidence().offer(complaint_owner(complaint.id), asked.kind, asked.content_type, asked.size)
    return Response(201, "application/json", offered_out(made))


@route(
    app,
    "POST",
    "/v1/complaints/<reference>/evidence/<evidence_id>/link",
    Rule.PUBLIC,
    summary="Get your evidence back",
    description="Answers with an address that serves the file for minutes. Only files that were scanned and are clean "
    "are served. A wrong status code is answered as an unknown reference.",
    tags=TAGS,
    operation_id="linkEvidence",
    responses=documented(200, "The file's address.", EvidenceLinkOut, 400, 404, 409, 413, 415),
)
def link(
    reference: Annotated[str, Path(max_length=40, description="The complaint's reference.")],
    evidence_id: Annotated[str, Path(max_length=40, description="Of the complaint's status.")],
    asked: Annotated[EvidenceSecretIn, Body()],
) -> EvidenceLinkOut:
    """Get a file back."""
    owner = complaint_owner(wiring.complaints().opened(reference, asked.status_code).id)
    url = wiring.evidence().link(owner, evidence_id)
    return EvidenceLinkOut(url=url, expires_in_seconds=wiring.profile().evidence.link_seconds)


@route(
    app,
    "POST",
    "/v1/complaints/<reference>/evidence/<evidence_id>/removal",
    Rule.PUBLIC,
    summary="Remove your evidence",
    description="The file's record is deleted at once, its bytes within seconds; a second time changes nothing. "
    "Once an investigator has opened the file, a bundle of the case holds it or the case is decided, it stays "
    "(`removable` is false) and the answer is 409. A wrong status code is answered as an unknown reference.",
    tags=TAGS,
    operation_id="removeEvidence",
    responses=documented(200, "The complaint as it is now.", StatusOut, 400, 404, 409, 413, 415),
)
def remove(
    reference: Annotated[str, Path(max_length=40, description="The complaint's reference.")],
    evidence_id: Annotated[str, Path(max_length=40, description="Of the complaint's status.")],
    asked: Annotated[EvidenceSecretIn, Body()],
) -> StatusOut:
    """Remove a file."""
    return status_out(wiring.files().remove(wiring.complaints().opened(reference, asked.status_code), evidence_id))
