"""A trusted party's machine client."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a party is trusted with."""

    CARRIER = "carrier"
    """Reports lines, answers tracebacks."""
    REPORTER = "reporter"
    """Sends complaints in batches."""


@dataclass(frozen=True)
class Party:
    """A machine client: `code` names the party in what it sends, several clients may have the same.

    Attributes:
        holds: numbers in E.164, or their beginnings, that a carrier holds: it is asked first where their calls came
            from.
    """

    client_id: str
    code: str
    name: str
    created_at: datetime
    disabled_at: datetime | None = None
    holds: tuple[str, ...] = ()
