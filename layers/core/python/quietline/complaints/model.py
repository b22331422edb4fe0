"""A complaint: one consumer, one call."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quietline.evidence.model import Evidence


class Stage(StrEnum):
    """How far a complaint has come; what the consumer reads on the status page."""

    RECEIVED = "received"
    DELAYED = "delayed"
    """A step failed on our side; it lies in the failure queue and is done again."""
    RECORDED = "recorded"
    """Kept as evidence; too few people have complained about the caller to open a case yet."""
    IN_CASE = "in_case"
    DECIDED = "decided"
    MERGED = "merged"
    """The same call was reported before; the earlier complaint stands for both."""
    CLOSED = "closed"
    """Screened and not a violation: `Outcome` says why."""
    WITHDRAWN = "withdrawn"
    """The consumer took it back; it counts nowhere."""


class Outcome(StrEnum):
    """What screening found."""

    NOT_REGISTERED = "not_registered"
    IN_GRACE_PERIOD = "in_grace_period"
    ROBOCALL = "robocall"
    ACCEPTED = "accepted"
    STOP_IGNORED = "stop_ignored"
    """The consumer had told this seller through the registry to stop."""
    DIVERTED = "diverted"
    """Another agency handles such calls."""
    TOO_LATE = "too_late"
    DUPLICATE = "duplicate"
    """A violation that an earlier complaint stands for: counted there, and nowhere else."""
    WITHDRAWN = "withdrawn"

    @property
    def is_violation(self) -> bool:
        """Whether the call may have broken the law, so that it belongs to a case."""
        return self in (Outcome.ROBOCALL, Outcome.ACCEPTED, Outcome.STOP_IGNORED)


@dataclass(frozen=True)
class Ruling:
    """One rule's answer about one complaint.

    Attributes:
        rule: stable name, e.g. `registered`.
        answer: stable word, e.g. `yes`, `no`, `skipped`.
        detail: one sentence for the consumer and the investigator; holds no number.
        source: where the rule stands in the law.
    """

    rule: str
    answer: str
    detail: str
    source: str


@dataclass(frozen=True)
class Screening:
    """What screening decided, and every rule it tried, in order.

    Attributes:
        duplicate_of: the complaint that reported the same call before; empty for none.
        declared_by: ids of the organizations that had declared the caller's number on the day of the call.
    """

    outcome: Outcome
    rulings: tuple[Ruling, ...]
    duplicate_of: str = ""
    declared_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reported:
    """A call that a complaint reported, among all of one caller to one number.

    Attributes:
        duplicate_of: the complaint that stands for it; empty where it stands for itself.
    """

    complaint_id: str
    called_at: datetime
    received_at: datetime
    duplicate_of: str = ""


@dataclass(frozen=True)
class Reports:
    """The violations by one caller to one number that are kept; `version` counts the writes, 0 where there is none."""

    version: int = 0
    calls: tuple[Reported, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One line of a complaint's timeline."""

    at: datetime
    stage: Stage


@dataclass(frozen=True)
class Addition:
    """What a consumer added to a complaint later, in its own words."""

    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True)
class Correction:
    """What a consumer corrected.

    Attributes:
        before: field of the complaint → what stood there before.
        contact: names of the fields of name and address that changed; what stood there is kept nowhere.
    """

    at: datetime
    before: dict[str, Any] = field(repr=False)
    contact: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemovedFile:
    """A file of evidence that the consumer removed: nothing of it is left but that there was one, and of what kind."""

    at: datetime
    evidence_id: str
    kind: str


@dataclass(frozen=True)
class OtherCall:
    """Another call by the same caller, in the same submission, as typed.

    Attributes:
        call_date: `YYYY-MM-DD`.
        call_time: `HH:MM`.
        robocall: None for as in the first.
        kind: empty for as in the first.
    """

    call_date: str
    call_time: str
    robocall: bool | None = None
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class ComplaintInput:
    """The FTC's form, as typed: nothing is checked yet.

    Attributes:
        called_number: the consumer's number that was called.
        call_date: `YYYY-MM-DD`, in the registry's time zone.
        call_time: `HH:MM`, in the registry's time zone.
        robocall: whether a recorded message was played.
        kind: `call` or `text`.
        subject: a code of the profile.
        caller_number: who called, any number in the world; it or `caller_name` is needed.
        done_business: whether the consumer has done business with the caller; None is not told.
        asked_to_stop: whether the consumer had asked the caller to stop; None is not told.
        language: language of mails, one of the profile's.
        email: where news goes; empty for none.
        more_calls: other calls by the same caller to the same number; each becomes a complaint of its own.
    """

    called_number: str
    call_date: str
    call_time: str
    robocall: bool
    kind: str = "call"
    subject: int = 0
    subject_other: str = ""
    caller_number: str = ""
    caller_name: str = ""
    done_business: bool | None = None
    asked_to_stop: bool | None = None
    first_name: str = ""
    last_name: str = ""
    street_1: str = ""
    street_2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    comments: str = ""
    language: str = ""
    email: str = ""
    more_calls: tuple[OtherCall, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """A complaint as it is kept.

    Attributes:
        status_hash: keyed hash of the secret that opens the status page.
        called: E.164 of the consumer's number.
        called_at: when the call was, UTC.
        caller_key: what complaints about the same caller share: E.164, or `name:` and the folded name.
        consumer: name and address as given; only filled fields.
        email_ciphertext: see `mails.ports.MailboxCipher`; empty for none.
        failure: class of the error that stopped the screening; empty for none.
        duplicate_of: the complaint that reported the same call before; empty for none.
        declared_by: see `Screening`.
        version: counts what the consumer or a case changed of the call; screening belongs to one version.
        screened_version: the version that `outcome` is about; 0 before the first screening.
        reports_key: caller and number under which the call is counted; empty where it is not.
        told: the stage that the last mail told of; empty for none.
        submission: the references of all calls that came together; empty where there was one.
        link_nonce: of the link in the next mail; another one once a link was used. Empty without an address.
        extra_status_hash: of a second code, given out to whoever used a mailed link; empty for none.
        slow_until: screening waits until then, because unusually many complaints came at once; None for at once.
        reporter: code of the trusted reporter that sent it; empty for none.
        client_reference: the reporter's own name of it.
    """

    id: str
    reference: str
    status_hash: str
    received_at: datetime
    called: str = field(repr=False)
    called_at: datetime
    robocall: bool
    kind: str
    subject: int
    subject_other: str
    caller_number: str = field(repr=False)
    caller_name: str = field(repr=False)
    caller_key: str = field(repr=False)
    done_business: bool | None
    asked_to_stop: bool | None
    consumer: dict[str, str] = field(repr=False)
    comments: str = field(repr=False)
    language: str
    email_ciphertext: str = field(repr=False)
    stage: Stage = Stage.RECEIVED
    timeline: tuple[Entry, ...] = ()
    outcome: Outcome | None = None
    rulings: tuple[Ruling, ...] = ()
    case_id: str = ""
    decision: str = ""
    failure: str = ""
    duplicate_of: str = ""
    declared_by: tuple[str, ...] = ()
    version: int = 1
    screened_version: int = 0
    reports_key: str = field(default="", repr=False)
    told: str = ""
    submission: tuple[str, ...] = ()
    link_nonce: str = field(default="", repr=False)
    extra_status_hash: str = ""
    slow_until: datetime | None = None
    reporter: str = ""
    client_reference: str = ""
    additions: tuple[Addition, ...] = ()
    corrections: tuple[Correction, ...] = ()
    removed: tuple[RemovedFile, ...] = ()

    def may_lose(self, evidence: "Evidence") -> bool:
        """Whether the consumer may remove a file, because no case relies on it.

        A case does once an investigator has opened the file, once a bundle of it holds the file, once it is decided.
        """
        return evidence.relied_at is None and self.stage is not Stage.DECIDED

    @property
    def mailed_as(self) -> str:
        """The reference of the submission's first complaint: mails about all of its calls are that one's."""
        return self.submission[0] if self.submission else self.reference


@dataclass(frozen=True)
class SubmittedComplaint:
    """What the consumer takes away. `status_code` is secret and shown this once; it opens every call of `references`.

    Attributes:
        id: of the first call's complaint.
        reference: of the first call's complaint.
        references: of all calls, in the order of the form; one for a single call.
    """

    id: str
    reference: str
    status_code: str = field(repr=False)
    stage: Stage = Stage.RECEIVED
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComplaintStatus:
    """What the consumer may read later: no number, no name.

    Attributes:
        decision: the case's decision (`citation` …) once the stage is `decided`; empty before.
        reasons: the rules tried and their answers.
    """

    reference: str
    received_at: datetime
    stage: Stage
    outcome: Outcome | None
    decision: str
    reasons: tuple[Ruling, ...]
    timeline: tuple[Entry, ...]
    submission: tuple[str, ...] = ()
    additions: tuple[Addition, ...] = ()
    corrections: tuple[Correction, ...] = ()
    removed: tuple[RemovedFile, ...] = ()
