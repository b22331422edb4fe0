"""What a cloud wash is: asked for, uploaded, running, and done or failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from quietline.usage.model import Agent

type Day = date
REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$"
"""What a client reference looks like: it is part of a key and of a file name."""


class State(StrEnum):
    """Where a wash stands."""

    AWAITING_UPLOAD = "awaiting_upload"
    """The call list has not come yet, or has not been seen yet."""
    QUEUED = "queued"
    """A run broke off by a fault of ours and will be tried again."""
    RUNNING = "running"
    """Rows are being answered."""
    DONE = "done"
    """The answer can be fetched until it expires."""
    FAILED = "failed"
    """There is no answer; `failure` says why. The same reference may be uploaded again."""


UNFINISHED = frozenset({State.AWAITING_UPLOAD, State.QUEUED, State.RUNNING})


@dataclass(frozen=True)
class WashRequest:
    """What a caller asks for.

    Attributes:
        client_reference: the caller's own name for it: the same one again means the same wash.
        column: the column of the numbers, by name or by its place from 1; empty finds it.
        header: whether the first row is a header; None finds out.

    """

    client_reference: str
    column: str = ""
    header: bool | None = None


@dataclass(frozen=True)
class FileFacts:
    """A file: where it lies in the bucket, its size in bytes, and its SHA-256 in hex."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Result:
    """What came out; the counts are `washes.report.WashSummary`'s.

    Attributes:
        list_date: date of the list that answered.
        valid_until: last day on which calls may rely on the answers.
        rows: rows answered.
        listed: rows of numbers on the list.
        clear: rows of numbers not on it.
        unknown: rows that the list cannot answer, by reason.
        distinct_numbers: different valid numbers.
        distinct_answered: different numbers that a list answered, also those that are then `stop_requested`: what was
            metered.
        column: place of the numbers' column, from 1.
        column_name: its name in the header; empty without a header.
        source: the call list as it was uploaded.
        answer: the answer file.
        receipt: a compact JWS (type `wash`) of all this.
        finished_at: when it was done.

    """

    list_date: Day
    valid_until: Day
    rows: int
    listed: int
    clear: int
    unknown: Mapping[str, int]
    distinct_numbers: int
    distinct_answered: int
    column: int
    column_name: str
    source: FileFacts
    answer: FileFacts
    receipt: str
    finished_at: datetime


@dataclass(frozen=True)
class Wash:
    """One wash of an organization.

    Attributes:
        id: ULID.
        organization_id: whose it is.
        san: the organization's subscription account number.
        request: what was asked for.
        created_at: when.
        by: the person or machine client that asked.
        state: where it stands.
        updated_at: when it last moved.
        attempt: counts the uploads; only the newest one's file is washed.
        version: counts the writes; a write is conditional on the version it read.
        bytes_done: how much of the call list has been read.
        bytes_total: its size as uploaded; 0 before it came.
        failure: why it failed, a stable word; empty otherwise.
        detail: the same as a sentence.
        result: once done.
        agent: who asked for the organization, when it did not itself.

    """

    id: str
    organization_id: str
    san: str
    request: WashRequest
    created_at: datetime
    by: str
    state: State
    updated_at: datetime
    attempt: int = 1
    version: int = 1
    bytes_done: int = 0
    bytes_total: int = 0
    failure: str = ""
    detail: str = ""
    result: Result | None = field(default=None, repr=False)
    agent: Agent | None = None

    @property
    def upload_key(self) -> str:
        """Where the call list of this attempt goes."""
        return f"uploads/{self.organization_id}/{self.id}/{self.attempt}"

    def seen_at(self, now: datetime, stalled: timedelta) -> "Wash":
        """Return the wash as it stands at an instant: one that has not moved for too long has failed."""
        if self.state in (State.RUNNING, State.QUEUED) and now - self.updated_at > stalled:
            detail = "The wash broke off. Upload the file again."
            return replace(self, state=State.FAILED, failure="stalled", detail=detail)
        return self

    def moved(self, now: datetime, state: State, **changes: object) -> "Wash":
        """Return the wash after one more step."""
        return replace(self, state=state, updated_at=now, version=self.version + 1, **changes)  # type: ignore[arg-type]


def parse_upload_key(key: str) -> tuple[str, str, int]:
    """Return organization, wash and attempt of a call list's key.

    Raises:
        ValueError: the key is of another form.
    """
    prefix, organization_id, wash_id, attempt = key.split("/")
    if prefix != "uploads":
        raise ValueError("not a call list's key")
    return organization_id, wash_id, int(attempt)


@dataclass(frozen=True)
class UploadForm:
    """How to upload a call list: POST `fields` and then `file`, as multipart/form-data, to `url`."""

    url: str
    fields: Mapping[str, str]
    max_bytes: int
    expires_at: datetime


@dataclass(frozen=True)
class Uploaded:
    """A call list that has come: `etag` tells its bytes from those of any other upload."""

    key: str
    etag: str
    size: int


@dataclass(frozen=True)
class Page:
    """Some of an organization's washes, newest first; `next` is the cursor of the next page, empty at the end."""

    washes: tuple[Wash, ...]
    next: str
