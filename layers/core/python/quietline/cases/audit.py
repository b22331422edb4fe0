"""The desk's audit log, as supervisors read it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AuditEntry:
    """Who did what to what, when.

    Attributes:
        by: the person's Cognito `sub`.
        action: a word of `model.Action`.
        subject: `CASE#<id>`, `queue`, `search`, `audit` or `statistics`.
        detail: more; never a number or a name.
    """

    at: datetime
    action: str
    by: str
    subject: str
    detail: str


@dataclass(frozen=True)
class AuditPage:
    """One page of the log, newest first; `cursor` reads the next, empty at the end."""

    entries: tuple[AuditEntry, ...]
    cursor: str
