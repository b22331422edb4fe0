"""What the investigators' API answers of an investigation."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import ConfigDict, Field
from quietline.http.model import Model

from functions.case_api.routes.models import DecisionOut, MoneyOut

if TYPE_CHECKING:
    from quietline.cases.investigation.model import (
        Attribution,
        CallAnswer,
        Check,
        Finding,
        Hop,
        InvestigationFile,
        Reply,
        Total,
    )

WHY = "The list that the seller sent is of another day than the receipt says."


class AttributionOut(Model):
    """Who is accused, and how that was found: `declared`, `name`, `traced`, `named` or `unknown`."""

    way: str
    organization_id: str
    san: str
    name: str
    exempt: bool
    spoofed: bool = Field(description="Whether the number shown was probably not the caller's.")
    signs: list[str] = Field(description="Rules of screening that saw it.")

    @classmethod
    def of(cls, found: "Attribution") -> Self:
        """Return the attribution."""
        return cls(
            way=found.way,
            organization_id=found.organization_id,
            san=found.san,
            name=found.name,
            exempt=found.exempt,
            spoofed=found.spoofed,
            signs=list(found.signs),
        )


class HopOut(Model):
    """A carrier asked in the traceback; `state` is `asked`, `origin`, `forwarded`, `refused` or `silent`."""

    number: int
    carrier: str
    asked_at: dt.datetime
    due_at: dt.datetime
    state: str
    answered_at: dt.datetime | None
    origin: str
    following: str = Field(description="Code of the carrier that handed the calls over.")
    reason: str

    @classmethod
    def of(cls, hop: "Hop") -> Self:
        """Return the hop."""
        return cls(
            number=hop.number,
            carrier=hop.carrier,
            asked_at=hop.asked_at,
            due_at=hop.due_at,
            state=hop.state,
            answered_at=hop.answered_at,
            origin=hop.origin,
            following=hop.following,
            reason=hop.reason,
        )


class CheckOut(Model):
    """One rule's answer about one call."""

    rule: str
    answer: str
    detail: str
    source: str

    @classmethod
    def of(cls, check: "Check") -> Self:
        """Return the check."""
        return cls(rule=check.rule, answer=check.answer, detail=check.detail, source=check.source)


class FactorOut(Model):
    """What the proposed amount is made of: percent of the maximum."""

    code: str
    percent: int


class FindingOut(Model):
    """What the evidence says of one call: `violation`, `excused` or `unclear`; an investigator decides."""

    complaint_id: str
    on: dt.date = Field(description="Date of the call.")
    verdict: str
    sentence: str = Field(description="`held list of 2026-03-02, contained the number: yes`.")
    list_date: dt.date | None
    list_age_days: int | None
    receipt_id: str
    contained: bool | None
    checks: list[CheckOut]
    maximum: MoneyOut = Field(description="The maximum penalty of that date.")
    factors: list[FactorOut]
    proposed: MoneyOut

    @classmethod
    def of(cls, finding: "Finding") -> Self:
        """Return the finding."""
        held = finding.holding
        return cls(
            complaint_id=finding.complaint_id,
            on=finding.on,
            verdict=finding.verdict,
            sentence=finding.sentence,
            list_date=held.list_date if held else None,
            list_age_days=held.age_days if held else None,
            receipt_id=held.receipt_id if held else "",
            contained=held.contained if held else None,
            checks=[CheckOut.of(check) for check in finding.checks],
            maximum=MoneyOut.of(finding.maximum),
            factors=[FactorOut(code=one.code, percent=one.percent) for one in finding.factors],
            proposed=MoneyOut.of(finding.proposed),
        )


class CallAnswerOut(Model):
    """What the seller says of one call."""

    complaint_id: str
    claim: str
    on: dt.date | None
    text: str
    evidence: list[str]

    @classmethod
    def of(cls, answer: "CallAnswer") -> Self:
        """Return the answer."""
        return cls(
            complaint_id=answer.complaint_id,
            claim=answer.claim,
            on=answer.on,
            text=answer.text,
            evidence=list(answer.evidence),
        )


class ReplyOut(Model):
    """The right of reply; `state` is `asked`, `answered`, `silent` or `cleared` (not accused any more)."""

    organization_id: str
    state: str
    notice_at: dt.datetime
    due_at: dt.datetime
    extended: bool
    reminded: int
    answered_at: dt.datetime | None
    statement: str
    answers: list[CallAnswerOut]

    @classmethod
    def of(cls, reply: "Reply") -> Self:
        """Return the reply."""
        return cls(
            organization_id=reply.organization_id,
            state=reply.state,
            notice_at=reply.notice_at,
            due_at=reply.due_at,
            extended=reply.extended,
            reminded=reply.reminded,
            answered_at=reply.answered_at,
            statement=reply.statement,
            answers=[CallAnswerOut.of(answer) for answer in reply.answers.values()],
        )


class TotalOut(Model):
    """The worksheet's totals; `maximum` is that of the violations."""

    violation: int
    excused: int
    unclear: int
    maximum: MoneyOut
    proposed: MoneyOut

    @classmethod
    def of(cls, total: "Total") -> Self:
        """Return the totals."""
        return cls(**total.calls, maximum=MoneyOut.of(total.maximum), proposed=MoneyOut.of(total.proposed))


class InvestigationOut(Model):
    """Everything an investigation knows."""

    phase: str = Field(description="The step it stands at: `await_carrier`, `await_reply`, `await_decision` …")
    stale: bool = Field(description="Whether facts changed since the findings were made; they are made again.")
    attribution: AttributionOut | None
    hops: list[HopOut]
    findings: list[FindingOut]
    reply: ReplyOut | None
    total: TotalOut
    suggestion: str = Field(description="The decision that the findings suggest; empty for none.")
    review_due_at: dt.datetime | None
    confirmed_by: str
    earlier: list[DecisionOut] = Field(description="Decisions of before the case was opened again.")

    @classmethod
    def of(cls, file: "InvestigationFile") -> Self:
        """Return the file."""
        kept = file.investigation
        return cls(
            phase=file.phase,
            stale=file.stale,
            attribution=AttributionOut.of(kept.attribution) if kept.attribution else None,
            hops=[HopOut.of(hop) for hop in file.hops],
            findings=[FindingOut.of(finding) for finding in file.findings],
            reply=ReplyOut.of(file.reply) if file.reply else None,
            total=TotalOut.of(file.total),
            suggestion=file.suggestion,
            review_due_at=kept.review_due_at,
            confirmed_by=kept.confirmed.by if kept.confirmed else "",
            earlier=[DecisionOut.of(decision) for decision in kept.earlier],
        )


class ConfirmationIn(Model):
    """Whether the citation stands; one that is given back needs reasons."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"confirmed": True}, {"confirmed": False, "reasons": WHY}]},
    )

    confirmed: bool
    reasons: Annotated[str, Field(max_length=10_000)] = Field("", description="20 to 4,000 characters.")


class ReopeningIn(Model):
    """The new facts."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reasons": WHY}]})

    reasons: Annotated[str, Field(max_length=10_000)] = Field(description="20 to 4,000 characters.")


class AttributionIn(Model):
    """The registered organization that called."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"organization": "123-456-7897"}]})

    organization: Annotated[str, Field(max_length=200)] = Field(description="Its SAN, or its exact name.")


class TracebackIn(Model):
    """The carrier to ask."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"carrier": "6214"}]})

    carrier: Annotated[str, Field(max_length=20)] = Field(description="Its code.")
