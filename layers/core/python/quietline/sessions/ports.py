"""What sessions need of the world."""

from datetime import datetime
from typing import Protocol

from quietline.sessions.model import Session


class SessionStore(Protocol):
    """Where sessions are kept, by the hash of their id."""

    def add(self, key: str, session: Session, expires_at: datetime) -> None:
        """Store a new session; from `expires_at` on it may be forgotten."""
        ...

    def get(self, key: str) -> Session | None:
        """Return a session, read consistently: one that was ended is gone at once."""
        ...

    def seen(self, key: str, at: datetime) -> None:
        """Note that a session was used; nothing when it is gone."""
        ...

    def act_for(self, key: str, san: str) -> None:
        """Change for which SAN the person acts; nothing when the session is gone."""
        ...

    def remove(self, key: str) -> None:
        """Forget a session."""
        ...

    def keys_of(self, sub: str) -> list[str]:
        """Return the keys of a user's sessions; one of the last second may be missing."""
        ...
