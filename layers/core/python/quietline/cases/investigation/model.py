"""What an investigation knows: who called, the carriers asked, what was found for each call, what the seller says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from quietline.cases.model import Decision
from quietline.kernel.money import Money

type Day = date
"""A date of the registry; its own name because fields are called `date`."""


class Way(StrEnum):
    """How the caller was found."""

    DECLARED = "declared"
    """The organization had declared the caller's number on the day of the calls."""
    NAME = "name"
    """The consumers gave a name, and one registered organization has it."""
    TRACED = "traced"
    """A carrier named where the calls came from."""
    NAMED = "named"
    """An investigator named the organization."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Attribution:
    """Who is accused.

    Attributes:
        organization_id: empty where nobody is known who is registered.
        name: of the organization, or as a carrier gave it.
        exempt: whether it is registered as exempt (a charity).
        spoofed: whether screening saw signs that the number shown was not the caller's.
        signs: those rules of screening.
    """

    way: Way
    organization_id: str = ""
    san: str = ""
    name: str = ""
    exempt: bool = False
    spoofed: bool = False
    signs: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether a registered organization is accused."""
        return bool(self.organization_id)


@dataclass(frozen=True)
class Accused:
    """What the registry knows of an organization that is accused; mails go to its contact."""

    id: str
    san: str
    name: str
    exempt: bool
    contact_ciphertext: str = field(repr=False)
    language: str


class HopState(StrEnum):
    """What a carrier said when it was asked for the origin of calls."""

    ASKED = "asked"
    ORIGIN = "origin"
    """The calls began with a customer of this carrier."""
    FORWARDED = "forwarded"
    """Another carrier handed them over."""
    REFUSED = "refused"
    SILENT = "silent"
    """No answer by the deadline."""


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One carrier asked in a traceback.

    Attributes:
        number: from 1, in the order asked.
        carrier: the carrier's code.
        origin: name, SAN or number of who placed the calls, as the carrier said.
        following: code of the carrier that handed the calls over.
        reason: why it refuses.
    """

    case_id: str
    number: int
    carrier: str
    caller_number: str = field(repr=False)
    asked_at: datetime
    due_at: datetime
    state: HopState = HopState.ASKED
    answered_at: datetime | None = None
    origin: str = field(default="", repr=False)
    following: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """One rule's answer about one call: `detail` is a sentence that holds no number, `source` where the rule stands."""

    rule: str
    answer: str
    detail: str
    source: str


@dataclass(frozen=True)
class Holding:
    """The newest list that a seller had of an area when it called.

    Attributes:
        contained: whether the number was on that list; None where no such list was published.
        age_days: of the list on the day of the call.
    """

    receipt_id: str
    list_date: Day
    issued_at: datetime
    age_days: int
    contained: bool | None


class Verdict(StrEnum):
    """What the evidence says of one call; an investigator decides."""

    VIOLATION = "violation"
    EXCUSED = "excused"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Factor:
    """What raises or lowers the proposed amount of a call: `percent` of its maximum."""

    code: str
    percent: int


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found for one call.

    Attributes:
        on: the registry's date of the call.
        checks: every rule tried, in order.
        maximum: the maximum penalty of that date.
        proposed: what the worksheet proposes; zero unless it is a violation.
        sentence: the finding in one line: "held list of 2026-03-02, contained the number: yes".
    """

    complaint_id: str
    on: Day
    verdict: Verdict
    checks: tuple[Check, ...]
    holding: Holding | None
    maximum: Money
    factors: tuple[Factor, ...]
    proposed: Money

    @property
    def sentence(self) -> str:
        """The finding in one line."""
        if self.holding is None:
            return "held no list"
        known = {True: "yes", False: "no", None: "unknown"}[self.holding.contained]
        return f"held list of {self.holding.list_date.isoformat()}, contained the number: {known}"


class Claim(StrEnum):
    """Why a seller says that a call was allowed."""

    RELATIONSHIP = "relationship"
    """A purchase, delivery or payment; `on` is its day."""
    INQUIRY = "inquiry"
    """The consumer asked or applied; `on` is the day."""
    AGREEMENT = "agreement"
    """A signed agreement that names the number; `on` is its day."""
    NONPROFIT = "nonprofit"
    INFORMATIONAL = "informational"
    """Nothing was sold."""
    ERROR = "error"
    """An error in spite of written procedures and a list that is not too old."""
    NOT_OURS = "not_ours"


@dataclass(frozen=True)
class CallAnswer:
    """What a seller says of one call; `evidence` are ids of what it uploaded."""

    complaint_id: str
    claim: Claim
    on: Day | None
    text: str = field(repr=False)
    evidence: tuple[str, ...] = ()


class ReplyState(StrEnum):
    """Where the right of reply stands."""

    ASKED = "asked"
    ANSWERED = "answered"
    SILENT = "silent"
    """The deadline passed."""
    CLEARED = "cleared"
    """The calls are laid to somebody else."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An organization's right of reply in a case.

    Attributes:
        complaints: the calls it is asked about.
        extended: whether the one extension was used.
        reminded: how many reminders went out.
        hearings: how often it was asked; again when more calls joined.
        answers: by complaint.
        statement: what it says of the whole.
        version: counts the writes; a write is conditional on the version it read.
    """

    case_id: str
    organization_id: str
    state: ReplyState
    notice_at: datetime
    due_at: datetime
    complaints: tuple[str, ...]
    extended: bool = False
    reminded: int = 0
    hearings: int = 1
    answers: Mapping[str, CallAnswer] = field(default_factory=dict)
    statement: str = field(default="", repr=False)
    answered_at: datetime | None = None
    decision: str = ""
    version: int = 1

    @property
    def is_asked(self) -> bool:
        """Whether the organization may answer."""
        return self.state is ReplyState.ASKED

    @property
    def is_heard(self) -> bool:
        """Whether the organization has answered, or let its deadline pass."""
        return self.state in (ReplyState.ANSWERED, ReplyState.SILENT)


@dataclass(frozen=True)
class Confirmation:
    """The second pair of eyes on a citation.

    Attributes:
        examined: fingerprint of the facts that the findings looked at spoke of.
    """

    by: str
    at: datetime
    examined: str


@dataclass(frozen=True, kw_only=True)
class Investigation:
    """Where the investigation of a case stands.

    Attributes:
        attribution: None before anybody looked.
        examined: fingerprint of the facts that the findings speak of; empty before.
        review_due_at: when the review has to be done; None before it began.
        confirmation: of the decision now given, whatever findings it looked at; see `confirmed`.
        earlier: the decisions of before it was opened again.
        reopened: how often.
        version: counts the writes.
    """

    case_id: str
    attribution: Attribution | None = None
    examined: str = ""
    review_due_at: datetime | None = None
    confirmation: Confirmation | None = None
    earlier: tuple[Decision, ...] = ()
    reopened: int = 0
    version: int = 0

    @property
    def confirmed(self) -> Confirmation | None:
        """The confirmation, where it looked at the findings of now."""
        made = self.confirmation
        return made if made and made.examined == self.examined else None


@dataclass(frozen=True)
class Total:
    """The worksheet's totals: how many calls of each verdict, and what is proposed."""

    calls: Mapping[str, int]
    maximum: Money
    proposed: Money


@dataclass(frozen=True)
class InvestigationFile:
    """Everything an investigation knows, for people.

    Attributes:
        phase: the step it stands at, one of `Next`.
        stale: whether facts have changed since the findings were made.
        suggestion: the decision that the findings suggest.
    """

    investigation: Investigation
    phase: str
    stale: bool
    hops: tuple[Hop, ...]
    findings: tuple[Finding, ...]
    reply: Reply | None
    total: Total
    suggestion: str


class Next(StrEnum):
    """What an execution does next; computed from what is kept, so that one started again goes on where it stands."""

    ATTRIBUTE = "attribute"
    TRACE = "trace"
    AWAIT_CARRIER = "await_carrier"
    SILENCE = "silence"
    EXAMINE = "examine"
    HEAR = "hear"
    REMIND = "remind"
    AWAIT_REPLY = "await_reply"
    AWAIT_RELEASE = "await_release"
    RESUME = "resume"
    AWAIT_DECISION = "await_decision"
    ESCALATE = "escalate"
    AWAIT_CONFIRMATION = "await_confirmation"
    RECORD = "record"
    NOTIFY = "notify"
    AGAIN = "again"
    DONE = "done"
