"""What the rules are tried on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quietline.complaints.model import Complaint, Reported
from quietline.directory.model import Declaration
from quietline.stops.model import StopNotice


@dataclass(frozen=True)
class Facts:
    """A complaint and what the registry knows about it.

    Attributes:
        complaint: as the consumer told it.
        listed_since: since when, without a break, its number was on the list, as the registry knew at the call's
            instant; None for not.
        declared: the organizations that had declared the caller's number on the day of the call.
        stopped: the oldest stop request of the number to one of these organizations that held when the call came;
            None for none.
        reported: calls of the same caller to the same number that are kept already, in the order of screening.
    """

    complaint: Complaint
    listed_since: datetime | None = None
    declared: Sequence[Declaration] = ()
    stopped: StopNotice | None = None
    reported: Sequence[Reported] = ()
