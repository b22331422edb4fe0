"""The data book: its editions and their tables, as they are published."""

import hashlib
import json
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.open_data_api.wiring import app, statistics

TAGS = ["Open data"]
FRESH = "public, max-age=300"
EDITION: dict[str, Any] = {
    "fiscal_year": 2026,
    "version": "v1",
    "published_at": "2026-11-05T16:30:00.000Z",
    "manifest": "/data/statistics/registrations/2026/v1/manifest.jws",
    "tables": ["total", "months", "states", "areas"],
}
ROW: dict[str, Any] = {
    "state": "New Hampshire",
    "active": 1302112,
    "residents": 1377529,
    "per_100000": 94525.19,
    "rank": 1,
}


class EditionOut(Model):
    """One version of a year's tables; `provisional` while the year runs."""

    fiscal_year: int = Field(description="Named by the calendar year in which it ends.")
    version: str = Field(description="`provisional`, `v1`, or after a restatement `v2` …")
    published_at: str
    manifest: str = Field(description="Signed (JWS): bytes and SHA-256 of every file, and the version before.")
    tables: list[str]


class BookOut(Model):
    """A subject: `reported-calls`, `registrations`, `subscribers`, `fees`."""

    book: str
    editions: list[EditionOut] = Field(description="Newest year first; versions of a year oldest first.")


class BooksOut(Model):
    """Everything that is published."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"books": [{"book": "registrations", "editions": [EDITION]}]}]}
    )

    books: list[BookOut]


class TableOut(Model):
    """One table of an edition."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "book": "registrations",
                    **{name: EDITION[name] for name in ("fiscal_year", "version", "published_at", "manifest")},
                    "table": "states",
                    "file": "/data/statistics/registrations/2026/v1/states.json",
                    "rows": [ROW],
                }
            ]
        }
    )

    book: str
    fiscal_year: int
    version: str
    published_at: str
    manifest: str
    table: str
    file: str = Field(description="The signed file that these rows are in.")
    rows: list[dict[str, str | int | float | None]] = Field(
        description="null: not known, or so few that people or organizations could be told apart. Money is in minor "
        "units of `currency`."
    )


def _answer(body: str, kind: str) -> Response[str]:
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": FRESH}
    given = {name.lower(): value for name, value in (app.current_event.headers or {}).items()}
    if etag in str(given.get("if-none-match", "")):
        return Response(status_code=304, content_type=kind, body="", headers=headers)
    return Response(status_code=200, content_type=kind, body=body, headers=headers)


@route(
    app,
    "GET",
    "/v1/statistics",
    Rule.PUBLIC,
    summary="List the data book's editions",
    description="Tables of reported calls, registrations, subscribers and fees by fiscal year. A year that runs is "
    "`provisional` and replaced; a closed one has versions, and those before a restatement stay.",
    tags=TAGS,
    operation_id="listStatistics",
    responses=documented(200, "Every edition.", BooksOut),
)
def editions() -> Response[str]:
    """Return the index."""
    books = [
        {
            "book": book,
            "editions": [
                {
                    "fiscal_year": int(year),
                    **{name: one[name] for name in ("version", "published_at", "tables")},
                    "manifest": f"/data/{one['manifest']}",
                }
                for year, versions in sorted(years.items(), reverse=True)
                for one in versions
            ],
        }
        for book, years in sorted(statistics().index().items())
    ]
    return _answer(json.dumps({"books": books}), "application/json")


@route(
    app,
    "GET",
    "/v1/statistics/<book>/<year>/<table>",
    Rule.PUBLIC,
    summary="Read a table of the data book",
    description="With `format=csv` the published file itself. `ETag` and `If-None-Match` save what has not changed.",
    tags=TAGS,
    operation_id="readStatistics",
    responses=documented(200, "The table.", TableOut, 400, 404),
)
def table(
    book: Annotated[str, Path(description="`reported-calls`, `registrations`, `subscribers` or `fees`.")],
    year: Annotated[int, Path(ge=1900, le=2200, description="The fiscal year.")],
    table: Annotated[str, Path(description="One of the edition's `tables`.")],
    version: Annotated[str, Query(max_length=20, description="Left out, the newest.")] = "",
    format: Annotated[Literal["json", "csv"], Query(description="How the table comes.")] = "json",
) -> Response[str]:
    """Return one table."""
    found = statistics().table(book, year, table, version, format)
    if format == "csv":
        return _answer(found.body.decode(), "text/csv; charset=utf-8")
    document = {
        "book": book,
        "fiscal_year": year,
        **{name: found.edition[name] for name in ("version", "published_at")},
        "manifest": f"/data/{found.edition['manifest']}",
        "file": f"/data/{found.file}",
        **json.loads(found.body),
    }
    return _answer(json.dumps(document, ensure_ascii=False), "application/json")
