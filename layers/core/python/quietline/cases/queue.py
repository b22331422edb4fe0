"""The queue: which cases a filter lets through, in which order, page after page."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from quietline.cases.model import Case, CasePage, Status
from quietline.kernel.clock import to_text
from quietline.kernel.errors import FieldError, InvalidInputError
from quietline.profiles.profile import Profile

PAGE = 50
READ_AT_ONCE = 2000
"""Cases one request reads of the queue; a page may be short, and its cursor goes on after the last that was read."""
SORTED_AT_MOST = 5000
"""Cases that are put in another order than the queue's own; more have to be narrowed by the filter."""
CURSOR = re.compile(r"[a-z]+\|[0-9A-Za-z:.#-]{1,80}")
NOBODY = "none"
"""The filter `assignee` for cases that nobody has."""
SORTS: dict[str, Callable[[Case], str]] = {
    "priority": lambda case: f"{999 - case.priority.points:03d}#{to_text(case.opened_at)}#{case.id}",
    "opened": lambda case: f"{to_text(case.opened_at)}#{case.id}",
    "due": lambda case: f"{to_text(case.due_at)}#{case.id}",
    "complaints": lambda case: f"{999_999 - case.complaints:06d}#{case.id}",
}
"""Orders of the queue; each gives a text that sorts so, and is unique. The first is the index's own."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which cases are asked for; None and empty mean any.

    Attributes:
        agency: works it, alone or with the other.
        referred_to: agency that has been asked to take it and has not answered.
        assignee: a person's id, or `none`.
        priority: at least so many points.
        overdue: the review's deadline has passed.
        robocalls: at least one complaint is of a recorded message.
        opened_from: local date, included.
        opened_until: local date, included.
    """

    status: Status = Status.OPEN
    agency: str = ""
    referred_to: str = ""
    assignee: str = ""
    priority: int = 0
    overdue: bool | None = None
    on_hold: bool | None = None
    failed: bool | None = None
    area: str = ""
    state: str = ""
    subject: int | None = None
    robocalls: bool | None = None
    opened_from: date | None = None
    opened_until: date | None = None
    sort: str = "priority"


def check(wanted: Filter, profile: Profile) -> None:
    """Check what only the profile and the queue know.

    Raises:
        InvalidInputError: with a field error for each value that is none.
    """
    wrong = []
    for name in ("agency", "referred_to"):
        value = getattr(wanted, name)
        if value and value not in profile.cases.agency_keys:
            known = ", ".join(profile.cases.agency_keys)
            wrong.append(FieldError(f"/{name}", f"Use one of {known}.", "agency"))
    if wanted.sort not in SORTS:
        wrong.append(FieldError("/sort", f"Use one of {', '.join(SORTS)}.", "sort"))
    if wanted.state and wanted.state not in profile.areas:
        wrong.append(FieldError("/state", "This is no state of the registry.", "state"))
    if wanted.area and wanted.area not in profile.state_of_area:
        wrong.append(FieldError("/area", "This is no area of the registry.", "area"))
    if wrong:
        raise InvalidInputError("See `errors` for each field that is wrong.", tuple(wrong))


def matches(case: Case, wanted: Filter, now: datetime, profile: Profile) -> bool:
    """Whether a case of the filter's status is one of those asked for."""
    today, facts = profile.local_date(now), case.facts
    opened = profile.local_date(case.opened_at)
    is_overdue = case.status is Status.OPEN and case.due_at < now
    return (
        (not wanted.agency or case.joint or case.agency == wanted.agency)
        and (not wanted.referred_to or (case.referral is not None and case.referral.to == wanted.referred_to))
        and (not wanted.assignee or case.assignee == ("" if wanted.assignee == NOBODY else wanted.assignee))
        and case.priority.points >= wanted.priority
        and wanted.overdue in (None, is_overdue)
        and wanted.on_hold in (None, case.on_hold(today))
        and wanted.failed in (None, bool(case.failure))
        and (not wanted.area or wanted.area in facts.areas)
        and (not wanted.state or wanted.state in facts.states)
        and (wanted.subject is None or wanted.subject in facts.subjects)
        and wanted.robocalls in (None, facts.robocalls > 0)
        and (wanted.opened_from is None or opened >= wanted.opened_from)
        and (wanted.opened_until is None or opened <= wanted.opened_until)
    )


@dataclass(frozen=True)
class Reading:
    """How the queue is read.

    Attributes:
        read: yields the cases of the filter's status in the order of `priority`, after a key of that order.
        now: for what is overdue or on hold.
        profile: for local dates.
    """

    read: Callable[[str], Iterator[Case]]
    now: datetime
    profile: Profile

    def page(self, wanted: Filter, limit: int, cursor: str) -> CasePage:
        """Return one page of the cases asked for.

        Raises:
            InvalidInputError: the cursor is none of ours, or too many cases would have to be sorted.
        """
        after = read_cursor(cursor, wanted.sort)
        key = SORTS[wanted.sort]
        if wanted.sort != "priority":
            every = self.every(wanted, "/sort")
            following = sorted((case for case in every if key(case) > after), key=key)
            last = key(following[limit - 1]) if len(following) > limit else ""
            return CasePage(tuple(following[:limit]), write_cursor(wanted.sort, last) if last else "")
        found: list[Case] = []
        last = ""
        for number, case in enumerate(self.read(after)):
            if number == READ_AT_ONCE or len(found) == limit:
                return CasePage(tuple(found), write_cursor(wanted.sort, last))
            last = key(case)
            if matches(case, wanted, self.now, self.profile):
                found.append(case)
        return CasePage(tuple(found), "")

    def every(self, wanted: Filter, pointer: str) -> list[Case]:
        """Return all cases asked for.

        Raises:
            InvalidInputError: the status has too many cases; `pointer` is the field that is told.
        """
        read_cases = list(islice(self.read(""), SORTED_AT_MOST + 1))
        if len(read_cases) > SORTED_AT_MOST:
            detail = f"More than {SORTED_AT_MOST:,} cases have this status; only the order by priority can be read."
            raise InvalidInputError(detail, (FieldError(pointer, detail, "too_many"),))
        return [case for case in read_cases if matches(case, wanted, self.now, self.profile)]


def write_cursor(sort: str, key: str) -> str:
    """Return the text that a page's next is asked for with."""
    return base64.urlsafe_b64encode(f"{sort}|{key}".encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str) -> str:
    """Return the key after which a page begins; empty for the first.

    Raises:
        InvalidInputError: the cursor is none of ours, or of another order.
    """
    if not cursor:
        return ""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if not CURSOR.fullmatch(text) or not text.startswith(f"{sort}|"):
        detail = "Use the `next` of the page before, with the same `sort`."
        raise InvalidInputError("The cursor is not valid.", (FieldError("/cursor", detail, "cursor"),))
    return text.partition("|")[2]


def total(cases: Iterable[Case]) -> dict[str, dict[str, int]]:
    """Return the complaints of some cases by state, area, subject and day: what the map and the bars show."""
    sums: dict[str, dict[str, int]] = {name: {} for name in ("states", "areas", "subjects", "days")}
    for case in cases:
        for name, into in sums.items():
            for key, number in getattr(case.facts, name).items():
                into[str(key)] = into.get(str(key), 0) + number
    return {name: dict(sorted(found.items())) for name, found in sums.items()}
