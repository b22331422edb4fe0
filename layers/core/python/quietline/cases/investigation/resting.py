"""Holds: while a case rests no deadline runs, and each ends later by as long as it rested."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from quietline.cases.investigation.model import Hop, HopState, Reply, ReplyState
from quietline.cases.model import Case, Hold
from quietline.kernel.clock import Clock
from quietline.profiles.profile import Profile


@dataclass(frozen=True)
class Rest:
    """A hold that has ended: from when to when the case rested."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, hold: Hold, profile: Profile) -> Self:
        """Return the rest of a hold: until its release, or the midnight with which its last day ends."""
        return cls(hold.at, hold.released_at or profile.end_of(hold.until - timedelta(days=1)))

    def moved(self, due: datetime, began: datetime | None = None) -> datetime:
        """Return when a deadline ends that began before the rest, or at an instant within it; a missed one stays."""
        if due <= self.since:
            return due
        return due + max(self.until - max(self.since, began or self.since), timedelta())

    def moved_hop(self, hops: tuple[Hop, ...]) -> Hop | None:
        """Return the carrier that is still to answer, with its later deadline, or None."""
        hop = hops[-1] if hops else None
        if hop is None or hop.state is not HopState.ASKED:
            return None
        return replace(hop, due_at=self.moved(hop.due_at, hop.asked_at))

    def moved_reply(self, reply: Reply | None) -> Reply | None:
        """Return the right of reply that is still open, with its later deadline, or None."""
        if reply is None or reply.state is not ReplyState.ASKED:
            return None
        return replace(reply, due_at=self.moved(reply.due_at))


def is_on_hold(case: Case, profile: Profile, clock: Clock) -> bool:
    """Tell whether a case is on hold today, so that its deadlines do not run."""
    return case.on_hold(profile.local_date(clock.now()))
