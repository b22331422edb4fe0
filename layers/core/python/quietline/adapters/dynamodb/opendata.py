"""Complaints by day, and the published daily files, in the cases table."""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from quietline.adapters.aws import client
from quietline.adapters.dynamodb import keys
from quietline.adapters.dynamodb.complaints import complaint_of
from quietline.adapters.dynamodb.table import ConditionFailedError, Item, Table
from quietline.complaints.model import Complaint
from quietline.kernel.clock import from_text, to_text
from quietline.opendata.model import DayFile, Release, Version


@dataclass(frozen=True)
class DynamoReportedComplaints:
    """See `opendata.ports.ReportedComplaints`."""

    table: Table

    def received(self, start: datetime, end: datetime) -> Iterator[Complaint]:
        """Yield what came in from `start` to before `end`, as it is now, in no order."""
        low, high = to_text(start), to_text(end)
        day, last = date.fromisoformat(low[:10]), date.fromisoformat(high[:10])
        found: list[str] = []
        while day <= last:
            # keys go on after the instant with `#`, so that `end` itself lies outside
            found += [str(item["complaint_id"]) for item in self.table.query(keys.reported(day), between=(low, high))]
            day += timedelta(days=1)
        for item in self.table.get_many([keys.complaint(complaint_id) for complaint_id in found]):
            yield complaint_of(item)


@dataclass(frozen=True)
class DynamoReleases:
    """See `opendata.ports.Releases`."""

    table: Table

    def get(self, day: date) -> Release | None:
        """Return the file of a date, or None."""
        item = self.table.get(keys.open_data(day))
        return _release(item) if item else None

    def all(self, since: date | None = None) -> Sequence[Release]:
        """Return the files from a date on, oldest first."""
        between = (since.isoformat(), "9") if since else None
        return [_release(item) for item in self.table.query(keys.OPEN_DATA, between=between)]

    def put(self, release: Release) -> bool:
        """Keep a file's next version; False when somebody else has kept one meanwhile."""
        current = release.current
        item: Item = {
            "version": current.version,
            "versions": [
                {
                    "version": one.version,
                    "at": to_text(one.at),
                    "rows": one.rows,
                    "sha256": one.sha256,
                    "rows_sha256": one.rows_sha256,
                    "files": [file.to_payload() for file in one.files],
                }
                for one in release.versions
            ],
            "summary": zlib.compress(json.dumps(release.summary, separators=(",", ":")).encode()),
        }
        first = current.version == 1
        write = self.table.put(
            keys.open_data(release.date),
            item,
            condition="attribute_not_exists(pk)" if first else "version = :before",
            values=None if first else {":before": current.version - 1},
        )
        try:
            self.table.write(write)
        except ConditionFailedError:
            return False
        return True


def _release(item: Item) -> Release:
    return Release(
        date=date.fromisoformat(str(item["sk"])),
        versions=tuple(
            Version(
                **one
                | {
                    "at": from_text(one["at"]),
                    "files": tuple(DayFile.from_payload(each) for each in one.get("files", ())),
                }
            )
            for one in item["versions"]
        ),
        summary=json.loads(zlib.decompress(item["summary"])),
    )


@dataclass(frozen=True)
class DynamoKeys:
    """See `opendata.limits.Keys`."""

    table: Table

    def name_of(self, key_hash: str) -> str | None:
        """Return whose key it is, or None."""
        item = self.table.get(keys.open_data_key(key_hash))
        return str(item["name"]) if item else None

    def add(self, key_hash: str, name: str) -> None:
        """Keep a new key."""
        self.table.write(self.table.put_new(keys.open_data_key(key_hash), {"name": name}))


@dataclass(frozen=True)
class DynamoCounters:
    """See `opendata.limits.Counters`; in the table of idempotency, whose items expire."""

    name: str

    def count(self, name: str, expires_at: int) -> int:
        """Add one and return the sum."""
        answer = client("dynamodb").update_item(
            TableName=self.name,
            Key={"id": {"S": name}},
            UpdateExpression="ADD #count :one SET expiration = :end",
            ExpressionAttributeNames={"#count": "count"},
            ExpressionAttributeValues={":one": {"N": "1"}, ":end": {"N": str(expires_at)}},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["count"]["N"])
