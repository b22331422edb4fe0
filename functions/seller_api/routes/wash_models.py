"""Bodies of washes."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import ConfigDict, Field
from quietline.http.model import Model
from quietline.kernel.clock import to_text
from quietline.washes.model import REFERENCE, FileFacts, Page, Result, State, UploadForm, Wash, WashRequest

if TYPE_CHECKING:
    from pydantic.config import JsonDict

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class WashIn(Model):
    """What to wash; the call list itself is uploaded."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"client_reference": "leads-2026-11", "column": "phone"}]}
    )

    client_reference: Annotated[str, Field(pattern=REFERENCE)] = Field(
        description="Your own name for this wash: the same one again means the same wash."
    )
    column: Annotated[str, Field(max_length=200)] = Field(
        default="", description="The column of the numbers, by name or by its place from 1; empty finds it."
    )
    header: bool | None = Field(default=None, description="Whether the first row is a header; left out, it is found.")

    def request(self) -> WashRequest:
        """Return what is asked for."""
        return WashRequest(self.client_reference, self.column, self.header)


class UploadOut(Model):
    """How to upload: POST `fields` and then the file as `file`, as multipart/form-data, to `url`."""

    url: str
    fields: dict[str, str] = Field(description="Give access to one upload; keep them to yourself.")
    max_bytes: int = Field(description="A larger file is refused.")
    expires_at: str


class ProgressOut(Model):
    """How far a wash is."""

    bytes_done: int
    bytes_total: int


class FailureOut(Model):
    """Why there is no answer; POST the same reference to upload again."""

    code: str = Field(description="Stable, e.g. `column_not_found`, `file_damaged`, `daily_limit`.")
    detail: str


class WashFileOut(Model):
    """A file's size and SHA-256 in hex."""

    bytes: int
    sha256: str

    @classmethod
    def of(cls, file: FileFacts) -> Self:
        """Return the file."""
        return cls(bytes=file.size, sha256=file.sha256)


class ResultOut(Model):
    """What came out."""

    list_date: dt.date
    valid_until: dt.date = Field(description="The last day on which calls may rely on the answers.")
    rows: int
    listed: int
    clear: int
    unknown: dict[str, int] = Field(description="Rows that the list cannot answer, by reason: never to be called.")
    distinct_numbers: int = Field(description="Different valid numbers.")
    metered_numbers: int = Field(description="Different numbers that were answered: what an account is counted.")
    column: int = Field(description="Place of the numbers' column, from 1.")
    column_name: str
    input: WashFileOut
    answer: WashFileOut = Field(
        description="The call list with the columns `status`, `reason`, `list_date` and `valid_until`, unpacked."
    )
    answer_url: str = Field(description="Works for minutes; empty in lists and once the answer has expired.")
    answer_until: str = Field(description="When the answer is deleted.")
    receipt: str = Field(description="A compact JWS of type `wash`: which list answered which bytes with which.")
    finished_at: str

    @classmethod
    def of(cls, result: Result, url: str, until: str) -> Self:
        """Return the result."""
        return cls(
            list_date=result.list_date,
            valid_until=result.valid_until,
            rows=result.rows,
            listed=result.listed,
            clear=result.clear,
            unknown=dict(result.unknown),
            distinct_numbers=result.distinct_numbers,
            metered_numbers=result.distinct_answered,
            column=result.column,
            column_name=result.column_name,
            input=WashFileOut.of(result.source),
            answer=WashFileOut.of(result.answer),
            answer_url=url,
            answer_until=until,
            receipt=result.receipt,
            finished_at=to_text(result.finished_at),
        )


EXAMPLE: "JsonDict" = {
    "id": "01KB3Q6W5N8Y2C4D6E8F0G1H2J",
    "client_reference": "leads-2026-11",
    "agent_san": None,
    "column": "phone",
    "header": None,
    "state": "done",
    "created_at": "2026-11-24T15:00:00.000Z",
    "updated_at": "2026-11-24T15:01:07.000Z",
    "progress": {"bytes_done": 41_943_040, "bytes_total": 41_943_040},
    "upload": None,
    "failure": None,
    "result": {
        "list_date": "2026-11-23",
        "valid_until": "2026-12-24",
        "rows": 1_000_000,
        "listed": 612_004,
        "clear": 380_915,
        "unknown": {"not_a_number": 7_081},
        "distinct_numbers": 981_220,
        "metered_numbers": 981_220,
        "column": 3,
        "column_name": "phone",
        "input": {"bytes": 41_943_040, "sha256": HASH},
        "answer": {"bytes": 74_201_118, "sha256": HASH},
        "answer_url": "https://washes.example/answers/01KB3Q.csv?X-Amz-Signature=0",
        "answer_until": "2026-12-24T15:01:07.000Z",
        "receipt": "eyJhbGciOiJFUzI1NiJ9.eyJ0eXBlIjoid2FzaCJ9.c2lnbmF0dXJl",
        "finished_at": "2026-11-24T15:01:07.000Z",
    },
}


class WashOut(Model):
    """A wash as it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: str
    client_reference: str
    agent_san: str | None = Field(description="Of the agent that asked for it; null when the organization did itself.")
    column: str
    header: bool | None
    state: State
    created_at: str
    updated_at: str
    progress: ProgressOut | None = Field(description="Once the call list has come.")
    upload: UploadOut | None = Field(description="While it waits for its call list; only in answers to POST.")
    failure: FailureOut | None
    result: ResultOut | None

    @classmethod
    def of(cls, wash: Wash, kept: dt.timedelta, url: str = "", upload: UploadForm | None = None) -> Self:
        """Return the wash; `kept` is how long answers are, `url` that of its answer."""
        progress = ProgressOut(bytes_done=wash.bytes_done, bytes_total=wash.bytes_total) if wash.bytes_total else None
        failure = FailureOut(code=wash.failure, detail=wash.detail) if wash.failure else None
        result = None
        if wash.result is not None:
            result = ResultOut.of(wash.result, url, to_text(wash.result.finished_at + kept))
        return cls(
            id=wash.id,
            client_reference=wash.request.client_reference,
            agent_san=wash.agent.san if wash.agent else None,
            column=wash.request.column,
            header=wash.request.header,
            state=wash.state,
            created_at=to_text(wash.created_at),
            updated_at=to_text(wash.updated_at),
            progress=progress,
            upload=upload
            and UploadOut(
                url=upload.url,
                fields=dict(upload.fields),
                max_bytes=upload.max_bytes,
                expires_at=to_text(upload.expires_at),
            ),
            failure=failure,
            result=result,
        )


class WashesOut(Model):
    """One page of washes, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"washes": [], "next": ""}]})

    washes: list[WashOut]
    next: str = Field(description="`cursor` of the next page; empty at the end.")

    @classmethod
    def of(cls, page: Page, kept: dt.timedelta) -> Self:
        """Return the page."""
        return cls(washes=[WashOut.of(wash, kept) for wash in page.washes], next=page.next)
