"""A case: one caller, the complaints about it, one decision."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from quietline.kernel.money import Money


class Status(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    """An investigator has to decide."""
    DECIDED = "decided"
    """Decided; the complainants are being told."""
    CLOSED = "closed"
    """Decided, and everybody was told."""


class Action(StrEnum):
    """What an audit entry is about."""

    OPENED = "opened"
    JOINED = "joined"
    VIEWED = "viewed"
    WAITING = "waiting"
    ESCALATED = "escalated"
    DECISION_GIVEN = "decision_given"
    DECIDED = "decided"
    CLOSED = "closed"
    FAILED = "failed"
    REDRIVEN = "redriven"


SYSTEM = "system"
"""`by` of what no person did."""


@dataclass(frozen=True)
class Event:
    """One entry of a case's append-only audit log.

    Attributes:
        by: the person's Cognito `sub`, or `system`.
        detail: more, e.g. a complaint's id or a decision; never a number or a name.
    """

    at: datetime
    action: Action
    by: str
    detail: str = ""


@dataclass(frozen=True)
class PenaltyLine:
    """The calls that fall under one maximum.

    Attributes:
        since: the day from which this maximum holds.
        calls: how many of the case's calls came under it.
        maximum: for one call.
        total: for all of them.
        source: where the maximum stands.
    """

    since: date
    calls: int
    maximum: Money
    total: Money
    source: str


@dataclass(frozen=True)
class Decision:
    """An investigator's decision.

    Attributes:
        kind: one of the profile's decisions.
        reasons: for the record; never sent to the complainants.
        by: who decided (Cognito `sub`).
        penalties: the worksheet of a citation; empty for the others and before the decision is recorded.
    """

    kind: str
    reasons: str
    by: str
    at: datetime
    penalties: tuple[PenaltyLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as it is kept.

    Attributes:
        caller_key: what its complaints share, see `complaints.form.caller_key`.
        token: of the waiting task; empty while nothing waits.
        escalations: how often the review's deadline passed.
        attempts: how many executions were started for it.
        failure: class of the error that stopped its execution; empty for none.
    """

    id: str
    caller_key: str = field(repr=False)
    caller_number: str = field(repr=False)
    caller_name: str = field(repr=False)
    status: Status
    opened_at: datetime
    due_at: datetime
    complaints: int
    token: str = field(default="", repr=False)
    escalations: int = 0
    attempts: int = 1
    decision: Decision | None = None
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class Accusation:
    """A complaint as a case sees it.

    Attributes:
        called: E.164 of the complainant.
        assignable: whether screening found a possible violation.
        case_id: empty while it is in no case.
        has_mailbox: whether the complainant wants mails.
    """

    complaint_id: str
    reference: str
    received_at: datetime
    called: str = field(repr=False)
    called_at: datetime
    kind: str
    robocall: bool
    subject: int
    outcome: str
    assignable: bool
    caller_key: str = field(repr=False)
    caller_number: str = field(repr=False)
    caller_name: str = field(repr=False)
    done_business: bool | None
    asked_to_stop: bool | None
    consumer: dict[str, str] = field(repr=False)
    comments: str = field(repr=False)
    case_id: str
    has_mailbox: bool


@dataclass(frozen=True)
class Assignment:
    """What became of a complaint: `case_id` is empty while too few people complained about the caller."""

    case_id: str
    opened: bool


@dataclass(frozen=True)
class CasePage:
    """One page of cases, oldest first; `cursor` reads the next, empty at the end."""

    cases: tuple[Case, ...]
    cursor: str


@dataclass(frozen=True)
class CaseFile:
    """A case with everything an investigator works with.

    Attributes:
        penalties: complaint id → the maximum penalty on the day of its call.
    """

    case: Case
    accusations: tuple[Accusation, ...]
    events: tuple[Event, ...]
    penalties: dict[str, Money]


class Step(StrEnum):
    """Where an execution goes on: an execution started again skips what is done."""

    AWAIT = "await"
    RECORD = "record"
    NOTIFY = "notify"
    DONE = "done"
