"""What is counted of a case's complaints, and how urgent that makes it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Addend:
    """A part of a case's priority: a stable code, its points, and the sentence that says what for."""

    code: str
    points: int
    sentence: str


@dataclass(frozen=True)
class Priority:
    """How urgent a case is: 0 to 100, and the parts that add up to it."""

    points: int = 0
    addends: tuple[Addend, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Call:
    """What counting needs of a complaint; kept with its place in the case."""

    called: str = field(repr=False)
    called_at: datetime
    robocall: bool
    subject: int
    asked_to_stop: bool | None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is counted of a case's complaints.

    Attributes:
        complainants: different numbers that were called.
        stop_ignored: calls that came although the consumer had asked the caller to stop.
        odd_hours: calls outside the hours in which sales calls are allowed.
        earlier_findings: earlier cases of the same caller that ended with a finding against it.
        areas: area of the called number → complaints.
        states: state of that area → complaints; empty for an area of no state.
        subjects: code of the form → complaints.
        days: local date of the call → complaints; the newest days only.
    """

    complaints: int = 0
    complainants: int = 0
    robocalls: int = 0
    stop_ignored: int = 0
    odd_hours: int = 0
    earlier_findings: int = 0
    first_call: datetime | None = None
    newest_call: datetime | None = None
    areas: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    subjects: dict[int, int] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
