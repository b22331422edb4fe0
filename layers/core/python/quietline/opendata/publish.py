"""Publish the daily files, and publish them again when what they hold has changed."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from quietline.kernel.clock import Clock, to_text
from quietline.kernel.errors import UnavailableError
from quietline.opendata.callers import NUMBERS, NUMBERS_MANIFEST, feed_name, packed, version_of
from quietline.opendata.feed import Callers
from quietline.opendata.layout import read_rows, write_csv, write_rows
from quietline.opendata.model import DayFile, Release, Row, Version, file_name, manifest_name
from quietline.opendata.own import row_of
from quietline.opendata.ports import ColumnWriter, Files, Releases, ReportedComplaints, Signer
from quietline.opendata.protect import protect
from quietline.opendata.summary import summarise
from quietline.profiles.profile import Profile

CSV = "text/csv; charset=utf-8"
JSON = "application/json"
JOSE = "application/jose"
PARQUET = "application/vnd.apache.parquet"
INDEX = "index.json"
ATTEMPTS = 3


def rows_name(day: date) -> str:
    """Return the private file of the rows behind a day's file."""
    return f"rows/{day.isoformat()}.csv.gz"


def import_name(day: date) -> str:
    """Return the private file of what was imported for a day."""
    return f"imports/{day.isoformat()}.csv.gz"


@dataclass(frozen=True)
class OpenDataPublication:
    """Makes the files.

    A file's bytes follow from the complaints as they are; a run that finds the same bytes changes nothing, unless the
    bucket holds others: those of a run that was overtaken and broke off. One that finds others, because a complaint was
    withdrawn or corrected, replaces the file: its next version has a manifest of its own, and the manifests of all
    versions stay. The rows that left are gone.

    Attributes:
        secret: the app secret, for the keyed hash that tells complainants apart.
        columns: makes the Parquet file; None where none is made.
    """

    profile: Profile
    clock: Clock
    complaints: ReportedComplaints
    releases: Releases
    files: Files
    signer: Signer
    secret: bytes = field(repr=False)
    columns: ColumnWriter | None = None

    def publish_due(self) -> list[Release]:
        """Publish today's file on a business day, and restate those of the profile's last days that have changed.

        Return the files that were written. A day on which the schedule failed is made up for.
        """
        rules = self.profile.open_data
        today = self.profile.local_date(self.clock.now())
        days = [today - timedelta(days=back) for back in range(rules.restated_days, -1, -1)]
        known = {release.date for release in self.releases.all(days[0])}
        made = [self.publish(day) for day in days if day in known or rules.is_business_day(day)]
        changed = [release for release in made if release is not None]
        self._tell(changed)
        return changed

    def publish_days(self, days: Iterable[date]) -> list[Release]:
        """Publish the files of certain dates; return those that were written."""
        changed = [release for day in sorted(set(days)) if (release := self.publish(day)) is not None]
        self._tell(changed)
        return changed

    def publish(self, day: date) -> Release | None:
        """Publish one file; None when it is published as it would be, or when there is nothing to publish.

        Only today's file is made without rows. Of two runs at once the one whose version comes second has written over
        the files of the first, so it looks at the complaints again and writes everything again.

        Raises:
            UnavailableError: others kept publishing the same day; nothing is lost, run again.
        """
        overtaken = False
        for _attempt in range(ATTEMPTS):
            rows = self._rows(day)
            before = self.releases.get(day)
            body, private = write_csv(rows), write_rows(rows)
            digest, private_digest = _sha256(body), _sha256(private)
            stands = before is not None and not overtaken and self._stands(before)
            same = before is not None and (before.current.sha256, before.current.rows_sha256) == (
                digest,
                private_digest,
            )
            if same and stands:
                return None
            if before is None and not rows and day != self.profile.local_date(self.clock.now()):
                return None
            contents = self._contents(day, body)
            described = tuple(
                DayFile(name=name, format=kind, size=len(content), sha256=_sha256(content))
                for name, kind, content, _type in contents
            )
            if before is not None and not stands:
                if before.current.files:
                    # first: a run that breaks off after it leaves a file that shows the next one what is missing
                    self._manifest(before)
                # others where another release of the library writes the Parquet: they make a version of their own
                if same and described == before.current.files:
                    self._write(day, contents, private)
                    if self.releases.get(day) == before:
                        return before
                    overtaken = True
                    continue
            versions = before.versions if before else ()
            version = Version(
                version=len(versions) + 1,
                at=self.clock.now(),
                rows=len(rows),
                sha256=digest,
                rows_sha256=private_digest,
                files=described,
            )
            release = Release(date=day, versions=(*versions, version), summary=summarise(rows))
            self._write(day, contents, private)
            # one of a run that stopped before its item stood for nothing: no release named it
            self._manifest(release)
            if self.releases.put(release):
                return release
            overtaken = True
        raise UnavailableError("Others are publishing the same day. Please run it again.")

    def _tell(self, changed: Sequence[Release]) -> None:
        """Publish what is made of all files where some changed, or where a run broke off before it did."""
        releases = self.releases.all()
        index = self._index(releases)
        if changed or (releases and self.files.published(INDEX) != index):
            self.reported_numbers()
            # last: an index that is right tells the next run that nothing is missing
            self.files.publish(INDEX, index, JSON)

    def _index(self, releases: Sequence[Release]) -> bytes:
        """Return the list of all files, newest first."""
        listed = [
            {
                "date": release.date.isoformat(),
                "file": release.name,
                "rows": release.current.rows,
                "sha256": release.current.sha256,
                "version": release.current.version,
                "published_at": to_text(release.current.at),
                "manifest": manifest_name(release.date, release.current.version),
                "files": [file.to_payload() for file in release.current.files],
            }
            for release in reversed(releases)
        ]
        return json.dumps({"profile": self.profile.name, "files": listed}, indent=1).encode()

    def reported_numbers(self) -> None:
        """Publish the numbers of the profile's last days that several people complained about, and its manifest."""
        rules = self.profile.open_data.reported_numbers
        today = self.profile.local_date(self.clock.now())
        callers = Callers()
        releases = self.releases.all(today - timedelta(days=rules.window_days))
        for release in releases:
            kept = self.files.kept(rows_name(release.date))
            callers.add(release.date, read_rows(kept) if kept else ())
        body, count = callers.write(rules.min_complainants)
        manifest = {
            "type": "reported_numbers",
            "profile": self.profile.name,
            "published_at": to_text(self.clock.now()),
            "from": releases[0].date.isoformat() if releases else None,
            "to": releases[-1].date.isoformat() if releases else None,
            "numbers": count,
            "min_complainants": rules.min_complainants,
            "files": [{"name": NUMBERS, "format": "csv", "bytes": len(body), "sha256": _sha256(body)}],
        }
        # under its version for good, before anything names it: whoever holds it can ask what changed since
        self.files.keep(feed_name(version_of(body)), packed(body))
        self.files.publish(NUMBERS, body, CSV)
        self.files.publish(NUMBERS_MANIFEST, self.signer.sign(manifest).encode(), JOSE)

    def _rows(self, day: date) -> list[Row]:
        imported = self.files.kept(import_name(day))
        rows = read_rows(imported) if imported else []
        days = self.profile.open_data.covered(day)
        if self.profile.open_data.is_business_day(day):
            start = self.profile.end_of(days[0] - timedelta(days=1))
            found = self.complaints.received(start, self.profile.end_of(days[-1]))
            own = [row_of(complaint, day, self.profile, self.secret) for complaint in found]
            rows += protect([row for row in own if row is not None], self.profile.open_data.min_cell)
        return sorted(rows, key=lambda row: row.order)

    def _contents(self, day: date, body: bytes) -> list[tuple[str, str, bytes, str]]:
        """Return a day's public files: name, format, bytes, content type."""
        files = [(file_name(day), "csv", body, CSV)]
        if self.columns is not None:
            files.append((file_name(day, "parquet"), "parquet", self.columns(body), PARQUET))
        return files

    def _stands(self, release: Release) -> bool:
        """Tell whether the bucket holds what the release names: every file of its current version, and its rows."""
        current = release.current
        kept = self.files.kept(rows_name(release.date))
        if kept is None or _sha256(kept) != current.rows_sha256:
            return False
        named = {release.name: current.sha256} | {file.name: file.sha256 for file in current.files}
        found = {name: self.files.published(name) for name in named}
        return named == {name: _sha256(body) for name, body in found.items() if body is not None}

    def _write(self, day: date, contents: list[tuple[str, str, bytes, str]], private: bytes) -> None:
        """Write a day's files and rows; a run that stops before it is through repeats the same."""
        self.files.keep(rows_name(day), private)
        for name, _kind, content, content_type in contents:
            self.files.publish(name, content, content_type)

    def _manifest(self, release: Release) -> None:
        """Write the manifest of a release's current version."""
        current, previous = release.current, release.versions[:-1]
        manifest = {
            "type": "reported_calls",
            "profile": self.profile.name,
            "date": release.date.isoformat(),
            "version": current.version,
            "published_at": to_text(current.at),
            "rows": current.rows,
            "sources": release.summary["sources"],
            "previous": {"version": previous[-1].version, "sha256": previous[-1].sha256} if previous else None,
            "files": [file.to_payload() for file in current.files],
        }
        name = manifest_name(release.date, current.version)
        self.files.publish(name, self.signer.sign(manifest).encode(), JOSE)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
