"""How often somebody may ask: by key, or by address without one."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from quietline.kernel.clock import Clock
from quietline.kernel.errors import ForbiddenError, TooManyRequestsError
from quietline.kernel.ids import new_code
from quietline.profiles.profile import Profile

KEY_LENGTH = 32


class Keys(Protocol):
    """Keys by their hash; a key itself is shown once and never kept."""

    def name_of(self, key_hash: str) -> str | None:
        """Return whose key it is, or None."""
        ...

    def add(self, key_hash: str, name: str) -> None:
        """Keep a new key."""
        ...


class Counters(Protocol):
    """Counters that go by themselves."""

    def count(self, name: str, expires_at: int) -> int:
        """Add one and return the sum; the counter goes after `expires_at`, seconds since 1970."""
        ...


@dataclass(frozen=True)
class Room:
    """The limit of an hour and what is left of it."""

    limit: int
    remaining: int


@dataclass(frozen=True)
class RateLimits:
    """Counts requests of an hour."""

    keys: Keys
    counters: Counters
    clock: Clock
    profile: Profile

    def take(self, key: str, address: str) -> Room:
        """Count a request.

        Args:
            key: as it was sent; empty, or the profile's demo key, for none.
            address: network address of who asks; only a hash of it is kept, for two hours.

        Raises:
            ForbiddenError: there is no such key.
            TooManyRequestsError: the hour's limit is reached; says when the next begins.
        """
        rules = self.profile.open_data.limits
        limit, who = rules.demo_per_hour, f"address {address}"
        if key and key != rules.demo_key:
            who = key_hash(key)
            if self.keys.name_of(who) is None:
                raise ForbiddenError("This api_key is not known.")
            limit = rules.key_per_hour
        now = self.clock.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        ends = hour + timedelta(hours=1)
        name = hashlib.sha256(f"open-data {who} {hour.isoformat()}".encode()).hexdigest()
        used = self.counters.count(f"rate#{name}", int(ends.timestamp()) + 3600)
        if used > limit:
            seconds = max(1, int((ends - now).total_seconds()))
            raise TooManyRequestsError(f"The limit of {limit} requests an hour is reached.", seconds)
        return Room(limit, limit - used)

    def issue(self, name: str) -> str:
        """Make a key for somebody and return it."""
        key = new_code(KEY_LENGTH)
        self.keys.add(key_hash(key), name)
        return key


def key_hash(key: str) -> str:
    """Return what of a key is kept."""
    return hashlib.sha256(key[:200].encode()).hexdigest()
