"""Publish the data book's tables, and publish them again as a next version when a closed year is corrected."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from quietline.kernel.clock import Clock, to_text
from quietline.opendata.ports import Files, Releases, Signer
from quietline.profiles.profile import Profile
from quietline.statistics.table import Table

CSV, JSON, JOSE = "text/csv; charset=utf-8", "application/json", "application/jose"
INDEX = "statistics/index.json"
PROVISIONAL = "provisional"
"""Version of a year that still runs: replaced whenever its numbers change."""

DATES = ("first_day", "last_day")
"""Columns that are no numbers: that a running year is counted up to another day is no change of it."""

type Edition = dict[str, Any]
type Index = dict[str, dict[str, list[Edition]]]
"""Book → fiscal year → editions, oldest first."""


def read_index(files: Files) -> Index:
    """Return every edition that is published: book → fiscal year → editions, oldest first."""
    known = files.published(INDEX)
    # years at the top are of a time when there was one book without a name; they are counted again under its name
    return {book: years for book, years in json.loads(known).items() if isinstance(years, dict)} if known else {}


class Book(Protocol):
    """One subject's tables.

    Attributes:
        name: as in addresses.
        again: so many years after its end a closed year still follows what it is counted from; None always.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - see the class

    @property
    def again(self) -> int | None: ...  # noqa: D102 - see the class

    def years(self, today: date) -> Collection[int]:
        """Return the fiscal years of which there is something to tell."""
        ...

    def tables(self, year: int, first: date, last: date) -> tuple[Table, ...]:
        """Return a year's tables, from its first day to its last, or to today while it runs."""
        ...


@dataclass(frozen=True)
class DataBook:
    """Makes the tables of fiscal years.

    A year that runs is `provisional` and replaced. Of a year that has ended the first version is `v1`; a correction
    makes the next, and the older ones stay: whoever quoted them can show what stood there.
    """

    profile: Profile
    clock: Clock
    files: Files
    signer: Signer
    books: Sequence[Book]
    releases: Releases

    def publish(self, restated: Collection[int] = ()) -> list[str]:
        """Publish what has changed; return the editions that were written, e.g. `fees/2027/provisional`.

        Args:
            restated: closed years that are counted again, whatever their age.
        """
        today = self.profile.local_date(self.clock.now())
        index = read_index(self.files)
        written = []
        for book in self.books:
            editions = index.setdefault(book.name, {})
            for year in sorted(book.years(today)):
                before = editions.get(str(year), [])
                edition = self._count(book, year, before, today, restated=year in restated)
                if edition:
                    kept = [one for one in before if one["version"] != PROVISIONAL]
                    editions[str(year)] = [*kept, edition]
                    written.append(f"{book.name}/{year}/{edition['version']}")
        if written:
            self.files.publish(INDEX, json.dumps(index, indent=1).encode(), JSON)
        return written

    def missing(self) -> date | None:
        """Return the date of the newest daily file when it should be published by now and is not, or None."""
        due = self.profile.open_data.due(self.clock.now().astimezone(self.profile.zone))
        return due if self.releases.get(due) is None else None

    def _count(self, book: Book, year: int, before: list[Edition], today: date, *, restated: bool) -> Edition | None:
        """Write an edition unless the newest one says the same; return its entry of the index."""
        first, last = self.profile.statistics.year_of(year)
        # yesterday's calls of the last day are in the file of the next business day; corrections come for weeks
        closed = today > last + timedelta(days=self.profile.open_data.restated_days)
        newest = before[-1] if before else None
        final = newest is not None and newest["version"] != PROVISIONAL
        old = book.again is not None and today > last.replace(year=last.year + book.again)
        if final and (not closed or (old and not restated)):
            return None
        tables = book.tables(year, first, min(last, today))
        digest = hashlib.sha256(b"".join(table.without(DATES).to_csv() for table in tables)).hexdigest()
        if newest is not None and newest["sha256"] == digest and final == closed:
            return None
        number = sum(one["version"] != PROVISIONAL for one in before) + 1
        version = f"v{number}" if closed else PROVISIONAL
        previous = {"version": newest["version"], "sha256": newest["sha256"]} if newest and final else None
        return self._write(f"{book.name}/{year}/{version}", tables, {"sha256": digest, "previous": previous})

    def _write(self, name: str, tables: tuple[Table, ...], facts: Mapping[str, Any]) -> Edition:
        """Write an edition's files and its manifest; `name` is `<book>/<year>/<version>`."""
        folder, (book, year, version) = f"statistics/{name}", name.split("/")
        described = []
        for table in tables:
            text = json.dumps(table.to_json(), indent=1, ensure_ascii=False).encode()
            for kind, body, content_type in (("csv", table.to_csv(), CSV), ("json", text, JSON)):
                file = f"{folder}/{table.name}.{kind}"
                self.files.publish(file, body, content_type)
                described.append({"name": file, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()})
        at = to_text(self.clock.now())
        manifest = {
            "type": "statistics",
            "profile": self.profile.name,
            "book": book,
            "fiscal_year": int(year),
            "version": version,
            "published_at": at,
            "min_cell": self.profile.open_data.min_cell,
            "population_source": self.profile.statistics.population_source,
            **facts,
            "files": described,
        }
        self.files.publish(f"{folder}/manifest.jws", self.signer.sign(manifest).encode(), JOSE)
        return {
            "version": version,
            "published_at": at,
            "sha256": facts["sha256"],
            "manifest": f"{folder}/manifest.jws",
            "tables": [table.name for table in tables],
        }
