"""Report an unwanted call, and read what became of the report."""

from datetime import datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import ConfigDict, Field
from quietline.complaints.model import Complaint, ComplaintInput, OtherCall, Outcome, Stage
from quietline.complaints.service import status_of
from quietline.evidence.model import Evidence, complaint_owner
from quietline.http.auth import Rule, route
from quietline.http.evidence import EVIDENCE_EXAMPLE, KIND, EvidenceOut, evidence_out
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.public_api import wiring
from functions.public_api.app import app

TAGS = ["Complaints"]
REFERENCE = "QL-7K3M-Q9TZ"
STATUS_CODE = "4XWJ-7R2N-0QFM-H81B"
ID = "01KB3Q6W5N8Y2C4D6E8F0G1H2J"

type Text = Annotated[str, Field(max_length=1000)]


class OtherCallIn(Model):
    """Another call by the same caller to the same number."""

    model_config = ConfigDict(extra="forbid")

    call_date: Text = Field(description="`YYYY-MM-DD`, in the registry's time zone.")
    call_time: Text = Field(description="`HH:MM`, in the registry's time zone.")
    robocall: bool | None = Field(default=None, description="Left out: as in the first call.")
    kind: Literal["call", "text"] | None = Field(default=None, description="Left out: as in the first call.")


class ComplaintIn(Model):
    """The FTC's form: one call or text message."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "called_number": "(202) 555-0143",
                    "call_date": "2026-11-20",
                    "call_time": "18:30",
                    "robocall": True,
                    "kind": "call",
                    "subject": 12,
                    "caller_number": "(305) 555-0187",
                    "caller_name": "Sunny Warranties",
                    "done_business": False,
                    "asked_to_stop": True,
                    "comments": "They said that my car warranty had expired.",
                    "language": "en",
                    "email": "alex@example.com",
                }
            ]
        },
    )

    called_number: Text = Field(description="Your number that was called.")
    call_date: Text = Field(description="`YYYY-MM-DD`, in the registry's time zone.")
    call_time: Text = Field(description="`HH:MM`, in the registry's time zone.")
    robocall: bool = Field(description="Whether a recorded message was played.")
    kind: Literal["call", "text"] = Field(default="call", description="A call or a text message.")
    subject: int = Field(default=0, description="Code of the form's subject, 0 to 16; 8 and 15 are not taken here.")
    subject_other: Text = Field(default="", description="What it was about, for subject 1.")
    caller_number: Text = Field(default="", description="Who called; give this or `caller_name`, or both.")
    caller_name: Text = Field(default="", description="Company or person that called.")
    done_business: bool | None = Field(default=None, description="Whether you have done business with the caller.")
    asked_to_stop: bool | None = Field(default=None, description="Whether you had asked the caller to stop.")
    first_name: Text = ""
    last_name: Text = ""
    street_1: Text = ""
    street_2: Text = ""
    city: Text = ""
    state: Text = ""
    zip: Text = ""
    comments: Annotated[str, Field(max_length=20_000)] = Field(default="", description="At most 2,000 characters.")
    language: Annotated[str, Field(max_length=20)] = Field(default="", description="Language of the mails.")
    email: Text = Field(default="", description="Where news is sent; empty for none.")
    more_calls: Annotated[list[OtherCallIn], Field(max_length=50)] = Field(
        default_factory=list, description="Other calls by the same caller, at most nine; each has its own reference."
    )


def input_of(complaint: ComplaintIn) -> ComplaintInput:
    """Return the form of the use case."""
    typed = complaint.model_dump(exclude={"more_calls", "client_reference"})
    others = tuple(
        OtherCall(other.call_date, other.call_time, other.robocall, other.kind or "") for other in complaint.more_calls
    )
    return ComplaintInput(**typed, more_calls=others)


class ComplaintOut(Model):
    """Keep the reference and the status code: with both you can read what became of the complaint."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "reference": REFERENCE,
                    "status_code": STATUS_CODE,
                    "status": "received",
                    "references": [REFERENCE],
                    "next": "/v1/complaints/status",
                }
            ]
        }
    )

    id: str = Field(description="The complaint.")
    reference: str = Field(description="To name it to others.")
    status_code: str = Field(description="Secret, shown this once.")
    status: Stage = Field(description="How far it has come.")
    references: list[str] = Field(description="Of every call that was reported; the status code opens each of them.")
    next: str = Field(description="Where to POST reference and status code.")


class StatusIn(Model):
    """Reference and status code, in the body so that no address holds them."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reference": REFERENCE, "status_code": STATUS_CODE}]}
    )

    reference: Annotated[str, Field(max_length=100)]
    status_code: Annotated[str, Field(max_length=100)]


class ReasonOut(Model):
    """One rule that was tried."""

    rule: str
    answer: str
    detail: str
    source: str = Field(description="Where the rule stands in the law.")


class StepOut(Model):
    """One line of the timeline."""

    at: datetime
    status: Stage


class CommentOut(Model):
    """A comment that was added later."""

    at: datetime
    comment: str


class OwnEvidenceOut(EvidenceOut):
    """One file of the complaint."""

    removable: bool = Field(description="Whether you may still remove it: no case relies on it.")


class RemovedOut(Model):
    """A file that you removed."""

    at: datetime
    id: str
    kind: KIND


class ContactChangeOut(Model):
    """When you corrected your name or address; what stood there is kept nowhere."""

    at: datetime
    fields: list[str]


class StatusOut(Model):
    """What became of a complaint."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reference": REFERENCE,
                    "received_at": "2026-11-21T15:00:00Z",
                    "status": "in_case",
                    "outcome": "robocall",
                    "decision": None,
                    "reasons": [
                        {
                            "rule": "robocall",
                            "answer": "yes",
                            "detail": "A recorded message was played, so registration is not needed.",
                            "source": "16 CFR 310.4(b)(1)(v): prerecorded sales messages need prior written agreement",
                        }
                    ],
                    "timeline": [{"at": "2026-11-21T15:00:00Z", "status": "received"}],
                    "evidence": [EVIDENCE_EXAMPLE | {"removable": True}],
                    "removed_evidence": [],
                    "references": [],
                    "comments": [{"at": "2026-11-22T09:00:00Z", "comment": "They called again today."}],
                    "corrected_at": [],
                    "contact_corrected": [{"at": "2026-11-22T09:05:00Z", "fields": ["zip"]}],
                }
            ]
        }
    )

    reference: str
    received_at: datetime
    status: Stage
    outcome: Outcome | None = Field(description="What screening found; null until then.")
    decision: str | None = Field(description="The investigator's decision; null until then.")
    reasons: list[ReasonOut] = Field(description="Every rule that was tried, with its answer.")
    timeline: list[StepOut]
    evidence: list[OwnEvidenceOut] = Field(description="Files of the complaint, oldest first.")
    removed_evidence: list[RemovedOut] = Field(description="Files that you removed, oldest first.")
    references: list[str] = Field(description="All calls that were reported together; empty for a single one.")
    comments: list[CommentOut] = Field(description="What you added later, oldest first.")
    corrected_at: list[datetime] = Field(description="When you corrected the call; what stood there before is kept.")
    contact_corrected: list[ContactChangeOut] = Field(description="When you corrected your name or address.")


@route(
    app,
    "POST",
    "/v1/complaints",
    Rule.PUBLIC,
    summary="Report a call",
    description="Takes the complaint and screens it. Takes Idempotency-Key.",
    tags=TAGS,
    operation_id="complain",
    responses=documented(201, "Received.", ComplaintOut, 400, 409, 413, 415, 422),
)
def complain(complaint: Annotated[ComplaintIn, Body()]) -> Response[ComplaintOut]:
    """Report a call."""
    made = wiring.complaints().submit(input_of(complaint))
    out = ComplaintOut(
        id=made.id,
        reference=made.reference,
        status_code=made.status_code,
        status=made.stage,
        references=list(made.references),
        next="/v1/complaints/status",
    )
    return Response(201, "application/json", out)


@route(
    app,
    "POST",
    "/v1/complaints/status",
    Rule.PUBLIC,
    summary="Read a complaint's status",
    description="A wrong status code is answered as an unknown reference.",
    tags=TAGS,
    operation_id="readComplaintStatus",
    responses=documented(200, "What became of the complaint.", StatusOut, 400, 404, 413, 415),
)
def status(asked: Annotated[StatusIn, Body()]) -> StatusOut:
    """Read a complaint's status."""
    return status_out(wiring.complaints().opened(asked.reference, asked.status_code))


def status_out(complaint: Complaint) -> StatusOut:
    """Return a complaint as its consumer reads it."""
    found = status_of(complaint)
    return StatusOut(
        reference=found.reference,
        received_at=found.received_at,
        status=found.stage,
        outcome=found.outcome,
        decision=found.decision or None,
        reasons=[
            ReasonOut(rule=reason.rule, answer=reason.answer, detail=reason.detail, source=reason.source)
            for reason in found.reasons
        ],
        timeline=[StepOut(at=entry.at, status=entry.stage) for entry in found.timeline],
        evidence=[_evidence(complaint, one) for one in wiring.evidence().of(complaint_owner(complaint.id))],
        removed_evidence=[RemovedOut(at=one.at, id=one.evidence_id, kind=one.kind) for one in found.removed],
        references=list(found.submission),
        comments=[CommentOut(at=one.at, comment=one.text) for one in found.additions],
        corrected_at=[one.at for one in found.corrections if not one.contact],
        contact_corrected=[
            ContactChangeOut(at=one.at, fields=list(one.contact)) for one in found.corrections if one.contact
        ],
    )


def _evidence(complaint: Complaint, one: Evidence) -> OwnEvidenceOut:
    return OwnEvidenceOut(**evidence_out(one).model_dump(), removable=complaint.may_lose(one))
