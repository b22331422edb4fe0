"""What a session is."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limits:
    """How long a session lives: `idle` since it was last used, `absolute` since it began."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class Session:
    """A person who is signed in. The id that opens it is known to their browser only; no name and no address is kept.

    Attributes:
        sub: the user's id.
        created_at: when they signed in.
        seen_at: when the session was last used, to the minute.
        acting_for: SAN for which they act; empty for their own organization's.
        mfa: whether they signed in with a second factor.
    """

    sub: str
    created_at: datetime
    seen_at: datetime
    acting_for: str = ""
    mfa: bool = False

    def ends_at(self, limits: Limits) -> datetime:
        """Return when the session ends unless it is used before."""
        return min(self.seen_at + limits.idle, self.created_at + limits.absolute)
