"""What the investigators' API takes and answers."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import ConfigDict, Field
from quietline.http.model import Model

if TYPE_CHECKING:
    from quietline.cases.model import Accusation, Case, CaseFile, CasePage, Decision, Event
    from quietline.kernel.money import Money

ID = "01KB3Q6W5N8Y2C4D6E8F0G1H2J"
REASONS = "Twelve people complained; the caller held no list of these areas."


class MoneyOut(Model):
    """An amount in minor units (cents for USD)."""

    minor: int
    currency: str

    @classmethod
    def of(cls, money: "Money") -> Self:
        """Return the amount."""
        return cls(minor=money.minor, currency=money.currency)


class PenaltyOut(Model):
    """The calls that fall under one maximum."""

    since: date = Field(description="The day from which this maximum holds.")
    calls: int
    maximum: MoneyOut = Field(description="For one call.")
    total: MoneyOut
    source: str


class DecisionOut(Model):
    """A decision; `penalties` is a citation's worksheet, filled when the decision is recorded."""

    decision: str
    reasons: str
    by: str
    at: datetime
    penalties: list[PenaltyOut]

    @classmethod
    def of(cls, decision: "Decision") -> Self:
        """Return the decision."""
        lines = [
            PenaltyOut(
                since=line.since,
                calls=line.calls,
                maximum=MoneyOut.of(line.maximum),
                total=MoneyOut.of(line.total),
                source=line.source,
            )
            for line in decision.penalties
        ]
        return cls(decision=decision.kind, reasons=decision.reasons, by=decision.by, at=decision.at, penalties=lines)


class CaseOut(Model):
    """A case in the queue."""

    id: str
    status: str = Field(description="`open`, `decided` (the complainants are being told) or `closed`.")
    waiting: bool = Field(description="Whether it waits for a decision.")
    caller_number: str = Field(description="In full; empty where only a name is known.")
    caller_name: str
    opened_at: datetime
    due_at: datetime = Field(description="When the review has to be done.")
    complaints: int
    escalations: int = Field(description="How often that deadline passed.")
    failure: str = Field(description="Class of the error that stopped the case; empty for none.")
    decision: DecisionOut | None

    @classmethod
    def of(cls, case: "Case") -> Self:
        """Return the case."""
        return cls(
            id=case.id,
            status=case.status,
            waiting=bool(case.token) and case.decision is None,
            caller_number=case.caller_number,
            caller_name=case.caller_name,
            opened_at=case.opened_at,
            due_at=case.due_at,
            complaints=case.complaints,
            escalations=case.escalations,
            failure=case.failure,
            decision=DecisionOut.of(case.decision) if case.decision else None,
        )


class CasesOut(Model):
    """One page of the queue, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cases": [], "next": ""}]})

    cases: list[CaseOut]
    next: str = Field(description="`cursor` of the next page; empty at the end.")

    @classmethod
    def of(cls, page: "CasePage") -> Self:
        """Return the page."""
        return cls(cases=[CaseOut.of(case) for case in page.cases], next=page.cursor)


class AccusationOut(Model):
    """A complaint as the investigator sees it, numbers in full."""

    id: str
    reference: str
    received_at: datetime
    called_number: str
    called_at: datetime
    kind: str
    robocall: bool
    subject: int
    outcome: str
    caller_number: str
    caller_name: str
    done_business: bool | None
    asked_to_stop: bool | None
    consumer: dict[str, str]
    comments: str
    wants_mail: bool
    maximum_penalty: MoneyOut = Field(description="On the day of the call.")

    @classmethod
    def of(cls, entry: "Accusation", penalty: "Money") -> Self:
        """Return the complaint."""
        return cls(
            id=entry.complaint_id,
            reference=entry.reference,
            received_at=entry.received_at,
            called_number=entry.called,
            called_at=entry.called_at,
            kind=entry.kind,
            robocall=entry.robocall,
            subject=entry.subject,
            outcome=entry.outcome,
            caller_number=entry.caller_number,
            caller_name=entry.caller_name,
            done_business=entry.done_business,
            asked_to_stop=entry.asked_to_stop,
            consumer=entry.consumer,
            comments=entry.comments,
            wants_mail=entry.has_mailbox,
            maximum_penalty=MoneyOut.of(penalty),
        )


class EventOut(Model):
    """One entry of the append-only audit log."""

    at: datetime
    action: str
    by: str = Field(description="The person's id, or `system`.")
    detail: str

    @classmethod
    def of(cls, event: "Event") -> Self:
        """Return the entry."""
        return cls(at=event.at, action=event.action, by=event.by, detail=event.detail)


class CaseFileOut(Model):
    """A case with its complaints and its audit log."""

    case: CaseOut
    complaints: list[AccusationOut]
    events: list[EventOut]

    @classmethod
    def of(cls, file: "CaseFile") -> Self:
        """Return the file."""
        return cls(
            case=CaseOut.of(file.case),
            complaints=[AccusationOut.of(entry, file.penalties[entry.complaint_id]) for entry in file.accusations],
            events=[EventOut.of(event) for event in file.events],
        )


class DecisionIn(Model):
    """The decision and why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"decision": "citation", "reasons": REASONS}]}
    )

    decision: Annotated[str, Field(max_length=40)] = Field(
        description="One of the profile's: `dismissal`, `warning`, `citation`, `referral`."
    )
    reasons: Annotated[str, Field(max_length=10_000)] = Field(description="20 to 4,000 characters, for the record.")
