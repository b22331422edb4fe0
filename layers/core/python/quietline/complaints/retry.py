"""Changing a complaint that others may change at the same moment."""

from collections.abc import Callable

from quietline.complaints.model import Complaint
from quietline.complaints.ports import ChangedMeanwhileError, ComplaintStore
from quietline.kernel.errors import UnavailableError

ATTEMPTS = 5


def changed(store: ComplaintStore, complaint: Complaint, change: Callable[[Complaint], None]) -> Complaint:
    """Change a complaint as it is now and return it as it is then; what lost a race is tried again.

    Args:
        store: reads it.
        complaint: as opened.
        change: is given the complaint as it is, and raises `ChangedMeanwhileError` when it is so no more.

    Raises:
        UnavailableError: others changed it each time.
    """
    for _attempt in range(ATTEMPTS):
        now = store.get(complaint.id) or complaint
        try:
            change(now)
        except ChangedMeanwhileError:
            continue
        return store.get(complaint.id) or now
    raise UnavailableError("The complaint is being changed at the same moment. Please try again.")
