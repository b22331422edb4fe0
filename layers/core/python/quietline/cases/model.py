"""A case: one caller, the complaints about it, one decision."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from quietline.cases.facts import Call, Facts, Priority
from quietline.cases.statements import Comment, Correction, RemovedFile, Ruling
from quietline.kernel.money import Money


class Status(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    """An investigator has to decide."""
    DECIDED = "decided"
    """Decided; the complainants are being told."""
    CLOSED = "closed"
    """Decided, and everybody was told."""
    MERGED = "merged"
    """Goes on as the case of `merged_into`, which has its complaints."""


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
    ASSIGNED = "assigned"
    NOTED = "noted"
    LINKED = "linked"
    UNLINKED = "unlinked"
    HELD = "held"
    RELEASED = "released"
    RESUMED = "resumed"
    """A hold has ended: the deadlines run again, and end later."""
    REFERRED = "referred"
    REFERRAL_ACCEPTED = "referral_accepted"
    REFERRAL_REFUSED = "referral_refused"
    REFERRAL_WITHDRAWN = "referral_withdrawn"
    MERGED = "merged"
    """The case goes on as another."""
    TOOK_OVER = "took_over"
    """The case goes on with another's complaints too."""
    SPLIT = "split"
    """Some of the case's complaints go to another."""
    RECEIVED = "received"
    """Complaints come from another case."""
    MOVED = "moved"
    """All complaints that were to move have moved."""
    WITHDRAWN = "withdrawn"
    """A consumer took a complaint back."""
    FILE_REMOVED = "file_removed"
    """A consumer removed a file that no case relied on."""
    CONTACT_CORRECTED = "contact_corrected"
    """A consumer corrected its name or address."""
    LEFT = "left"
    """A complaint that was corrected is no possible violation any more, or the report of a call that counts already."""
    EXPORTED = "exported"
    LISTED = "listed"
    """Somebody read the queue or its statistics."""
    SEARCHED = "searched"
    FACTOR_RESET = "second_factor_reset"
    """An operator took an investigator's second factor off."""
    AUDITED = "audited"
    """Somebody read the audit log."""
    ATTRIBUTED = "attributed"
    CARRIER_ASKED = "carrier_asked"
    CARRIER_ANSWERED = "carrier_answered"
    EXAMINED = "examined"
    SELLER_ASKED = "seller_asked"
    SELLER_REMINDED = "seller_reminded"
    SELLER_ANSWERED = "seller_answered"
    SELLER_CLEARED = "seller_cleared"
    """The calls are laid to somebody else than the seller that was asked."""
    EXTENDED = "extended"
    SILENCE = "silence"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    REOPENED = "reopened"
    CONTINUED = "continued"


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


@dataclass(frozen=True)
class Hold:
    """A case that rests: nobody is expected to work on it until the date is past, and no deadline runs.

    It stays with the case until the deadlines were moved by as long as it lasted.

    Attributes:
        until: the registry's date on which it ends by itself.
        at: when the case began to rest; held again, it stays what it was.
        released_at: when a person ended it before its date.
    """

    reason: str
    until: date
    by: str
    at: datetime
    released_at: datetime | None = None


@dataclass(frozen=True)
class Referral:
    """One agency offers a case to another, which has not answered yet.

    Attributes:
        to: key of the agency that is asked.
        joint: whether both would work the case; else it becomes the other's.
    """

    to: str
    joint: bool
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Note:
    """What an investigator wrote down; append-only."""

    id: str
    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class Link:
    """Another case that has to do with this one."""

    case_id: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as it is kept.

    Attributes:
        caller_key: what its first complaints share, see `complaints.form.caller_key`.
        callers: the callers whose new complaints join this case; several after a merge, none after it went on as
            another case.
        complaints: how many complaints it has.
        trigger: code of the profile's trigger that opened it, or `investigator`.
        agency: key of the agency that works it.
        joint: whether the other agency works it too.
        assignee: the investigator (Cognito `sub`); empty for nobody yet.
        merged_into: the case it goes on as; empty while it stands alone.
        moving: the other case while complaints move between the two; empty otherwise.
        revision: counts the changes of the desk; each is conditional on the one that was read.
        token: of the waiting task; empty while nothing waits.
        escalations: how often the review's deadline passed.
        attempts: how many executions were started for it.
        failure: class of the error that stopped its execution; empty for none.
    """

    id: str
    caller_key: str = field(repr=False)
    caller_number: str = field(repr=False)
    caller_name: str = field(repr=False)
    callers: tuple[str, ...] = field(default=(), repr=False)
    status: Status
    opened_at: datetime
    due_at: datetime
    complaints: int
    trigger: str = ""
    agency: str = ""
    joint: bool = False
    assignee: str = ""
    referral: Referral | None = None
    hold: Hold | None = None
    merged_into: str = ""
    moving: str = ""
    revision: int = 0
    facts: Facts = field(default_factory=Facts)
    priority: Priority = field(default_factory=Priority)
    token: str = field(default="", repr=False)
    escalations: int = 0
    attempts: int = 1
    decision: Decision | None = None
    failure: str = ""

    @property
    def standing_hold(self) -> Hold | None:
        """The hold, unless somebody ended it."""
        return self.hold if self.hold and self.hold.released_at is None else None

    def on_hold(self, day: date) -> bool:
        """Whether it rests on a local date."""
        return self.standing_hold is not None and day < self.standing_hold.until


@dataclass(frozen=True, kw_only=True)
class Accusation:
    """A complaint as a case sees it.

    Attributes:
        called: E.164 of the complainant.
        assignable: whether screening found a possible violation.
        case_id: empty while it is in no case.
        has_mailbox: whether the complainant wants mails.
        signs: rules of screening that saw signs of a number that was not the caller's.
        rulings: every rule that screening tried, in order.
        added: comments that the consumer added later, oldest first.
        corrections: what the consumer corrected, oldest first.
        removed: files that the consumer removed, oldest first.
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
    signs: tuple[str, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    added: tuple[Comment, ...] = field(default=(), repr=False)
    corrections: tuple[Correction, ...] = field(default=(), repr=False)
    removed: tuple[RemovedFile, ...] = ()

    @property
    def call(self) -> Call:
        """What counting needs."""
        return Call(
            called=self.called,
            called_at=self.called_at,
            robocall=self.robocall,
            subject=self.subject,
            asked_to_stop=self.asked_to_stop,
        )


@dataclass(frozen=True)
class Assignment:
    """What became of a complaint: `case_id` is empty while too few people complained about the caller."""

    case_id: str
    opened: bool


@dataclass(frozen=True)
class CasePage:
    """One page of cases; `cursor` reads the next, empty at the end."""

    cases: tuple[Case, ...]
    cursor: str


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """A case with everything an investigator works with.

    Attributes:
        accusations: its complaints, oldest first.
        events: its audit log, oldest first: the timeline.
        penalties: complaint id → the maximum penalty on the day of its call.
        notes: oldest first.
        links: related cases.
        earlier: ids of the caller's other cases, newest first.
        may_change: whether the person who reads may work on it.
    """

    case: Case
    accusations: tuple[Accusation, ...]
    events: tuple[Event, ...]
    penalties: dict[str, Money]
    notes: tuple[Note, ...] = ()
    links: tuple[Link, ...] = ()
    earlier: tuple[str, ...] = ()
    may_change: bool = True
