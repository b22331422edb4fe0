"""Reported callers: one line a number, for carriers and call-blocking apps."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from quietline.opendata.model import Row, Source

COLUMNS = (
    "number",
    "complaints",
    "complainants",
    "robocall_percent",
    "first_reported",
    "last_reported",
    "changed_on",
    "signs",
)


@dataclass
class Caller:
    """What the files of the window say of one number.

    Attributes:
        complainants: hashes of different people; each imported row counts as one, for nothing tells them apart.
        changed_on: date of the newest file that names it.
    """

    complaints: int = 0
    robocalls: int = 0
    complainants: set[str] = field(default_factory=set)
    own: int = 0
    neighbours: int = 0
    first: str = "9"
    last: str = ""
    changed_on: date = date.min


@dataclass
class Callers:
    """Adds files up, one after the other, so that their rows need not be held together."""

    known: dict[str, Caller] = field(default_factory=dict)

    def add(self, day: date, rows: Iterable[Row]) -> None:
        """Add the rows of a day's file."""
        for row in rows:
            if not row.caller:
                continue
            caller = self.known.setdefault(row.caller, Caller())
            caller.complaints += 1
            caller.robocalls += row.robocall == "Y"
            caller.complainants.add(row.complainant or row.id)
            caller.own += row.source is Source.QUIETLINE
            caller.neighbours += row.neighbour
            caller.first = min(caller.first, row.created[:10])
            caller.last = max(caller.last, row.created[:10])
            caller.changed_on = max(caller.changed_on, day)

    def write(self, least: int) -> tuple[bytes, int]:
        """Return the CSV of the numbers that at least so many people complained about, and how many these are."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        shown = [(number, one) for number, one in sorted(self.known.items()) if len(one.complainants) >= least]
        writer.writerows(
            (
                number,
                one.complaints,
                len(one.complainants),
                round(100 * one.robocalls / one.complaints),
                one.first,
                one.last,
                one.changed_on.isoformat(),
                " ".join(signs(number, one)),
            )
            for number, one in shown
        )
        return text.getvalue().encode("utf-8"), len(shown)


def signs(number: str, caller: Caller) -> list[str]:
    """Return what speaks for a spoofed number: blocking it may hurt somebody who never called.

    `invalid_number` cannot have been assigned (an area or exchange code never begins with 0 or 1); `neighbour` imitates
    the called person's own exchange in at least half of the calls of which that is known.
    """
    found = []
    if len(number) != 10 or number[0] in "01" or number[3] in "01":
        found.append("invalid_number")
    if caller.own and 2 * caller.neighbours >= caller.own:
        found.append("neighbour")
    return found
