"""An accused organization's right of reply."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Self

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.evidence import KIND, EvidenceOut, OfferedOut, evidence_out, offered_out
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.seller_api.routes.models import InModel
from functions.seller_api.wiring import app, caller, member, replies

if TYPE_CHECKING:
    from quietline.cases.investigation.model import Reply
    from quietline.cases.replies import AccusationFile, AccusedCall

TAGS = ["Accusations"]
CaseId = Annotated[str, Path(max_length=40)]
ID = "01KB3Q6W5N8Y2C4D6E8F0G1H2J"


class AccusationOut(Model):
    """A case in which your organization is accused; `state` is `asked`, `answered` or `silent`."""

    case_id: str
    state: str = Field(description="`asked`, `answered`, `silent`, or `cleared`: you are not accused any more.")
    notice_at: dt.datetime
    due_at: dt.datetime = Field(description="Until when you may answer.")
    extended: bool = Field(description="Whether the one extension was used.")
    calls: int
    answered_at: dt.datetime | None
    decision: str = Field(description="Empty until the case is decided.")

    @classmethod
    def of(cls, reply: "Reply") -> Self:
        """Return the accusation."""
        return cls(
            case_id=reply.case_id,
            state=reply.state,
            notice_at=reply.notice_at,
            due_at=reply.due_at,
            extended=reply.extended,
            calls=len(reply.complaints),
            answered_at=reply.answered_at,
            decision=reply.decision,
        )


class AccusationsOut(Model):
    """Newest first, 100 at most."""

    accusations: list[AccusationOut]


class CheckOut(Model):
    """One rule's answer about one call, and where the rule stands."""

    rule: str
    answer: str
    detail: str
    source: str


class AccusedCallOut(Model):
    """A call that somebody complained about; who it was is not told beyond the number."""

    call: str = Field(description="Names the call in your answer.")
    called_number: str
    called_at: dt.datetime
    kind: str
    robocall: bool
    subject: int
    finding: str = Field(description="What our records show: `held list of 2026-03-02, contained the number: yes`.")
    checks: list[CheckOut]
    claim: str = Field(description="What you said of it; empty before.")

    @classmethod
    def of(cls, call: "AccusedCall") -> Self:
        """Return the call."""
        found = call.finding
        return cls(
            call=call.complaint_id,
            called_number=call.called,
            called_at=call.called_at,
            kind=call.kind,
            robocall=call.robocall,
            subject=call.subject,
            finding=found.sentence if found else "",
            checks=[
                CheckOut(rule=one.rule, answer=one.answer, detail=one.detail, source=one.source)
                for one in (found.checks if found else ())
            ],
            claim=call.answer.claim if call.answer else "",
        )


class AccusationFileOut(Model):
    """An accusation with its calls."""

    accusation: AccusationOut
    caller_number: str
    calls: list[AccusedCallOut]
    statement: str
    rests: bool = Field(description="Whether the case is on hold: the deadline does not run, and moves when it ends.")
    evidence: list[EvidenceOut] = Field(description="Files that you uploaded for your answer, oldest first.")

    @classmethod
    def of(cls, file: "AccusationFile") -> Self:
        """Return the file."""
        return cls(
            accusation=AccusationOut.of(file.reply),
            caller_number=file.caller_number,
            calls=[AccusedCallOut.of(call) for call in file.calls],
            statement=file.reply.statement,
            rests=file.rests,
            evidence=[evidence_out(one) for one in file.evidence],
        )


class ReplyEvidenceIn(InModel):
    """What the file is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "document", "content_type": "application/pdf", "size": 418220}]}
    )

    kind: KIND = Field(description="What the file is; an agreement or an invoice is a `document` (PDF).")
    content_type: Annotated[str, Field(max_length=100)] = Field(
        "", description="Its content type; left out, the scan finds out which of the kind's types it has."
    )
    size: Annotated[int, Field(ge=0)] = Field(0, description="Its bytes; left out, as many as the kind allows.")


class CallAnswerIn(InModel):
    """What you say of one call."""

    call: Annotated[str, Field(max_length=40)]
    claim: Annotated[str, Field(max_length=40)] = Field(
        description="`relationship`, `inquiry`, `agreement`, `nonprofit`, `informational`, `error` or `not_ours`."
    )
    on: Annotated[str, Field(max_length=10)] = Field(
        "", description="Day of the purchase, the inquiry or the agreement, `YYYY-MM-DD`."
    )
    text: Annotated[str, Field(max_length=4000)] = ""
    evidence: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)] = Field(
        [], description="Ids of files that you uploaded and that were scanned clean."
    )


class AnswersIn(InModel):
    """The answer; it is final."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"answers": [{"call": ID, "claim": "relationship", "on": "2026-02-11", "text": "A purchase."}]}
            ]
        }
    )

    answers: Annotated[list[CallAnswerIn], Field(max_length=5000)] = Field(default_factory=list)
    statement: Annotated[str, Field(max_length=4000)] = ""


@route(
    app,
    "GET",
    "/v1/accusations",
    Rule.MEMBER,
    summary="List accusations",
    description="Cases in which your organization may say why its calls were allowed.",
    tags=TAGS,
    operation_id="listAccusations",
    responses=documented(200, "The accusations.", AccusationsOut, 401, 403),
)
def list_accusations() -> AccusationsOut:
    """List accusations."""
    found = replies().all(member().organization_id)
    return AccusationsOut(accusations=[AccusationOut.of(reply) for reply in found])


@route(
    app,
    "GET",
    "/v1/accusations/<case_id>",
    Rule.MEMBER,
    summary="Read an accusation",
    description="With each call and what our records show of it: the list that you held, your subscription.",
    tags=TAGS,
    operation_id="readAccusation",
    responses=documented(200, "The accusation.", AccusationFileOut, 401, 403, 404),
)
def read_accusation(case_id: CaseId) -> AccusationFileOut:
    """Read an accusation."""
    return AccusationFileOut.of(replies().read(member().organization_id, case_id))


@route(
    app,
    "POST",
    "/v1/accusations/<case_id>/answers",
    Rule.MEMBER,
    summary="Answer an accusation",
    description="For each call why it was allowed. The answer is final; the same answer again changes nothing.",
    tags=TAGS,
    operation_id="answerAccusation",
    responses=documented(200, "The accusation.", AccusationOut, 400, 401, 403, 404, 409, 413, 415, 422),
)
def answer_accusation(case_id: CaseId, answers: Annotated[AnswersIn, Body()]) -> AccusationOut:
    """Answer an accusation."""
    # what only this needs is not loaded with every cold start
    from quietline.cases.replies import AnswerInput

    given = [AnswerInput(one.call, one.claim, one.on, one.text, one.evidence) for one in answers.answers]
    who = caller()
    return AccusationOut.of(
        replies().answer(member().organization_id, case_id, given, answers.statement, who.sub or who.client_id)
    )


@route(
    app,
    "POST",
    "/v1/accusations/<case_id>/evidence",
    Rule.MEMBER,
    summary="Upload evidence for an answer",
    description="Answers with a form that takes the file for an hour. A file is scanned before anybody reads it; once "
    "it is `clean`, name its id in your answer. Investigators read it; nobody else does.",
    tags=TAGS,
    operation_id="offerAccusationEvidence",
    responses=documented(201, "Upload the file now.", OfferedOut, 400, 401, 403, 404, 409, 413, 415, 422),
)
def offer_evidence(case_id: CaseId, asked: Annotated[ReplyEvidenceIn, Body()]) -> Response[OfferedOut]:
    """Upload evidence for an answer."""
    made = replies().offer(member().organization_id, case_id, asked.kind, asked.content_type, asked.size)
    return Response(201, "application/json", offered_out(made))


@route(
    app,
    "POST",
    "/v1/accusations/<case_id>/extension",
    Rule.MEMBER,
    summary="Extend the deadline",
    description="Once; asking again changes nothing.",
    tags=TAGS,
    operation_id="extendAccusation",
    responses=documented(200, "The accusation.", AccusationOut, 401, 403, 404, 409),
)
def extend_accusation(case_id: CaseId) -> AccusationOut:
    """Extend the deadline."""
    who = caller()
    return AccusationOut.of(replies().extend(member().organization_id, case_id, who.sub or who.client_id))
