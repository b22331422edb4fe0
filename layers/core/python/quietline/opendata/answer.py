"""Answer questions from the files' summaries, and read the rows of those files alone that a page needs."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from quietline.kernel.clock import Clock
from quietline.kernel.errors import FieldError, InvalidInputError, NotFoundError
from quietline.opendata.layout import read_rows
from quietline.opendata.model import Release, Row, day_of
from quietline.opendata.ports import Files, Releases
from quietline.opendata.publish import rows_name
from quietline.opendata.query import Query
from quietline.profiles.profile import Profile

FRESH = timedelta(seconds=60)
"""How long a container answers from the files that it knows."""
HELD = 12
"""Days of rows that a container keeps: some 8 MB each."""


@dataclass(frozen=True)
class Page:
    """A page of rows, and how many there are in all."""

    rows: tuple[Row, ...]
    total: int


@dataclass
class Known:
    """What a container has read: the files and, of a few, the rows."""

    releases: Sequence[Release] = ()
    read_at: datetime | None = None
    rows: OrderedDict[tuple[date, int], list[Row]] = field(default_factory=OrderedDict)


@dataclass(frozen=True)
class ReportedCalls:
    """Answers as the FTC's API does."""

    profile: Profile
    clock: Clock
    releases: Releases
    files: Files
    known: Known = field(default_factory=Known)

    def find(self, query: Query) -> Page:
        """Return a page, oldest first unless asked otherwise.

        Raises:
            InvalidInputError: the question would search through more files than the profile allows.
        """
        counts = [(release, query.count(release.summary)) for release in self._all()]
        searched = [release for release, count in counts if count is None]
        most = self.profile.open_data.max_days_read
        if len(searched) > most:
            detail = f"This question would search {len(searched)} days, more than {most}: narrow its dates."
            raise InvalidInputError(detail, (FieldError("/created_date_from", detail, "too_many_days"),))
        found = {release.date: self._matching(release, query) for release in searched}
        if query.newest_first:
            counts.reverse()
        page: list[Row] = []
        total, skip = 0, query.offset
        for release, count in counts:
            here = len(found[release.date]) if count is None else count
            total += here
            wanted = query.limit - len(page)
            if skip >= here or not wanted:
                skip = max(0, skip - here)
                continue
            rows = found[release.date] if count is None else self._matching(release, query)
            ordered = rows[::-1] if query.newest_first else rows
            page += ordered[skip : skip + wanted]
            skip = 0
        return Page(tuple(page), total)

    def get(self, row_id: str) -> Row:
        """Return the reported call of an id.

        Raises:
            NotFoundError: there is none.
        """
        if len(row_id) == 32 and all(digit in "0123456789abcdef" for digit in row_id):
            day = day_of(row_id)
            for release in self._all():
                if release.date == day:
                    for row in self._rows(release):
                        if row.id == row_id:
                            return row
        raise NotFoundError("There is no reported call with this id; it may have been withdrawn.")

    def _all(self) -> Sequence[Release]:
        now = self.clock.now()
        if self.known.read_at is None or now - self.known.read_at > FRESH:
            self.known.releases, self.known.read_at = self.releases.all(), now
        return self.known.releases

    def _matching(self, release: Release, query: Query) -> list[Row]:
        return [row for row in self._rows(release) if query.matches(row)]

    def _rows(self, release: Release) -> list[Row]:
        key = release.date, release.current.version
        held = self.known.rows
        if key not in held:
            packed = self.files.kept(rows_name(release.date)) or b""
            rows = read_rows(packed) if packed else []
            if hashlib.sha256(packed).hexdigest() != release.current.rows_sha256:
                return rows  # of a run that broke off, or of the next version: not to be held for this one
            held[key] = rows
            if len(held) > HELD:
                held.popitem(last=False)
        held.move_to_end(key)
        return held[key]
