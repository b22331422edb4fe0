"""What open data needs from outside."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from quietline.complaints.model import Complaint
from quietline.opendata.model import Release


class ReportedComplaints(Protocol):
    """Complaints by the time they came in."""

    def received(self, start: datetime, end: datetime) -> Iterable[Complaint]:
        """Return what came in from `start` to before `end`, as it is now."""
        ...


class Releases(Protocol):
    """The published files."""

    def get(self, day: date) -> Release | None:
        """Return the file of a date, or None."""
        ...

    def all(self, since: date | None = None) -> Sequence[Release]:
        """Return the files from a date on, oldest first."""
        ...

    def put(self, release: Release) -> bool:
        """Keep a file's next version; False when somebody else has kept one meanwhile."""
        ...


class Files(Protocol):
    """Public files, served as they are, and private ones of the rows behind them."""

    def publish(self, name: str, body: bytes, content_type: str) -> None:
        """Write a public file, whether or not there is one."""
        ...

    def published(self, name: str) -> bytes | None:
        """Return a public file, or None."""
        ...

    def keep(self, name: str, body: bytes) -> None:
        """Write a private file."""
        ...

    def kept(self, name: str) -> bytes | None:
        """Return a private file, or None."""
        ...


class Signer(Protocol):
    """Signs what is published."""

    def sign(self, payload: Mapping[str, Any]) -> str:
        """Return a compact JWS of the payload."""
        ...


class ColumnWriter(Protocol):
    """Turns a daily CSV into a file for analysts."""

    def __call__(self, body: bytes, /) -> bytes:
        """Return the same rows as Parquet."""
        ...
