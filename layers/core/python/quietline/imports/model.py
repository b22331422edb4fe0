"""What an import is made of. It is named by its content, so the same files again are the same import."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

CHUNK_BYTES = 16 * 1024 * 1024
"""Text of a chunk before it is compressed: 1.4 million lines of the FTC's layout, a second or two of one worker."""

MALFORMED = "malformed_line"
"""Why a line was refused that has no field for a number; other reasons are those of `kernel.phone.Reason`."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LayoutKind(StrEnum):
    """How a line holds a number."""

    AREA_AND_SUBSCRIBER = "area_and_subscriber"
    """`818,2596712`: the FTC's flat text."""
    COLUMN = "column"
    """One column of a table; the only one where there is no delimiter."""


class Layout(_Part):
    """How a file's lines are read.

    Attributes:
        kind: see `LayoutKind`.
        delimiter: one character; empty for a single column.
        column: of a table, counted from 0.
        header: whether the first line names the columns.

    """

    kind: LayoutKind
    delimiter: str = Field(default="", max_length=1)
    column: int = Field(default=0, ge=0)
    header: bool = False


class Chunk(_Part):
    """A run of whole lines: `first_line` of its file (from 1), SHA-256 of its text, whose gzip is the object."""

    file: int
    first_line: int
    lines: int
    size: int
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    @property
    def key(self) -> str:
        """The key of the chunk's object; chunks are named by what they hold."""
        return f"imports/chunks/{self.sha256}.gz"


class File(_Part):
    """A file, or a file inside a zip archive."""

    name: str
    layout: Layout


class ImportPlan(_Part):
    """What is to be imported; the command writes it when all chunks are uploaded.

    Attributes:
        profile: the jurisdiction whose numbers these are.
        files: in the order given.
        chunks: of all files, in order.
        registered_on: the date the registrations count from; None means the day of the import's first run.
        dry_run: only count and find what would be refused.

    """

    profile: str
    files: tuple[File, ...]
    chunks: tuple[Chunk, ...]
    registered_on: date | None = None
    dry_run: bool = False

    @property
    def id(self) -> str:
        """The import's id: the first 24 hex digits of SHA-256 over the plan."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()[:24]

    @property
    def lines(self) -> int:
        """How many lines the chunks hold."""
        return sum(chunk.lines for chunk in self.chunks)


@dataclass(frozen=True)
class ImportRecord:
    """An import as the table knows it.

    Attributes:
        id: see `ImportPlan.id`.
        state: `running` or `done`.
        created_at: when its first run began.
        registered_on: the date its registrations count from.
        changes_from: no change of the registry is older than this instant; what "listed already" is found with before
            the first publication.
        dry_run: nothing is added.
        summary: what it did, once it is done.

    """

    id: str
    state: str
    created_at: datetime
    registered_on: date
    changes_from: datetime
    dry_run: bool
    summary: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class AddedToArea:
    """What an import did to one area: distinct numbers, those listed already, those added."""

    area: str
    numbers: int
    listed_already: int
    added: int


def plan_key(import_id: str) -> str:
    """Return the key of an import's plan."""
    return f"imports/{import_id}/plan.json"


def result_key(import_id: str, chunk: int) -> str:
    """Return the key of what reading a chunk came to; it is written last."""
    return f"imports/{import_id}/results/{chunk}.json"


def part_key(import_id: str, area: str, chunk: int) -> str:
    """Return the key of the bitmap of one area's numbers in one chunk."""
    return f"imports/{import_id}/parts/{area}/{chunk}.roar"


def rejects_key(import_id: str, chunk: int) -> str:
    """Return the key of a chunk's refused lines: gzip of CSV without a header."""
    return f"imports/{import_id}/rejects/{chunk}.csv.gz"


def areas_key(import_id: str) -> str:
    """Return the key of the list of areas with the chunks that hold their numbers."""
    return f"imports/{import_id}/areas.json"


def fresh_key(import_id: str, area: str) -> str:
    """Return the key of the bitmap of an area's numbers that the import adds, as its first run found them."""
    return f"imports/{import_id}/areas/{area}.roar"


def area_key(import_id: str, area: str) -> str:
    """Return the key of what an import did to an area."""
    return f"imports/{import_id}/areas/{area}.json"
