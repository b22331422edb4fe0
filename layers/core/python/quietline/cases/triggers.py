"""When a case opens: triggers are the profile's, here is how they count."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from quietline.cases.model import Accusation
from quietline.profiles.casework import Trigger


def triggered(complaints: Iterable[Accusation], now: datetime, triggers: Iterable[Trigger]) -> Trigger | None:
    """Return the first trigger that a caller's complaints meet, or None.

    Several complaints of one number count once: it is people that a trigger counts.
    """
    known = tuple(complaints)
    for trigger in triggers:
        since = now - timedelta(days=trigger.days)
        people = {
            entry.called
            for entry in known
            if entry.received_at >= since
            and (entry.robocall or not trigger.robocalls_only)
            and (entry.asked_to_stop or not trigger.after_stop_request)
        }
        if len(people) >= trigger.complainants:
            return trigger
    return None
