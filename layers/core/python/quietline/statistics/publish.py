"""Publish the data book's tables, and publish them again as a next version when a closed year is corrected."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from quietline.kernel.clock import Clock, to_text
from quietline.opendata.ports import Files, Releases, Signer
from quietline.profiles.profile import Profile
from quietline.statistics.tables import Table, reported_calls

CSV, JSON, JOSE = "text/csv; charset=utf-8", "application/json", "application/jose"
INDEX = "statistics/index.json"
PROVISIONAL = "provisional"
"""Version of a year that still runs: replaced whenever its numbers change."""


@dataclass(frozen=True)
class DataBook:
    """Makes the tables of fiscal years.

    A year that runs is `provisional` and replaced. Of a year that has ended the first version is `v1`; a correction
    makes the next, and the older ones stay: whoever quoted them can show what stood there.
    """

    profile: Profile
    clock: Clock
    releases: Releases
    files: Files
    signer: Signer

    def publish(self) -> list[str]:
        """Publish what has changed; return the editions that were written, e.g. `2027/provisional`."""
        rules = self.profile.statistics
        today = self.profile.local_date(self.clock.now())
        years: dict[int, list[Any]] = {}
        for release in self.releases.all():
            year = rules.fiscal_year(release.date - timedelta(days=1))
            years.setdefault(year, []).append(release.summary)
        index = self._index()
        written = []
        for year, summaries in sorted(years.items()):
            first, last = rules.year_of(year)
            tables = reported_calls(summaries, first, min(last, today), rules)
            # yesterday's calls of the last day are in the file of the next business day; corrections come for weeks
            closed = today > last + timedelta(days=self.profile.open_data.restated_days)
            edition = self._edition(year, tables, index.get(str(year), []), closed=closed)
            if edition:
                versions = [one for one in index.get(str(year), []) if one["version"] != PROVISIONAL]
                index[str(year)] = [*versions, edition]
                written.append(f"{year}/{edition['version']}")
        if written:
            self.files.publish(INDEX, json.dumps(index, indent=1).encode(), JSON)
        return written

    def _index(self) -> dict[str, list[dict[str, Any]]]:
        known = self.files.published(INDEX)
        found: dict[str, list[dict[str, Any]]] = json.loads(known) if known else {}
        return found

    def _edition(
        self, year: int, tables: tuple[Table, ...], before: list[dict[str, Any]], *, closed: bool
    ) -> dict[str, Any] | None:
        """Write an edition unless the newest one says the same; return its entry of the index."""
        # the date up to which a running year is counted is no change of its numbers
        digest = hashlib.sha256(b"".join(table.to_csv() for table in tables if table.name != "total")).hexdigest()
        newest = before[-1] if before else None
        final = newest is not None and newest["version"] != PROVISIONAL
        if newest is not None and newest["sha256"] == digest and final == closed:
            return None
        if final and not closed:
            return None
        number = sum(one["version"] != PROVISIONAL for one in before) + 1
        version = f"v{number}" if closed else PROVISIONAL
        folder = f"statistics/{year}/{version}"
        described = []
        for table in tables:
            text = json.dumps(table.to_json(), indent=1, ensure_ascii=False).encode()
            for kind, body, content_type in (("csv", table.to_csv(), CSV), ("json", text, JSON)):
                name = f"{folder}/{table.name}.{kind}"
                self.files.publish(name, body, content_type)
                described.append({"name": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()})
        at = to_text(self.clock.now())
        manifest = {
            "type": "statistics",
            "profile": self.profile.name,
            "fiscal_year": year,
            "version": version,
            "published_at": at,
            "population_source": self.profile.statistics.population_source,
            "previous": newest["version"] if newest and final else None,
            "files": described,
        }
        self.files.publish(f"{folder}/manifest.jws", self.signer.sign(manifest).encode(), JOSE)
        return {"version": version, "published_at": at, "sha256": digest, "manifest": f"{folder}/manifest.jws"}
