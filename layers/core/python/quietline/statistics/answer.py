"""Read the published data book: which editions there are, and one of their tables, byte for byte."""

from dataclasses import dataclass
from typing import Any

from quietline.kernel.errors import NotFoundError
from quietline.opendata.ports import Files
from quietline.statistics.publish import Index, read_index

FORMATS = ("json", "csv")


@dataclass(frozen=True)
class Found:
    """A published table: its file's bytes and what the index says of its edition."""

    body: bytes
    file: str
    edition: dict[str, Any]


@dataclass(frozen=True)
class Statistics:
    """Answers from the published files alone."""

    files: Files

    def index(self) -> Index:
        """Return every edition: book → fiscal year → editions, oldest first."""
        return read_index(self.files)

    def table(self, book: str, year: int, table: str, version: str = "", form: str = "json") -> Found:
        """Return a table of an edition, the newest one unless a version is named.

        Raises:
            NotFoundError: there is no such book, year, version or table.
        """
        editions = self.index().get(book, {}).get(str(year), [])
        if not editions:
            raise NotFoundError("There is no such book, or none of this year; `/v1/statistics` lists all.")
        edition = next((one for one in reversed(editions) if version in ("", one["version"])), None)
        if edition is None:
            known = ", ".join(one["version"] for one in editions)
            raise NotFoundError(f"There is no such version of this year; there are: {known}.")
        if table not in edition["tables"]:
            raise NotFoundError(f"There is no such table; there are: {', '.join(edition['tables'])}.")
        name = f"statistics/{book}/{year}/{edition['version']}/{table}.{form}"
        body = self.files.published(name)
        if body is None:
            raise NotFoundError("This table is being published; please ask again.")
        return Found(body, name, edition)
