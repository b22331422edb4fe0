"""What the investigators' API takes and answers."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import ConfigDict, Field
from quietline.http.model import Model

if TYPE_CHECKING:
    from quietline.cases.facts import Facts
    from quietline.cases.model import Accusation, Case, CaseFile, CasePage, Decision, Event, Hold, Link, Note, Referral
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


class AddendOut(Model):
    """A part of a case's priority."""

    code: str
    points: int
    sentence: str = Field(description="What the points are for.")


class HoldOut(Model):
    """Why and until when a case rests."""

    reason: str
    until: date
    by: str
    at: datetime

    @classmethod
    def of(cls, hold: "Hold") -> Self:
        """Return the hold."""
        return cls(reason=hold.reason, until=hold.until, by=hold.by, at=hold.at)


class ReferralOut(Model):
    """An offer of one agency to another, not answered yet."""

    to: str = Field(description="Key of the agency that is asked.")
    joint: bool = Field(description="Whether both would work the case; else it becomes the other's.")
    reason: str
    by: str
    at: datetime

    @classmethod
    def of(cls, referral: "Referral") -> Self:
        """Return the referral."""
        return cls(to=referral.to, joint=referral.joint, reason=referral.reason, by=referral.by, at=referral.at)


class FactsOut(Model):
    """What is counted of a case's complaints."""

    complaints: int
    complainants: int = Field(description="Different numbers that were called.")
    robocalls: int
    stop_ignored: int = Field(description="Calls that came although the consumer had asked the caller to stop.")
    odd_hours: int = Field(description="Calls outside the hours in which sales calls are allowed.")
    earlier_findings: int = Field(description="Earlier cases of this caller that ended with a finding against it.")
    first_call: datetime | None
    newest_call: datetime | None
    areas: dict[str, int] = Field(description="Area of the called number → complaints.")
    states: dict[str, int]
    subjects: dict[str, int]
    days: dict[str, int] = Field(description="Local date of the call → complaints; the newest 60 in a case's record.")

    @classmethod
    def of(cls, facts: "Facts") -> Self:
        """Return the facts."""
        subjects = {str(code): number for code, number in facts.subjects.items()}
        return cls(**{name: getattr(facts, name) for name in cls.model_fields if name != "subjects"}, subjects=subjects)


class CaseOut(Model):
    """A case in the queue."""

    id: str
    status: str = Field(
        description="`open`, `decided` (the complainants are being told), `closed`, or `merged` into another."
    )
    waiting: bool = Field(description="Whether it waits for a decision.")
    caller_number: str = Field(description="In full; empty where only a name is known.")
    caller_name: str
    opened_at: datetime
    due_at: datetime = Field(description="When the review has to be done.")
    trigger: str = Field(description="What opened it: a trigger of the profile, `investigator`, or `split`.")
    complaints: int
    priority: int = Field(description="0 to 100.")
    reasons: list[AddendOut] = Field(description="The parts of the priority.")
    facts: FactsOut
    agency: str
    joint: bool = Field(description="Whether both agencies work it.")
    assignee: str = Field(description="The investigator's id; empty for nobody yet.")
    referral: ReferralOut | None
    hold: HoldOut | None
    merged_into: str = Field(description="The case it goes on as; empty while it stands alone.")
    moving: str = Field(description="The other case while complaints move between the two; else empty.")
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
            trigger=case.trigger,
            complaints=case.complaints,
            priority=case.priority.points,
            reasons=[AddendOut(code=a.code, points=a.points, sentence=a.sentence) for a in case.priority.addends],
            facts=FactsOut.of(case.facts),
            agency=case.agency,
            joint=case.joint,
            assignee=case.assignee,
            referral=ReferralOut.of(case.referral) if case.referral else None,
            hold=HoldOut.of(case.standing_hold) if case.standing_hold else None,
            merged_into=case.merged_into,
            moving=case.moving,
            escalations=case.escalations,
            failure=case.failure,
            decision=DecisionOut.of(case.decision) if case.decision else None,
        )


class CasesOut(Model):
    """One page of the queue."""

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
    case_id: str = Field(description="Empty while it is in no case.")
    maximum_penalty: MoneyOut | None = Field(description="On the day of the call; only in a case's file.")

    @classmethod
    def of(cls, entry: "Accusation", penalty: "Money | None" = None) -> Self:
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
            case_id=entry.case_id,
            maximum_penalty=MoneyOut.of(penalty) if penalty else None,
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


class EventsOut(Model):
    """A case's timeline, oldest first."""

    events: list[EventOut]


class NoteOut(Model):
    """What an investigator wrote down."""

    id: str
    at: datetime
    by: str
    text: str

    @classmethod
    def of(cls, note: "Note") -> Self:
        """Return the note."""
        return cls(id=note.id, at=note.at, by=note.by, text=note.text)


class LinkOut(Model):
    """Another case that has to do with this one."""

    case_id: str
    reason: str
    by: str
    at: datetime

    @classmethod
    def of(cls, link: "Link") -> Self:
        """Return the link."""
        return cls(case_id=link.case_id, reason=link.reason, by=link.by, at=link.at)


class CaseFileOut(Model):
    """A case with everything an investigator works with."""

    case: CaseOut
    complaints: list[AccusationOut]
    events: list[EventOut] = Field(description="Its audit log: the timeline, oldest first.")
    notes: list[NoteOut]
    links: list[LinkOut]
    earlier: list[str] = Field(description="Ids of the caller's other cases, newest first.")
    may_change: bool = Field(description="Whether your agency works it.")

    @classmethod
    def of(cls, file: "CaseFile") -> Self:
        """Return the file."""
        return cls(
            case=CaseOut.of(file.case),
            complaints=[AccusationOut.of(entry, file.penalties[entry.complaint_id]) for entry in file.accusations],
            events=[EventOut.of(event) for event in file.events],
            notes=[NoteOut.of(note) for note in file.notes],
            links=[LinkOut.of(link) for link in file.links],
            earlier=list(file.earlier),
            may_change=file.may_change,
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
