"""Use cases of sessions.

An id has 256 random bits and is made at sign-in, so that one planted before is worth nothing; only its hash is kept.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from quietline.kernel.clock import Clock
from quietline.sessions.model import Limits, Session
from quietline.sessions.ports import SessionStore

ID_BYTES = 32
SEEN_EVERY = timedelta(minutes=1)
"""A session that is used all the time is written once a minute."""


@dataclass(frozen=True)
class SessionService:
    """Begins, finds and ends sessions."""

    store: SessionStore
    clock: Clock
    limits: Limits

    def begin(self, sub: str, *, mfa: bool = False) -> str:
        """Begin a session, with or without a second factor, and return its id, which is kept nowhere here."""
        now, session_id = self.clock.now(), new_id()
        session = Session(sub, now, now, mfa=mfa)
        self.store.add(key_of(session_id), session, now + self.limits.absolute)
        return session_id

    def find(self, session_id: str) -> Session | None:
        """Return the session that an id opens; None when it never was, was ended, or is over."""
        key, now = key_of(session_id), self.clock.now()
        session = self.store.get(key)
        if session is None:
            return None
        if session.ends_at(self.limits) <= now:
            self.store.remove(key)
            return None
        if now - session.seen_at >= SEEN_EVERY:
            self.store.seen(key, now)
        return session

    def act_for(self, session_id: str, san: str) -> None:
        """Act for a SAN from now on; whether the person may is checked at each act. Empty: for their own."""
        self.store.act_for(key_of(session_id), san)

    def end(self, session_id: str) -> None:
        """End a session."""
        self.store.remove(key_of(session_id))

    def end_all(self, sub: str) -> None:
        """End every session of a user, in all browsers."""
        SessionEnd(self.store).end_all(sub)


@dataclass(frozen=True)
class SessionEnd:
    """Ends a user's sessions; for whoever needs no more of them."""

    store: SessionStore

    def end_all(self, sub: str) -> None:
        """End every session of a user, in all browsers."""
        for key in self.store.keys_of(sub):
            self.store.remove(key)


def new_id() -> str:
    """Return a new random id."""
    return secrets.token_urlsafe(ID_BYTES)


def key_of(session_id: str) -> str:
    """Return what is kept of an id: a plain hash, for nobody searches 256 random bits."""
    return hashlib.sha256(session_id.encode("utf-8", "surrogatepass")).hexdigest()


def form_token(session_id: str) -> str:
    """Return what a form of this browser must carry: it follows from the cookie, which no other site can read."""
    return hmac.new(session_id.encode("utf-8", "surrogatepass"), b"form", hashlib.sha256).hexdigest()


def is_form_token(session_id: str, given: str) -> bool:
    """Return whether a form was made for this browser; compared in constant time."""
    return bool(session_id) and hmac.compare_digest(form_token(session_id).encode(), given.encode("utf-8", "replace"))
